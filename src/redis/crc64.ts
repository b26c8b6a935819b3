/* CRC-64 of the Jones polynomial, as RDB files and DUMP payloads carry it (after crc64.c). The register is
 * kept in two 32-bit halves, since bigints would be a hundred times slower. */

import type { Bytes } from '#base/bytes.ts';

// The polynomial 0xad93d23594c935a9 with its bits reversed.
const POLY_HIGH = 0x95ac9329;
const POLY_LOW = 0xac4bc9b5;

const tableHigh = new Uint32Array(256);
const tableLow = new Uint32Array(256);
for (let index = 0; index < 256; index++) {
  let high = 0;
  let low = index;
  for (let bit = 0; bit < 8; bit++) {
    const carry = low & 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (carry) {
      high ^= POLY_HIGH;
      low ^= POLY_LOW;
    }
  }
  tableHigh[index] = high;
  tableLow[index] = low;
}

/** The checksum of the bytes [from, to), as 8 bytes little endian. Check value: "123456789" gives
 *  0xe9c6d914c4b8d9ca. */
export function crc64(data: Bytes, from = 0, to = data.length): Bytes {
  let high = 0;
  let low = 0;
  for (let at = from; at < to; at++) {
    const index = (low ^ data.charCodeAt(at)) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ (tableLow[index] as number);
    high = (high >>> 8) ^ (tableHigh[index] as number);
  }
  let out = '';
  for (let at = 0; at < 4; at++) out += String.fromCharCode((low >>> (8 * at)) & 0xff);
  for (let at = 0; at < 4; at++) out += String.fromCharCode((high >>> (8 * at)) & 0xff);
  return out;
}
