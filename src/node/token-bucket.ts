/* How often somebody may do something: so many times at once, and so many per second on the long run. */

export interface Rate {
  perSecond: number;
  burst: number;
}

export class TokenBucket {
  private readonly rate: Rate;
  private tokens: number;
  private lastMs = -Infinity;

  constructor(rate: Rate) {
    this.rate = rate;
    this.tokens = rate.burst;
  }

  /** True when it may be done now, which then counts. */
  take(nowMs: number): boolean {
    const passedMs = Math.max(0, nowMs - this.lastMs);
    this.lastMs = Math.max(this.lastMs, nowMs);
    this.tokens = Math.min(this.rate.burst, this.tokens + (passedMs / 1000) * this.rate.perSecond);
    if (this.tokens < 1) return false;
    this.tokens--;
    return true;
  }
}
