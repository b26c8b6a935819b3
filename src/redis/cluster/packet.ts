/* What a server does with a message (after clusterProcessPacket in cluster.c).
 *
 * The order of the steps is the protocol: epochs before anything else, the answer to a PING before
 * its contents are read, roles before slots, slots before gossip. */

import type { Server } from '#redis/server.ts';
import { pubsubPublishMessage } from '#redis/pubsub.ts';
import { bitmapEquals } from './bitmap.ts';
import { clusterProcessUpdate, clusterUpdateSlotsConfigWith, findNewerOwner } from './config-update.ts';
import { adoptEpochs, clusterHandleConfigEpochCollision } from './epoch.ts';
import { clusterOf, emit, nodeRef } from './events.ts';
import { expectScan } from './deadline.ts';
import { clusterCountVote, clusterSendFailoverAuthIfNeeded } from './failover.ts';
import { clearNodeFailureIfNeeded, setFailed } from './failure.ts';
import { typeLabel } from './codec.ts';
import { clusterProcessGossipSection, clusterSendPing, clusterSendUpdate } from './gossip.ts';
import { freeClusterLink, setInboundLink } from './links.ts';
import { clusterProcessMFStart, noteMasterOffset } from './manual-failover.ts';
import {
  CLUSTERMSG_TYPE_COUNT,
  CLUSTERMSG_TYPE_FAIL,
  CLUSTERMSG_TYPE_FAILOVER_AUTH_ACK,
  CLUSTERMSG_TYPE_FAILOVER_AUTH_REQUEST,
  CLUSTERMSG_TYPE_MEET,
  CLUSTERMSG_TYPE_MFSTART,
  CLUSTERMSG_TYPE_PING,
  CLUSTERMSG_TYPE_PONG,
  CLUSTERMSG_TYPE_PUBLISH,
  CLUSTERMSG_TYPE_PUBLISHSHARD,
  CLUSTERMSG_TYPE_UPDATE,
  CLUSTER_NODE_FAIL,
  CLUSTER_NODE_HANDSHAKE,
  CLUSTER_NODE_MASTER,
  CLUSTER_NODE_MIGRATE_TO,
  CLUSTER_NODE_MYSELF,
  CLUSTER_NODE_NOADDR,
  CLUSTER_NODE_NOFAILOVER,
  CLUSTER_NODE_PFAIL,
  CLUSTER_NODE_SLAVE,
  type BusMessage,
} from './message.ts';
import {
  clusterAddNode,
  clusterDelNode,
  clusterLookupNode,
  clusterRenameNode,
  clusterSetNodeAsMaster,
  clusterSetNodeMaster,
  createClusterNode,
  nodeIpOf,
  nodeUpdateAddressIfNeeded,
} from './nodes.ts';
import { adoptSlots, clusterDelNodeSlots } from './slots.ts';
import type { ClusterNode } from './node-table.ts';
import {
  CLUSTER_TODO_SAVE_CONFIG,
  CLUSTER_TODO_UPDATE_STATE,
  clusterDoBeforeSleep,
  mutated,
  type ClusterLink,
} from './state.ts';

/** Handles one message that arrived on `link`. The link may be gone afterwards. */
export function clusterProcessPacket(server: Server, link: ClusterLink, message: BusMessage): void {
  const cluster = clusterOf(server);
  const { type } = message;
  if (type === cluster.dropPacketFilter) {
    server.io.log('warning', `Packet that matches debug drop filter dropped: ${typeLabel(type)}`);
    return;
  }
  const sender = getNodeFromLinkAndMsg(server, link, message);
  if (sender) sender.dataReceived = server.mstime();
  if (sender && !sender.inHandshake) {
    adoptEpochs(server, sender, message);
    sender.replOffset = message.offset;
    noteMasterOffset(server, sender, message);
  }
  if (type <= CLUSTERMSG_TYPE_MEET) processHeartbeat(server, link, sender, message);
  else if (type >= CLUSTERMSG_TYPE_COUNT) server.io.log('warning', `Received unknown packet type: ${type}`);
  else if (type === CLUSTERMSG_TYPE_FAIL) processFail(server, sender, message);
  else if (sender) processFromKnown(server, link, sender, message);
}

function getNodeFromLinkAndMsg(server: Server, link: ClusterLink, message: BusMessage): ClusterNode | null {
  if (link.node && !link.node.inHandshake) return link.node;
  const sender = clusterLookupNode(clusterOf(server), message.sender);
  if (sender && !link.node) setInboundLink(server, sender, link);
  return sender;
}

/** Messages that only count when they come from a node we know. */
function processFromKnown(server: Server, link: ClusterLink, sender: ClusterNode, message: BusMessage): void {
  const { data } = message;
  switch (message.type) {
    case CLUSTERMSG_TYPE_PUBLISH:
    case CLUSTERMSG_TYPE_PUBLISHSHARD:
      if (data.kind !== 'publish') return;
      pubsubPublishMessage(server, data.channel, data.message, message.type === CLUSTERMSG_TYPE_PUBLISHSHARD);
      return;
    case CLUSTERMSG_TYPE_FAILOVER_AUTH_REQUEST:
      clusterSendFailoverAuthIfNeeded(server, sender, message);
      return;
    case CLUSTERMSG_TYPE_FAILOVER_AUTH_ACK:
      clusterCountVote(server, sender, message);
      return;
    case CLUSTERMSG_TYPE_MFSTART:
      clusterProcessMFStart(server, link, sender);
      return;
    case CLUSTERMSG_TYPE_UPDATE:
      if (data.kind === 'update') clusterProcessUpdate(server, data);
      return;
    default: // MODULE: there are no modules here to listen.
  }
}

function processFail(server: Server, sender: ClusterNode | null, message: BusMessage): void {
  if (message.data.kind !== 'fail') return;
  const about = message.data.nodename;
  if (!sender) {
    server.io.log('notice', `Ignoring FAIL message from unknown node ${message.sender} about ${about}`);
    return;
  }
  const failing = clusterLookupNode(clusterOf(server), about);
  if (!failing || failing.flags & (CLUSTER_NODE_FAIL | CLUSTER_NODE_MYSELF)) return;
  server.io.log('notice', `FAIL message received from ${message.sender} about ${about}`);
  setFailed(server, failing);
  emit(server, 'FAIL_RECEIVED', { ...nodeRef(failing), from: sender.name });
}

function processHeartbeat(
  server: Server,
  link: ClusterLink,
  sender: ClusterNode | null,
  message: BusMessage,
): void {
  const { type } = message;
  if (type !== CLUSTERMSG_TYPE_PONG) {
    learnMyIp(server, link, type);
    if (!sender && type === CLUSTERMSG_TYPE_MEET) meetStranger(server, link, message);
    clusterSendPing(server, link, CLUSTERMSG_TYPE_PONG);
  }
  if (!link.inbound && link.node && !checkIdentity(server, link, link.node, sender, message)) return;
  if (sender) updateFlagsAndAddress(server, link, sender, message);
  if (!link.inbound && type === CLUSTERMSG_TYPE_PONG && link.node) notePong(server, link.node);
  if (!sender) return;
  updateRole(server, sender, message);
  updateSlots(server, sender, message);
  if (message.data.kind !== 'gossip') return;
  clusterProcessGossipSection(server, sender, message.data.section);
  updateHostname(server, sender, message.data.hostname ?? '');
  for (const unknown of message.data.unknownExtensions ?? [])
    server.io.log('warning', `Received unknown extension type ${unknown}`);
}

/** The address a peer reached us at is ours, if nobody said otherwise. */
function learnMyIp(server: Server, link: ClusterLink, type: number): void {
  const cluster = clusterOf(server);
  const { myself } = cluster;
  if (type !== CLUSTERMSG_TYPE_MEET && myself.ip !== '') return;
  if (server.config.clusterAnnounceIp !== '') return;
  const { ip } = server.io.localAddress(link.socket);
  if (ip === myself.ip) return;
  myself.moveTo({ ip });
  server.io.log('warning', `IP address for this node updated to ${ip}`);
  clusterDoBeforeSleep(cluster, CLUSTER_TODO_SAVE_CONFIG);
}

function meetStranger(server: Server, link: ClusterLink, message: BusMessage): void {
  const cluster = clusterOf(server);
  const node = createClusterNode(server, null, CLUSTER_NODE_HANDSHAKE);
  const { port, pport, cport } = message;
  node.moveTo({ ip: nodeIpOf(server, link, message), port, pport, cport });
  clusterAddNode(cluster, node);
  emit(server, 'MEET_RECEIVED', { id: message.sender, ip: node.ip, port: node.port });
  clusterDoBeforeSleep(cluster, CLUSTER_TODO_SAVE_CONFIG);
  // Walked as Redis walks it; nothing in it is believed, since we do not know who says so.
  if (message.data.kind === 'gossip') clusterProcessGossipSection(server, null, message.data.section);
}

/** On a connection of ours: is it still, or at last, who we think it is? False when the link is gone
 *  and the packet with it. */
function checkIdentity(
  server: Server,
  link: ClusterLink,
  node: ClusterNode,
  sender: ClusterNode | null,
  message: BusMessage,
): boolean {
  const cluster = clusterOf(server);
  if (node.inHandshake) {
    if (sender) {
      // We know it already: the handshake was superfluous.
      if (nodeUpdateAddressIfNeeded(server, sender, link, message)) {
        clusterDoBeforeSleep(cluster, CLUSTER_TODO_SAVE_CONFIG | CLUSTER_TODO_UPDATE_STATE);
      }
      clusterDelNode(server, node);
      return false;
    }
    clusterRenameNode(cluster, node, message.sender);
    node.flags &= ~CLUSTER_NODE_HANDSHAKE;
    node.flags |= message.flags & (CLUSTER_NODE_MASTER | CLUSTER_NODE_SLAVE);
    emit(server, 'HANDSHAKE_DONE', nodeRef(node));
    clusterDoBeforeSleep(cluster, CLUSTER_TODO_SAVE_CONFIG);
    return true;
  }
  if (node.name === message.sender) return true;
  // Somebody else answers at this address now.
  node.flags |= CLUSTER_NODE_NOADDR;
  node.moveTo({ ip: '', port: 0, pport: 0, cport: 0 });
  freeClusterLink(server, link);
  emit(server, 'NOADDR', { ...nodeRef(node), answered: message.sender });
  clusterDoBeforeSleep(cluster, CLUSTER_TODO_SAVE_CONFIG);
  return false;
}

function updateFlagsAndAddress(
  server: Server,
  link: ClusterLink,
  sender: ClusterNode,
  message: BusMessage,
): void {
  if ((sender.flags ^ message.flags) & CLUSTER_NODE_NOFAILOVER) sender.flags ^= CLUSTER_NODE_NOFAILOVER;
  if (message.type !== CLUSTERMSG_TYPE_PING || sender.inHandshake) return;
  if (nodeUpdateAddressIfNeeded(server, sender, link, message)) {
    clusterDoBeforeSleep(clusterOf(server), CLUSTER_TODO_SAVE_CONFIG | CLUSTER_TODO_UPDATE_STATE);
  }
}

function notePong(server: Server, node: ClusterNode): void {
  node.pongReceived = server.mstime();
  node.pingSent = 0;
  expectScan(server, node);
  if (node.timedOut) {
    node.flags &= ~CLUSTER_NODE_PFAIL;
    emit(server, 'PFAIL_CLEARED', nodeRef(node));
    clusterDoBeforeSleep(clusterOf(server), CLUSTER_TODO_SAVE_CONFIG | CLUSTER_TODO_UPDATE_STATE);
  } else if (node.failed) {
    clearNodeFailureIfNeeded(server, node);
  }
}

function updateRole(server: Server, sender: ClusterNode, message: BusMessage): void {
  if (message.slaveof === '') {
    clusterSetNodeAsMaster(server, sender);
    return;
  }
  // As a rule nothing has changed.
  if (sender.isSlave && sender.slaveof?.name === message.slaveof) return;
  const cluster = clusterOf(server);
  const master = clusterLookupNode(cluster, message.slaveof);
  if (sender.isMaster) {
    clusterDelNodeSlots(server, sender);
    sender.flags &= ~(CLUSTER_NODE_MASTER | CLUSTER_NODE_MIGRATE_TO);
    sender.flags |= CLUSTER_NODE_SLAVE;
    emit(server, 'ROLE_CHANGED', { ...nodeRef(sender), role: 'replica', master: message.slaveof });
    clusterDoBeforeSleep(cluster, CLUSTER_TODO_SAVE_CONFIG | CLUSTER_TODO_UPDATE_STATE);
  }
  if (master && master !== sender) clusterSetNodeMaster(cluster, sender, master);
}

function updateSlots(server: Server, sender: ClusterNode, message: BusMessage): void {
  const cluster = clusterOf(server);
  const senderMaster = sender.isMaster ? sender : sender.slaveof;
  const dirty = senderMaster !== null && !bitmapEquals(senderMaster.slots, message.myslots);
  // Sharing the sender's own bitmap makes the next comparison free.
  if (!dirty && senderMaster !== null && senderMaster.slots !== message.myslots) {
    adoptSlots(senderMaster, message.myslots);
  }
  if (dirty && sender.isMaster)
    clusterUpdateSlotsConfigWith(server, sender, message.configEpoch, message.myslots);
  if (dirty && !mutated(cluster, 'noUpdateMessages')) {
    const owner = findNewerOwner(server, sender, message.configEpoch, message.myslots);
    if (owner) clusterSendUpdate(server, sender.link, owner);
  }
  if (cluster.myself.isMaster && sender.isMaster) {
    clusterHandleConfigEpochCollision(server, sender, message.configEpoch);
  }
}

function updateHostname(server: Server, sender: ClusterNode, hostname: string): void {
  if (sender.hostname === hostname) return;
  sender.hostname = hostname;
  clusterDoBeforeSleep(clusterOf(server), CLUSTER_TODO_SAVE_CONFIG);
}
