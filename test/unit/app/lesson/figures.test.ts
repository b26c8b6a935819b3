/* The arithmetic behind the figures of lessons. */

import { describe, expect, it } from 'vitest';
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
