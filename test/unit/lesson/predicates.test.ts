/* Words of checks that count and measure what happened since the step began. */

import { expect, test } from 'vitest';
import { evaluate, parseExpression } from '#lesson/expression.ts';
import { scopeOf } from '#lesson/predicates.ts';
import type { LessonView } from '#lesson/view.ts';

const view = {
  now: 20e6,
  events: [
    { seq: 1, at: 4e6, who: '7001', event: { type: 'PFAIL', name: '7002' } },
    { seq: 2, at: 9e6, who: '7000', event: { type: 'PFAIL', name: '7002' } },
    { seq: 3, at: 9.5e6, who: '7000', event: { type: 'FAIL', name: '7002' } },
  ],
  replies: [
    { at: 4e6, began: 0, console: 'a', line: 'CLUSTER INFO', text: 'sent:1' },
    { at: 6e6, began: 5.5e6, console: 'a', line: 'CLUSTER INFO', text: 'sent:10' },
    { at: 7e6, began: 7e6, console: 'a', line: 'PING', text: 'PONG' },
    { at: 8e6, began: 7e6, console: 'a', line: 'CLUSTER INFO', text: 'sent:25' },
  ],
  acts: [],
  servers: [],
  ledger: {
    recent: [
      { at: 4e6, key: 'stock:1', part: null, state: 'held' },
      { at: 6e6, key: 'stock:2', part: 'a', state: 'held' },
      { at: 7e6, key: 'stock:2', part: 'b', state: 'held' },
      { at: 7e6, key: 'stock:3', part: null, state: 'lost' },
      { at: 8e6, key: 'shelf:1', part: null, state: 'pending' },
    ],
  },
} as unknown as LessonView;

const value = (text: string): unknown => evaluate(parseExpression(text), scopeOf(view, 5e6));

test('the time of an event is that of the first since the step began', () => {
  expect(value("after('PFAIL')")).toBe(4);
  expect(value("after('PFAIL', {who: 7000})")).toBe(4);
  expect(value("after('FAIL') - after('PFAIL')")).toBe(0.5);
  expect(value("after('PFAIL', {who: 7001})")).toBe(Infinity);
  expect(value("after('PROMOTED') <= 60")).toBe(false);
});

test('numbers are found in the replies since the step began, in their order', () => {
  expect(value('numbers(/sent:(\\d+)/)')).toEqual([10, 25]);
  expect(value('numbers(/sent:(\\d+)/)[1] - numbers(/sent:(\\d+)/)[0]')).toBe(15);
  expect(value('numbers(/sent:/)')).toEqual([]);
});

test('lines since the step began are counted and timed', () => {
  expect(value('timesAsked(/^cluster info$/i)')).toBe(2);
  expect(value("took('a', /^cluster/i)")).toBe(1);
  expect(value("took('b', /^cluster/i)")).toBe(0);
});

test('how uneven shares are is told by the largest and the mean; nothing shared is not even', () => {
  expect(value('overMean([2, 2, 2])')).toBe(1);
  expect(value('overMean([8, 2, 2])')).toBe(2);
  expect(value('overMean([0, 0]) < 1.5')).toBe(false);
  expect(value('overMean([]) < 1.5')).toBe(false);
});

test('a key counts as written once, and only when that was since the step began', () => {
  expect(value("written('stock:')")).toBe(1);
  expect(value("written('')")).toBe(2);
});
