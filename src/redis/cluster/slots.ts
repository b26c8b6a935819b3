/* Which node serves which slot, in this server's view (after clusterAddSlot, clusterDelSlot and their
 * kin in cluster.c). Who may claim a slot from whom is decided in config-update.ts; here the tables
 * are only kept consistent: the owner of each slot, the bitmap of each node, the counts. */

import { CLUSTER_SLOTS } from '#base/crc16.ts';
import { removeChannelsInSlot } from '#redis/pubsub.ts';
import type { Server } from '#redis/server.ts';
import { bitmapClearBit, bitmapSetBit, bitmapTestBit } from './bitmap.ts';
import { clusterOf } from './events.ts';
import { CLUSTER_NODE_MIGRATE_TO } from './message.ts';
import type { ClusterNode } from './node-table.ts';
import { slotOwner, type ClusterState } from './state.ts';

/** The node's bitmap, to be written. */
function ownSlots(node: ClusterNode): Uint8Array {
  if (!node.ownsSlots) {
    node.slots = node.slots.slice();
    node.ownsSlots = true;
  }
  return node.slots;
}

/** The node's bitmap, to be put into messages and kept by others: from now on nobody writes it. */
export function shareSlots(node: ClusterNode): Uint8Array {
  node.ownsSlots = false;
  return node.slots;
}

/** Uses `bitmap`, which claims the same slots, in place of the node's own copy. */
export function adoptSlots(node: ClusterNode, bitmap: Uint8Array): void {
  node.slots = bitmap;
  node.ownsSlots = false;
}

/** Assigns an unassigned slot; false when it has an owner. */
export function clusterAddSlot(cluster: ClusterState, node: ClusterNode, slot: number): boolean {
  if (cluster.slotOwner.get(slot) !== -1) return false;
  bitmapSetBit(ownSlots(node), slot);
  node.numslots++;
  cluster.slotOwner.set(slot, node.row);
  cluster.slotsAssigned++;
  // A master that gets its first slot in a cluster that uses replicas may be given one by replica
  // migration; in a cluster without replicas nobody asked for any.
  if (node.numslots === 1 && clusterMastersHaveSlaves(cluster)) node.flags |= CLUSTER_NODE_MIGRATE_TO;
  return true;
}

/** Makes a slot unassigned; false when it was. */
export function clusterDelSlot(server: Server, slot: number): boolean {
  const cluster = clusterOf(server);
  const owner = slotOwner(cluster, slot);
  if (owner === null) return false;
  // Subscribers of the slot's shard channels must go where the slot goes.
  const { myself } = cluster;
  if (owner === myself || owner === myself.slaveof) removeChannelsInSlot(server, slot);
  bitmapClearBit(ownSlots(owner), slot);
  owner.numslots--;
  cluster.slotOwner.set(slot, -1);
  cluster.slotsAssigned--;
  cluster.ownerNotClaiming.delete(slot);
  return true;
}

/** Makes all slots of a node unassigned; returns how many there were. */
export function clusterDelNodeSlots(server: Server, node: ClusterNode): number {
  const deleted = node.numslots;
  for (let slot = 0; node.numslots > 0 && slot < CLUSTER_SLOTS; slot++) {
    if (bitmapTestBit(node.slots, slot)) clusterDelSlot(server, slot);
  }
  return deleted;
}

/** Whether any master has a replica. */
function clusterMastersHaveSlaves(cluster: ClusterState): boolean {
  return cluster.nodes.list.some((node) => node.isMaster && node.slaves.length > 0);
}

/** Whether a slot may be taken by anyone: it has no owner, or one that stopped claiming it. */
export function isSlotUnclaimed(cluster: ClusterState, slot: number): boolean {
  return cluster.slotOwner.get(slot) === -1 || cluster.ownerNotClaiming.has(slot);
}

/** Forgets all slots under migration. */
export function clusterCloseAllSlots(cluster: ClusterState): void {
  cluster.migratingTo.clear();
  cluster.importingFrom.clear();
}
