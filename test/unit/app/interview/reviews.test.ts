/* The log of reviews: scheduling, merging without loss, clocks that jump. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  knownCards,
  makeReview,
  mendTimes,
  mergeReviews,
  nextDue,
  recall,
  statistics,
  type Mark,
  type Review,
} from '#app/interview/reviews.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 0, 10);

const log = (...entries: [at: number, mark: Mark, card?: string][]): Review[] =>
  entries.map(([at, mark, card = 'psync'], index) => ({ id: `r${index}`, card, at, mark }));

const review = fc.record({
  id: fc.constantFrom(...'abcdefgh'),
  card: fc.constantFrom('psync', 'epochs'),
  at: fc.integer({ min: NOW - 400 * DAY, max: NOW + 400 * DAY }),
  mark: fc.constantFrom<Mark>(1, 2, 3, 4),
});
const reviews = fc.uniqueArray(review, { selector: ({ id }) => id });

describe('the schedule', () => {
  test('a card known by heart comes much later than one not known', () => {
    const due = nextDue(undefined, NOW);
    expect(due[1] - NOW).toBeLessThanOrEqual(10 * 60_000);
    expect(due[4] - NOW).toBeGreaterThan(2 * DAY);
    expect([due[1], due[2], due[3], due[4]]).toEqual([due[1], due[2], due[3], due[4]].sort((a, b) => a - b));
  });

  test('what a button promises is what comes', () => {
    const before = log([NOW - 3 * DAY, 3], [NOW - 3 * DAY + 600_000, 3]);
    const promised = nextDue(knownCards(before).get('psync'), NOW);
    for (const mark of [1, 2, 3, 4] as const) {
      const after = [...before, makeReview(before, 'psync', mark, NOW, 'new')];
      expect(knownCards(after).get('psync')?.due).toBe(promised[mark]);
    }
  });

  test('intervals grow with every good answer, and a failure counts as a lapse', () => {
    let kept: Review[] = [];
    let at = NOW;
    const gaps: number[] = [];
    for (let count = 0; count < 6; count++) {
      kept = [...kept, makeReview(kept, 'psync', 3, at, `r${count}`)];
      const due = knownCards(kept).get('psync')?.due ?? 0;
      gaps.push(due - at);
      at = due;
    }
    expect(gaps).toEqual([...gaps].sort((a, b) => a - b));
    expect(gaps.at(-1)).toBeGreaterThan(20 * DAY);
    const failed = [...kept, makeReview(kept, 'psync', 1, at, 'fail')];
    expect(knownCards(failed).get('psync')?.lapses).toBe(1);
  });

  test('what was never asked is not known, what was just answered is', () => {
    expect(recall(undefined, NOW)).toBe(0);
    const known = knownCards(log([NOW, 4])).get('psync');
    expect(recall(known, NOW)).toBeCloseTo(1);
    expect(recall(known, NOW + 300 * DAY)).toBeLessThan(0.9);
  });

  test('statistics count what is seen, due and firm, and the share of repeated ones known', () => {
    const kept = log([NOW - 20 * DAY, 3], [NOW - 10 * DAY, 3], [NOW - DAY, 1], [NOW - DAY, 4, 'epochs']);
    const found = statistics(['psync', 'epochs', 'pubsub'], kept, NOW);
    expect(found).toMatchObject({ seen: 2, due: 1, kept: 0.5 });
  });
});

describe('merging', () => {
  test('loses nothing, invents nothing, and gives the same in any order and any number of times', () => {
    fc.assert(
      fc.property(reviews, reviews, reviews, (a, b, c) => {
        const merged = mergeReviews(a, b);
        expect(new Set(merged.map(({ id }) => id))).toEqual(new Set([...a, ...b].map(({ id }) => id)));
        expect(mergeReviews(b, a)).toEqual(merged);
        expect(mergeReviews(merged, a)).toEqual(merged);
        expect(mergeReviews(mergeReviews(a, b), c)).toEqual(mergeReviews(a, mergeReviews(b, c)));
      }),
    );
  });
});

describe('a clock that jumps', () => {
  test('into the future and back: what was written there is moved to now, once', () => {
    const wrong = log([NOW - DAY, 3], [NOW + 5000 * DAY, 3], [NOW + 5000 * DAY + 1, 4, 'epochs']);
    const mended = mendTimes(wrong, NOW);
    expect(mended.map(({ id }) => id)).toEqual(['r0', 'r1', 'r2']);
    expect(Math.max(...mended.map(({ at }) => at))).toBeLessThanOrEqual(NOW);
    expect(mendTimes(mended, NOW)).toEqual(mended);
    // The wrong times come back with an old export, and do not win.
    expect(mergeReviews(mended, wrong)).toEqual(mended);
    expect(knownCards(mended).get('epochs')?.due).toBeLessThan(NOW + 60 * DAY);
  });

  test('into the past: a new review still follows the last one', () => {
    const kept = log([NOW, 3]);
    const next = makeReview(kept, 'psync', 3, Date.UTC(1970, 0, 2), 'new');
    expect(next.at).toBeGreaterThan(NOW);
    expect(knownCards([...kept, next]).get('psync')?.reps).toBe(2);
  });

  test('never breaks the schedule, whatever the log', () => {
    fc.assert(
      fc.property(reviews, fc.integer({ min: 0, max: NOW * 2 }), (kept, now) => {
        const mended = mendTimes(kept, now);
        expect(mended).toHaveLength(kept.length);
        for (const known of knownCards(mended).values()) {
          expect(Number.isFinite(known.due)).toBe(true);
          const due = nextDue(known, now);
          expect(due[1]).toBeLessThanOrEqual(due[4]);
          expect(recall(known, now)).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});
