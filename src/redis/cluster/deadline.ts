/* When cron has to look at a node again, if nothing happens before.
 *
 * The real server looks at every node ten times a second. Nearly always there is nothing to be done, and a
 * thousand servers that know a thousand each would do little else: so it is reckoned when there will be. */

import type { Server } from '#redis/server.ts';
import { clusterOf } from './events.ts';
import { CLUSTER_NODE_FAIL, CLUSTER_NODE_PFAIL } from './message.ts';
import type { ClusterNode } from './node-table.ts';

/** When this node will need something if nothing happens: a ping, a new connection, a suspicion (Unix ms). */
export function nextDeadline(node: ClusterNode, nodeTimeoutMs: number): number {
  const halfMs = nodeTimeoutMs / 2;
  const { link, pingSent } = node;
  if (pingSent === 0) return link ? node.pongReceived + halfMs : Infinity;
  const { dataReceived } = node;
  const reconnect = link
    ? Math.max(link.ctime + nodeTimeoutMs, pingSent + halfMs, dataReceived + halfMs)
    : Infinity;
  if (node.flags & (CLUSTER_NODE_PFAIL | CLUSTER_NODE_FAIL)) return reconnect;
  return Math.min(reconnect, Math.max(pingSent, dataReceived) + nodeTimeoutMs);
}

/** The connection to a node has changed, and with it what it will need. */
export function noteDeadline(server: Server, node: ClusterNode): void {
  const { nodes } = clusterOf(server);
  nodes.dueAt[node.index] = Infinity;
  expectBy(server, node, nextDeadline(node, server.config.clusterNodeTimeout));
}

/** A node was pinged or answered: it needs nothing for half the timeout, but may after that. */
export function expectScan(server: Server, node: ClusterNode): void {
  expectBy(server, node, server.mstime() + server.config.clusterNodeTimeout / 2);
}

function expectBy(server: Server, node: ClusterNode, at: number): void {
  const cluster = clusterOf(server);
  const { dueAt } = cluster.nodes;
  if (at < (dueAt[node.index] as number)) dueAt[node.index] = at;
  if (at < cluster.nextScanAt) cluster.nextScanAt = at;
}
