/* Random worlds. 300 seeds by default; SWARM_FROM and SWARM_COUNT choose others, and are how a
 * failure is played again: SWARM_FROM=38 SWARM_COUNT=1 npx vitest run test/sim/swarm.test.ts */

import { describe, expect, test } from 'vitest';
import { runSeed } from './swarm.ts';

const from = Number(process.env['SWARM_FROM'] ?? 1);
const count = Number(process.env['SWARM_COUNT'] ?? 300);
/** SWARM_POWER=1 lets the power fail as well, in all of them. */
const power = process.env['SWARM_POWER'] === '1';
const CHUNK = 25;
/** No measure of speed: a busy machine may take long. */
const PATIENCE_MS = 900_000;

describe('the rules hold when servers lose their power as well', () => {
  test(
    'seeds 401 to 430',
    () => {
      for (let seed = 401; seed <= 430; seed++)
        expect(runSeed(seed, { power: true }).violation, `seed ${seed}`).toBe(null);
    },
    PATIENCE_MS,
  );
});

describe('the rules hold in random worlds, and each comes to rest when it is healed', () => {
  for (let first = from; first < from + count; first += CHUNK) {
    const last = Math.min(first + CHUNK, from + count) - 1;
    test(
      `seeds ${first} to ${last}`,
      () => {
        let defects = 0;
        for (let seed = first; seed <= last; seed++) {
          const { violation, knownDefect } = runSeed(seed, { power });
          expect(violation, `seed ${seed}: replay with SWARM_FROM=${seed} SWARM_COUNT=1`).toBe(null);
          if (knownDefect) defects++;
        }
        // The defect of 7.0 that epoch.ts describes is rare; more of it would hide something else.
        expect(defects).toBeLessThanOrEqual(2);
      },
      PATIENCE_MS,
    );
  }
});
