/* Who believes what: a matrix of observers (rows) and observed (columns), and where they differ. */

import type { Frame, NodeView, ServerFrame } from '#sim/frame.ts';
import { healthOf } from '#app/stage/beliefs.ts';

export type CellState = 'self' | 'ok' | 'pfail' | 'fail' | 'handshake' | 'unknown' | 'silent';

export interface Cell {
  state: CellState;
  /** m or r, as the observer believes. */
  role: 'm' | 'r' | '';
  configEpoch: number;
  connected: boolean;
}

export interface MatrixRow {
  observer: string;
  cells: Cell[];
  /** Who the observer thinks owns the slot in question; null = nobody. */
  slotOwner: string | null;
}

export interface Matrix {
  columns: string[];
  rows: MatrixRow[];
  /** Columns on which not all living observers agree. */
  disputed: boolean[];
}

export const GLYPHS: Readonly<Record<CellState, string>> = {
  self: '',
  ok: '·',
  pfail: '?',
  fail: '!!',
  handshake: '…',
  unknown: '–',
  silent: '',
};

export function matrixOf(frame: Frame, slot: number | null): Matrix {
  const columns = frame.servers.map((server) => server.name);
  const rows: MatrixRow[] = [];
  // In a large world only a few views are in the frame; the dead are listed among the living only.
  const anyView = frame.servers.every((server) => server.view !== null || server.state === 'down');
  for (const server of frame.servers) {
    const { view } = server;
    if (server.state === 'down' && anyView) {
      const cells = columns.map(() => ({
        state: 'silent' as const,
        role: '' as const,
        configEpoch: 0,
        connected: false,
      }));
      rows.push({ observer: server.name, cells, slotOwner: null });
    } else if (view) {
      const byName = new Map(
        view.flatMap((node) => (node.name === null ? [] : [[node.name, node] as const])),
      );
      const cells = columns.map((name) => cellOf(server, name, byName.get(name)));
      rows.push({ observer: server.name, cells, slotOwner: slot === null ? null : ownerOf(view, slot) });
    }
  }
  const disputed = columns.map((_, at) => {
    const said = rows.flatMap(({ cells }) => {
      const cell = cells[at];
      return cell && cell.state !== 'silent' && cell.state !== 'self'
        ? [`${cell.state}${cell.role}${cell.configEpoch}`]
        : [];
    });
    return new Set(said).size > 1;
  });
  return { columns, rows, disputed };
}

function cellOf(observer: ServerFrame, name: string, node: NodeView | undefined): Cell {
  if (!node) return { state: 'unknown', role: '', configEpoch: 0, connected: false };
  const role = node.flags.includes('slave') ? 'r' : 'm';
  const { configEpoch, connected } = node;
  if (observer.name === name) return { state: 'self', role, configEpoch, connected: true };
  const health = healthOf(node.flags);
  return { state: health === 'unknown' ? 'handshake' : health, role, configEpoch, connected };
}

function ownerOf(view: readonly NodeView[], slot: number): string | null {
  const owner = view.find((node) => node.slots.some(([first, last]) => slot >= first && slot <= last));
  return owner ? (owner.name ?? owner.id.slice(0, 8)) : null;
}

/** One line of the difference between two servers' views. */
export interface ViewDifference {
  node: string;
  field: 'known' | 'flags' | 'master' | 'configEpoch' | 'slots';
  one: string;
  other: string;
}

/** Where two views differ. `myself` is no difference; times are never compared. */
export function diffViews(one: ServerFrame, other: ServerFrame): ViewDifference[] {
  const out: ViewDifference[] = [];
  if (!one.view || !other.view) return out;
  const nameOf = new Map(
    [...one.view, ...other.view].map((node) => [node.id, node.name ?? node.id.slice(0, 8)]),
  );
  const mine = new Map(one.view.map((node) => [node.id, node]));
  const theirs = new Map(other.view.map((node) => [node.id, node]));
  for (const [id, node] of nameOf) {
    const p = mine.get(id);
    const q = theirs.get(id);
    if (!p || !q) {
      out.push({ node, field: 'known', one: p ? '✓' : '–', other: q ? '✓' : '–' });
      continue;
    }
    const compare = (field: ViewDifference['field'], read: (of: NodeView) => string) => {
      if (read(p) !== read(q)) out.push({ node, field, one: read(p), other: read(q) });
    };
    compare('flags', (of) => of.flags.filter((flag) => flag !== 'myself').join(','));
    compare('master', (of) =>
      of.masterId === null ? '–' : (nameOf.get(of.masterId) ?? of.masterId.slice(0, 8)),
    );
    compare('configEpoch', (of) => String(of.configEpoch));
    compare('slots', (of) => slotsText(of.slots));
  }
  return out;
}

export function slotsText(slots: readonly (readonly [number, number])[]): string {
  if (slots.length === 0) return '–';
  const shown = slots.slice(0, 4).map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`));
  return shown.join(', ') + (slots.length > 4 ? ` +${slots.length - 4}` : '');
}
