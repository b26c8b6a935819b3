/* The connections of the bus: opening, accepting, freeing, and cutting the byte stream of a peer
 * outside the world into packets (after clusterLink and clusterReadHandler in cluster.c).
 *
 * Each server opens one connection to every other and accepts one from it. Requests go out on the
 * one it opened; a PONG goes back on the connection its PING came on. */

import { toUint8, type Bytes } from '#base/bytes.ts';
import { isWord } from '#redis/args.ts';
import type { CloseReason, Payload, SocketId } from '#redis/io.ts';
import { ErrorReply, OK, type Reply } from '#redis/reply.ts';
import type { Server } from '#redis/server.ts';
import { checkFrameStart, decodeMessage, frameLength, messageLength } from './codec.ts';
import { noteDeadline } from './deadline.ts';
import { clusterOf } from './events.ts';
import { clusterSendPing } from './gossip.ts';
import {
  CLUSTERMSG_TYPE_COUNT,
  CLUSTERMSG_TYPE_MEET,
  CLUSTERMSG_TYPE_PING,
  CLUSTER_NODE_MEET,
  type BusMessage,
} from './message.ts';
import { clusterLookupNode } from './nodes.ts';
import { clusterProcessPacket } from './packet.ts';
import type { ClusterNode } from './node-table.ts';
import { ClusterLink } from './state.ts';

/** Starts a connection to a node. */
export function connectClusterLink(server: Server, node: ClusterNode): void {
  const cluster = clusterOf(server);
  const socket = server.io.connect(node.ip, node.cport);
  const link = new ClusterLink(socket, node, false, server.mstime());
  cluster.links.add(link);
  node.link = link;
  noteDeadline(server, node);
}

/** A server connected to our bus port. Who it is, its first packet says. */
export function clusterAccept(server: Server, socket: SocketId): void {
  const cluster = clusterOf(server);
  const link = new ClusterLink(socket, null, true, server.mstime());
  // While a master loads its data it must not look alive, its replica may have to take over: what
  // arrives waits as it would for a process that does not accept.
  if (server.loading && server.replication.masterHost === null) link.held = [];
  cluster.links.add(link);
}

/** The data are loaded: reads what has waited. */
export function clusterAcceptHeld(server: Server): void {
  for (const link of clusterOf(server).links.all()) {
    const held = link.held ?? [];
    link.held = null;
    for (const payload of held) clusterRead(server, link, payload);
  }
}

/** A connection we opened is made: says who we are, after whatever waited for it. */
export function clusterConnected(server: Server, socket: SocketId): void {
  const { cluster } = server;
  const link = cluster?.links.get(socket);
  const node = link?.node;
  if (!cluster || !link || !node) return;
  link.connected = true;
  noteDeadline(server, node);
  for (const message of link.pending ?? []) server.io.send(socket, { kind: 'bus', message });
  link.pending = null;
  // A reconnection must not hide that the node has long been silent.
  const oldPingSent = node.pingSent;
  clusterSendPing(server, link, node.flags & CLUSTER_NODE_MEET ? CLUSTERMSG_TYPE_MEET : CLUSTERMSG_TYPE_PING);
  if (oldPingSent !== 0) node.pingSent = oldPingSent;
  node.flags &= ~CLUSTER_NODE_MEET;
}

/** A connection ended or was refused; the node keeps its state, cron connects again. */
export function clusterClosed(server: Server, socket: SocketId, _reason: CloseReason): void {
  const link = server.cluster?.links.get(socket);
  if (link) forgetLink(server, link);
}

/** Closes a connection. */
export function freeClusterLink(server: Server, link: ClusterLink): void {
  server.io.close(link.socket);
  forgetLink(server, link);
}

function forgetLink(server: Server, link: ClusterLink): void {
  const cluster = clusterOf(server);
  cluster.links.delete(link);
  const { node } = link;
  if (!node) return;
  if (node.link === link) {
    node.link = null;
    cluster.unlinked.push(node);
    noteDeadline(server, node);
  }
  if (node.inboundLink === link) node.inboundLink = null;
  link.node = null;
}

/** DEBUG CLUSTERLINK KILL: closes the connections to or from a node, for tests of what is lost meanwhile. */
export function debugKillLinks(server: Server, direction: Bytes, nodeId: Bytes): Reply {
  const cluster = server.cluster;
  if (cluster === null)
    return new ErrorReply('ERR Debug option only available for cluster mode enabled setup!');
  const node = clusterLookupNode(cluster, nodeId);
  if (!node) return new ErrorReply(`ERR Unknown node ${nodeId}`);
  const to = isWord(direction, 'to');
  const from = isWord(direction, 'from');
  if (!to && !from && !isWord(direction, 'all')) return new ErrorReply(`ERR Unknown direction ${direction}`);
  if (!from && node.link) freeClusterLink(server, node.link);
  if (!to && node.inboundLink) freeClusterLink(server, node.inboundLink);
  return OK;
}

/** Ties an accepted connection to the node that speaks on it; an older one of that node ends. */
export function setInboundLink(server: Server, node: ClusterNode, link: ClusterLink): void {
  if (node.inboundLink) freeClusterLink(server, node.inboundLink);
  node.inboundLink = link;
  link.node = node;
}

/** Puts a message on a link, or in its queue while the connection is being made. */
export function clusterSendMessage(server: Server, link: ClusterLink, message: BusMessage): void {
  const cluster = clusterOf(server);
  if (message.type < CLUSTERMSG_TYPE_COUNT) (cluster.busMessagesSent[message.type] as number)++;
  if (link.connected) server.io.send(link.socket, { kind: 'bus', message });
  else (link.pending ??= []).push(message);
}

/** Bytes that wait in a link for a peer that does not read. */
export function linkOutputPending(server: Server, link: ClusterLink): number {
  let pending = link.connected ? server.io.outputPending(link.socket) : 0;
  for (const message of link.pending ?? []) pending += messageLength(message);
  return pending;
}

/** Something arrived on a link. */
export function clusterRead(server: Server, link: ClusterLink, payload: Payload): void {
  if (link.held !== null) {
    link.held.push(payload);
    return;
  }
  if (payload.kind === 'bus') {
    countReceived(server, payload.message.type);
    clusterProcessPacket(server, link, payload.message);
  } else if (payload.kind === 'bytes') {
    link.rcvbuf += payload.data;
    readPackets(server, link);
  } else {
    // A command or a reply on the bus port: whoever sent it does not speak the bus protocol.
    closeForBadData(server, link);
  }
}

function readPackets(server: Server, link: ClusterLink): void {
  const cluster = clusterOf(server);
  while (link.rcvbuf.length >= 8) {
    if (!checkFrameStart(link.rcvbuf)) {
      closeForBadData(server, link);
      return;
    }
    const length = frameLength(link.rcvbuf);
    if (link.rcvbuf.length < length) return;
    const packet = link.rcvbuf.slice(0, length);
    link.rcvbuf = link.rcvbuf.slice(length);
    const message = decodeMessage(toUint8(packet));
    countReceived(server, message.type);
    if ('dropped' in message) {
      if (message.log !== null) server.io.log('warning', message.log);
      continue;
    }
    clusterProcessPacket(server, link, message);
    // Processing may have freed the link.
    if (cluster.links.get(link.socket) !== link) return;
  }
}

function countReceived(server: Server, type: number): void {
  if (type < CLUSTERMSG_TYPE_COUNT) (clusterOf(server).busMessagesReceived[type] as number)++;
}

function closeForBadData(server: Server, link: ClusterLink): void {
  server.io.log('warning', 'Bad message length or signature received from Cluster bus.');
  freeClusterLink(server, link);
}
