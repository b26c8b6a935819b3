/* Whose turn it is: the calls of a session are answered one after the other, whoever makes them. Of the present
 * one it is known which time it is on the way to, and whether somebody wants it to end early. */

import type { Micros } from '#redis/io.ts';

interface Call {
  to: Micros | null;
  interrupted: boolean;
  /** What is being made must be made before the call can end. */
  firm: boolean;
}

export class Turns {
  private last: Promise<unknown> = Promise.resolve();
  private present: Call | null = null;

  /** Answers the call when its turn has come. */
  take<T>(answer: () => Promise<T>): Promise<T> {
    const result = this.last.then(() => {
      this.present = { to: null, interrupted: false, firm: false };
      return answer().finally(() => (this.present = null));
    });
    this.last = result.catch(() => undefined);
    return result;
  }

  /** The time that the present call is on the way to, null while it is not known; undefined between calls. */
  get aim(): Micros | null | undefined {
    return this.present?.to;
  }

  /** Notes on the way to which time it is. */
  aimAt(to: Micros): void {
    if (this.present) this.present.to = Math.max(this.present.to ?? 0, to);
  }

  /** The present call ends where it has got to. */
  interrupt(): void {
    if (this.present) this.present.interrupted = true;
  }

  /** Whether the present call goes on, although it shall end, until a world is there. */
  insist(firm: boolean): void {
    if (this.present) this.present.firm = firm;
  }

  /** Whether the present call shall end where it has got to. */
  get interrupted(): boolean {
    return this.present?.interrupted === true;
  }

  /** Whether what it makes may be given up. */
  get abandoned(): boolean {
    return this.interrupted && this.present?.firm !== true;
  }
}
