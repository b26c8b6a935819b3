/* 64-bit integers as Redis reads and adds them (after string2ll in util.c).
 *
 * Nearly every integer fits a JavaScript number exactly, so an integer is a number when it is safe
 * and a bigint only beyond 2^53. `Int64` values are always normal: a bigint is never small. */

import type { Bytes } from './bytes.ts';

/** A signed 64-bit integer: a number when that is exact, else a bigint. */
export type Int64 = number | bigint;

export const INT64_MAX = 0x7fff_ffff_ffff_ffffn;
export const INT64_MIN = -0x8000_0000_0000_0000n;
const UINT64_MAX = 0xffff_ffff_ffff_ffffn;

/** Makes a bigint normal: a number when that is exact. */
export function int64(value: bigint): Int64 {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

/** The integer that `text` spells in its only form: no plus sign, no leading zero, no space, no
 *  "-0", within 64 bits. Null for anything else. */
export function string2ll(text: Bytes): Int64 | null {
  const length = text.length;
  if (length === 0 || length > 20) return null;
  const first = text.charCodeAt(0);
  const negative = first === 0x2d;
  const from = negative ? 1 : 0;
  const lead = text.charCodeAt(from);
  if (lead === 0x30) return length === 1 ? 0 : null;
  if (!(lead > 0x30 && lead <= 0x39)) return null;
  let value = lead - 0x30;
  for (let at = from + 1; at < length; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return null;
    value = value * 10 + digit;
  }
  if (length - from <= 15) return negative ? -value : value;
  const big = BigInt(text);
  return big > INT64_MAX || big < INT64_MIN ? null : int64(big);
}

/** As string2ll, but for unsigned 64-bit numbers (stream ids). Leading zeros are accepted, as the
 *  C library's strtoull does. */
export function string2ull(text: Bytes): Int64 | null {
  if (!/^[0-9]{1,40}$/.test(text)) return null;
  const big = BigInt(text);
  return big > UINT64_MAX ? null : int64(big);
}

/** The sum, or null when it does not fit 64 bits. */
export function addInt64(a: Int64, b: Int64): Int64 | null {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  const sum = BigInt(a) + BigInt(b);
  return sum > INT64_MAX || sum < INT64_MIN ? null : int64(sum);
}
