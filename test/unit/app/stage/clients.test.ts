import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MOST_STEP, nextClientId, rateOf, stepOf } from '#app/inspector/apps.ts';
import { ownerBySlot } from '#app/stage/beliefs.ts';
import { staleRanges, staleTotal } from '#app/stage/client-map.ts';
import { clusterFrame } from './frames.ts';

describe('the slot map of a client', () => {
  const { servers } = clusterFrame(3);

  test('a right map has nothing stale, and no map cannot be wrong', () => {
    const map = servers.flatMap(({ slots, name }) =>
      slots.map(([first, last]): [number, number, string] => [first, last, name]),
    );
    expect(staleRanges(map, servers)).toEqual([]);
    expect(staleRanges([], servers)).toEqual([]);
  });

  test('slots of a server that is gone, and slots it knows nothing of, are told apart', () => {
    const [[first, last]] = servers[0]!.slots as [[number, number]];
    expect(staleRanges([[first, last, '9999']], servers)[0]).toEqual({
      first,
      last,
      believes: '9999',
      truly: '7000',
    });
    expect(staleRanges([[first, last, '7000']], servers)[0]).toMatchObject({
      first: last + 1,
      believes: null,
      truly: '7001',
    });
  });

  test('its stale slots are exactly those where it differs from the truth', () => {
    const names = fc.constantFrom('7000', '7001', '7002', '7003', '9999');
    const range = fc
      .tuple(fc.nat(16383), fc.nat(16383), names)
      .map(([p, q, name]): [number, number, string] => [Math.min(p, q), Math.max(p, q), name]);
    fc.assert(
      fc.property(fc.array(range, { minLength: 1, maxLength: 5 }), (map) => {
        const owners = ownerBySlot(servers);
        const believed: (string | null)[] = Array.from({ length: 16384 }, () => null);
        for (const [first, last, name] of map) believed.fill(name, first, last + 1);
        const wrong = believed.filter((name, slot) => name !== (servers[owners[slot]!]?.name ?? null)).length;
        expect(staleTotal(staleRanges(map, servers))).toBe(wrong);
      }),
      { numRuns: 40 },
    );
  });
});

describe('starting clients', () => {
  test('a new one takes the first name that is free', () => {
    expect(nextClientId([])).toBe('app1');
    expect(nextClientId([{ id: 'app1' }, { id: 'app3' }])).toBe('app2');
  });

  test('the slider of the rate gives back what it was set to', () => {
    for (let step = 0; step <= MOST_STEP; step++) if (step !== 0) expect(stepOf(rateOf(step))).toBe(step);
    expect(rateOf(0)).toBe(0);
    expect(rateOf(MOST_STEP)).toBe(1000);
  });
});
