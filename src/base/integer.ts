/* 64-bit integers as Redis reads and adds them (after string2ll in util.c).
 *
 * Nearly every integer fits a JavaScript number exactly, so an integer is a number when it is safe
 * and a bigint only beyond 2^53. `Int64` values are always normal: a bigint is never small. */

import type { Bytes } from './bytes.ts';

/** A signed 64-bit integer: a number when that is exact, else a bigint. */
export type Int64 = number | bigint;

export const INT64_MAX = 0x7fff_ffff_ffff_ffffn;
export const INT64_MIN = -0x8000_0000_0000_0000n;
export const UINT64_MAX = 0xffff_ffff_ffff_ffffn;

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

/** An unsigned 64-bit number (stream ids). Falls back on what the C library's strtoull reads: spaces in
 *  front, a sign, leading zeros. */
export function string2ull(text: Bytes): Int64 | null {
  const plain = string2ll(text);
  if (plain !== null) return plain < 0 ? null : plain;
  const match = /^[ \t\n\v\f\r]*([+-]?)([0-9]{1,64})$/.exec(text);
  if (!match) return null;
  const big = BigInt(match[2] as string);
  if (big > UINT64_MAX) return null;
  return int64(match[1] === '-' ? BigInt.asUintN(64, -big) : big);
}

/** One more, or null when it does not fit 64 bits without a sign. */
export function incrementUint64(value: Int64): Int64 | null {
  if (typeof value === 'number' && value < Number.MAX_SAFE_INTEGER) return value + 1;
  const big = BigInt(value) + 1n;
  return big > UINT64_MAX ? null : int64(big);
}

/** One less, or null below zero. */
export function decrementUint64(value: Int64): Int64 | null {
  if (value === 0) return null;
  return typeof value === 'number' ? value - 1 : int64(value - 1n);
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
