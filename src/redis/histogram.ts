/* How long commands took, in classes of about one percent (after hdr_histogram.c with two digits, from 1 ns to
 * 1 s, as server.c keeps it for each command). */

interface DurationClass {
  readonly longestNs: number;
  count: number;
}

/** How many durations there were in each class. */
export class Histogram {
  /** By the longest duration of the class. */
  readonly classes: Map<number, DurationClass> = new Map();
  /** What was counted last and where: most commands take as long as the one before. */
  lastMicros = -1;
  last: DurationClass | null = null;
}

const SHORTEST_NS = 1;
const LONGEST_NS = 1e9;
/** Durations below are classes of their own; above, each power of two has half as many classes. */
const SINGLE_CLASSES = 256;
const CLASSES_LOG2 = 7;
/** The end of the last class. */
const END_NS = 2 ** 30 - 1;
/** The first bound that LATENCY HISTOGRAM tells; each next one is twice as long. */
const FIRST_BOUND_NS = 1024;

/** How many durations are counted as this one. */
function classWidth(ns: number): number {
  return ns < SINGLE_CLASSES ? 1 : 2 ** (31 - Math.clz32(ns) - CLASSES_LOG2);
}

/** The longest duration that is counted as this one. */
function longestOfClass(ns: number): number {
  const width = classWidth(ns);
  return ns - (ns % width) + width - 1;
}

/** Counts a duration; the clock of the original ticks in whole microseconds. */
export function recordDuration(histogram: Histogram, micros: number): void {
  if (micros !== histogram.lastMicros || histogram.last === null) {
    histogram.lastMicros = micros;
    histogram.last = classOf(histogram, micros);
  }
  histogram.last.count++;
}

function classOf({ classes }: Histogram, micros: number): DurationClass {
  const ns = Math.ceil(micros) * 1000;
  const longestNs = longestOfClass(Math.min(LONGEST_NS, Math.max(SHORTEST_NS, ns)));
  let found = classes.get(longestNs);
  if (found === undefined) {
    found = { longestNs, count: 0 };
    classes.set(longestNs, found);
  }
  return found;
}

const inOrder = ({ classes }: Histogram): DurationClass[] =>
  [...classes.values()].sort((a, b) => a.longestNs - b.longestNs);

/** The duration, microseconds, that `percent` of all did not exceed, for 0 the shortest of its class; 0 when
 *  there are none. */
export function percentileOf(histogram: Histogram, percent: number): number {
  const classes = inOrder(histogram);
  const total = classes.reduce((sum, { count }) => sum + count, 0);
  let left = Math.max(1, Math.floor((total * percent) / 100 + 0.5));
  for (const { longestNs: ns, count } of classes) {
    left -= count;
    if (left <= 0) return (percent === 0 ? ns - classWidth(ns) + 1 : ns) / 1000;
  }
  return (classes.at(-1)?.longestNs ?? 0) / 1000;
}

/** How many took at most so many microseconds, for the bounds at which there are more than before. */
export function cumulative(histogram: Histogram): [micros: number, count: number][] {
  const bounds: [number, number][] = [];
  let level = FIRST_BOUND_NS;
  let total = 0;
  for (const { longestNs: ns, count } of inOrder(histogram)) {
    total += count;
    while (ns > longestOfClass(level)) level *= 2;
    const bound = Math.floor(Math.min(longestOfClass(level), END_NS) / 1000);
    if (bounds.at(-1)?.[0] === bound) bounds.pop();
    bounds.push([bound, total]);
  }
  return bounds;
}
