/* The table of nodes: creating, finding, renaming and deleting them, their roles and addresses, the
 * blacklist of CLUSTER FORGET, and handshakes (after the functions of the same names in cluster.c).
 *
 * Nothing here talks: links are made by cron.ts and spoken on by gossip.ts. */

import type { Server } from '#redis/server.ts';
import { replicationSetMaster } from '#redis/replication/link.ts';
import { emit, nodeRef, clusterOf } from './events.ts';
import { nodeAddress, type NodeAddress } from './gossip-section.ts';
import { freeClusterLink } from './links.ts';
import {
  CLUSTER_NODE_HANDSHAKE,
  CLUSTER_NODE_MASTER,
  CLUSTER_NODE_MEET,
  CLUSTER_NODE_MIGRATE_TO,
  CLUSTER_NODE_MYSELF,
  CLUSTER_NODE_NOADDR,
  CLUSTER_NODE_SLAVE,
  type BusMessage,
} from './message.ts';
import { NO_SLAVES, type ClusterNode } from './node-table.ts';
import { clusterDelSlot } from './slots.ts';
import { slotOwner } from './state.ts';
import { bitmapTestBit } from './bitmap.ts';
import { CLUSTER_SLOTS } from '#base/crc16.ts';
import {
  CLUSTER_BLACKLIST_TTL_S,
  CLUSTER_TODO_SAVE_CONFIG,
  CLUSTER_TODO_UPDATE_STATE,
  clusterDoBeforeSleep,
  type ClusterLink,
  type ClusterState,
} from './state.ts';

/** A new node, not yet in the table. Without an address it is nowhere so far, and gets a random name
 *  until its own is known. */
export function createClusterNode(server: Server, address: NodeAddress | null, flags: number): ClusterNode {
  const known = address ?? nodeAddress(server.io.random.hex(40), '', 0, 0, 0);
  return clusterOf(server).nodes.create(known, flags, server.mstime());
}

export function clusterAddNode(cluster: ClusterState, node: ClusterNode): void {
  cluster.scanNeeded = true;
  cluster.nodes.add(node);
}

export function clusterLookupNode(cluster: ClusterState, name: string): ClusterNode | null {
  return cluster.nodes.find(name);
}

/** Whether `name` can be the id of a node. */
export function verifyClusterNodeId(name: string): boolean {
  return /^[a-z0-9]{40}$/.test(name);
}

/** Removes a node and everything that refers to it. */
export function clusterDelNode(server: Server, gone: ClusterNode): void {
  const cluster = clusterOf(server);
  for (const [slot, node] of cluster.importingFrom) if (node === gone) cluster.importingFrom.delete(slot);
  for (const [slot, node] of cluster.migratingTo) if (node === gone) cluster.migratingTo.delete(slot);
  if (gone.numslots > 0) {
    for (let slot = 0; slot < CLUSTER_SLOTS; slot++) {
      if (bitmapTestBit(gone.slots, slot) && slotOwner(cluster, slot) === gone) clusterDelSlot(server, slot);
    }
  }
  for (const node of cluster.nodes.list) node.failReports?.delete(gone);
  for (const replica of gone.slaves) replica.slaveof = null;
  gone.slaves = NO_SLAVES;
  if (gone.slaveof) clusterNodeRemoveSlave(gone.slaveof, gone);
  if (cluster.mfSlave === gone) cluster.mfSlave = null;
  cluster.nodes.remove(gone);
  if (gone.link) freeClusterLink(server, gone.link);
  if (gone.inboundLink) freeClusterLink(server, gone.inboundLink);
}

/** Gives a node its real name at the end of the handshake. */
export function clusterRenameNode(cluster: ClusterState, node: ClusterNode, name: string): void {
  cluster.nodes.rename(node, name);
}

export function clusterNodeAddSlave(master: ClusterNode, replica: ClusterNode): void {
  if (master.slaves.includes(replica)) return;
  master.slaves = [...master.slaves, replica];
  master.flags |= CLUSTER_NODE_MIGRATE_TO;
}

export function clusterNodeRemoveSlave(master: ClusterNode, replica: ClusterNode): void {
  if (!master.slaves.includes(replica)) return;
  master.slaves = master.slaves.filter((other) => other !== replica);
  if (master.slaves.length === 0) master.flags &= ~CLUSTER_NODE_MIGRATE_TO;
}

/** Replicas of a master that have not failed. */
export function clusterCountNonFailingSlaves(master: ClusterNode): number {
  return master.slaves.reduce((count, replica) => count + (replica.failed ? 0 : 1), 0);
}

/** Records that a node is a master. */
export function clusterSetNodeAsMaster(server: Server, node: ClusterNode): void {
  if (node.isMaster) return;
  const cluster = clusterOf(server);
  if (node.slaveof) {
    clusterNodeRemoveSlave(node.slaveof, node);
    if (node !== cluster.myself) node.flags |= CLUSTER_NODE_MIGRATE_TO;
  }
  node.flags &= ~CLUSTER_NODE_SLAVE;
  node.flags |= CLUSTER_NODE_MASTER;
  node.slaveof = null;
  emit(server, 'ROLE_CHANGED', { ...nodeRef(node), role: 'master' });
  clusterDoBeforeSleep(cluster, CLUSTER_TODO_SAVE_CONFIG | CLUSTER_TODO_UPDATE_STATE);
}

/** Records that `replica` replicates `master` (either may be unknown so far: null). */
export function clusterSetNodeMaster(cluster: ClusterState, replica: ClusterNode, master: ClusterNode): void {
  if (replica.slaveof === master) return;
  if (replica.slaveof) clusterNodeRemoveSlave(replica.slaveof, replica);
  clusterNodeAddSlave(master, replica);
  replica.slaveof = master;
  clusterDoBeforeSleep(cluster, CLUSTER_TODO_SAVE_CONFIG);
}

/** Forbids gossip to bring back a forgotten node for a minute. */
export function clusterBlacklistAddNode(server: Server, name: string): void {
  const cluster = clusterOf(server);
  clusterBlacklistCleanup(server);
  cluster.blacklist.set(name, Math.floor(server.mstime() / 1000) + CLUSTER_BLACKLIST_TTL_S);
}

export function clusterBlacklistExists(server: Server, name: string): boolean {
  clusterBlacklistCleanup(server);
  return clusterOf(server).blacklist.has(name);
}

function clusterBlacklistCleanup(server: Server): void {
  const nowS = Math.floor(server.mstime() / 1000);
  const { blacklist } = clusterOf(server);
  for (const [name, expireS] of blacklist) if (expireS < nowS) blacklist.delete(name);
}

/** Begins to make the acquaintance of the server at an address. False (with the reason) when the
 *  address cannot be one or the same handshake is under way. */
export function clusterStartHandshake(
  server: Server,
  ip: string,
  port: number,
  cport: number,
): 'started' | 'invalid' | 'running' {
  const cluster = clusterOf(server);
  const address = normalizeIp(ip);
  if (address === null || port <= 0 || port > 65535 || cport <= 0 || cport > 65535) return 'invalid';
  const running = cluster.nodes.list.some(
    (node) => node.inHandshake && node.ip === address && node.port === port && node.cport === cport,
  );
  if (running) return 'running';
  const node = createClusterNode(server, null, CLUSTER_NODE_HANDSHAKE | CLUSTER_NODE_MEET);
  node.moveTo({ ip: address, port, cport });
  clusterAddNode(cluster, node);
  emit(server, 'MEET', { ip: address, port, cport });
  return 'started';
}

/** An IP literal in the spelling inet_ntop gives it, null when it is none. */
export function normalizeIp(text: string): string | null {
  const parts = text.split('.');
  if (parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)) {
    // inet_pton refuses leading zeros.
    return parts.every((part) => String(Number(part)) === part) ? text : null;
  }
  return /^[0-9a-fA-F:.]+$/.test(text) && text.includes(':') && isIpv6(text) ? text.toLowerCase() : null;
}

function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return false;
  return halves.length === 2 ? groups.length < 8 : groups.length === 8;
}

/** The address a sender is reached at: the one it announces, else where its connection comes from. */
export function nodeIpOf(server: Server, link: ClusterLink, message: BusMessage): string {
  return message.myip !== '' ? message.myip : server.io.peerAddress(link.socket).ip;
}

/** Takes over a changed address from a packet that came on a connection the node itself opened;
 *  true when it changed. A server that moved still opens its connections, from its new address. */
export function nodeUpdateAddressIfNeeded(
  server: Server,
  node: ClusterNode,
  link: ClusterLink,
  message: BusMessage,
): boolean {
  const cluster = clusterOf(server);
  if (link === node.link) return false;
  const ip = nodeIpOf(server, link, message);
  const same =
    node.port === message.port &&
    node.cport === message.cport &&
    node.pport === message.pport &&
    ip === node.ip;
  if (same) return false;
  node.moveTo({ ip, port: message.port, pport: message.pport, cport: message.cport });
  if (node.link) freeClusterLink(server, node.link);
  node.flags &= ~CLUSTER_NODE_NOADDR;
  cluster.scanNeeded = true;
  server.io.log('warning', `Address updated for node ${node.name}, now ${node.ip}:${node.port}`);
  emit(server, 'ADDRESS_UPDATED', { ...nodeRef(node), ip, port: node.port });
  if (cluster.myself.isSlave && cluster.myself.slaveof === node)
    replicationSetMaster(server, node.ip, node.port);
  return true;
}

/** My node, as CLUSTER NODES would find it in the table. */
export function isMyself(node: ClusterNode): boolean {
  return (node.flags & CLUSTER_NODE_MYSELF) !== 0;
}
