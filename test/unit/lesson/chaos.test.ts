/* What a cluster made of a chaos tape is what was counted while it played, and nothing else. */

import { describe, expect, test } from 'vitest';
import { scoreOf, type ChaosRun } from '#lesson/chaos.ts';
import { evaluate, parseExpression } from '#lesson/expression.ts';
import { scopeOf } from '#lesson/predicates.ts';
import { NOTHING_SEEN, type LessonView } from '#lesson/view.ts';
import { emptyLedger } from '#sim/empty-frame.ts';
import type { ClientFrame } from '#sim/frame.ts';

const S = 1_000_000;

const ledger = (acked: number, lost: number, outageMs: number) => ({
  ...emptyLedger(),
  acked,
  lost,
  outageMs,
});
const client = (ops: number, errors: number, kind = 'workload') =>
  ({ kind, ops, errors, figures: {} }) as ClientFrame;

const run = (changes: Partial<ChaosRun> = {}): ChaosRun => ({
  id: 'storm',
  at: 10 * S,
  endsAt: 70 * S,
  before: { ledger: ledger(100, 1, 500), clients: [client(200, 3)] },
  after: null,
  ...changes,
});

const viewOf = (parts: Partial<LessonView>): LessonView => ({ ...NOTHING_SEEN, ...parts });

describe('the score of a chaos tape', () => {
  const now = { ledger: ledger(160, 4, 2500), clients: [client(400, 8), client(1000, 1000, 'monitor')] };

  test('counts workloads and the ledger from its beginning', () => {
    expect(scoreOf(run(), viewOf({ now: 22 * S, ...now }))).toMatchObject({
      seconds: 12,
      lasts: 60,
      over: false,
      written: 60,
      lost: 3,
      down: 2,
      asked: 200,
      answered: 97.5,
    });
  });

  test('stands still when the tape has ended', () => {
    const later = { ledger: ledger(900, 90, 9000), clients: [client(9000, 900)] };
    const score = scoreOf(run({ after: now }), viewOf({ now: 200 * S, ...later }));
    expect(score).toMatchObject({ seconds: 60, over: true, written: 60, lost: 3, down: 2, answered: 97.5 });
  });

  test('counts coupons that were spent twice, and what databases had to do', () => {
    const spent = (at: number, coupon: number) => {
      return { seq: at, at: at * S, who: 'client:E', event: { type: 'COUPON_SPENT', coupon } };
    };
    const cache = (queries: number, overloads: number) =>
      ({ ...client(0, 0, 'cache'), figures: { queries, overloads } }) as ClientFrame;
    const events = [spent(9, 3), spent(11, 4), spent(12, 5), spent(20, 4), spent(71, 5)];
    const before = { ledger: ledger(0, 0, 0), clients: [cache(100, 2)] };
    const view = viewOf({ now: 90 * S, events, clients: [cache(180, 5)] });
    expect(scoreOf(run({ before }), view)).toMatchObject({ spent: 3, twice: 1, queries: 80, overloads: 3 });
  });

  test('is that of nothing while no tape was begun in this step', () => {
    const score = (since: number): unknown =>
      evaluate(
        parseExpression("chaos('storm').lost"),
        scopeOf(viewOf({ now: 22 * S, ...now, chaos: [run()] }), since),
      );
    expect(score(0)).toBe(3);
    expect(score(11 * S)).toBe(0);
    expect(evaluate(parseExpression("chaos('other').over"), scopeOf(viewOf({ chaos: [run()] }), 0))).toBe(
      false,
    );
  });
});

test('events are counted between two seconds of the tape', () => {
  const at = (seconds: number, server: string) => {
    return { seq: seconds, at: seconds * S, who: 'client:m', event: { type: 'ALERT_FIRING', server } };
  };
  const view = viewOf({
    now: 70 * S,
    chaos: [run()],
    events: [at(14, '7001'), at(15, '7002'), at(31, '7001')],
  });
  const value = (text: string, since = 0): unknown => evaluate(parseExpression(text), scopeOf(view, since));
  expect(value("during('storm', 4, 21, 'ALERT_FIRING')")).toBe(3);
  expect(value("during('storm', 5, 20, 'ALERT_FIRING')")).toBe(1);
  expect(value("during('storm', 0, 60, 'ALERT_FIRING', {server: /7001/})")).toBe(2);
  expect(value("during('other', 0, 60, 'ALERT_FIRING')")).toBe(0);
  expect(value("during('storm', 0, 60, 'ALERT_FIRING')", 11 * S)).toBe(0);
});
