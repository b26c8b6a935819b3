import fc from 'fast-check';
import { expect, test } from 'vitest';
import { share } from '#app/state/steady.svelte.ts';

test('what says the same is the same object', () => {
  const old = { a: [1, { b: 'x' }], m: new Map([['k', { n: 1 }]]), s: new Set([1]) };
  expect(share(old, structuredClone(old))).toBe(old);
});

test('what changed is new, and all around it that did not is old', () => {
  const old = { nodes: [{ name: '7000', x: 1 }, { name: '7001' }], map: new Map([['k', { n: 1 }]]) };
  const fresh = structuredClone(old);
  fresh.nodes[0] = { name: '7000', x: 2 };
  const shared = share(old, fresh);
  expect(shared).toEqual(fresh);
  expect(shared).not.toBe(old);
  expect(shared.nodes[1]).toBe(old.nodes[1]);
  expect(shared.map).toBe(old.map);
});

test.each([
  ['a field more', { a: 1 }, { a: 1, b: undefined }],
  ['a field less', { a: 1, b: undefined }, { a: 1 }],
  ['another field', { a: undefined }, { b: undefined }],
  ['a shorter list', [1, 2], [1]],
  ['a list that was an object', {}, []],
  ['another order', new Map([['a', 1], ['b', 2]]), new Map([['b', 2], ['a', 1]])], // prettier-ignore
  ['another member', new Set([1]), new Set([2])],
  ['nothing', { a: {} }, { a: null }],
  ['a minus', { a: 0 }, { a: -0 }],
])('%s is a change', (_, old, fresh) => {
  const shared = share<unknown>(old, fresh);
  expect(shared).not.toBe(old);
  expect(shared).toStrictEqual(fresh);
});

test('whatever comes, the answer says what the new value says', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (old, fresh) => {
      const before = JSON.stringify([old, fresh]);
      expect(share(old, fresh)).toStrictEqual(fresh);
      expect(share(old, structuredClone(old))).toBe(old);
      expect(JSON.stringify([old, fresh])).toBe(before);
    }),
  );
});
