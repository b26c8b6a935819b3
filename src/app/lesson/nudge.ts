/* When a hint comes by itself: after an error that the task did not ask for, or when nothing has come of a
 * task for a while. It counts the seconds in which the lesson was in sight, so that nobody comes back from a
 * break to a page that has told everything. A line is never put to the prompt unasked: that stays a click. */

import type { Hint } from '#lesson/types.ts';

/** Seconds without progress after which the next hint comes. */
export const PATIENCE_S = 90;

/** What the learner has reached. */
export interface Standing {
  /** How many checks hold. */
  holding: number;
  /** Errors so far. */
  troubles: number;
  /** Hints shown so far. */
  shown: number;
}

export class Nudge {
  private since: Standing | null = null;
  private idle = 0;

  /** Called once a second; true when the next hint is due. */
  tick(standing: Standing, hints: readonly Hint[]): boolean {
    const { since } = this;
    if (!since || since.holding !== standing.holding || since.shown !== standing.shown) {
      this.since = standing;
      this.idle = 0;
      return false;
    }
    this.idle++;
    const next = hints[standing.shown];
    if (!next || next.kind === 'line') return false;
    return standing.troubles > since.troubles || this.idle >= PATIENCE_S;
  }
}
