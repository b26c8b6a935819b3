/* What a server does about its cluster ten times a second, and after every event (after clusterInit,
 * clusterCron and clusterBeforeSleep in cluster.c). */

import type { Server } from '#redis/server.ts';
import { replicationSetMaster } from '#redis/replication/link.ts';
import { nextDeadline } from './deadline.ts';
import { clusterOf, emit, nodeRef } from './events.ts';
import { clusterHandleSlaveFailover } from './failover.ts';
import { announcedPorts, busPort, clusterSendPing } from './gossip.ts';
import { connectClusterLink, freeClusterLink, linkOutputPending } from './links.ts';
import { clusterHandleManualFailover, manualFailoverCheckTimeout } from './manual-failover.ts';
import {
  CLUSTERMSG_TYPE_PING,
  CLUSTER_NODE_FAIL,
  CLUSTER_NODE_HANDSHAKE,
  CLUSTER_NODE_MASTER,
  CLUSTER_NODE_MYSELF,
  CLUSTER_NODE_NOADDR,
  CLUSTER_NODE_NOFAILOVER,
  CLUSTER_NODE_PFAIL,
} from './message.ts';
import { clusterLoadConfig, clusterSaveConfig, clusterSaveDeferred, clusterSaveSoon } from './nodes-conf.ts';
import { clusterAddNode, clusterCountNonFailingSlaves, clusterDelNode, createClusterNode } from './nodes.ts';
import { clusterHandleSlaveMigration, isOrphaned } from './replica-migration.ts';
import type { ClusterNode } from './node-table.ts';
import {
  CLUSTER_TODO_FSYNC_CONFIG,
  CLUSTER_TODO_HANDLE_FAILOVER,
  CLUSTER_TODO_HANDLE_MANUALFAILOVER,
  CLUSTER_TODO_SAVE_CONFIG,
  CLUSTER_TODO_UPDATE_STATE,
  ClusterState,
  type Scan,
} from './state.ts';
import { clusterUpdateState } from './update-state.ts';

/** Starts cluster mode: reads nodes.conf or begins a new life, opens the bus port. False when the
 *  server cannot run (the log says why). */
export function clusterInit(server: Server): boolean {
  const cluster = new ClusterState();
  server.cluster = cluster;
  cluster.mutations = server.mutations ?? [];
  const loaded = clusterLoadConfig(server);
  if (loaded === 'broken') {
    server.io.log('warning', 'Unrecoverable error: corrupted cluster config file.');
    return false;
  }
  if (loaded === 'none') {
    cluster.myself = createClusterNode(server, null, CLUSTER_NODE_MYSELF | CLUSTER_NODE_MASTER);
    server.io.log('notice', `No cluster configuration found, I'm ${cluster.myself.name}`);
    clusterAddNode(cluster, cluster.myself);
  } else {
    server.io.log('notice', `Node configuration loaded, I'm ${cluster.myself.name}`);
  }
  if (!server.io.listen(busPort(server))) {
    server.io.log('warning', `Failed listening on port ${busPort(server)} (cluster), aborting.`);
    return false;
  }
  clusterUpdateMyself(server);
  if (loaded === 'none') clusterSaveConfig(server, true);
  return true;
}

/** Carries what the configuration says about this server into its own node: at the start and whenever that is
 *  changed. */
export function clusterUpdateMyself(server: Server): void {
  const { myself } = clusterOf(server);
  const { config } = server;
  const { port, pport, cport } = announcedPorts(server);
  myself.moveTo({ port, pport, cport, ip: config.clusterAnnounceIp || myself.ip });
  if (myself.hostname !== config.clusterAnnounceHostname) {
    myself.hostname = config.clusterAnnounceHostname;
    clusterOf(server).todoBeforeSleep |= CLUSTER_TODO_SAVE_CONFIG;
  }
  const nofailover = config.clusterReplicaNoFailover ? CLUSTER_NODE_NOFAILOVER : 0;
  if ((myself.flags & CLUSTER_NODE_NOFAILOVER) === nofailover) return;
  myself.flags ^= CLUSTER_NODE_NOFAILOVER;
  clusterOf(server).todoBeforeSleep |= CLUSTER_TODO_SAVE_CONFIG | CLUSTER_TODO_UPDATE_STATE;
}

/** The periodic work, every 100 ms. */
export function clusterCron(server: Server): void {
  const cluster = clusterOf(server);
  const { myself } = cluster;
  cluster.cronIteration++;
  const changed = scanAllDue(server);
  if (changed) reconnectNodes(server);
  else if (cluster.unlinked.length > 0) connectUnlinked(server);
  if (cluster.cronIteration % 10 === 0) pingOneAtRandom(server);
  const updateState = changed ? scanNodes(server) : scanDueNodes(server);
  const scan = cluster.lastScan;
  startReplication(server);
  manualFailoverCheckTimeout(server);
  if (myself.isSlave) {
    clusterHandleManualFailover(server);
    clusterHandleSlaveFailover(server);
    const migrate = scan.orphanedMasters > 0 && scan.maxSlaves >= 2 && scan.mySlaves === scan.maxSlaves;
    if (migrate && server.config.clusterAllowReplicaMigration)
      clusterHandleSlaveMigration(server, scan.maxSlaves);
  }
  if (updateState || !cluster.ok) clusterUpdateState(server);
  clusterSaveDeferred(server);
}

function reconnectNodes(server: Server): void {
  const cluster = clusterOf(server);
  const now = server.mstime();
  const handshakeTimeoutMs = Math.max(server.config.clusterNodeTimeout, 1000);
  const limit = server.config.clusterLinkSendbufLimit;
  cluster.pfailNodes = 0;
  cluster.connectNeeded = false;
  cluster.unlinked = [];
  const expired: ClusterNode[] = [];
  for (const node of cluster.nodes.list) {
    if (limit > 0) freeLinkOnBufferLimit(server, node, limit);
    if (node.flags & (CLUSTER_NODE_MYSELF | CLUSTER_NODE_NOADDR)) continue;
    if (node.flags & CLUSTER_NODE_PFAIL) cluster.pfailNodes++;
    if (node.inHandshake) cluster.connectNeeded = true;
    if (node.inHandshake && now - node.ctime > handshakeTimeoutMs) expired.push(node);
    else if (node.link === null) connectClusterLink(server, node);
  }
  for (const node of expired) {
    emit(server, 'HANDSHAKE_TIMEOUT', { ip: node.ip, port: node.port });
    clusterDelNode(server, node);
  }
}

/** The same where nothing but connections has changed: a node that is down costs everybody a connection in
 *  every tenth of a second, but no walk through all the others. */
function connectUnlinked(server: Server): void {
  const cluster = clusterOf(server);
  const { unlinked } = cluster;
  cluster.unlinked = [];
  if (unlinked.length > 1) unlinked.sort((one, other) => one.index - other.index);
  for (const node of unlinked) {
    const wanted = node.index >= 0 && node.link === null;
    if (wanted && !(node.flags & (CLUSTER_NODE_MYSELF | CLUSTER_NODE_NOADDR)))
      connectClusterLink(server, node);
  }
}

function freeLinkOnBufferLimit(server: Server, node: ClusterNode, limit: number): void {
  for (const link of [node.link, node.inboundLink]) {
    if (!link) continue;
    const pending = linkOutputPending(server, link);
    if (pending <= limit) continue;
    const direction = link.inbound ? 'from' : 'to';
    server.io.log(
      'warning',
      `Freeing cluster link(${direction} node: ${node.name}, used memory: ${pending}) due to exceeding send buffer memory limit.`,
    );
    freeClusterLink(server, link);
    clusterOf(server).linksBufferLimitExceeded++;
  }
}

/** Once a second: of five random nodes the one not heard of for longest. */
function pingOneAtRandom(server: Server): void {
  const cluster = clusterOf(server);
  let oldest: ClusterNode | null = null;
  for (let draw = 0; draw < 5; draw++) {
    const node = server.io.random.pick(cluster.nodes.list);
    if (node.link === null || node.pingSent !== 0) continue;
    if (node.flags & (CLUSTER_NODE_MYSELF | CLUSTER_NODE_HANDSHAKE)) continue;
    if (oldest === null || node.pongReceived < oldest.pongReceived) oldest = node;
  }
  if (oldest?.link) clusterSendPing(server, oldest.link, CLUSTERMSG_TYPE_PING);
}

/** Whether something has changed since the last walk through all nodes. If not, all that another walk
 *  could find are nodes whose time has come. */
function scanAllDue(server: Server): boolean {
  const cluster = clusterOf(server);
  const { config } = server;
  return (
    cluster.scanNeeded ||
    cluster.mfEnd !== 0 ||
    cluster.scannedTimeoutMs !== config.clusterNodeTimeout ||
    config.clusterLinkSendbufLimit > 0
  );
}

/** Pings who was silent, suspects who stays silent, and counts replicas; true when the state has to
 *  be computed anew. */
function scanNodes(server: Server): boolean {
  const cluster = clusterOf(server);
  const { myself } = cluster;
  const { list, dueAt } = cluster.nodes;
  const scan: Scan = { orphanedMasters: 0, maxSlaves: 0, mySlaves: 0 };
  let updateState = false;
  let next = Infinity;
  cluster.scannedTimeoutMs = server.config.clusterNodeTimeout;
  cluster.scanNeeded = cluster.connectNeeded;
  const skip = CLUSTER_NODE_MYSELF | CLUSTER_NODE_NOADDR | CLUSTER_NODE_HANDSHAKE;
  for (const node of list) {
    dueAt[node.index] = Infinity;
    if (node.flags & skip) continue;
    if (myself.isSlave && node.isMaster && !node.failed) {
      const okSlaves = clusterCountNonFailingSlaves(node);
      if (isOrphaned(node)) scan.orphanedMasters++;
      scan.maxSlaves = Math.max(scan.maxSlaves, okSlaves);
      if (myself.slaveof === node) scan.mySlaves = okSlaves;
    }
    if (tendNode(server, node)) updateState = true;
    next = Math.min(next, dueAt[node.index] as number);
  }
  cluster.lastScan = scan;
  noteScan(cluster, updateState, next);
  return updateState;
}

/** The same for the nodes whose time has come; the others are not even looked at. */
function scanDueNodes(server: Server): boolean {
  const cluster = clusterOf(server);
  const now = server.mstime();
  if (now <= cluster.nextScanAt) return false;
  const { nodes } = cluster;
  const { list, dueAt, rows } = nodes;
  const halfMs = server.config.clusterNodeTimeout / 2;
  let updateState = false;
  let next = Infinity;
  for (let at = 0; at < list.length; at++) {
    if ((dueAt[at] as number) < now) {
      // Most have only been heard of, through gossip, since it was reckoned when they would be due.
      const heardDue = nodes.pingDueAt(rows[at] as number, halfMs);
      if (heardDue >= now) dueAt[at] = heardDue;
      else if (tendNode(server, list[at] as ClusterNode)) updateState = true;
    }
    if ((dueAt[at] as number) < next) next = dueAt[at] as number;
  }
  noteScan(cluster, updateState, next);
  return updateState;
}

/** Does what is due for one node and notes when it has to be looked at next; true when it is newly
 *  suspected. */
function tendNode(server: Server, node: ClusterNode): boolean {
  const now = server.mstime();
  const suspected =
    !pingIfDue(server, node, now) && node.pingSent !== 0 && suspectIfSilent(server, node, now);
  clusterOf(server).nodes.dueAt[node.index] = nextDeadline(node, server.config.clusterNodeTimeout);
  return suspected;
}

function noteScan(cluster: ClusterState, updateState: boolean, next: number): void {
  cluster.nextScanAt = next;
  // The next heartbeats carry as many suspects as the next walk counts.
  if (updateState) cluster.scanNeeded = true;
}

/** True when a PING was sent now. */
function pingIfDue(server: Server, node: ClusterNode, now: number): boolean {
  const cluster = clusterOf(server);
  const halfMs = server.config.clusterNodeTimeout / 2;
  const { link, pingSent } = node;
  // The connection itself may be what is broken: try a new one while there is still time.
  if (
    pingSent !== 0 &&
    link &&
    now - link.ctime > server.config.clusterNodeTimeout &&
    now - pingSent > halfMs &&
    now - node.dataReceived > halfMs
  ) {
    freeClusterLink(server, link);
  }
  if (node.link && pingSent === 0 && now - node.pongReceived > halfMs) {
    clusterSendPing(server, node.link, CLUSTERMSG_TYPE_PING);
    return true;
  }
  // A paused master keeps telling the replica that waits for it.
  if (cluster.mfEnd !== 0 && cluster.myself.isMaster && cluster.mfSlave === node && node.link) {
    clusterSendPing(server, node.link, CLUSTERMSG_TYPE_PING);
    return true;
  }
  return false;
}

/** PFAIL: a ping unanswered for longer than the timeout, and nothing else heard either. */
function suspectIfSilent(server: Server, node: ClusterNode, now: number): boolean {
  const pingDelayMs = now - node.pingSent;
  const dataDelayMs = now - node.dataReceived;
  const nodeTimeoutMs = server.config.clusterNodeTimeout;
  if (Math.min(pingDelayMs, dataDelayMs) <= nodeTimeoutMs) return false;
  if (node.flags & (CLUSTER_NODE_PFAIL | CLUSTER_NODE_FAIL)) return false;
  server.io.log('debug', `*** NODE ${node.name} possibly failing`);
  node.flags |= CLUSTER_NODE_PFAIL;
  emit(server, 'PFAIL', { ...nodeRef(node), pingDelayMs, dataDelayMs, nodeTimeoutMs });
  return true;
}

/** A replica whose master's address was unknown so far starts to replicate. */
function startReplication(server: Server): void {
  const { myself } = clusterOf(server);
  const master = myself.slaveof;
  if (!myself.isSlave || server.replication.masterHost !== null || !master?.hasAddr) return;
  replicationSetMaster(server, master.ip, master.port);
}

/** What was put off during the event that was just handled. */
export function clusterBeforeSleep(server: Server): void {
  const cluster = clusterOf(server);
  const flags = cluster.todoBeforeSleep;
  if (flags === 0) return;
  cluster.scanNeeded = true;
  cluster.todoBeforeSleep = 0;
  if (flags & CLUSTER_TODO_HANDLE_MANUALFAILOVER) {
    if (cluster.myself.isSlave) {
      clusterHandleManualFailover(server);
      clusterHandleSlaveFailover(server);
    }
  } else if (flags & CLUSTER_TODO_HANDLE_FAILOVER) {
    clusterHandleSlaveFailover(server);
  }
  if (flags & CLUSTER_TODO_UPDATE_STATE) clusterUpdateState(server);
  if (flags & CLUSTER_TODO_SAVE_CONFIG) clusterSaveSoon(server, (flags & CLUSTER_TODO_FSYNC_CONFIG) !== 0);
}
