/* How evenly something is shared. Checks and the figure beside them use the same measure. */

/** The largest share over the mean of all: 1 is even. Where nothing is shared there is no measure: Infinity. */
export function largestOverMean(shares: readonly number[]): number {
  const sum = shares.reduce((total, share) => total + share, 0);
  return sum > 0 ? (Math.max(...shares) * shares.length) / sum : Infinity;
}
