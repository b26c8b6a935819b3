/* Figures over virtual time as lines for a small chart. */

import { extent, max } from 'd3-array';
import { line } from 'd3-shape';
import type { Sample } from '#app/timeline/recorder.ts';

export type Figure =
  | 'ops'
  | 'p50'
  | 'p99'
  | 'busPerSecond'
  | 'busBytesPerSecond'
  | 'memory'
  | 'keys'
  | 'offset'
  | 'lagBytes'
  | 'errors'
  | 'redirects'
  | 'lost';

export interface Chart {
  path: string;
  /** Value at the playhead, and the greatest in sight. */
  now: number;
  top: number;
  /** Pixel of the playhead. */
  x: number;
}

export function chartOf(
  samples: readonly Sample[],
  figure: Figure,
  nowUs: number,
  width: number,
  height: number,
): Chart | null {
  const [from, to] = extent(samples, (sample) => sample.at);
  if (from === undefined || to === undefined || to <= from) return null;
  const top = max(samples, (sample) => sample[figure]) ?? 0;
  const x = (at: number): number => ((at - from) / (to - from)) * width;
  const y = (value: number): number => height - 1 - (value / (top === 0 ? 1 : top)) * (height - 3);
  const path = line<Sample>(
    (sample) => Math.round(x(sample.at) * 10) / 10,
    (sample) => Math.round(y(sample[figure]) * 10) / 10,
  )(thin(samples, width));
  const here = samples.findLast((sample) => sample.at <= nowUs) ?? samples[0];
  return { path: path ?? '', now: here?.[figure] ?? 0, top, x: Math.min(width, Math.max(0, x(nowUs))) };
}

/** No more points than pixels. */
function thin(samples: readonly Sample[], width: number): readonly Sample[] {
  const every = Math.ceil(samples.length / Math.max(50, width));
  return every <= 1 ? samples : samples.filter((_, at) => at % every === 0 || at === samples.length - 1);
}
