/* Calls to the session never overlap: they wait in one line. A call that takes long is watched, so that
 * the reader sees how far it has come and can end it. */

import type { Progress } from '#session/api.ts';

/** A call is long after so many real milliseconds. */
const LONG_MS = 1000;

export class CallLine {
  /** How far the present call is, once it has taken long; `to` is null while that is not known. */
  progress: Progress | null = $state.raw(null);

  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  /** Number of the present call, and when it began by the clock of animation frames. */
  #call = 0;
  #since: number | null = null;
  #asking = false;

  /** Calls that have not been answered. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Calls when its turn has come. Rejects as the call does, which is the next one's turn all the same. */
  enqueue<T>(call: () => Promise<T>): Promise<T> {
    this.#waiting++;
    const answer = this.#last
      .then(() => {
        this.#call++;
        this.#since = null;
        return call();
      })
      .finally(() => {
        this.#waiting--;
        this.progress = null;
      });
    // The next call does not care how this one ended; its caller does.
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  /** Resolves when every call so far has been answered, and those that came of them. */
  async idle(): Promise<void> {
    let last: unknown;
    do {
      last = this.#last;
      await this.#last;
    } while (last !== this.#last);
  }

  /** Once per animation frame: asks how far a long call is. */
  watch(nowMs: number, ask: () => Promise<Progress | null>): void {
    if (this.#waiting === 0 || this.#asking) return;
    this.#since ??= nowMs;
    if (nowMs - this.#since < LONG_MS) return;
    const call = this.#call;
    this.#asking = true;
    ask()
      .then((progress) => {
        if (this.#waiting > 0 && this.#call === call) this.progress = progress;
      })
      // Who cannot say how far it is has another way to say that it has died.
      .catch(() => undefined)
      .finally(() => (this.#asking = false));
  }
}
