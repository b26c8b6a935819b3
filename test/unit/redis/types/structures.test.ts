import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Prng } from '#base/prng.ts';
import { Chunks } from '#redis/types/chunks.ts';
import { Dict } from '#redis/types/dict.ts';
import { LoneServer } from '#test/conformance/lone-server.ts';

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

describe('DEBUG DIGEST', () => {
  test('is that of a real server for each type, wherever and however the values are kept', () => {
    const lone = new LoneServer({ 'enable-debug-command': 'yes' });
    const socket = lone.connect();
    const digestAfter = (...argv: string[]): unknown => {
      lone.run(socket, ...argv);
      return lone.ask(socket, 'DEBUG', 'DIGEST');
    };
    for (const [digest, ...argv] of [
      ['7bba0c6c0ba7cf343554878a513cce31a28c4abb', 'SET', 'a', 'hello'],
      ['2f53a0cb41b0750a3659a3b1f84ddbeedc74be2e', 'SET', 'n', '12345', 'EX', '100'],
      ['231baab285ffbd1391514ec009c2158d480616dc', 'RPUSH', 'l', 'a', 'b', '3'],
      ['e1a106fab912340f3e1b807135897e36e182e4d2', 'SADD', 's', 'a', 'b', '3'],
      ['e5fac0ed41c1be754bcd77f0fa0de27b743ee397', 'ZADD', 'z', '1.5', 'a', 'inf', 'b', '0.1', 'c'],
      ['df8a576dbabf3463c77e931c3a16013748f11d7f', 'HSET', 'h', 'f', 'v', 'g', 'w'],
    ] as [string, ...string[]][]) {
      expect(digestAfter(...argv)).toMatchObject({ text: digest });
    }
    lone.run(socket, 'XADD', 'x', '5-1', 'f', 'v');
    expect(digestAfter('XADD', 'x', '6-1', 'g', 'v')).toMatchObject({
      text: '5b76bfa9f4670fe246b9f286720d5a8489b8de64',
    });
    expect(digestAfter('COPY', 'a', 'a2', 'DB', '3')).toMatchObject({
      text: '92dfe3fd50193e63a422eb7335fb6a66fbaab827',
    });
  });
});

describe('a HyperLogLog', () => {
  const numbers = (count: number): string[] => Array.from({ length: count }, (_, at) => String(at + 1));

  test.each([
    ['sparse', numbers(200), 'aad56470e133a105a06fc4cd2460800e7740cca8'],
    ['dense', numbers(5000), '63c475abd81d22fb332c755d784dabb36afadd1b'],
    [
      'of elements of every length up to two words',
      Array.from({ length: 10 }, (_, length) => 'abcdefghi'.slice(0, length)),
      '8d30caf74357a87f5d1e3df6df008ea3a42d80ec',
    ],
  ])('%s has the bytes that a real server writes', (_name, elements, digest) => {
    const lone = new LoneServer({ 'enable-debug-command': 'yes' });
    const socket = lone.connect();
    lone.run(socket, 'PFADD', 'h', ...elements);
    expect(lone.ask(socket, 'DEBUG', 'DIGEST-VALUE', 'h')).toMatchObject([{ text: digest }]);
  });
});

test('a count that asks for more repetitions than any memory holds ends the connection', () => {
  const lone = new LoneServer();
  const boss = lone.connect();
  lone.run(boss, 'SADD', 's', 'a');
  lone.run(boss, 'HSET', 'h', 'a', 'b');
  lone.run(boss, 'ZADD', 'z', '1', 'a');
  for (const [name, key] of [
    ['SRANDMEMBER', 's'],
    ['HRANDFIELD', 'h'],
    ['ZRANDMEMBER', 'z'],
  ] as const) {
    const socket = lone.connect();
    expect(lone.ask(socket, name, key, '-1000')).toHaveLength(1000);
    expect(lone.run(socket, name, key, '-2147483649')).toEqual([]);
    expect(lone.closed.has(socket)).toBe(true);
  }
});
