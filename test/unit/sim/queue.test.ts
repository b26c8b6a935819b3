import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cloneGraph } from '#base/clone.ts';
import { EventQueue, WorldEvent } from '#sim/queue.ts';

const keys = fc.array(fc.tuple(fc.nat(20), fc.nat(5), fc.nat(1000)), { maxLength: 200 });
const make = ([time, source, seq]: readonly [number, number, number]): WorldEvent => {
  return new WorldEvent(time, source, seq, 0, 'timer', 0, '', null);
};
const key = ({ time, source, seq }: WorldEvent): [number, number, number] => [time, source, seq];

function drain(queue: EventQueue): [number, number, number][] {
  const out = [];
  for (let event = queue.pop(); event; event = queue.pop()) out.push(key(event));
  return out;
}

test('events come out by time, then source, then sequence, whatever order they went in', () => {
  fc.assert(
    fc.property(keys, (list) => {
      const queue = new EventQueue();
      for (const entry of list) queue.push(make(entry));
      const sorted = [...list].sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
      expect(drain(queue)).toEqual(sorted);
    }),
  );
});

test('pushing and popping in turns never gives an event before an earlier one that is queued', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(50)), { maxLength: 300 }), (steps) => {
      const queue = new EventQueue();
      const model: number[] = [];
      steps.forEach((step, seq) => {
        if (step !== null) {
          queue.push(make([step, 0, seq]));
          model.push(step);
          model.sort((a, b) => a - b);
        } else expect(queue.pop()?.time).toBe(model.shift());
        expect(queue.peek()?.time).toBe(model[0]);
      });
    }),
  );
});

test('removed events are gone, the others keep their order', () => {
  const queue = new EventQueue();
  for (let at = 0; at < 50; at++) queue.push(make([at % 7, at % 3, at]));
  const removed = queue.remove(({ seq }) => seq % 2 === 0);
  expect(removed).toHaveLength(25);
  const rest = drain(queue);
  expect(rest.every(([, , seq]) => seq % 2 === 1)).toBe(true);
  expect(rest).toEqual([...rest].sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]));
});

test('a clone goes its own way and shares the events', () => {
  const queue = new EventQueue();
  for (let at = 0; at < 10; at++) queue.push(make([at, 0, at]));
  const copy = cloneGraph(queue);
  expect(copy.peek()).toBe(queue.peek());
  copy.pop();
  expect(copy.size).toBe(9);
  expect(queue.size).toBe(10);
});
