/* How far behind the teacher somebody is. Whoever is slow passes over some of the teacher's times and goes
 * for the last one told; a time that was passed over counts as reached when a later one was. */

/** A time of the world, and when somebody was there, ms. */
export type Moment = readonly [at: number, when: number];

/** A clock that is the same in every process of this computer, and that nobody sets. */
export function clockMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** For each time told since the first arrival, how long it took to be reached. Both lists are in the
 *  order in which things happened; times may come again, since a teacher goes back. */
export function delays(told: readonly Moment[], arrived: readonly Moment[]): number[] {
  const reached = new Map<number, number>();
  let first = told.length;
  let next = 0;
  for (const [at, when] of arrived) {
    // The last telling of that time which can have been heard by then.
    let last = -1;
    for (let one = next; one < told.length && (told[one] as Moment)[1] <= when; one++)
      if ((told[one] as Moment)[0] === at) last = one;
    if (last < 0) continue;
    if (first > last) [first, next] = [last, last];
    for (; next <= last; next++) reached.set(next, when);
  }
  return [...reached].map(([one, when]) => when - (told[one] as Moment)[1]);
}

/** The value below which that share of them lies; Infinity when there are none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Infinity;
}
