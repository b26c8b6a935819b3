/* CLUSTER ADDSLOTS, DELSLOTS, their range forms, and SETSLOT (after clusterCommand in cluster.c).
 *
 * Moving a slot takes four steps on three kinds of servers; each SETSLOT changes only the table of
 * the server it is sent to. The others learn from heartbeats, by epoch. */

import { CLUSTER_SLOTS } from '#base/crc16.ts';
import { countKeysInSlot } from '#redis/db.ts';
import { ErrorReply, OK, type Reply } from '#redis/reply.ts';
import type { Server } from '#redis/server.ts';
import { followMaster, slotRanges } from './config-update.ts';
import { clusterBumpConfigEpochWithoutConsensus } from './epoch.ts';
import { clusterOf, emit, nodeRef } from './events.ts';
import { clusterBroadcastPong } from './gossip.ts';
import { clusterLookupNode } from './nodes.ts';
import { clusterAddSlot, clusterDelSlot } from './slots.ts';
import {
  CLUSTER_TODO_SAVE_CONFIG,
  CLUSTER_TODO_UPDATE_STATE,
  clusterDoBeforeSleep,
  slotOwner,
} from './state.ts';

const SAVE_AND_UPDATE = CLUSTER_TODO_SAVE_CONFIG | CLUSTER_TODO_UPDATE_STATE;
const BAD_SLOT = new ErrorReply('ERR Invalid or out of range slot');

const error = (text: string): ErrorReply => new ErrorReply(`ERR ${text}`);

export function unknownNode(id: string): ErrorReply {
  return error(`Unknown node ${id}`);
}

/** A slot number, null when the text is none. */
function parseSlot(text: string): number | null {
  const slot = /^(0|[1-9]\d{0,5})$/.test(text) ? Number(text) : -1;
  return slot >= 0 && slot < CLUSTER_SLOTS ? slot : null;
}

function changeSlots(server: Server, argv: readonly string[], add: boolean): Reply {
  const slots: number[] = [];
  for (const text of argv.slice(2)) {
    const slot = parseSlot(text);
    if (slot === null) return BAD_SLOT;
    slots.push(slot);
  }
  return applySlots(server, slots, add);
}

function changeRanges(server: Server, argv: readonly string[], add: boolean): Reply {
  if (argv.length % 2 === 1) {
    return error(`wrong number of arguments for 'cluster|${add ? 'add' : 'del'}slotsrange' command`);
  }
  const slots: number[] = [];
  for (let at = 2; at < argv.length; at += 2) {
    const first = parseSlot(argv[at] as string);
    const last = parseSlot(argv[at + 1] as string);
    if (first === null || last === null) return BAD_SLOT;
    if (first > last) return error(`start slot number ${first} is greater than end slot number ${last}`);
    for (let slot = first; slot <= last; slot++) slots.push(slot);
  }
  return applySlots(server, slots, add);
}

/** Checks all, then changes all. */
function applySlots(server: Server, slots: readonly number[], add: boolean): Reply {
  const cluster = clusterOf(server);
  const seen = new Set<number>();
  for (const slot of slots) {
    const assigned = cluster.slotOwner.get(slot) !== -1;
    if (add && assigned) return error(`Slot ${slot} is already busy`);
    if (!add && !assigned) return error(`Slot ${slot} is already unassigned`);
    if (seen.has(slot)) return error(`Slot ${slot} specified multiple times`);
    seen.add(slot);
  }
  for (const slot of slots) {
    if (add) {
      cluster.importingFrom.delete(slot);
      clusterAddSlot(cluster, cluster.myself, slot);
    } else {
      clusterDelSlot(server, slot);
    }
  }
  const ranges = slotRanges([...slots].sort((a, b) => a - b));
  if (add) emit(server, 'SLOT_OWNER', { ...nodeRef(cluster.myself), slots: ranges, why: 'ADDSLOTS' });
  else emit(server, 'SLOT_UNASSIGNED', { slots: ranges });
  clusterDoBeforeSleep(cluster, SAVE_AND_UPDATE);
  return OK;
}

function setSlot(server: Server, argv: readonly string[]): Reply {
  const cluster = clusterOf(server);
  if (cluster.myself.isSlave) return error('Please use SETSLOT only with masters.');
  const slot = parseSlot(argv[2] as string);
  if (slot === null) return BAD_SLOT;
  const action = (argv[3] as string).toLowerCase();
  const id = argv[4] ?? '';
  let refusal: ErrorReply | null;
  if (action === 'migrating' && argv.length === 5) refusal = openSlot(server, slot, id, false);
  else if (action === 'importing' && argv.length === 5) refusal = openSlot(server, slot, id, true);
  else if (action === 'stable' && argv.length === 4) refusal = setStable(server, slot);
  else if (action === 'node' && argv.length === 5) refusal = setNode(server, slot, id);
  else return error('Invalid CLUSTER SETSLOT action or number of arguments. Try CLUSTER HELP');
  if (refusal) return refusal;
  clusterDoBeforeSleep(cluster, SAVE_AND_UPDATE);
  return OK;
}

/** MIGRATING to a node or IMPORTING from one: keys of the slot may now be on either side. */
function openSlot(server: Server, slot: number, id: string, importing: boolean): ErrorReply | null {
  const cluster = clusterOf(server);
  if ((slotOwner(cluster, slot) === cluster.myself) === importing) {
    return error(`I'm ${importing ? 'already' : 'not'} the owner of hash slot ${slot}`);
  }
  const node = clusterLookupNode(cluster, id);
  if (!node) return error(`I don't know about node ${id}`);
  if (node.isSlave) return error('Target node is not a master');
  (importing ? cluster.importingFrom : cluster.migratingTo).set(slot, node);
  if (importing) emit(server, 'SLOT_IMPORTING', { slot, from: nodeRef(node) });
  else emit(server, 'SLOT_MIGRATING', { slot, to: nodeRef(node) });
  return null;
}

function setStable(server: Server, slot: number): null {
  const cluster = clusterOf(server);
  cluster.importingFrom.delete(slot);
  cluster.migratingTo.delete(slot);
  emit(server, 'SLOT_STABLE', { slot });
  return null;
}

function setNode(server: Server, slot: number, id: string): ErrorReply | null {
  const cluster = clusterOf(server);
  const { myself } = cluster;
  const node = clusterLookupNode(cluster, id);
  if (!node) return unknownNode(id);
  if (node.isSlave) return error('Target node is not a master');
  const mine = slotOwner(cluster, slot) === myself;
  const keys = countKeysInSlot(server.dbs[0]!, slot);
  if (mine && node !== myself && keys > 0) {
    return error(
      `Can't assign hashslot ${slot} to a different node while I still hold keys for this hash slot.`,
    );
  }
  if (keys === 0) cluster.migratingTo.delete(slot);
  clusterDelSlot(server, slot);
  clusterAddSlot(cluster, node, slot);
  emit(server, 'SLOT_OWNER', { ...nodeRef(node), slots: [[slot, slot]], why: 'SETSLOT' });
  if (mine && node !== myself && myself.numslots === 0 && server.config.clusterAllowReplicaMigration) {
    // Our last slot went away: we go with it.
    followMaster(server, node);
  }
  if (node === myself && cluster.importingFrom.has(slot)) finishImport(server, slot);
  return null;
}

/** The slot has arrived: claim it with an epoch that beats the old owner's, and say so at once. */
function finishImport(server: Server, slot: number): void {
  const cluster = clusterOf(server);
  if (clusterBumpConfigEpochWithoutConsensus(server)) {
    server.io.log('warning', 'configEpoch updated after importing slot ' + slot);
  }
  cluster.importingFrom.delete(slot);
  clusterBroadcastPong(server, 'all');
}

type Sub = (server: Server, argv: readonly string[]) => Reply;

export const slotCommands: Readonly<Record<string, Sub>> = {
  addslots: (server, argv) => changeSlots(server, argv, true),
  addslotsrange: (server, argv) => changeRanges(server, argv, true),
  delslots: (server, argv) => changeSlots(server, argv, false),
  delslotsrange: (server, argv) => changeRanges(server, argv, false),
  setslot: setSlot,
};
