/* Building and sending messages, and the gossip they carry (after clusterBuildMessageHdr,
 * clusterSendPing, clusterBroadcastPong and clusterProcessGossipSection in cluster.c).
 *
 * Every PING, PONG and MEET tells about a few random other nodes, and about all suspected ones. That
 * is how servers learn of each other and how suspicions meet: what is done with a suspicion stands
 * in failure.ts. */

import type { Bytes } from '#base/bytes.ts';
import type { Server } from '#redis/server.ts';
import { replicationGetSlaveOffset } from '#redis/replication/state.ts';
import { expectScan } from './deadline.ts';
import { clusterOf, emit, nodeRef } from './events.ts';
import {
  clusterNodeAddFailureReport,
  clusterNodeDelFailureReport,
  clusterNodeFailureReportsCount,
  markNodeAsFailingIfNeeded,
} from './failure.ts';
import { NONE_PINGED, SAID_FLAGS, type GossipSection, type NodeAddress } from './gossip-section.ts';
import { clusterSendMessage, freeClusterLink } from './links.ts';
import {
  CLUSTERMSG_FLAG0_EXT_DATA,
  CLUSTERMSG_FLAG0_FORCEACK,
  CLUSTERMSG_FLAG0_PAUSED,
  CLUSTERMSG_TYPE_FAIL,
  CLUSTERMSG_TYPE_FAILOVER_AUTH_ACK,
  CLUSTERMSG_TYPE_FAILOVER_AUTH_REQUEST,
  CLUSTERMSG_TYPE_MFSTART,
  CLUSTERMSG_TYPE_PING,
  CLUSTERMSG_TYPE_PONG,
  CLUSTERMSG_TYPE_PUBLISH,
  CLUSTERMSG_TYPE_PUBLISHSHARD,
  CLUSTERMSG_TYPE_UPDATE,
  CLUSTER_NODE_FAIL,
  CLUSTER_NODE_HANDSHAKE,
  CLUSTER_NODE_MYSELF,
  CLUSTER_NODE_NOADDR,
  CLUSTER_NODE_PFAIL,
  type BusData,
  type BusMessage,
} from './message.ts';
import { clusterAddNode, clusterBlacklistExists, createClusterNode, isMyself } from './nodes.ts';
import type { ClusterNode, NodeTable } from './node-table.ts';
import { shareSlots } from './slots.ts';
import { bitmapClearBit } from './bitmap.ts';
import { CLUSTER_PORT_INCR, type ClusterLink } from './state.ts';

const SUSPECT = CLUSTER_NODE_FAIL | CLUSTER_NODE_PFAIL;
const NO_DATA: BusData = Object.freeze({ kind: 'none' });

/** The ports this server announces: client port, plain port beside a TLS one, bus port. */
export function announcedPorts(server: Server): { port: number; pport: number; cport: number } {
  const { config } = server;
  const tls = config.tlsCluster && config.tlsPort !== 0;
  const base = tls ? config.tlsPort : server.port;
  const port = tls ? config.clusterAnnounceTlsPort || base : config.clusterAnnouncePort || base;
  const pport = tls ? config.clusterAnnouncePort || server.port : 0;
  return { port, pport, cport: config.clusterAnnounceBusPort || busPort(server) };
}

/** The port on which this server accepts its peers. */
export function busPort(server: Server): number {
  const { config } = server;
  if (config.clusterPort !== 0) return config.clusterPort;
  return (config.tlsCluster && config.tlsPort !== 0 ? config.tlsPort : server.port) + CLUSTER_PORT_INCR;
}

/** A message of ours. A replica speaks for its master: slots and configEpoch are the master's. */
export function clusterBuildMessage(server: Server, type: number, data: BusData, extraFlags = 0): BusMessage {
  const cluster = clusterOf(server);
  const { myself } = cluster;
  const master = myself.isSlave && myself.slaveof ? myself.slaveof : myself;
  const { port, pport, cport } = myself;
  let mflags = extraFlags;
  if (myself.isMaster && cluster.mfEnd !== 0) mflags |= CLUSTERMSG_FLAG0_PAUSED;
  return {
    type,
    port,
    currentEpoch: cluster.currentEpoch,
    configEpoch: master.configEpoch,
    offset: myself.isSlave ? replicationGetSlaveOffset(server) : server.replication.masterReplOffset,
    sender: myself.name,
    myslots: shareSlots(master),
    slaveof: myself.slaveof ? myself.slaveof.name : '',
    myip: server.config.clusterAnnounceIp,
    pport,
    cport,
    flags: myself.flags,
    state: cluster.ok ? 0 : 1,
    mflags,
    data,
  };
}

/** Sends a PING, PONG or MEET with its gossip section. */
export function clusterSendPing(server: Server, link: ClusterLink, type: number): void {
  if (type === CLUSTERMSG_TYPE_PING && !link.inbound && link.node) {
    link.node.pingSent = server.mstime();
    expectScan(server, link.node);
  }
  const section = selectGossip(server);
  const { hostname } = clusterOf(server).myself;
  const data: BusData = hostname === '' ? { kind: 'gossip', section } : { kind: 'gossip', section, hostname };
  const flags = hostname === '' ? 0 : CLUSTERMSG_FLAG0_EXT_DATA;
  clusterSendMessage(server, link, clusterBuildMessage(server, type, data, flags));
}

/** A tenth of the cluster at random (at least three nodes), then every suspected node. */
function selectGossip(server: Server): GossipSection {
  const cluster = clusterOf(server);
  const { nodes, myself } = cluster;
  const { rows, size } = nodes;
  const { random } = server.io;
  const stamp = nodes.nextStamp();
  // All but myself and the recipient; that the recipient may be drawn all the same is Redis's way.
  let freshNodes = size - 2;
  const wanted = Math.min(Math.max(Math.floor(size / 10), 3), freshNodes);
  let attempts = wanted * 3;
  const { drawn } = nodes;
  let count = 0;
  while (freshNodes > 0 && count < wanted && attempts-- > 0) {
    const row = rows[random.below(size)] as number;
    const flags = nodes.flags[row] as number;
    if (row === myself.row || flags & CLUSTER_NODE_PFAIL) continue;
    if (flags & (CLUSTER_NODE_HANDSHAKE | CLUSTER_NODE_NOADDR) || !nodes.knownWell(row)) {
      freshNodes--;
      continue;
    }
    if (nodes.stamps[row] === stamp) continue;
    nodes.stamps[row] = stamp;
    drawn[count++] = row;
    freshNodes--;
  }
  if (cluster.pfailNodes > 0) count = addSuspects(cluster.pfailNodes, nodes, count);
  return sectionAbout(nodes, count);
}

/** Adds the rows of so many suspects to those that were drawn; how many there are then. */
function addSuspects(wanted: number, nodes: NodeTable, count: number): number {
  for (const node of nodes.list) {
    if (wanted === 0) break;
    if (!node.timedOut || node.flags & (CLUSTER_NODE_HANDSHAKE | CLUSTER_NODE_NOADDR)) continue;
    nodes.drawn[count++] = node.row;
    wanted--;
  }
  return count;
}

/** What we say about the rows drawn. Lists of the right length from the start: nothing is left behind for
 *  the collector that a growing list would outgrow. */
function sectionAbout(nodes: NodeTable, count: number): GossipSection {
  const about = new Array<NodeAddress>(count);
  const said = new Array<number>(count);
  let pinged: number[] | null = null;
  for (let index = 0; index < count; index++) {
    const row = nodes.drawn[index] as number;
    about[index] = nodes.addresses[row] as NodeAddress;
    said[index] =
      Math.floor((nodes.pongReceived[row] as number) / 1000) * SAID_FLAGS + (nodes.flags[row] as number);
    if (nodes.pinged(row)) (pinged ??= []).push(index, Math.floor((nodes.pingSent[row] as number) / 1000));
  }
  return { about, said, pinged: pinged ?? NONE_PINGED };
}

/** Sends a PONG nobody asked for, to all nodes or to the replicas of my shard. */
export function clusterBroadcastPong(server: Server, target: 'all' | 'localReplicas'): void {
  const { myself, nodes } = clusterOf(server);
  for (const node of nodes.list) {
    if (!node.link || node === myself || node.inHandshake) continue;
    if (target === 'localReplicas') {
      const local =
        node.isSlave && node.slaveof && (node.slaveof === myself || node.slaveof === myself.slaveof);
      if (!local) continue;
    }
    clusterSendPing(server, node.link, CLUSTERMSG_TYPE_PONG);
  }
}

/** Sends one message to every node with a link. */
function clusterBroadcastMessage(server: Server, message: BusMessage): void {
  for (const node of clusterOf(server).nodes.list) {
    if (!node.link || isMyself(node) || node.inHandshake) continue;
    clusterSendMessage(server, node.link, message);
  }
}

/** Tells everybody that a node has failed. */
export function clusterSendFail(server: Server, nodename: string): void {
  clusterBroadcastMessage(
    server,
    clusterBuildMessage(server, CLUSTERMSG_TYPE_FAIL, { kind: 'fail', nodename }),
  );
}

/** Tells one node who owns slots it wrongly claims. */
export function clusterSendUpdate(server: Server, link: ClusterLink | null, about: ClusterNode): void {
  if (!link) return;
  const cluster = clusterOf(server);
  let slots = shareSlots(about);
  // What the owner no longer claims itself we do not claim for it either.
  for (const slot of cluster.ownerNotClaiming) {
    if (cluster.slotOwner.get(slot) !== about.row) continue;
    if (slots === about.slots) slots = slots.slice();
    bitmapClearBit(slots, slot);
  }
  emit(server, 'UPDATE_SENT', { ...nodeRef(about), to: link.node?.name, configEpoch: about.configEpoch });
  const data: BusData = { kind: 'update', configEpoch: about.configEpoch, nodename: about.name, slots };
  clusterSendMessage(server, link, clusterBuildMessage(server, CLUSTERMSG_TYPE_UPDATE, data));
}

/** Asks every node, masters and replicas alike, for its vote. */
export function clusterRequestFailoverAuth(server: Server): void {
  const flags = clusterOf(server).mfEnd !== 0 ? CLUSTERMSG_FLAG0_FORCEACK : 0;
  clusterBroadcastMessage(
    server,
    clusterBuildMessage(server, CLUSTERMSG_TYPE_FAILOVER_AUTH_REQUEST, NO_DATA, flags),
  );
}

/** Gives our vote. */
export function clusterSendFailoverAuth(server: Server, node: ClusterNode): void {
  if (!node.link) return;
  clusterSendMessage(
    server,
    node.link,
    clusterBuildMessage(server, CLUSTERMSG_TYPE_FAILOVER_AUTH_ACK, NO_DATA),
  );
}

/** Asks our master to pause its clients. */
export function clusterSendMFStart(server: Server, node: ClusterNode): void {
  if (!node.link) return;
  clusterSendMessage(server, node.link, clusterBuildMessage(server, CLUSTERMSG_TYPE_MFSTART, NO_DATA));
}

/** Carries a PUBLISH to every node, or an SPUBLISH to the nodes of the slot's shard. */
export function clusterPropagatePublish(
  server: Server,
  channel: Bytes,
  message: Bytes,
  sharded: boolean,
): void {
  const data: BusData = { kind: 'publish', channel, message };
  if (!sharded) {
    clusterBroadcastMessage(server, clusterBuildMessage(server, CLUSTERMSG_TYPE_PUBLISH, data));
    return;
  }
  const { myself } = clusterOf(server);
  const master = myself.isSlave && myself.slaveof ? myself.slaveof : myself;
  const record = clusterBuildMessage(server, CLUSTERMSG_TYPE_PUBLISHSHARD, data);
  for (const node of [master, ...master.slaves]) {
    if (node !== myself && node.link && !node.inHandshake) clusterSendMessage(server, node.link, record);
  }
}

/** Reads what a sender tells about others. `sender` is null for a stranger's MEET. */
export function clusterProcessGossipSection(
  server: Server,
  sender: ClusterNode | null,
  { about, said }: GossipSection,
): void {
  const { nodes } = clusterOf(server);
  // A healthy node needs no ping of ours when another has heard of it lately; this is what keeps
  // the traffic of a large cluster down.
  const newestMs = server.mstime() + 500;
  for (let index = 0; index < about.length; index++) {
    const address = about[index] as NodeAddress;
    const word = said[index] as number;
    const flags = word & (SAID_FLAGS - 1);
    const row = nodes.rowOf(address);
    if (row < 0) {
      gossipAboutUnknown(server, sender, address, flags);
      continue;
    }
    const pongMs = ((word - flags) / SAID_FLAGS) * 1000;
    if (flags & SUSPECT || !nodes.undoubted(row)) {
      gossipAboutDoubted(server, sender, nodes.byRow[row] as ClusterNode, address, flags, pongMs);
    } else if (pongMs > (nodes.pongReceived[row] as number) && pongMs <= newestMs && !nodes.pinged(row)) {
      nodes.pongReceived[row] = pongMs;
    }
  }
}

/** The same for a node that the sender, we or somebody else believes not to be well. */
function gossipAboutDoubted(
  server: Server,
  sender: ClusterNode | null,
  node: ClusterNode,
  address: NodeAddress,
  flags: number,
  pongMs: number,
): void {
  const cluster = clusterOf(server);
  const suspected = (flags & SUSPECT) !== 0;
  // Only masters have a say about others.
  if (sender?.isMaster && node !== cluster.myself) {
    if (suspected) {
      if (clusterNodeAddFailureReport(server, node, sender)) {
        server.io.log('verbose', `Node ${sender.name} reported node ${node.name} as not reachable.`);
      }
      markNodeAsFailingIfNeeded(server, node);
    } else if (clusterNodeDelFailureReport(server, node, sender)) {
      server.io.log('verbose', `Node ${sender.name} reported node ${node.name} is back online.`);
    }
  }
  if (!suspected && node.pingSent === 0 && clusterNodeFailureReportsCount(server, node) === 0) {
    if (pongMs <= server.mstime() + 500 && pongMs > node.pongReceived) node.pongReceived = pongMs;
  }
  const { ip, port, cport, pport } = address;
  const moved = node.ip !== ip || node.port !== port || node.cport !== cport;
  if (node.flags & SUSPECT && !suspected && !(flags & CLUSTER_NODE_NOADDR) && moved) {
    if (node.link) freeClusterLink(server, node.link);
    node.moveTo({ ip, port, cport, pport });
    node.flags &= ~CLUSTER_NODE_NOADDR;
    cluster.scanNeeded = true;
  }
}

function gossipAboutUnknown(
  server: Server,
  sender: ClusterNode | null,
  address: NodeAddress,
  flags: number,
): void {
  // Identity is trusted when a node we know vouches for it.
  if (!sender || flags & CLUSTER_NODE_NOADDR) return;
  if (clusterBlacklistExists(server, address.name)) return;
  const node = createClusterNode(server, address, flags & ~CLUSTER_NODE_MYSELF);
  clusterAddNode(clusterOf(server), node);
  emit(server, 'NODE_ADDED', { ...nodeRef(node), by: sender.name, flags });
}
