/* --latency, --latency-history, --latency-dist, --intrinsic-latency, in virtual time (after
 * latencyMode, latencyDistMode and intrinsicLatencyMode). */

import type { Session } from '#cli/connection.ts';
import * as ops from '#cli/ops.ts';
import type { Step } from '#cli/program.ts';
import { ask } from './ask.ts';
import type { ModeState } from './run-mode.ts';

interface Samples {
  min: number;
  max: number;
  total: number;
  count: number;
  /** Virtual microseconds when this row began. */
  since: number;
}

/** Samples ten times faster than a person reads; one line that is redrawn, or one result. */
export function* latencyMode(session: Session, history: boolean, kept: ModeState | undefined): Step<number> {
  const { output, intervalMicros } = session.config;
  const forPeople = session.stdoutTty && output === 'standard';
  const period = intervalMicros > 0 ? intervalMicros : history || forPeople ? 15_000_000 : 1_000_000;
  const samples = (kept?.memory as Samples | undefined) ?? newSamples((yield* ops.clock()).micros);
  for (;;) {
    yield* ops.checkpoint({ session, memory: samples } satisfies ModeState);
    const { elapsed, now } = yield* ping(session);
    const millis = Math.trunc(elapsed / 1000);
    samples.count++;
    samples.min = samples.count === 1 ? millis : Math.min(samples.min, millis);
    samples.max = Math.max(samples.max, millis);
    samples.total += millis;
    if (forPeople) yield* ops.printControl(`\x1b[0G\x1b[2K${describe(samples)}`);
    if (now - samples.since > period && (history || !forPeople)) {
      if (!forPeople) {
        yield* ops.print(row(samples, output === 'csv' ? ',' : ' '));
        return 0;
      }
      yield* ops.print(` -- ${((now - samples.since) / 1e6).toFixed(2)} seconds range\n`);
      Object.assign(samples, newSamples(now));
    }
    yield* ops.sleep(10_000);
  }
}

function newSamples(since: number): Samples {
  return { min: 0, max: 0, total: 0, count: 0, since };
}

function describe({ min, max, total, count }: Samples): string {
  return `min: ${min}, max: ${max}, avg: ${(total / count).toFixed(2)} (${count} samples)`;
}

function row({ min, max, total, count }: Samples, between: string): string {
  return [min, max, (total / count).toFixed(2), count].join(between) + '\n';
}

function* ping(session: Session): Step<{ elapsed: number; now: number }> {
  const begin = (yield* ops.clock()).micros;
  yield* ask(session, ['PING']);
  const now = (yield* ops.clock()).micros;
  return { elapsed: now - begin, now };
}

/** Upper ends of the spectrum's columns in microseconds, with their marks. */
const COLUMNS: readonly (readonly [number, string])[] = [
  [10, '.'],
  [125, '-'],
  [250, '*'],
  [500, '#'],
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((ms): [number, string] => [ms * 1000, String(ms)]),
  ...['A', 'B', 'C', 'D', 'E'].map((mark, at): [number, string] => [(at + 1) * 10_000, mark]),
  ...['F', 'G', 'H', 'I', 'J'].map((mark, at): [number, string] => [(at + 1) * 100_000, mark]),
  ...[1, 2, 4, 8, 16, 30, 60].map((s, at): [number, string] => [s * 1_000_000, 'KLMNOPQ'[at] as string]),
  [Number.POSITIVE_INFINITY, '?'],
];

/** Colours of the xterm palette from rare to frequent, and shades of grey. */
const COLORS = [0, 233, 234, 235, 237, 239, 241, 243, 245, 247, 144, 143, 142, 184, 226, 214, 208, 202, 196];
const GREYS = [0, 233, 234, 235, 237, 239, 241, 243, 245, 247, 249, 251, 253];

interface Spectrum {
  counts: number[];
  rows: number;
  since: number;
}

/** One coloured row per second: how often each latency occurred. */
export function* latencyDistMode(session: Session, kept: ModeState | undefined): Step<number> {
  const period = session.config.intervalMicros > 0 ? session.config.intervalMicros : 1_000_000;
  const palette = session.config.mono ? GREYS : COLORS;
  const spectrum = (kept?.memory as Spectrum | undefined) ?? {
    counts: COLUMNS.map(() => 0),
    rows: 0,
    since: (yield* ops.clock()).micros,
  };
  for (;;) {
    yield* ops.checkpoint({ session, memory: spectrum } satisfies ModeState);
    const { elapsed, now } = yield* ping(session);
    const column = COLUMNS.findIndex(([end]) => elapsed <= end);
    spectrum.counts[column] = (spectrum.counts[column] ?? 0) + 1;
    if (now - spectrum.since > period) {
      if (spectrum.rows++ % 20 === 0) yield* ops.printControl(spectrumLegend(palette));
      yield* ops.printControl(spectrumRow(spectrum.counts, palette));
      spectrum.counts = COLUMNS.map(() => 0);
      spectrum.since = now;
    }
    yield* ops.sleep(10_000);
  }
}

function spectrumLegend(palette: readonly number[]): string {
  const line = '---------------------------------------------\n';
  const colors = palette.map((color) => `\x1b[48;5;${color}m `).join('');
  return (
    line +
    '. - * #          .01 .125 .25 .5 milliseconds\n' +
    '1,2,3,...,9      from 1 to 9     milliseconds\n' +
    'A,B,C,D,E        10,20,30,40,50  milliseconds\n' +
    'F,G,H,I,J        .1,.2,.3,.4,.5       seconds\n' +
    'K,L,M,N,O,P,Q,?  1,2,4,8,16,30,60,>60 seconds\n' +
    `From 0 to 100%: ${colors}\x1b[0m\n` +
    line
  );
}

function spectrumRow(counts: readonly number[], palette: readonly number[]): string {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let out = '\x1b[38;5;0m';
  COLUMNS.forEach(([, mark], at) => {
    const share = total === 0 ? 0 : (counts[at] ?? 0) / total;
    out += `\x1b[48;5;${palette[Math.ceil(share * (palette.length - 1))]}m${mark}`;
  });
  return out + '\x1b[0m\n';
}

/** How long this machine itself stops. A simulated machine never stops its programs, and says so. */
export function* intrinsicLatency(seconds: number): Step<number> {
  const begin = (yield* ops.clock()).micros;
  const end = begin + seconds * 1_000_000;
  let worst = 0;
  let runs = 0;
  for (let last = begin; runs === 0 || last < end;) {
    yield* ops.sleep(1_000);
    const now = (yield* ops.clock()).micros;
    const late = Math.max(1, now - last - 1_000);
    if (late > worst) {
      worst = late;
      yield* ops.print(`Max latency so far: ${worst} microseconds.\n`);
    }
    last = now;
    runs++;
  }
  const average = (seconds * 1_000_000) / runs;
  yield* ops.print(
    `\n${runs} total runs (avg latency: ${average.toFixed(4)} microseconds / ${(average * 1000).toFixed(2)} nanoseconds per run).\n`,
  );
  const times = average === 0 ? 'inf' : (worst / average).toFixed(0);
  yield* ops.print(`Worst run took ${times}x longer than the average latency.\n`);
  return 0;
}
