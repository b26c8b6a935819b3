/* LZF: the quick compression of long strings in RDB files (the format of liblzf).
 *
 * A control byte below 32 announces that many literal bytes plus one; any other is a copy from what was
 * already unpacked: three bits of length (7: one more byte follows), thirteen bits of distance. The
 * compressor looks for matches as liblzf does in its "very fast" setting, so that payloads come out
 * the same. */

import { fromUint8, toUint8, type Bytes } from '#base/bytes.ts';

const HASH_BITS = 16;
const MAX_LITERALS = 32;
const MAX_OFFSET = 1 << 13;
const MAX_MATCH = (1 << 8) + (1 << 3);

/** Inputs of more bytes than this are worth a table with a place for every hash: 256 KB. */
const LONG_INPUT = 512;

/** Where each hash was seen last. */
interface Places {
  get(hash: number): number | undefined;
  set(hash: number, at: number): unknown;
}

class PlaceTable implements Places {
  /** Place + 1, so that 0 means nowhere. */
  private readonly places = new Int32Array(1 << HASH_BITS);
  get(hash: number): number {
    return (this.places[hash] as number) - 1;
  }
  set(hash: number, at: number): void {
    this.places[hash] = at + 1;
  }
}

const slot = (hash: number): number => ((hash >>> 8) - hash * 5) & ((1 << HASH_BITS) - 1);

/** The compressed form, or null when it would take more than `maxLength` bytes. */
export function lzfCompress(input: Bytes, maxLength: number): Bytes | null {
  if (input.length === 0 || maxLength <= 0) return null;
  const data = toUint8(input);
  const byte = (at: number): number => data[at] as number;
  const end = data.length;
  const out = new Uint8Array(maxLength + MAX_LITERALS + 8);
  const seen: Places = end > LONG_INPUT ? new PlaceTable() : new Map<number, number>();
  let at = 0;
  let to = 1;
  let literals = 0;
  let hash = (byte(0) << 8) | (data[1] ?? 0);
  const roll = (position: number): number => (hash = ((hash << 8) | byte(position + 2)) >>> 0);
  const literal = (): void => {
    literals++;
    out[to++] = byte(at++);
    if (literals === MAX_LITERALS) {
      out[to - literals - 1] = literals - 1;
      literals = 0;
      to++;
    }
  };
  while (at < end - 2) {
    const index = slot(roll(at));
    const ref = seen.get(index) ?? -1;
    seen.set(index, at);
    const offset = at - ref - 1;
    const matches =
      // liblzf never takes the very first byte for the beginning of a match.
      ref > 0 &&
      offset < MAX_OFFSET &&
      byte(ref) === byte(at) &&
      byte(ref + 1) === byte(at + 1) &&
      byte(ref + 2) === byte(at + 2);
    if (!matches) {
      if (to >= maxLength) return null;
      literal();
      continue;
    }
    if (to - (literals === 0 ? 1 : 0) + 4 >= maxLength) return null;
    out[to - literals - 1] = literals - 1;
    if (literals === 0) to--;
    const longest = Math.min(end - at - 2, MAX_MATCH);
    let length = 2;
    do length++;
    while (length < longest && byte(ref + length) === byte(at + length));
    length -= 2;
    if (length < 7) {
      out[to++] = (offset >> 8) + (length << 5);
    } else {
      out[to++] = (offset >> 8) + (7 << 5);
      out[to++] = length - 7;
    }
    out[to++] = offset & 0xff;
    literals = 0;
    to++;
    at += length + 2;
    if (at >= end - 2) break;
    // Only the last two positions of a match are remembered.
    at -= 2;
    hash = (byte(at) << 8) | byte(at + 1);
    seen.set(slot(roll(at)), at);
    at++;
    seen.set(slot(roll(at)), at);
    at++;
  }
  if (to + 3 > maxLength) return null;
  while (at < end) literal();
  out[to - literals - 1] = literals - 1;
  if (literals === 0) to--;
  return fromUint8(out.subarray(0, to));
}

/** The original of `length` bytes, or null when the input is damaged. */
export function lzfDecompress(input: Bytes, length: number): Bytes | null {
  // No input unpacks to more than this; a header that claims more is damaged.
  if (length > input.length * MAX_MATCH) return null;
  const out = new Uint8Array(length);
  let at = 0;
  let to = 0;
  while (at < input.length) {
    const control = input.charCodeAt(at++);
    if (control < MAX_LITERALS) {
      const count = control + 1;
      if (at + count > input.length || to + count > length) return null;
      for (let of = 0; of < count; of++) out[to++] = input.charCodeAt(at++);
      continue;
    }
    let count = control >> 5;
    if (count === 7) {
      if (at >= input.length) return null;
      count += input.charCodeAt(at++);
    }
    if (at >= input.length) return null;
    let ref = to - ((control & 0x1f) << 8) - 1 - input.charCodeAt(at++);
    count += 2;
    if (ref < 0 || to + count > length) return null;
    for (let of = 0; of < count; of++) out[to++] = out[ref++] as number;
  }
  return to === length ? fromUint8(out) : null;
}
