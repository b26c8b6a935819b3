/* How the delays of a class are counted, since figures stand on it. */

import { expect, test } from 'vitest';
import { delays, quantile, type Moment } from './delays.ts';

const told: Moment[] = [
  [100, 1000],
  [200, 1100],
  [300, 1200],
  [400, 1300],
];

test('a time that was passed over counts as reached when a later one was', () => {
  const arrived: Moment[] = [
    [100, 1010],
    [400, 1350],
  ];
  expect(delays(told, arrived)).toEqual([10, 250, 150, 50]);
});

test('who came late is not blamed for what was told before', () => {
  expect(delays(told, [[300, 1205]])).toEqual([5]);
  expect(delays(told, [])).toEqual([]);
});

test('a time that is told twice is reached twice', () => {
  const again: Moment[] = [...told, [300, 1400], [400, 1500]];
  const arrived: Moment[] = [
    [300, 1201],
    [400, 1302],
    [300, 1403],
    [400, 1504],
  ];
  expect(delays(again, arrived)).toEqual([1, 2, 3, 4]);
});

test('quantiles are values that occurred', () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(3);
  expect(quantile([4, 1, 3, 2], 0.95)).toBe(4);
  expect(quantile([], 0.5)).toBe(Infinity);
});
