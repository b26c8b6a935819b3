/* Promises of frames that are still to come. */

import type { Frame } from '#sim/frame.ts';

/** The world went to another time while somebody waited for what was to come. */
export class TurnedBack extends Error {
  override name = 'TurnedBack';
}

interface Watcher {
  met(frame: Frame): boolean;
  resolve(): void;
  reject(why: Error): void;
}

export class FrameWatchers {
  #waiting: Watcher[] = [];

  /** Resolves when a frame comes for which `met` holds; rejects when the world is turned back first. */
  when(met: (frame: Frame) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ met, resolve, reject });
    });
  }

  show(frame: Frame): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const watcher of waiting) {
      if (frame.eventsReset) watcher.reject(new TurnedBack());
      else if (watcher.met(frame)) watcher.resolve();
      else this.#waiting.push(watcher);
    }
  }
}
