/* The arithmetic behind the figures of lessons. */

import { describe, expect, it } from 'vitest';
import { makeSession } from '#session/in-place.ts';
import { measureFailover, victimOf } from '#app/lesson/figures/sweep-model.ts';
import { failoverTimes } from '#app/lesson/figures/timeout-model.ts';
import { movedKeys } from '#app/lesson/figures/moved-model.ts';

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
