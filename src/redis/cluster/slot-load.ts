/* How many commands each slot gets. Redis 7.0 does not count this and no reply tells it; people look at it,
 * to find the slot that is hot. Counts of two short windows are enough for a rate, and little to keep. */

const WINDOW_MS = 3000;

export class SlotLoad {
  /** Number of the window that is being counted. */
  private window = 0;
  private counts = new Map<number, number>();
  private before = new Map<number, number>();

  /** A command for that slot is executed. */
  count(slot: number, nowMs: number): void {
    this.turn(nowMs);
    this.counts.set(slot, (this.counts.get(slot) ?? 0) + 1);
  }

  /** Commands per second for each slot that had some of late; what has been counted stays as it is. */
  perSecond(nowMs: number): [slot: number, rate: number][] {
    const behind = Math.floor(nowMs / WINDOW_MS) - this.window;
    const [now, before] =
      behind === 0 ? [this.counts, this.before] : [null, behind === 1 ? this.counts : null];
    // The window before counts as far as it lies within the last WINDOW_MS.
    const share = 1 - (nowMs % WINDOW_MS) / WINDOW_MS;
    const sums = new Map(now);
    for (const [slot, count] of before ?? []) sums.set(slot, (sums.get(slot) ?? 0) + count * share);
    return [...sums].map(([slot, sum]) => [slot, (sum * 1000) / WINDOW_MS]);
  }

  private turn(nowMs: number): void {
    const window = Math.floor(nowMs / WINDOW_MS);
    if (window === this.window) return;
    this.before = window === this.window + 1 ? this.counts : new Map();
    this.counts = new Map();
    this.window = window;
  }
}
