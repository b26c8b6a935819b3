import { expect, test } from 'vitest';
import { SlotLoad } from '#redis/cluster/slot-load.ts';

const rates = (load: SlotLoad, nowMs: number): Record<string, number> =>
  Object.fromEntries(load.perSecond(nowMs).map(([slot, rate]) => [slot, Number(rate.toFixed(2))]));

test('a steady stream of commands is told at its rate, whenever one asks', () => {
  const load = new SlotLoad();
  for (let at = 0; at < 60_000; at += 50) load.count(7, at);
  for (const at of [59_999, 60_000, 60_001]) expect(rates(load, at)['7']).toBeCloseTo(20, 0);
  expect(rates(load, 60_500)['7']).toBeLessThan(20);
});

test('slots are counted apart, and asking changes nothing', () => {
  const load = new SlotLoad();
  for (let at = 3000; at < 6000; at += 100) load.count(at % 300 === 0 ? 1 : 16_383, at);
  const first = rates(load, 6000);
  expect(first).toEqual({ 1: 3.33, 16383: 6.67 });
  expect(rates(load, 9000)).toEqual({});
  expect(rates(load, 6000)).toEqual(first);
});

test('what is long ago counts no more, also when the clock leaps', () => {
  const load = new SlotLoad();
  load.count(5, 1000);
  expect(rates(load, 1000)).toEqual({ 5: 0.33 });
  expect(rates(load, 7000)).toEqual({});
  load.count(6, 9_000_000);
  expect(rates(load, 9_000_000)).toEqual({ 6: 0.33 });
});
