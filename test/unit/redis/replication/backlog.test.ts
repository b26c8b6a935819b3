import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Backlog } from '#redis/replication/backlog.ts';

describe('the backlog', () => {
  test('holds the stream from the first offset on', () => {
    const backlog = new Backlog(101);
    backlog.append('abc', 1000);
    backlog.append('def', 1000);
    expect([backlog.first, backlog.length]).toEqual([101, 6]);
    expect(backlog.since(101)).toBe('abcdef');
    expect(backlog.since(104)).toBe('def');
    expect(backlog.since(107)).toBe('');
  });

  test('can be continued one past its end and not beyond, nor before its beginning', () => {
    const backlog = new Backlog(101);
    backlog.append('abc', 1000);
    expect([100, 101, 104, 105].map((offset) => backlog.covers(offset))).toEqual([false, true, true, false]);
  });

  test('forgets the oldest bytes, never more than leaves the configured size', () => {
    const backlog = new Backlog(1);
    for (let at = 0; at < 100; at++) {
      backlog.append('x'.repeat(1000), 20_000);
      backlog.trim(20_000, Infinity);
    }
    expect(backlog.length).toBeGreaterThanOrEqual(20_000);
    expect(backlog.length).toBeLessThanOrEqual(20_000 + 20_480);
    expect(backlog.first + backlog.length).toBe(100_001);
  });

  test('keeps what somebody still needs, whatever its size', () => {
    const backlog = new Backlog(1);
    backlog.append('x'.repeat(100_000), 20_000);
    backlog.trim(20_000, 30_000);
    expect(backlog.first).toBeLessThanOrEqual(30_000);
    expect(backlog.covers(30_000)).toBe(true);
    backlog.trim(20_000, 100_001);
    expect(backlog.length).toBeLessThanOrEqual(20_000 + 20_480);
  });

  test('gives back any suffix of what was written', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 300 }), { maxLength: 200 }), fc.nat(), (pieces, pick) => {
        const backlog = new Backlog(1);
        for (const piece of pieces) {
          backlog.append(piece, 16_384);
          backlog.trim(16_384, Infinity);
        }
        const all = pieces.join('');
        const offset = backlog.first + (pick % (backlog.length + 1));
        expect(backlog.since(offset)).toBe(all.slice(offset - 1));
      }),
    );
  });
});
