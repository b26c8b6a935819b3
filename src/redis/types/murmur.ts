/* MurmurHash64A, the hash behind HyperLogLog (after MurmurHash64A in hyperloglog.c).
 *
 * 64 bits are kept as two halves of 32: numbers of this size are many times faster than BigInt, and a
 * PFADD may bring thousands of elements. */

import type { Bytes } from '#base/bytes.ts';

const M_LOW = 0x5bd1e995;
const M_HIGH = 0xc6a4a793;
/** The seed that Redis uses. */
const SEED = 0xadc83b19;

/** Two halves of 64 bits, each as a signed 32-bit integer. */
export interface Hash64 {
  readonly low: number;
  readonly high: number;
}

/** The upper half of low * M_LOW + (high * M_LOW + low * M_HIGH) * 2^32; the lower is one Math.imul. */
function timesMHigh(low: number, high: number): number {
  const a = low & 0xffff;
  const b = low >>> 16;
  const c = M_LOW & 0xffff;
  const d = M_LOW >>> 16;
  const middle = b * c + ((a * c) >>> 16);
  const crossed = a * d + (middle & 0xffff);
  const carried = b * d + (middle >>> 16) + (crossed >>> 16);
  return (carried + Math.imul(high, M_LOW) + Math.imul(low, M_HIGH)) | 0;
}

/** Up to four bytes as a little-endian integer. */
function bytesAt(key: Bytes, from: number, to: number): number {
  let value = 0;
  for (let at = Math.min(to, from + 4) - 1; at >= from; at--) value = (value << 8) | key.charCodeAt(at);
  return value;
}

/** The hash of a byte string. */
export function murmurHash64A(key: Bytes): Hash64 {
  let low = Math.imul(key.length, M_LOW) ^ SEED;
  let high = timesMHigh(key.length, 0);
  const whole = key.length & ~7;
  for (let at = 0; at < whole; at += 8) {
    let k = bytesAt(key, at, at + 4);
    let kHigh = bytesAt(key, at + 4, at + 8);
    kHigh = timesMHigh(k, kHigh);
    k = Math.imul(k, M_LOW);
    k ^= kHigh >>> 15;
    high ^= timesMHigh(k, kHigh);
    low ^= Math.imul(k, M_LOW);
    high = timesMHigh(low, high);
    low = Math.imul(low, M_LOW);
  }
  if (key.length > whole) {
    low ^= bytesAt(key, whole, key.length);
    high ^= bytesAt(key, whole + 4, key.length);
    high = timesMHigh(low, high);
    low = Math.imul(low, M_LOW);
  }
  low ^= high >>> 15;
  high = timesMHigh(low, high);
  low = Math.imul(low, M_LOW);
  return { low: low ^ (high >>> 15), high };
}
