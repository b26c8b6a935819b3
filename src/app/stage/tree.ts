/* The stage as a tree for the keyboard and for screen readers: cluster, shards, servers, links of a
 * server, messages under way on a link. Flat rows with a level, in the order in which they are read. */

import { selectionKey, type Selection } from '#app/state/selection.ts';
import type { PacketMark } from './packets.ts';
import { shardLetter } from './palette.ts';
import type { Scene } from './scene.ts';

export interface TreeRow {
  /** The selection's key where the row can be selected, otherwise a key of its own. */
  key: string;
  level: number;
  kind: 'cluster' | 'shard' | 'server' | 'link' | 'packet' | 'loose' | 'clients' | 'client';
  /** Key of the row above in the hierarchy. */
  parent: string | null;
  selection: Selection | null;
  open: boolean;
  branches: boolean;
  /** What the words need: a server's name, a shard's letter. */
  name: string;
  position: number;
  siblings: number;
  packet: PacketMark | null;
}

/** Rows that can be seen when the rows in `opened` are open. */
export function treeRows(scene: Scene, marks: readonly PacketMark[], opened: ReadonlySet<string>): TreeRow[] {
  const rows: TreeRow[] = [];
  const push = (row: Omit<TreeRow, 'open' | 'packet'> & { packet?: PacketMark }): boolean => {
    const open = row.branches && opened.has(row.key);
    rows.push({ packet: null, ...row, open });
    return open;
  };
  const groups = shardGroups(scene);
  const root = {
    key: 'cluster',
    level: 1,
    kind: 'cluster' as const,
    parent: null,
    selection: null,
    name: '',
  };
  if (!push({ ...root, branches: groups.length > 0, position: 1, siblings: 1 })) return rows;
  groups.forEach(({ shard, names }, at) => {
    const key = shard < 0 ? 'loose' : `shard:${shard}`;
    const kind = shard < 0 ? ('loose' as const) : ('shard' as const);
    const name = shard < 0 ? '' : shardLetter(shard);
    const place = { position: at + 1, siblings: groups.length };
    if (!push({ key, level: 2, kind, parent: 'cluster', selection: null, name, branches: true, ...place }))
      return;
    names.forEach((server, index) => serverRows(scene, marks, push, key, server, index, names.length));
  });
  clientRows(scene, push, groups.length);
  return rows;
}

/** The application clients come last, in a group of their own. */
function clientRows(scene: Scene, push: Push, groups: number): void {
  const clients = scene.visitors.flatMap(({ client }) => client ?? []);
  if (clients.length === 0) return;
  const group = { key: 'clients', level: 2, kind: 'clients' as const, parent: 'cluster', selection: null };
  const place = { position: groups + 1, siblings: groups + 1 };
  if (!push({ ...group, name: '', branches: true, ...place })) return;
  clients.forEach(({ id }, at) => {
    const selection: Selection = { kind: 'client', id };
    push({
      key: selectionKey(selection),
      level: 3,
      kind: 'client',
      parent: 'clients',
      selection,
      name: id,
      branches: false,
      position: at + 1,
      siblings: clients.length,
    });
  });
}

type Push = (row: Omit<TreeRow, 'open' | 'packet'> & { packet?: PacketMark }) => boolean;

function serverRows(
  scene: Scene,
  marks: readonly PacketMark[],
  push: Push,
  parent: string,
  name: string,
  index: number,
  siblings: number,
): void {
  const selection: Selection = { kind: 'server', name };
  const key = selectionKey(selection);
  const peers = peersOf(scene, marks, name);
  const row = { key, level: 3, kind: 'server' as const, parent, selection, name };
  if (!push({ ...row, branches: peers.length > 0, position: index + 1, siblings })) return;
  peers.forEach((peer, at) => {
    const link: Selection = { kind: 'link', from: name, to: peer };
    // Two servers name the same link from both ends, so the row's key carries its parent.
    const linkKey = `${key}/${selectionKey(link)}`;
    const flying = marks.filter(
      (mark) => (mark.from === name && mark.to === peer) || (mark.from === peer && mark.to === name),
    );
    const linkRow = {
      key: linkKey,
      level: 4,
      kind: 'link' as const,
      parent: key,
      selection: link,
      name: peer,
    };
    if (!push({ ...linkRow, branches: flying.length > 0, position: at + 1, siblings: peers.length })) return;
    flying.forEach((packet, place) => {
      const chosen: Selection = { kind: 'packet', id: packet.id };
      push({
        key: `${linkKey}/${selectionKey(chosen)}`,
        level: 5,
        kind: 'packet',
        parent: linkKey,
        selection: chosen,
        branches: false,
        name: packet.label,
        position: place + 1,
        siblings: flying.length,
        packet,
      });
    });
  });
}

function shardGroups(scene: Scene): { shard: number; names: string[] }[] {
  const groups = new Map<number, string[]>();
  for (const node of scene.nodes) {
    const shard = scene.layout.seats.get(node.name)?.shard ?? -1;
    groups.set(shard, [...(groups.get(shard) ?? []), node.name]);
  }
  // Loose servers come last.
  return [...groups]
    .map(([shard, names]) => ({ shard, names }))
    .sort((p, q) => (p.shard < 0 ? Infinity : p.shard) - (q.shard < 0 ? Infinity : q.shard));
}

/** Who shares a drawn line or a flying message with a server. */
function peersOf(scene: Scene, marks: readonly PacketMark[], name: string): string[] {
  const peers = new Set<string>();
  const add = (from: string, to: string) => {
    if (from === name) peers.add(to);
    if (to === name) peers.add(from);
  };
  for (const cable of scene.cables) add(cable.from, cable.to);
  for (const link of scene.links) add(link.from, link.to);
  for (const mark of marks) add(mark.from, mark.to);
  return [...peers].sort();
}

/** What a key does on the row at `at`: the row to go to, and what to open or close. */
export function treeMove(
  rows: readonly TreeRow[],
  at: number,
  key: string,
): { to: number; open?: string; close?: string } | null {
  const row = rows[at];
  if (!row) return null;
  switch (key) {
    case 'ArrowDown':
      return { to: Math.min(rows.length - 1, at + 1) };
    case 'ArrowUp':
      return { to: Math.max(0, at - 1) };
    case 'Home':
      return { to: 0 };
    case 'End':
      return { to: rows.length - 1 };
    case 'ArrowRight':
      if (!row.branches) return { to: at };
      return row.open ? { to: Math.min(rows.length - 1, at + 1) } : { to: at, open: row.key };
    case 'ArrowLeft': {
      if (row.open) return { to: at, close: row.key };
      const up = rows.findIndex((other) => other.key === row.parent);
      return { to: up < 0 ? at : up };
    }
    default:
      return null;
  }
}
