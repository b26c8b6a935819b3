import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromUint8, toUint8, utf8Decode, utf8Encode } from '#base/bytes.ts';
import { CLONE, cloneGraph, Shared } from '#base/clone.ts';
import { crc16, hashTag, keyHashSlot } from '#base/crc16.ts';
import { Prng } from '#base/prng.ts';

describe('byte strings', () => {
  test('carry any bytes and any text there and back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20_000 }), (bytes) => {
        expect(toUint8(fromUint8(bytes))).toEqual(bytes);
      }),
      { numRuns: 50 },
    );
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        (text) => void expect(utf8Decode(utf8Encode(text))).toBe(text),
      ),
    );
  });

  test('that are no UTF-8 read as replacement characters', () => {
    expect(utf8Decode('\xff\xfe')).toBe('\ufffd\ufffd');
    expect(utf8Encode('中')).toBe('\xe4\xb8\xad');
  });
});

describe('slots', () => {
  test('have the check value of CRC-16/XMODEM and the slots that Redis gives', () => {
    expect(crc16('123456789')).toBe(0x31c3);
    const known = { foo: 12182, bar: 5061, hello: 866, 'user:1000': 1649, '': 0, '123456789': 12739 };
    for (const [key, slot] of Object.entries(known)) expect([key, keyHashSlot(key)]).toEqual([key, slot]);
  });

  test('follow the first tag that is not empty, and no later one', () => {
    expect(keyHashSlot('{user1000}.following')).toBe(keyHashSlot('user1000'));
    expect(keyHashSlot('foo{}{bar}')).toBe(crc16('foo{}{bar}') % 16384);
    expect(hashTag('foo{{bar}}zap')).toEqual([4, 8]);
    expect(hashTag('foo{bar}{zap}')).toEqual([4, 7]);
    expect(hashTag('foo{bar')).toEqual([0, 7]);
  });
});

describe('chance', () => {
  test('is the same for the same seed and name, and another for others', () => {
    const draw = (seed: number, name: string): number[] => {
      const prng = Prng.stream(seed, name);
      return Array.from({ length: 8 }, () => prng.u32());
    };
    expect(draw(1, 'a')).toEqual(draw(1, 'a'));
    expect(draw(1, 'a')).not.toEqual(draw(2, 'a'));
    expect(draw(1, 'a')).not.toEqual(draw(1, 'b'));
    expect(draw(1, 'link/7000>7001')).not.toEqual(draw(1, 'link/7001>7000'));
  });

  test('stays in its bounds and spreads over them', () => {
    const prng = Prng.stream(7, 'spread');
    const counts = new Array<number>(10).fill(0);
    for (let at = 0; at < 100_000; at++) counts[prng.below(10)]!++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  test('goes on alike in a clone', () => {
    const prng = Prng.stream(3, 'x');
    prng.u32();
    const copy = cloneGraph({ prng }).prng;
    expect([copy.u32(), copy.u32()]).toEqual([prng.u32(), prng.u32()]);
  });
});

class Knot {
  next: Knot | null = null;
  readonly list: Knot[] = [];
  count = 0;
  increase(): number {
    return ++this.count;
  }
}

describe('a clone of a graph', () => {
  test('keeps cycles, shared references, classes and methods, and shares nothing that changes', () => {
    const a = new Knot();
    const b = new Knot();
    a.next = b;
    b.next = a;
    a.list.push(b, b);
    const copy = cloneGraph(a);
    expect(copy).not.toBe(a);
    expect(copy.next?.next).toBe(copy);
    expect(copy.list[0]).toBe(copy.list[1]);
    expect(copy.list[0]).toBe(copy.next);
    expect(copy.increase()).toBe(1);
    expect(a.count).toBe(0);
  });

  test('copies maps, sets, typed arrays and plain data of any shape', () => {
    fc.assert(
      fc.property(
        fc.object({ withMap: true, withSet: true, withTypedArray: true, withBigInt: true }),
        (value) => {
          expect(cloneGraph(value)).toEqual(value);
        },
      ),
    );
    const map = new Map([[{ key: 1 }, new Uint8Array([1, 2])]]);
    const copy = cloneGraph(map);
    for (const bytes of copy.values()) bytes[0] = 9;
    expect([...map.values()][0]).toEqual(new Uint8Array([1, 2]));
  });

  test('shares what is frozen, wrapped as shared, or says itself how it is cloned', () => {
    const frozen = Object.freeze({ a: 1 });
    const shared = new Shared({ b: 2 });
    const own = { [CLONE]: () => 'mine' };
    const copy = cloneGraph({ frozen, shared, own });
    expect(copy.frozen).toBe(frozen);
    expect(copy.shared).toBe(shared);
    expect(copy.own).toBe('mine');
  });
});
