/* The clock of the page: whether virtual time runs, and how fast. It decides how much virtual time
 * an animation frame is worth; asking the session for it is the playground's work. */

import type { Frame } from '#sim/frame.ts';
import type { Micros } from '#redis/io.ts';
import { adaptiveSpeed, clampSpeed, PATIENCE_MS } from './pace.ts';
import type { Selection } from './selection.ts';

/** A frame later than this counts as this: a tab that slept must not wake up into a leap. */
const LONGEST_FRAME_MS = 100;

export class Clock {
  playing = $state(false);
  /** Somebody else plays and stops it (a proof that is shown), and nobody waits for the reader to do so. */
  held = $state(false);
  /** Chosen speed, virtual seconds per second. */
  speed = $state(1);
  /** Slow down by itself while a packet worth seeing is under way. */
  adaptive = $state(true);
  /** Speed of the last frame: equals `speed` unless slow motion is at work. */
  effective = $state(1);
  /** True while slow motion is at work. */
  slowed = $derived(this.effective < this.speed * 0.999);

  #slowMs = 0;
  #lastMs = 0;

  /** Whether the next stretch of time should end where something worth slowing down for begins: at most
   *  speeds its whole flight would lie between two frames. */
  get watchful(): boolean {
    return this.adaptive && this.#slowMs < PATIENCE_MS;
  }

  setSpeed(speed: number): void {
    if (Number.isFinite(speed) && speed > 0) this.speed = clampSpeed(speed);
  }

  /** Forgets when the last frame was, so that the time until now does not count. */
  wind(nowMs: number): void {
    this.#lastMs = nowMs;
  }

  /** Virtual microseconds that the animation frame at `nowMs` (real) should let pass. */
  take(nowMs: number, frame: Frame | null, selection: Selection | null): Micros {
    const elapsedMs = Math.min(LONGEST_FRAME_MS, Math.max(0, nowMs - this.#lastMs));
    this.#lastMs = nowMs;
    const speed =
      this.adaptive && frame
        ? adaptiveSpeed(this.speed, frame.packets, frame.now, selection, this.#slowMs)
        : this.speed;
    this.#slowMs = speed < this.speed ? this.#slowMs + elapsedMs : Math.max(0, this.#slowMs - elapsedMs * 3);
    this.effective = speed;
    return Math.round(elapsedMs * 1000 * speed);
  }
}
