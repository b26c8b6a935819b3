/* Branches of history as a small graph: a row for each, a line from where it left its parent to its end.
 * And two of them beside each other: what came of the one and what of the other since they parted. */

import type { HistoryView, TapeMark } from '#session/api.ts';
import type { Micros } from '#redis/io.ts';
import { toPixel, type Axis } from './tape-model.ts';

export interface BranchRow {
  id: string;
  label: string;
  row: number;
  x1: number;
  x2: number;
  /** Row of the parent, where the line comes from. */
  parentRow: number | null;
  current: boolean;
}

/** Rows in the order in which branches were made, so that none jumps when another is chosen. */
export function branchRows(history: HistoryView, axis: Axis): BranchRow[] {
  const rowOf = new Map(history.branches.map((branch, row) => [branch.id, row]));
  return history.branches.map((branch, row) => ({
    id: branch.id,
    label: branch.label,
    row,
    x1: Math.max(0, toPixel(axis, branch.forkedAt)),
    x2: Math.max(toPixel(axis, branch.forkedAt) + 4, toPixel(axis, branch.end)),
    parentRow: branch.parent === null ? null : (rowOf.get(branch.parent) ?? null),
    current: branch.id === history.branch,
  }));
}

/** The whole tree on one axis. */
export function longestEnd(history: HistoryView): number {
  return Math.max(history.end, ...history.branches.map((branch) => branch.end));
}

/** What is counted of a branch from a moment to its end. */
export interface BranchSum {
  promotions: number;
  /** Servers that were declared failed. */
  failed: number;
  /** Time during which some server was failed, microseconds. */
  failedUs: number;
  lost: number;
  faults: number;
  inputs: number;
  epoch: number;
}

/** When two branches part: the latest moment that both have passed. */
export function partedAt(history: Pick<HistoryView, 'branches'>, one: string, other: string): Micros {
  const ways = [one, other].map((id) => {
    const way = new Map<string, Micros>();
    let limit = Infinity;
    for (let at = history.branches.find((branch) => branch.id === id); at;) {
      way.set(at.id, limit);
      limit = Math.min(limit, at.forkedAt);
      const { parent } = at;
      at = history.branches.find((branch) => branch.id === parent);
    }
    return way;
  });
  const [mine, theirs] = ways;
  let parted = 0;
  for (const [id, until] of mine ?? []) {
    const also = theirs?.get(id);
    if (also !== undefined) parted = Math.max(parted, Math.min(until, also));
  }
  return Number.isFinite(parted) ? parted : 0;
}

/** Sums up the marks of a branch since a moment. */
export function sumOf(marks: readonly TapeMark[], since: Micros, end: Micros): BranchSum {
  const after = marks.filter((mark) => mark.at >= since);
  const count = (kind: TapeMark['kind']) => after.filter((mark) => mark.kind === kind).length;
  const spans = marks
    .filter((mark) => mark.kind === 'fail' && (mark.until ?? end) > since)
    .map((mark): [Micros, Micros] => [Math.max(since, mark.at), mark.until ?? end])
    .sort((p, q) => p[0] - q[0]);
  let failedUs = 0;
  let reached = since;
  for (const [from, to] of spans) {
    failedUs += Math.max(0, to - Math.max(from, reached));
    reached = Math.max(reached, to);
  }
  const epochs = marks.filter((mark) => mark.kind === 'epoch').map((mark) => Number(mark.label));
  return {
    promotions: count('promotion'),
    failed: new Set(after.filter((mark) => mark.kind === 'fail').map((mark) => mark.label)).size,
    failedUs,
    lost: count('lost'),
    faults: count('fault'),
    inputs: count('input'),
    epoch: Math.max(0, ...epochs),
  };
}
