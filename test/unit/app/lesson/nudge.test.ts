import { describe, expect, it } from 'vitest';
import { Nudge, PATIENCE_S } from '#app/lesson/nudge.ts';
import type { Hint } from '#lesson/types.ts';

const hints: Hint[] = [
  { kind: 'where', text: 'Tab 7000.' },
  { kind: 'command', text: 'SET' },
  { kind: 'line', text: 'SET foo 1' },
];
const start = { holding: 0, troubles: 0, shown: 0 };

describe('a hint that comes by itself', () => {
  it('waits until nothing has come of the task for a while', () => {
    const nudge = new Nudge();
    nudge.tick(start, hints);
    const due = Array.from({ length: PATIENCE_S }, () => nudge.tick(start, hints));
    expect(due.indexOf(true)).toBe(PATIENCE_S - 1);
  });

  it('waits anew after each check that holds and each hint', () => {
    const nudge = new Nudge();
    nudge.tick(start, hints);
    for (let at = 1; at < PATIENCE_S; at++) nudge.tick(start, hints);
    expect(nudge.tick({ ...start, holding: 1 }, hints)).toBe(false);
    expect(nudge.tick({ ...start, holding: 1 }, hints)).toBe(false);
    expect(nudge.tick({ ...start, shown: 1 }, hints)).toBe(false);
    expect(nudge.tick({ ...start, shown: 1 }, hints)).toBe(false);
  });

  it('comes at once after an error, one hint for each', () => {
    const nudge = new Nudge();
    nudge.tick(start, hints);
    expect(nudge.tick({ ...start, troubles: 1 }, hints)).toBe(true);
    expect(nudge.tick({ holding: 0, troubles: 1, shown: 1 }, hints)).toBe(false);
    expect(nudge.tick({ holding: 0, troubles: 1, shown: 1 }, hints)).toBe(false);
    expect(nudge.tick({ holding: 0, troubles: 2, shown: 1 }, hints)).toBe(true);
  });

  it('never puts a line to the prompt, and ends with the hints', () => {
    for (const shown of [2, 3]) {
      const nudge = new Nudge();
      nudge.tick({ ...start, shown }, hints);
      for (let at = 0; at <= PATIENCE_S; at++)
        expect(nudge.tick({ holding: 0, troubles: 9, shown }, hints)).toBe(false);
    }
  });
});
