/* Who may take slots from whom (after clusterUpdateSlotsConfigWith and clusterSetMaster in cluster.c).
 *
 * A claim with a greater configEpoch wins, whatever was believed before. A master that loses its last
 * slot to a claimer becomes the claimer's replica, and its replicas follow: that is how a cluster
 * mends itself after a failover, and why losing an old partition's writes is the price. */

import { CLUSTER_SLOTS } from '#base/crc16.ts';
import { countKeysInSlot } from '#redis/db.ts';
import { delKeysInSlot } from './slot-keys.ts';
import { replicationSetMaster } from '#redis/replication/link.ts';
import type { Server } from '#redis/server.ts';
import { assert } from '#base/assert.ts';
import { BITS_SET, bitmapEquals, bitmapTestBit } from './bitmap.ts';
import { clusterOf, emit, nodeLabel, nodeRef } from './events.ts';
import { resetManualFailover } from './manual-failover.ts';
import { CLUSTER_NODE_MASTER, CLUSTER_NODE_MIGRATE_TO, CLUSTER_NODE_SLAVE, type BusData } from './message.ts';
import {
  clusterLookupNode,
  clusterNodeAddSlave,
  clusterNodeRemoveSlave,
  clusterSetNodeAsMaster,
} from './nodes.ts';
import {
  adoptSlots,
  clusterAddSlot,
  clusterCloseAllSlots,
  clusterDelSlot,
  isSlotUnclaimed,
} from './slots.ts';
import type { ClusterNode } from './node-table.ts';
import {
  CLUSTER_TODO_FSYNC_CONFIG,
  CLUSTER_TODO_SAVE_CONFIG,
  CLUSTER_TODO_UPDATE_STATE,
  clusterDoBeforeSleep,
  mutated,
  slotOwner,
} from './state.ts';

const SAVE_AND_UPDATE = CLUSTER_TODO_SAVE_CONFIG | CLUSTER_TODO_UPDATE_STATE | CLUSTER_TODO_FSYNC_CONFIG;

/** What one claim changed. */
interface Claim {
  /** Slots that changed hands, ascending. */
  taken: number[];
  /** Slots of my shard among them, and how many slots the claimer claims in all. */
  ours: number;
  claimed: number;
  /** Slots I lost while holding keys of them. */
  dirty: number[];
}

/** Applies a node's claim to the slots of `bitmap`, made with `configEpoch`. */
export function clusterUpdateSlotsConfigWith(
  server: Server,
  claimer: ClusterNode,
  configEpoch: number,
  bitmap: Uint8Array,
): void {
  const cluster = clusterOf(server);
  const { myself } = cluster;
  if (claimer === myself) {
    server.io.log('warning', 'Discarding UPDATE message about myself.');
    return;
  }
  const shardMaster = myself.isMaster ? myself : myself.slaveof;
  const claim = rebindSlots(server, claimer, configEpoch, bitmap, shardMaster);
  if (bitmapEquals(claimer.slots, bitmap)) adoptSlots(claimer, bitmap);
  if (claim.taken.length > 0) {
    emit(server, 'SLOT_OWNER', { ...nodeRef(claimer), slots: slotRanges(claim.taken), configEpoch });
    clusterDoBeforeSleep(cluster, SAVE_AND_UPDATE);
  }
  followNewMaster(server, claimer, claim, shardMaster);
}

function rebindSlots(
  server: Server,
  claimer: ClusterNode,
  configEpoch: number,
  bitmap: Uint8Array,
  shardMaster: ClusterNode | null,
): Claim {
  const cluster = clusterOf(server);
  const claim: Claim = { taken: [], ours: 0, claimed: 0, dirty: [] };
  for (let slot = 0; slot < CLUSTER_SLOTS; slot++) {
    // Bytes that claim just what the claimer has are most of the map.
    if ((slot & 7) === 0 && cluster.ownerNotClaiming.size === 0) {
      const byte = bitmap[slot >> 3] as number;
      if (byte === claimer.slots[slot >> 3]) {
        claim.claimed += BITS_SET[byte] as number;
        slot += 7;
        continue;
      }
    }
    const owner = slotOwner(cluster, slot);
    if (!bitmapTestBit(bitmap, slot)) {
      if (owner === claimer) cluster.ownerNotClaiming.add(slot);
      continue;
    }
    claim.claimed++;
    if (owner === claimer) {
      cluster.ownerNotClaiming.delete(slot);
      continue;
    }
    // A slot under import changes hands by SETSLOT only: its keys are half here.
    if (cluster.importingFrom.has(slot)) continue;
    const newer = owner === null || owner.configEpoch < configEpoch || mutated(cluster, 'claimWithOldEpoch');
    if (!newer && !isSlotUnclaimed(cluster, slot)) continue;
    if (owner === cluster.myself && countKeysInSlot(server.dbs[0]!, slot) > 0) claim.dirty.push(slot);
    if (owner !== null && owner === shardMaster) claim.ours++;
    clusterDelSlot(server, slot);
    clusterAddSlot(cluster, claimer, slot);
    claim.taken.push(slot);
  }
  return claim;
}

function followNewMaster(
  server: Server,
  claimer: ClusterNode,
  claim: Claim,
  shardMaster: ClusterNode | null,
): void {
  const cluster = clusterOf(server);
  const { myself } = cluster;
  const grandMaster = myself.slaveof?.slaveof;
  const mayFollow = server.config.clusterAllowReplicaMigration || claim.claimed === claim.ours;
  if (claim.ours > 0 && shardMaster?.numslots === 0 && mayFollow && !mutated(cluster, 'noDemotion')) {
    followMaster(server, claimer);
    clusterDoBeforeSleep(cluster, SAVE_AND_UPDATE);
  } else if (grandMaster && grandMaster !== myself) {
    server.io.log(
      'warning',
      `I'm a sub-replica! Reconfiguring myself as a replica of grandmaster ${grandMaster.name}`,
    );
    clusterSetMaster(server, grandMaster);
    clusterDoBeforeSleep(cluster, SAVE_AND_UPDATE);
  } else if (!mutated(cluster, 'keepDirtySlots')) {
    for (const slot of claim.dirty) {
      const keys = delKeysInSlot(server, slot);
      emit(server, 'DIRTY_SLOT_DELETED', { slot, keys });
    }
  }
}

/** Follows to where our last slot went. */
export function followMaster(server: Server, master: ClusterNode): void {
  server.io.log(
    'warning',
    `Configuration change detected. Reconfiguring myself as a replica of ${master.name}`,
  );
  clusterSetMaster(server, master);
}

/** Makes us a replica of `master`. We must not own a slot. */
export function clusterSetMaster(server: Server, master: ClusterNode): void {
  const cluster = clusterOf(server);
  const { myself } = cluster;
  assert(master !== myself, 'nobody replicates himself');
  assert(myself.numslots === 0, 'a server that owns slots cannot become a replica');
  if (myself.isMaster) {
    myself.flags &= ~(CLUSTER_NODE_MASTER | CLUSTER_NODE_MIGRATE_TO);
    myself.flags |= CLUSTER_NODE_SLAVE;
    clusterCloseAllSlots(cluster);
  } else if (myself.slaveof) {
    clusterNodeRemoveSlave(myself.slaveof, myself);
  }
  myself.slaveof = master;
  clusterNodeAddSlave(master, myself);
  emit(server, 'ROLE_CHANGED', { ...nodeRef(myself), role: 'replica', master: nodeLabel(master) });
  replicationSetMaster(server, master.ip, master.port);
  resetManualFailover(server);
}

/** An UPDATE message: somebody tells us who owns what we wrongly claim. */
export function clusterProcessUpdate(server: Server, data: Extract<BusData, { kind: 'update' }>): void {
  const cluster = clusterOf(server);
  const about = clusterLookupNode(cluster, data.nodename);
  if (!about || about.configEpoch >= data.configEpoch) return;
  emit(server, 'UPDATE_RECEIVED', {
    ...nodeRef(about),
    configEpoch: data.configEpoch,
    known: about.configEpoch,
  });
  if (about.isSlave) clusterSetNodeAsMaster(server, about);
  about.configEpoch = data.configEpoch;
  clusterDoBeforeSleep(cluster, CLUSTER_TODO_SAVE_CONFIG | CLUSTER_TODO_FSYNC_CONFIG);
  clusterUpdateSlotsConfigWith(server, about, data.configEpoch, data.slots);
}

/** The first owner, in slot order, of a claimed slot that holds it with a greater configEpoch. */
export function findNewerOwner(
  server: Server,
  sender: ClusterNode,
  configEpoch: number,
  claimed: Uint8Array,
): ClusterNode | null {
  const cluster = clusterOf(server);
  for (let at = 0; at < claimed.length; at++) {
    // What the sender has already nobody else holds.
    let bits = (claimed[at] as number) & ~(sender.slots[at] as number);
    for (let slot = at * 8; bits !== 0; slot++, bits >>= 1) {
      if (!(bits & 1) || isSlotUnclaimed(cluster, slot)) continue;
      const owner = slotOwner(cluster, slot);
      if (owner && owner !== sender && owner.configEpoch > configEpoch) return owner;
    }
  }
  return null;
}

/** Ascending slots as inclusive ranges. */
export function slotRanges(slots: readonly number[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (const slot of slots) {
    const last = ranges.at(-1);
    if (last && last[1] === slot - 1) last[1] = slot;
    else ranges.push([slot, slot]);
  }
  return ranges;
}
