/* The events of this branch that the page has seen, oldest first. The session sends what is new with
 * each frame, and the recent past again after a jump. */

import type { FeedEvent, Frame } from '#sim/frame.ts';

/** Older events fall off; the tape still marks what mattered. */
const KEPT = 4000;

export class Feed {
  events: readonly FeedEvent[] = $state.raw([]);

  accept(frame: Frame): void {
    if (frame.eventsReset) {
      this.events = frame.events.slice(-KEPT);
    } else if (frame.events.length > 0) {
      const joined = this.events.concat(frame.events);
      this.events = joined.length > KEPT * 1.25 ? joined.slice(-KEPT) : joined;
    }
  }

  clear(): void {
    this.events = [];
  }

  find(seq: number): FeedEvent | undefined {
    return this.events.find((event) => event.seq === seq);
  }
}
