/* A server in the midst of its cluster's life: what it knows when it has long been a member.
 *
 * Servers that meet one another tell each of the others about each of the others: for a thousand of them that
 * is a thousand million rows, minutes of work before the world begins. So the servers of a large world begin
 * where the meeting ends: every server knows every other, both connections of each pair stand, everybody
 * agrees on slots, roles and epochs, nodes.conf is written. Nothing else is given: replicas connect to their
 * masters, and heartbeats go on, by the rules. A test holds the result against a cluster that has met.
 *
 * What all servers know alike (addresses, slot bitmaps, the table of owners) is one record for all of them,
 * as it becomes when they have talked to each other for a while. */

import { CLONE } from '#base/clone.ts';
import type { SocketId } from '#redis/io.ts';
import type { Server } from '#redis/server.ts';
import { bitmapSetBit, CLUSTER_SLOT_BYTES } from './bitmap.ts';
import { bitmapText } from './describe-nodes.ts';
import { clusterOf } from './events.ts';
import { nodeAddress, type NodeAddress } from './gossip-section.ts';
import { CLUSTER_NODE_MASTER, CLUSTER_NODE_MYSELF, CLUSTER_NODE_SLAVE } from './message.ts';
import type { ClusterNode } from './node-table.ts';
import { clusterSaveConfig } from './nodes-conf.ts';
import { adoptSlots } from './slots.ts';
import { clusterAddNode, clusterSetNodeMaster } from './nodes.ts';
import { ClusterLink, CLUSTER_WRITABLE_DELAY_MS, SlotOwners } from './state.ts';
import { clusterUpdateState } from './update-state.ts';

/** One server of the cluster; plain JSON. */
export interface GivenMember {
  id: string;
  ip: string;
  port: number;
  cport: number;
  /** Place of its master in the list, -1 for a master. */
  master: number;
  /** First and last slot of a master. */
  slots: readonly [first: number, last: number] | null;
}

/** The cluster as every member of it knows it. */
export interface GivenCluster {
  readonly members: readonly GivenMember[];
  readonly addresses: readonly NodeAddress[];
  /** By member; null where it has none. */
  readonly bitmaps: readonly (Uint8Array | null)[];
  readonly slotTexts: readonly string[];
  /** A server's row of each member is that member's place. */
  readonly owners: SlotOwners;
}

export function givenCluster(members: readonly GivenMember[]): GivenCluster {
  const owners = new SlotOwners();
  const addresses = members.map(({ id, ip, port, cport }, row) => nodeAddress(id, ip, port, 0, cport, row));
  const bitmaps = members.map(({ slots }, member) => {
    if (!slots) return null;
    const bitmap = new Uint8Array(CLUSTER_SLOT_BYTES);
    for (let slot = slots[0]; slot <= slots[1]; slot++) {
      bitmapSetBit(bitmap, slot);
      owners.set(slot, member);
    }
    return bitmap;
  });
  const slotTexts = bitmaps.map((bitmap) => (bitmap ? bitmapText(bitmap) : ''));
  return { members, addresses, bitmaps, slotTexts, owners };
}

/** The sockets of a server's two connections with another: the one it opened, and the other's. */
export type LinkSockets = (member: number) => { own: SocketId; inbound: SocketId };

/** Makes a server that has just been started member number `self` of the cluster. */
export function clusterBeginGiven(
  server: Server,
  given: GivenCluster,
  self: number,
  socketsOf: LinkSockets,
): void {
  const cluster = clusterOf(server);
  const { nodes } = cluster;
  const now = server.mstime();
  nodes.remove(cluster.myself);
  given.members.forEach(({ master, slots }, member) => {
    const role = master < 0 ? CLUSTER_NODE_MASTER : CLUSTER_NODE_SLAVE;
    const flags = member === self ? role | CLUSTER_NODE_MYSELF : role;
    const node = nodes.create(given.addresses[member] as NodeAddress, flags, now);
    clusterAddNode(cluster, node);
    if (member === self) cluster.myself = node;
    // As `redis-cli --cluster create` hands them out before the servers meet.
    node.configEpoch = member + 1;
    const bitmap = given.bitmaps[member];
    if (!slots || !bitmap) return;
    adoptSlots(node, bitmap);
    node.slotsTextOf = bitmap;
    node.slotsText = given.slotTexts[member] as string;
    node.numslots = slots[1] - slots[0] + 1;
    cluster.slotsAssigned += node.numslots;
  });
  nodes.adoptAddresses(given.addresses);
  given.members.forEach(({ master }, member) => {
    if (master >= 0)
      clusterSetNodeMaster(cluster, nodes.byRow[member] as ClusterNode, nodes.byRow[master] as ClusterNode);
  });
  cluster.slotOwner = given.owners[CLONE]();
  cluster.currentEpoch = given.members.length;
  cluster.stateFirstComputedAt = now - CLUSTER_WRITABLE_DELAY_MS;
  for (const node of nodes.list) {
    if (node === cluster.myself) continue;
    const { own, inbound } = socketsOf(node.row);
    node.link = link(server, node, own, false);
    node.inboundLink = link(server, node, inbound, true);
    // Heard of between now and half the timeout ago, when it would be asked. Gossip brings news of everybody
    // all the time, so few have waited for long.
    const waited = 1 - Math.sqrt(server.io.random.unit());
    node.pongReceived = now - Math.floor((waited * server.config.clusterNodeTimeout) / 2);
    node.dataReceived = node.pongReceived;
  }
  clusterUpdateState(server);
  clusterSaveConfig(server, true);
}

function link(server: Server, node: ClusterNode, socket: SocketId, inbound: boolean): ClusterLink {
  const made = new ClusterLink(socket, node, inbound, server.mstime());
  made.connected = true;
  clusterOf(server).links.add(made);
  return made;
}
