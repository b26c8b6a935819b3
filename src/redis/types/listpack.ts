/* Listpacks: the compact list of byte strings and integers in which Redis keeps small values, and in
 * which they stand in RDB files (after listpack.c).
 *
 * A listpack is: total bytes (4, little endian), number of elements (2), elements, 0xff. An element is
 * an encoding byte, its data, and its own length written backwards so that one can walk back. A string
 * that is a 64-bit integer in its only spelling is kept as integer. */

import type { Bytes } from '#base/bytes.ts';
import { string2ll, type Int64 } from '#base/integer.ts';

const HEADER_BYTES = 6;
const END = 0xff;

/** Bytes that the backward length of an element takes. */
function backlenSize(length: number): number {
  if (length <= 127) return 1;
  if (length < 16383) return 2;
  if (length < 2097151) return 3;
  return length < 268435455 ? 4 : 5;
}

function intDataSize(value: Int64): number {
  if (value >= 0 && value <= 127) return 1;
  if (value >= -4096 && value <= 4095) return 2;
  if (value >= -0x8000 && value <= 0x7fff) return 3;
  if (value >= -0x80_0000 && value <= 0x7f_ffff) return 4;
  return value >= -0x8000_0000 && value <= 0x7fff_ffff ? 5 : 9;
}

/** Bytes that one element takes in a listpack. */
export function listpackElementSize(element: Bytes | number): number {
  const int = typeof element === 'number' ? element : string2ll(element);
  const length = typeof element === 'string' ? element.length : 0;
  const data = int !== null ? intDataSize(int) : length + (length < 64 ? 1 : length < 4096 ? 2 : 5);
  return data + backlenSize(data);
}

const byte = (value: number): Bytes => String.fromCharCode(value & 0xff);

/** `size` bytes of a number, little endian. */
export function littleEndian(value: Int64, size: number): Bytes {
  let out = '';
  if (typeof value === 'number' && size <= 4) {
    for (let at = 0; at < size; at++) out += byte(value >> (8 * at));
    return out;
  }
  const big = BigInt.asUintN(64, BigInt(value));
  for (let at = 0; at < size; at++) out += byte(Number((big >> BigInt(8 * at)) & 0xffn));
  return out;
}

function encodeInteger(value: Int64): Bytes {
  switch (intDataSize(value)) {
    case 1:
      return byte(Number(value));
    case 2: {
      const bits = Number(value) & 0x1fff;
      return byte(0xc0 | (bits >> 8)) + byte(bits);
    }
    case 3:
      return byte(0xf1) + littleEndian(value, 2);
    case 4:
      return byte(0xf2) + littleEndian(value, 3);
    case 5:
      return byte(0xf3) + littleEndian(value, 4);
    default:
      return byte(0xf4) + littleEndian(value, 8);
  }
}

function encodeString(text: Bytes): Bytes {
  const { length } = text;
  if (length < 64) return byte(0x80 | length) + text;
  if (length < 4096) return byte(0xe0 | (length >> 8)) + byte(length) + text;
  return byte(0xf0) + littleEndian(length, 4) + text;
}

function encodeBacklen(length: number): Bytes {
  const size = backlenSize(length);
  let out = '';
  for (let at = size - 1; at >= 0; at--) {
    const bits = Math.floor(length / 128 ** at) & 127;
    out += byte(at === size - 1 ? bits : bits | 128);
  }
  return out;
}

/** The listpack of these elements. */
export function encodeListpack(elements: readonly (Bytes | number)[]): Bytes {
  const parts: Bytes[] = [];
  let size = HEADER_BYTES + 1;
  for (const element of elements) {
    const int = typeof element === 'number' ? element : string2ll(element);
    const data = int !== null ? encodeInteger(int) : encodeString(element as Bytes);
    const backlen = encodeBacklen(data.length);
    parts.push(data, backlen);
    size += data.length + backlen.length;
  }
  const count = Math.min(elements.length, 0xffff);
  return littleEndian(size, 4) + littleEndian(count, 2) + parts.join('') + byte(END);
}

/** A sign-extended little-endian integer at `at`, as decimal text. */
export function readSigned(data: Bytes, at: number, size: number): Bytes {
  if (size <= 4) {
    let value = 0;
    for (let of = size - 1; of >= 0; of--) value = value * 256 + data.charCodeAt(at + of);
    const limit = 2 ** (size * 8 - 1);
    return String(value >= limit ? value - 2 * limit : value);
  }
  let big = 0n;
  for (let of = size - 1; of >= 0; of--) big = big * 256n + BigInt(data.charCodeAt(at + of));
  return String(BigInt.asIntN(size * 8, big));
}

const INT_SIZES: Readonly<Record<number, number>> = { 0xf1: 2, 0xf2: 3, 0xf3: 4, 0xf4: 8 };

/** Decodes one element: its text and how many bytes its encoding and data take; null when broken. */
function decodeElement(data: Bytes, at: number): [text: Bytes, size: number] | null {
  const first = data.charCodeAt(at);
  const second = data.charCodeAt(at + 1);
  if (first < 0x80) return [String(first), 1];
  if (first < 0xc0) return slice(data, at, 1, first & 0x3f);
  if (first < 0xe0) {
    const bits = ((first & 0x1f) << 8) | second;
    return [String(bits >= 0x1000 ? bits - 0x2000 : bits), 2];
  }
  if (first < 0xf0) return slice(data, at, 2, ((first & 0x0f) << 8) | second);
  if (first === 0xf0) return slice(data, at, 5, Number(readSigned(data, at + 1, 4)) >>> 0);
  const size = INT_SIZES[first];
  if (size === undefined || at + size >= data.length) return null;
  return [readSigned(data, at + 1, size), 1 + size];
}

function slice(data: Bytes, at: number, header: number, length: number): [Bytes, number] | null {
  const from = at + header;
  return from + length > data.length ? null : [data.slice(from, from + length), header + length];
}

/** The elements of a listpack as text; null when it is damaged in any way: sizes, counts, backward
 *  lengths and the end must all agree. */
export function decodeListpack(data: Bytes): Bytes[] | null {
  if (data.length < HEADER_BYTES + 1) return null;
  if (Number(readSigned(data, 0, 4)) >>> 0 !== data.length) return null;
  const elements: Bytes[] = [];
  let at = HEADER_BYTES;
  while (at < data.length - 1) {
    if (data.charCodeAt(at) === END) return null;
    const decoded = decodeElement(data, at);
    if (decoded === null) return null;
    const [text, size] = decoded;
    const backlen = encodeBacklen(size);
    at += size;
    if (data.slice(at, at + backlen.length) !== backlen) return null;
    at += backlen.length;
    elements.push(text);
  }
  if (at !== data.length - 1 || data.charCodeAt(at) !== END) return null;
  const count = data.charCodeAt(4) | (data.charCodeAt(5) << 8);
  return count !== 0xffff && count !== elements.length ? null : elements;
}
