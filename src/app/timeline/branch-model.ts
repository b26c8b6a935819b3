/* Branches of history as a small graph: a row for each, a line from where it left its parent to its end. */

import type { HistoryView } from '#session/api.ts';
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
    x1: toPixel(axis, branch.forkedAt),
    x2: Math.max(toPixel(axis, branch.forkedAt) + 4, toPixel(axis, branch.end)),
    parentRow: branch.parent === null ? null : (rowOf.get(branch.parent) ?? null),
    current: branch.id === history.branch,
  }));
}

/** The whole tree on one axis. */
export function longestEnd(history: HistoryView): number {
  return Math.max(history.end, ...history.branches.map((branch) => branch.end));
}
