/* CRC-16/XMODEM and the key-to-slot rule built on it (after crc16.c and keyHashSlot in cluster.c). */

import type { Bytes } from './bytes.ts';

/** Hash slots in a cluster. */
export const CLUSTER_SLOTS = 16384;

const OPENING_BRACE = 0x7b;

const table = new Uint16Array(256);
for (let byte = 0; byte < 256; byte++) {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  table[byte] = crc;
}

/** The checksum, in the lowest 16 bits, with one byte more. */
function crcStep(crc: number, byte: number): number {
  return (crc << 8) ^ (table[((crc >> 8) ^ byte) & 0xff] as number);
}

/** CRC-16/XMODEM of the bytes [from, to). Check value: "123456789" gives 0x31C3. */
export function crc16(bytes: Bytes, from = 0, to = bytes.length): number {
  let crc = 0;
  for (let at = from; at < to; at++) crc = crcStep(crc, bytes.charCodeAt(at));
  return crc & 0xffff;
}

/** The part of a key that is hashed, as [from, to): between the first `{` and the first `}` after it
 *  when something stands there, else the whole key. Later pairs are never tried. */
export function hashTag(key: Bytes): [from: number, to: number] {
  const open = key.indexOf('{');
  if (open < 0) return [0, key.length];
  const close = key.indexOf('}', open + 1);
  if (close < 0 || close === open + 1) return [0, key.length];
  return [open + 1, close];
}

/** The hash slot of a key, 0 .. 16383. */
export function keyHashSlot(key: Bytes): number {
  let crc = 0;
  for (let at = 0; at < key.length; at++) {
    const byte = key.charCodeAt(at);
    // Most keys have no tag: one walk looks for it and hashes.
    if (byte === OPENING_BRACE) return crc16(key, ...hashTag(key)) & (CLUSTER_SLOTS - 1);
    crc = crcStep(crc, byte);
  }
  return crc & (CLUSTER_SLOTS - 1);
}
