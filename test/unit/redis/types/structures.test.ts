import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Prng } from '#base/prng.ts';
import { Chunks } from '#redis/types/chunks.ts';
import { Dict } from '#redis/types/dict.ts';

describe('a dict', () => {
  test('behaves as a Map, and copies do not see later writes', () => {
    const operation = fc.tuple(fc.constantFrom('set', 'delete', 'copy'), fc.nat(300), fc.nat());
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 600 }), (operations) => {
        let dict = new Dict<number>();
        const map = new Map<string, number>();
        const old: [Dict<number>, Map<string, number>][] = [];
        for (const [kind, key, value] of operations) {
          if (kind === 'set') expect(dict.set(`k${key}`, value)).toBe(!map.has(`k${key}`));
          if (kind === 'set') map.set(`k${key}`, value);
          if (kind === 'delete') expect(dict.delete(`k${key}`)).toBe(map.delete(`k${key}`));
          if (kind === 'copy') {
            const copy = dict.copy();
            old.push([value % 2 ? copy : dict, new Map(map)]);
            dict = value % 2 ? dict : copy;
          }
        }
        for (const [was, expected] of [...old, [dict, map] as const]) {
          expect(was.size).toBe(expected.size);
          expect(new Map(was.entries())).toEqual(expected);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('scans every element that stays, while the table grows and shrinks', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2000 }),
        fc.array(fc.integer({ min: -400, max: 400 })),
        (size, changes) => {
          const dict = new Dict<number>();
          for (let at = 0; at < size; at++) dict.set(`stay${at}`, at);
          const seen = new Set<string>();
          let cursor = 0;
          let step = 0;
          let extra = 0;
          do {
            cursor = dict.scan(cursor, (key) => seen.add(key));
            for (let left = changes[step] ?? 0; left > 0; left--) dict.set(`extra${extra++}`, 0);
            for (let left = -(changes[step] ?? 0); left > 0 && extra > 0; left--)
              dict.delete(`extra${--extra}`);
            expect(++step).toBeLessThan(5000);
          } while (cursor !== 0);
          for (let at = 0; at < size; at++) expect(seen.has(`stay${at}`)).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('draws every element about equally often', () => {
    const dict = new Dict<number>();
    for (let at = 0; at < 200; at++) dict.set(`m${at}`, at);
    const chance = Prng.stream(7, 'draw');
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 40_000; draw++) {
      const [key] = dict.random(chance);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(200);
    for (const count of counts.values()) expect(Math.abs(count - 200)).toBeLessThan(90);
  });
});

describe('chunks', () => {
  test('behave as an array, and copies do not see later writes', () => {
    const operation = fc.tuple(
      fc.constantFrom('insert', 'push', 'set', 'remove', 'copy'),
      fc.nat(),
      fc.nat(9),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 900, size: 'max' }), (operations) => {
        let chunks = new Chunks<number>();
        let array: number[] = [];
        const old: [Chunks<number>, number[]][] = [];
        for (const [kind, where, value] of operations) {
          const at = array.length ? where % array.length : 0;
          if (kind === 'insert') (chunks.insert(at, value), array.splice(at, 0, value));
          if (kind === 'push') for (let i = 0; i < 40; i++) (chunks.push(value), array.push(value));
          if (kind === 'set' && array.length) (chunks.set(at, value), (array[at] = value));
          if (kind === 'remove' && array.length)
            (chunks.remove(at, value * 20), array.splice(at, value * 20));
          if (kind === 'copy') {
            old.push([chunks, array]);
            chunks = chunks.copy();
            array = array.slice();
          }
        }
        for (const [was, expected] of [...old, [chunks, array] as const]) {
          expect(was.length).toBe(expected.length);
          expect([...was]).toEqual(expected);
          expect([...was.reversed()]).toEqual(expected.slice().reverse());
          const third = Math.floor(expected.length / 3);
          expect([...was.slice(third, third * 2)]).toEqual(expected.slice(third, third * 2));
          expect(was.at(third)).toBe(expected[third]);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('find the place of an element among sorted ones', () => {
    const sorted = Chunks.from(Array.from({ length: 5000 }, (_, at) => at * 2));
    for (const sought of [-1, 0, 1, 2, 4999, 5001, 9998, 9999]) {
      expect(sorted.search((item) => item < sought)).toBe(Math.min(5000, Math.max(0, Math.ceil(sought / 2))));
    }
  });
});
