/* Small encodings that Redis wrote before listpacks, which files of older versions still hold: ziplists,
 * zipmaps; and intsets, which are still in use (after ziplist.c, zipmap.c, intset.c). */

import type { Bytes } from '#base/bytes.ts';
import { RdbError } from './rdb-io.ts';
import { compareIntegers } from './types/set-obj.ts';
import { littleEndian, readSigned } from './types/listpack.ts';

const unsigned = (data: Bytes, at: number): number => Number(readSigned(data, at, 4)) >>> 0;

/** The elements of a ziplist; null when it is damaged. */
export function decodeZiplist(data: Bytes): Bytes[] | null {
  if (data.length < 11 || unsigned(data, 0) !== data.length) return null;
  const out: Bytes[] = [];
  let at = 10;
  let previous = 0;
  const tail = unsigned(data, 4);
  if (tail > data.length - 1) return null;
  while (data.charCodeAt(at) !== 0xff) {
    const start = at;
    let before = data.charCodeAt(at++);
    if (before === 0xfe) {
      before = unsigned(data, at);
      at += 4;
    }
    if (before !== previous || at >= data.length - 1) return null;
    const element = ziplistElement(data, at);
    if (element === null) return null;
    const [text, size] = element;
    at += size;
    if (at >= data.length) return null;
    previous = at - start;
    out.push(text);
  }
  const count = data.charCodeAt(8) | (data.charCodeAt(9) << 8);
  if (at !== data.length - 1 || (count !== 0xffff && count !== out.length)) return null;
  // The header says where the last element begins.
  return out.length > 0 && tail !== at - previous ? null : out;
}

const ZIPLIST_INT_SIZES: Readonly<Record<number, number>> = { 0xc0: 2, 0xd0: 4, 0xe0: 8, 0xf0: 3, 0xfe: 1 };

function ziplistElement(data: Bytes, at: number): [text: Bytes, size: number] | null {
  const first = data.charCodeAt(at);
  const cut = (header: number, length: number): [Bytes, number] | null => {
    if (at + header + length >= data.length) return null;
    return [data.slice(at + header, at + header + length), header + length];
  };
  if (first < 0x40) return cut(1, first);
  if (first < 0x80) return cut(2, ((first & 0x3f) << 8) | data.charCodeAt(at + 1));
  if (first < 0xc0) {
    let length = 0;
    for (let of = 1; of <= 4; of++) length = length * 256 + data.charCodeAt(at + of);
    return cut(5, length);
  }
  const size = ZIPLIST_INT_SIZES[first];
  if (size !== undefined) return at + size >= data.length ? null : [readSigned(data, at + 1, size), 1 + size];
  if (first >= 0xf1 && first <= 0xfd) return [String((first & 0x0f) - 1), 1];
  return null;
}

/** A zipmap that says so does not know how many there are. */
const ZIPMAP_BIGLEN = 254;

/** Keys and values of a zipmap, in turn. */
export function decodeZipmap(data: Bytes): Bytes[] {
  const out: Bytes[] = [];
  let at = 1;
  const length = (): number => {
    const first = data.charCodeAt(at++);
    if (first < 254) return first;
    if (first !== ZIPMAP_BIGLEN) throw new RdbError('Zipmap integrity check failed.');
    at += 4;
    return unsigned(data, at - 4);
  };
  const take = (size: number): Bytes => {
    if (at + size >= data.length) throw new RdbError('Zipmap integrity check failed.');
    at += size;
    return data.slice(at - size, at);
  };
  while (at < data.length && data.charCodeAt(at) !== 0xff) {
    out.push(take(length()));
    const size = length();
    const free = data.charCodeAt(at++);
    out.push(take(size));
    at += free;
  }
  const count = data.charCodeAt(0);
  const counts = count === ZIPMAP_BIGLEN || count * 2 === out.length;
  if (at !== data.length - 1 || !counts) throw new RdbError('Zipmap integrity check failed.');
  return out;
}

/** The members of an intset, which must be in order. */
export function decodeIntset(data: Bytes): Bytes[] {
  const width = unsigned(data, 0);
  const count = unsigned(data, 4);
  const known = width === 2 || width === 4 || width === 8;
  if (data.length < 8 || !known || data.length !== 8 + width * count)
    throw new RdbError('Intset integrity check failed.');
  const out: Bytes[] = [];
  for (let at = 0; at < count; at++) out.push(readSigned(data, 8 + at * width, width));
  for (let at = 1; at < count; at++) {
    if (compareIntegers(out[at - 1] as Bytes, out[at] as Bytes) >= 0)
      throw new RdbError('Intset integrity check failed.');
  }
  return out;
}

/** The intset of sorted members, each of `width` bytes. */
export function encodeIntset(members: readonly Bytes[], width: 2 | 4 | 8): Bytes {
  const numbers = members.map((member) => littleEndian(width === 8 ? BigInt(member) : Number(member), width));
  return littleEndian(width, 4) + littleEndian(members.length, 4) + numbers.join('');
}
