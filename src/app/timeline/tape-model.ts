/* The tape: the whole branch of history as a painted strip, before anybody scrubs.
 *
 * The session marks what mattered; this turns marks into bands and notches on an axis of pixels.
 * Epochs tile the tape, failures and migrations lie over them, promotions, writes and faults are
 * notches. Notches that would fall on one pixel are merged and counted. */

import type { HistoryView, TapeMark } from '#session/api.ts';
import type { Micros } from '#redis/io.ts';

export interface Band {
  kind: 'epoch' | 'fail' | 'migration';
  x: number;
  width: number;
  label: string;
  /** Where the label begins; null when there is no room for it. */
  labelX: number | null;
  at: Micros;
  /** Position among the bands of its kind, for alternating shades. */
  index: number;
}

export interface Notch {
  kind: 'promotion' | 'write' | 'lost' | 'fault' | 'input';
  x: number;
  count: number;
  labels: string[];
  at: Micros;
}

/** How far notches reach up from the foot of the strip, pixels of its 26; labels stand above the low ones. */
export const NOTCH_HEIGHT = { promotion: 22, write: 7, lost: 22, fault: 10, input: 9 } as const;
const LOW = 10;

export interface TapeModel {
  bands: Band[];
  notches: Notch[];
  /** Pixel of the playhead, and of the end of what was simulated. */
  playhead: number;
  end: number;
}

/** Virtual time on the axis: at least this much, so that a young world does not fill the tape. */
const SHORTEST_US = 20_000_000;

/** Maps time to pixels. */
export interface Axis {
  from: Micros;
  to: Micros;
  width: number;
}

/** From the moment at which the world was handed over, to a little beyond what was simulated. */
export function tapeAxis(history: Pick<HistoryView, 'start' | 'end' | 'now'>, width: number): Axis {
  const { start: from, end, now } = history;
  return { from, to: from + Math.max(SHORTEST_US, (Math.max(end, now) - from) * 1.04), width };
}

export function toPixel(axis: Axis, at: Micros): number {
  return ((at - axis.from) / Math.max(1, axis.to - axis.from)) * axis.width;
}

export function toTime(axis: Axis, x: number): Micros {
  const share = Math.min(1, Math.max(0, x / Math.max(1, axis.width)));
  return Math.round(axis.from + share * (axis.to - axis.from));
}

/** Texts of marks in the reader's language, and how wide a text is. */
export interface TapeWords {
  text: (mark: TapeMark) => string;
  width: (text: string) => number;
}

export function tapeModel(history: HistoryView, axis: Axis, now: Micros, words: TapeWords): TapeModel {
  const end = Math.max(history.end, now);
  const bands = [
    ...epochBands(history.marks, axis, end, words),
    ...spans(history.marks, 'migration', axis, end, words),
    ...spans(history.marks, 'fail', axis, end, words),
  ];
  const notches = notchesOf(history.marks, axis, words);
  placeLabels(bands, notches, words);
  return {
    bands,
    notches,
    playhead: toPixel(axis, now),
    end: toPixel(axis, end),
  };
}

function epochBands(marks: readonly TapeMark[], axis: Axis, end: Micros, words: TapeWords): Band[] {
  const all = marks.filter((mark) => mark.kind === 'epoch').sort((p, q) => p.at - q.at);
  // Epochs that were over before the tape begins are not on it.
  const epochs = all.filter((_, at) => (all[at + 1]?.at ?? Infinity) > axis.from);
  return epochs.map((mark, index) => {
    const x = Math.max(0, toPixel(axis, index === 0 ? axis.from : mark.at));
    const width = Math.max(index === 0 ? 0 : 1, toPixel(axis, epochs[index + 1]?.at ?? end) - x);
    const label = words.text(mark);
    return { kind: 'epoch' as const, x, width, label, labelX: null, at: mark.at, index };
  });
}

function spans(
  marks: readonly TapeMark[],
  kind: 'fail' | 'migration',
  axis: Axis,
  end: Micros,
  words: TapeWords,
): Band[] {
  return marks
    .filter((mark) => mark.kind === kind && (mark.until ?? end) >= axis.from)
    .map((mark, index) => {
      const x = Math.max(0, toPixel(axis, mark.at));
      const width = Math.max(2, toPixel(axis, mark.until ?? end) - x);
      const label = words.text(mark);
      return { kind, x, width, label, labelX: null, at: mark.at, index };
    });
}

function notchesOf(marks: readonly TapeMark[], axis: Axis, words: TapeWords): Notch[] {
  const merged = new Map<string, Notch>();
  for (const mark of marks) {
    const { kind } = mark;
    if (kind === 'epoch' || kind === 'fail' || kind === 'migration' || mark.at < axis.from) continue;
    const x = Math.round(toPixel(axis, mark.at));
    const key = `${kind}:${x}`;
    const notch = merged.get(key) ?? { kind, x, count: 0, labels: [], at: mark.at };
    merged.set(key, notch);
    notch.count += kind === 'write' ? Number(mark.label) : 1;
    // How many writes there were is told of all that are near.
    if (kind !== 'write' && notch.labels.length < 5) notch.labels.push(words.text(mark));
  }
  return [...merged.values()];
}

/** Failures are named first, then epochs and migrations where room is left; a label moves to the right
 *  within its band, also past notches that reach up to it, before it gives up. */
function placeLabels(bands: readonly Band[], notches: readonly Notch[], words: TapeWords): void {
  const taken = notches
    .filter(({ kind }) => NOTCH_HEIGHT[kind] > LOW)
    .map(({ x }): [number, number] => [x - 5, x + 5])
    .sort((p, q) => p[0] - q[0]);
  const order = { fail: 0, epoch: 1, migration: 2 };
  for (const band of [...bands].sort((p, q) => order[p.kind] - order[q.kind] || p.x - q.x)) {
    const width = words.width(band.label);
    let x = band.x + 6;
    for (const [from, to] of taken) if (x < to && x + width > from) x = to + 10;
    const free = taken.every(([from, to]) => x >= to || x + width <= from);
    if (!free || x + width + 4 > band.x + band.width) continue;
    band.labelX = x;
    taken.push([x, x + width]);
    taken.sort((p, q) => p[0] - q[0]);
  }
}

/** Ticks of the axis at round times, `wanted` of them or fewer. */
export function ticks(axis: Axis, wanted: number): { at: Micros; x: number; label: string }[] {
  const span = axis.to - axis.from;
  if (span <= 0 || wanted < 1) return [];
  const raw = span / wanted;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= raw) ?? power * 10;
  const out = [];
  for (let at = Math.ceil(axis.from / step) * step; at <= axis.to; at += step) {
    out.push({ at, x: toPixel(axis, at), label: timeText(at, step) });
  }
  return out;
}

/** A time as short as its precision allows: 12.4 s, 1:02:03, 350 ms. */
export function timeText(at: Micros, precisionUs: Micros = 1000): string {
  if (precisionUs < 1000) return `${(at / 1e6).toFixed(6)} s`;
  const digits = precisionUs >= 1e6 ? 0 : precisionUs >= 1e5 ? 1 : precisionUs >= 1e4 ? 2 : 3;
  if (at < 60e6) return `${(at / 1e6).toFixed(digits)} s`;
  const whole = Math.floor(at / 1e6);
  const seconds = ((at / 1e6) % 60).toFixed(digits).padStart(digits > 0 ? digits + 3 : 2, '0');
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`;
}
