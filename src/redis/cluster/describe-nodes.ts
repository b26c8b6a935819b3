/* The text of CLUSTER NODES and nodes.conf (after clusterGenNodeDescription in cluster.c). */

import type { Server } from '#redis/server.ts';
import { bitmapRanges } from './bitmap.ts';
import { clusterOf } from './events.ts';
import { nodeFlagNames } from './flags.ts';
import { CLUSTER_NODE_MYSELF } from './message.ts';
import type { ClusterNode } from './node-table.ts';

/** One line without its end. */
export function clusterGenNodeDescription(server: Server, node: ClusterNode): string {
  const cluster = clusterOf(server);
  const hostname = node.hostname === '' ? '' : `,${node.hostname}`;
  const master = node.isSlave && node.slaveof ? node.slaveof : null;
  const linked = node.link !== null || (node.flags & CLUSTER_NODE_MYSELF) !== 0;
  let line =
    `${node.name} ${node.ip}:${node.port}@${node.cport}${hostname} ${nodeFlagNames(node.flags).join(',')} ` +
    `${node.slaveof?.name ?? '-'} ${node.pingSent} ${node.pongReceived} ` +
    `${(master ?? node).configEpoch} ${linked ? 'connected' : 'disconnected'}`;
  if (node.numslots > 0) line += slotsText(node);
  if (node !== cluster.myself) return line;
  const open: [number, string][] = [];
  for (const [slot, target] of cluster.migratingTo) open.push([slot, `[${slot}->-${target.name}]`]);
  for (const [slot, source] of cluster.importingFrom) {
    if (!cluster.migratingTo.has(slot)) open.push([slot, `[${slot}-<-${source.name}]`]);
  }
  open.sort(([a], [b]) => a - b);
  return open.reduce((text, [, mark]) => `${text} ${mark}`, line);
}

/** The slots of a bitmap, each range with a space before it. */
export function bitmapText(bitmap: Uint8Array): string {
  let text = '';
  for (const [first, last] of bitmapRanges(bitmap)) {
    text += first === last ? ` ${first}` : ` ${first}-${last}`;
  }
  return text;
}

/** The same of a node. Kept with the bitmap it describes: nodes.conf is written far more often than slots
 *  move. */
function slotsText(node: ClusterNode): string {
  if (node.slotsTextOf === node.slots && !node.ownsSlots) return node.slotsText;
  const text = bitmapText(node.slots);
  if (!node.ownsSlots) {
    node.slotsText = text;
    node.slotsTextOf = node.slots;
  }
  return text;
}

/** A line for every node that has none of the flags in `filter`. */
export function clusterGenNodesDescription(server: Server, filter: number): string {
  const lines: string[] = [];
  for (const node of clusterOf(server).nodes.list) {
    if (!(node.flags & filter)) lines.push(clusterGenNodeDescription(server, node), '\n');
  }
  // Joined, the text is one piece; a string that was added up keeps every part, ten times as large.
  return lines.join('');
}
