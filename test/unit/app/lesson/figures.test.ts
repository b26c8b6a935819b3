/* What the figures of lessons reckon and read from what happened. */

import { describe, expect, it } from 'vitest';
import { makeSession } from '#session/in-place.ts';
import { measureFailover, victimOf } from '#app/lesson/figures/sweep-model.ts';
import { failoverTimes } from '#app/lesson/figures/timeout-model.ts';
import { lanesOf } from '#app/lesson/figures/lanes-model.ts';
import { movedKeys } from '#app/lesson/figures/moved-model.ts';
import {
  beliefsOf,
  grantsNow,
  holderOf,
  overlapsOf,
  type Grant,
} from '#app/lesson/figures/padlocks-model.ts';
import type { FeedEvent } from '#sim/frame.ts';

describe('keys that move when servers are added', () => {
  it.each([
    [3, 4],
    [3, 6],
    [1, 10],
  ])('from %i to %i servers: slots move exactly the share of the new ones', (from, to) => {
    const [modulo, ring, slots] = movedKeys(from, to).map(({ moved }) => moved / 100);
    const share = (to - from) / to;
    expect(modulo).toBeGreaterThan(share - 0.03);
    expect(Math.abs(slots! - share)).toBeLessThan(0.03);
    // On a ring it depends on where the points fall.
    expect(Math.abs(ring! - share)).toBeLessThan(0.15);
  });

  it('slots are the most even, and a ring with few points is not', () => {
    const [, ring, slots] = movedKeys(3, 4);
    expect(slots!.fullest).toBeLessThan(28);
    expect(ring!.fullest).toBeGreaterThan(slots!.fullest);
  });
});

describe('a failover that is measured', () => {
  it('takes as long as the rules allow, and happens in a branch: the world goes on as if nothing had been', async () => {
    const session = makeSession();
    await session.open({ nodeTimeoutMs: 3000, seed: 5 });
    const hash = await session.hash();
    for (const timeoutMs of [500, 2000]) {
      const { from, to } = failoverTimes(timeoutMs, 6).election;
      const first = await measureFailover(session, 'one', timeoutMs, 0);
      const second = await measureFailover(session, 'two', timeoutMs, 1);
      for (const took of [first, second]) {
        expect(took).toBeGreaterThan(from);
        expect(took).toBeLessThan(to);
      }
      expect(second).not.toBe(first);
    }
    expect(await session.hash()).toBe(hash);
    expect((await session.history()).branches).toHaveLength(5);
  });

  it('is impossible where no replica could take over', async () => {
    const session = makeSession();
    await session.open({ replicasPerMaster: 0 });
    expect(victimOf((await session.frame()).servers)).toBeNull();
    expect(await measureFailover(session, 'none', 1000, 0)).toBeNull();
    expect((await session.history()).branches).toHaveLength(1);
  });
});

/** Things that happened, a millisecond each after the one before. */
function feed(...happened: [who: string, type: string, fields?: object][]): FeedEvent[] {
  return happened.map(([who, type, fields], n) => ({
    seq: n,
    at: n * 1000,
    who,
    event: { type, ...fields },
  }));
}

describe('the lanes of manual failovers', () => {
  const peaceful = feed(
    ['7005', 'MFSTART', { name: '7002', option: '' }],
    ['7002', 'MF_PAUSED', { name: '7005' }],
    ['7001', 'PFAIL', { name: '7004' }],
    ['7005', 'MF_READY', { offset: 3 }],
    ['7005', 'AUTH_REQUEST', { needed: 2 }],
    ['7005', 'VOTE_RECEIVED', { name: '7000', needed: 2 }],
    ['7005', 'PROMOTED', { name: '7005', needed: 2 }],
    ['7005', 'MF_TIMEOUT', {}],
  );

  it('tell what happened from the command to the new master, and nothing of others', () => {
    const [lane, force, takeover] = lanesOf({ now: 9e6 }, peaceful);
    expect(lane).toMatchObject({ who: '7005', won: true });
    expect(lane?.moments.map(({ type, ms, name }) => [type, ms, name])).toEqual([
      ['MFSTART', 0, '7002'],
      ['MF_PAUSED', 1, '7002'],
      ['MF_READY', 3, ''],
      ['AUTH_REQUEST', 4, ''],
      ['VOTE_RECEIVED', 5, '7000'],
      ['PROMOTED', 6, '7005'],
    ]);
    expect([force, takeover]).toEqual([null, null]);
  });

  it('know nothing of what is still to come', () => {
    expect(lanesOf({ now: 3000 }, peaceful)[0]).toMatchObject({ won: false });
    expect(lanesOf({ now: 3000 }, peaceful)[0]?.moments).toHaveLength(3);
  });

  it('keep a success, also when the same was tried again in vain', () => {
    const tries = feed(
      ['7002', 'MFSTART', { option: 'force' }],
      ['7002', 'PROMOTED', {}],
      ['7003', 'MFSTART', { option: 'force' }],
      ['7003', 'MF_TIMEOUT', {}],
    );
    expect(lanesOf({ now: 9e6 }, tries)[1]).toMatchObject({ who: '7002', won: true });
    expect(lanesOf({ now: 9e6 }, tries.slice(2))[1]).toMatchObject({ who: '7003', won: false });
  });
});

describe('padlocks', () => {
  const before: Grant[] = [{ server: '7000', token: 'A', untilMs: 5000, gone: false }];
  const dead = { server: '7000', down: true, held: null };

  it('a holder counts on a server that has died, until his time is over', () => {
    expect(grantsNow(before, [dead], 4000)).toEqual([
      { server: '7000', token: 'A', untilMs: 5000, gone: true },
    ]);
    expect(grantsNow(before, [dead], 5000)).toEqual([]);
    expect(grantsNow([], [dead], 4000)).toEqual([]);
  });

  it('a server that runs is asked what it holds', () => {
    expect(grantsNow(before, [{ ...dead, down: false }], 4000)).toEqual([]);
    const other = { server: '7003', down: false, held: ['B', -1] as const };
    expect(grantsNow(before, [dead, other], 4000).map(({ token, gone }) => [token, gone])).toEqual([
      ['A', true],
      ['B', false],
    ]);
  });

  it('tokens of clients name them', () => {
    expect(holderOf(`client:C-${'0f'.repeat(8)}`)).toBe('C');
    expect(holderOf('me-too')).toBe('me-too');
  });

  it('what two clients believed at the same time overlaps', () => {
    const lock = { lock: 'l' };
    const events = feed(
      ['client:C', 'LOCK_ACQUIRED', lock],
      ['client:D', 'LOCK_ACQUIRED', { lock: 'another' }],
      ['client:D', 'LOCK_ACQUIRED', lock],
      ['client:C', 'LOCK_RELEASED', lock],
    );
    const beliefs = beliefsOf(events, 'l', 500, 10_000);
    expect(beliefs).toEqual([
      { who: 'client:C', from: 500, to: 3000 },
      { who: 'client:D', from: 2000, to: 10_000 },
    ]);
    expect(overlapsOf(beliefs)).toEqual([[2000, 3000]]);
    expect(overlapsOf(beliefs.slice(0, 1))).toEqual([]);
  });
});
