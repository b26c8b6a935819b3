/* Slot bitmaps: 2,048 bytes, slot s at bit s & 7 of byte s >> 3, least significant bit first.
 *
 * Bitmaps that have been put into a message or taken from one are shared by everyone who saw them
 * and are never written again; whoever wants to change one copies it first. */

import { CLUSTER_SLOTS } from '#base/crc16.ts';

export const CLUSTER_SLOT_BYTES = CLUSTER_SLOTS / 8;

/** How many bits are set in each byte. */
export const BITS_SET: readonly number[] = Array.from({ length: 256 }, (_, byte) => {
  let count = 0;
  for (let rest = byte; rest !== 0; rest >>= 1) count += rest & 1;
  return count;
});

/** Whether the slot's bit is set. */
export function bitmapTestBit(bitmap: Uint8Array, slot: number): boolean {
  return ((bitmap[slot >> 3] as number) & (1 << (slot & 7))) !== 0;
}

export function bitmapSetBit(bitmap: Uint8Array, slot: number): void {
  (bitmap[slot >> 3] as number) |= 1 << (slot & 7);
}

export function bitmapClearBit(bitmap: Uint8Array, slot: number): void {
  (bitmap[slot >> 3] as number) &= ~(1 << (slot & 7));
}

/** Whether two bitmaps claim the same slots; free when they are the same object, as usual. */
export function bitmapEquals(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  for (let at = 0; at < CLUSTER_SLOT_BYTES; at++) if (a[at] !== b[at]) return false;
  return true;
}

/** The same bits, thirty-two at a time. */
export function bitmapWords(bitmap: Uint8Array): Uint32Array {
  const aligned = bitmap.byteOffset % 4 === 0 ? bitmap : bitmap.slice();
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
}

/** The set slots as inclusive ranges, ascending. */
export function bitmapRanges(bitmap: Uint8Array): [first: number, last: number][] {
  const ranges: [number, number][] = [];
  let first = -1;
  const words = bitmapWords(bitmap);
  for (let at = 0; at < words.length; at++) {
    // Words that are empty, or full in the middle of a range, are most of most bitmaps.
    if (words[at] === (first < 0 ? 0 : 0xffff_ffff)) continue;
    for (let slot = at * 32; slot < (at + 1) * 32; slot++) {
      const set = bitmapTestBit(bitmap, slot);
      if (set && first < 0) first = slot;
      if (!set && first >= 0) {
        ranges.push([first, slot - 1]);
        first = -1;
      }
    }
  }
  if (first >= 0) ranges.push([first, CLUSTER_SLOTS - 1]);
  return ranges;
}
