/* Latencies in buckets that grow by a sixteenth: exact enough for percentiles, of constant size. */

const PER_DOUBLING = 16;

export class Latencies {
  private readonly buckets: number[] = [];
  private count = 0;
  private longest = 0;

  add(us: number): void {
    const bucket = bucketOf(us);
    this.buckets[bucket] = (this.buckets[bucket] ?? 0) + 1;
    this.count++;
    this.longest = Math.max(this.longest, us);
  }

  /** The latency that this share of all requests did not exceed. */
  percentile(share: number): number {
    let left = Math.ceil(this.count * share);
    for (let bucket = 0; bucket < this.buckets.length; bucket++) {
      left -= this.buckets[bucket] ?? 0;
      if (left <= 0 && this.count > 0) return Math.min(this.longest, upperBound(bucket));
    }
    return this.longest;
  }

  get max(): number {
    return this.longest;
  }
}

/** Integer arithmetic only: logarithms differ between machines. */
function bucketOf(us: number): number {
  const whole = Math.max(0, Math.floor(us));
  if (whole < PER_DOUBLING) return whole;
  const doublings = 31 - Math.clz32(Math.min(whole, 0x7fff_ffff)) - 4;
  return PER_DOUBLING * (doublings + 1) + Math.floor(whole / 2 ** doublings) - PER_DOUBLING;
}

function upperBound(bucket: number): number {
  if (bucket < PER_DOUBLING) return bucket;
  const doublings = Math.floor(bucket / PER_DOUBLING) - 1;
  return ((bucket % PER_DOUBLING) + PER_DOUBLING + 1) * 2 ** doublings - 1;
}
