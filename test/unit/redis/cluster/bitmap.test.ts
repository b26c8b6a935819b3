import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  BITS_SET,
  bitmapClearBit,
  bitmapEquals,
  bitmapRanges,
  bitmapSetBit,
  bitmapTestBit,
} from '#redis/cluster/bitmap.ts';
import { slotRanges } from '#redis/cluster/config-update.ts';

test('slot 0 is the least significant bit of the first byte', () => {
  const bitmap = new Uint8Array(2048);
  bitmapSetBit(bitmap, 0);
  bitmapSetBit(bitmap, 10);
  bitmapSetBit(bitmap, 16383);
  expect([bitmap[0], bitmap[1], bitmap[2047]]).toEqual([1, 4, 128]);
  bitmapClearBit(bitmap, 10);
  expect(bitmap[1]).toBe(0);
});

test('ranges are the set slots, ascending and joined', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 16383 }), { maxLength: 200 }), (slots) => {
      const bitmap = new Uint8Array(2048);
      for (const slot of slots) bitmapSetBit(bitmap, slot);
      const sorted = [...slots].sort((a, b) => a - b);
      expect(bitmapRanges(bitmap)).toEqual(slotRanges(sorted));
      expect(slots.every((slot) => bitmapTestBit(bitmap, slot))).toBe(true);
    }),
  );
  expect(bitmapRanges(new Uint8Array(2048).fill(255))).toEqual([[0, 16383]]);
});

test('long ranges begin and end anywhere in a byte', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 16383 }), fc.integer({ min: 0, max: 16383 }), (a, b) => {
      const [first, last] = a < b ? [a, b] : [b, a];
      const bitmap = new Uint8Array(2048);
      for (let slot = first; slot <= last; slot++) bitmapSetBit(bitmap, slot);
      expect(bitmapRanges(bitmap)).toEqual([[first, last]]);
      expect(bitmap.reduce((sum, byte) => sum + (BITS_SET[byte] as number), 0)).toBe(last - first + 1);
    }),
  );
});

test('equality is of content', () => {
  const [a, b] = [new Uint8Array(2048), new Uint8Array(2048)];
  expect(bitmapEquals(a, b)).toBe(true);
  bitmapSetBit(b, 9000);
  expect(bitmapEquals(a, b)).toBe(false);
});
