/* A server as a frame shows it: what it is, and what it believes of the others. Reads only. */

import { bitmapRanges } from '#redis/cluster/bitmap.ts';
import { nodeFlagNames } from '#redis/cluster/flags.ts';
import type { ClusterNode } from '#redis/cluster/node-table.ts';
import type { ClusterState } from '#redis/cluster/state.ts';
import { Config } from '#redis/config.ts';
import { configDiff } from '#redis/config-set.ts';
import { replicaLink, type ReplicationState } from '#redis/replication/state.ts';
import { Server } from '#redis/server.ts';
import { STATS_METRIC_COMMAND } from '#redis/stats.ts';
import { emptyServer } from '#sim/empty-frame.ts';
import type { ElectionView, NodeView, ReplicationView, ServerFrame } from '#sim/frame.ts';
import { reachedAt, type Machine } from '#sim/machine.ts';
import type { Vital } from '#sim/vital.ts';
import type { World } from '#sim/world.ts';

const DEFAULTS = new Config();
/** Log lines in a frame that shows details. */
const LOG_LINES = 60;

/** The frame of a server's machine; a machine whose server is down tells only its address. */
export function serverFrame(world: World, machine: Machine, views: boolean, full: boolean): ServerFrame {
  const { process, info } = machine;
  const { ip, ports } = reachedAt(info);
  const frame = emptyServer(machine.name, ip, ports[0] ?? 0);
  if (info.outside) frame.inside = { ip: info.ip, port: info.ports[0] ?? 0 };
  frame.state = machine.state;
  frame.pid = machine.state === 'down' ? 0 : machine.pid;
  if (full) frame.log = machine.log.slice(-LOG_LINES);
  // A server whose start failed has no parts to show; the world has halted and says why.
  if (!(process instanceof Server) || !isStarted(process)) return frame;
  const { cluster, replication, config, dbs, stats } = process;
  if (process.loading) frame.state = 'loading';
  frame.role = replication.masterHost === null ? 'master' : 'replica';
  frame.masterName =
    replication.masterHost === null ? null : nameAt(world, replication.masterHost, replication.masterPort);
  frame.keys = dbs.reduce((sum, db) => sum + db.size, 0);
  frame.usedMemory = process.lastUsedMemory;
  frame.maxMemory = config.maxmemory;
  frame.opsPerSecond = stats.rates.average(STATS_METRIC_COMMAND);
  frame.nodeTimeoutMs = config.clusterNodeTimeout;
  frame.replication = replicationView(world, process);
  if (full) frame.configDiff = configDiff(config, DEFAULTS);
  if (cluster) fillCluster(frame, world, process, cluster, views);
  return frame;
}

/** The vital signs of a server's machine. */
export function serverVital(world: World, machine: Machine): Vital {
  const { process, name } = machine;
  const server = process instanceof Server && isStarted(process) ? process : null;
  const cluster = server?.cluster ?? null;
  const replication = server?.replication ?? null;
  return {
    name,
    running: machine.state === 'running' && !server?.loading,
    startedAtMs: server?.startedAtMs ?? 0,
    id: cluster?.myself.name ?? '',
    isMaster: cluster ? cluster.myself.isMaster : replication?.masterHost === null,
    slots: cluster && cluster.myself.numslots > 0 ? cluster.myself.slots : null,
    currentEpoch: cluster?.currentEpoch ?? 0,
    configEpoch: cluster ? epochOf(cluster.myself) : 0,
    clusterOk: cluster?.ok ?? false,
    masters: cluster?.size ?? 0,
    mastersReached: cluster ? countReached(world, machine, cluster) : 0,
    nodeTimeoutMs: server?.config.clusterNodeTimeout ?? 0,
    replid: replication?.replid ?? '',
    offset: replication?.masterReplOffset ?? 0,
    streamsFrom: replication ? streamsFrom(world, replication) : null,
  };
}

/** The master whose stream a replica follows at this moment. */
function streamsFrom(world: World, { masterHost, masterPort, linkUp }: ReplicationState): string | null {
  return masterHost !== null && linkUp ? nameAt(world, masterHost, masterPort) : null;
}

/** Masters with slots, in this server's view, to which nothing is cut. Whether they are alive is for
 *  the server itself to find out. */
function countReached(world: World, machine: Machine, cluster: ClusterState): number {
  // Everybody is reached as long as nothing is cut; a large world is asked this often.
  if (!world.network.hasCuts) return cluster.size;
  let reached = 0;
  for (const node of cluster.nodes.list) {
    if (!node.isMaster || node.numslots === 0) continue;
    const name = node === cluster.myself ? machine.name : nodeName(world, node);
    if (name === null) continue;
    const cut = world.network.isCut(machine.name, name) || world.network.isCut(name, machine.name);
    if (!cut) reached++;
  }
  return reached;
}

function isStarted(server: Server): boolean {
  return (server.replication as unknown) !== undefined;
}

function fillCluster(
  frame: ServerFrame,
  world: World,
  server: Server,
  cluster: ClusterState,
  views: boolean,
): void {
  const { myself } = cluster;
  frame.clusterEnabled = true;
  frame.nodeId = myself.name;
  if (myself.isSlave) {
    frame.role = 'replica';
    frame.masterName = myself.slaveof ? nodeName(world, myself.slaveof) : null;
  }
  frame.clusterState = cluster.ok ? 'ok' : 'fail';
  frame.currentEpoch = cluster.currentEpoch;
  frame.configEpoch = epochOf(myself);
  frame.lastVoteEpoch = cluster.lastVoteEpoch;
  frame.slots = bitmapRanges(myself.slots);
  frame.migrating = [...cluster.migratingTo].map(([slot, node]) => ({ slot, nodeId: node.name }));
  frame.importing = [...cluster.importingFrom].map(([slot, node]) => ({ slot, nodeId: node.name }));
  frame.election = electionView(cluster);
  frame.manualFailoverEndMs = cluster.mfEnd;
  if (views) {
    const nodes = [...cluster.nodes.list].sort((a, b) => a.port - b.port || (a.name < b.name ? -1 : 1));
    frame.view = nodes.map((node) => nodeView(world, server, cluster, node));
  }
}

/** A replica goes by the epoch of its master. */
function epochOf(node: ClusterNode): number {
  return node.isSlave && node.slaveof ? node.slaveof.configEpoch : node.configEpoch;
}

function nodeView(world: World, server: Server, cluster: ClusterState, node: ClusterNode): NodeView {
  const isMyself = node === cluster.myself;
  return {
    id: node.name,
    name: isMyself ? server.name : nodeName(world, node),
    ip: node.ip,
    port: node.port,
    cport: node.cport,
    hostname: node.hostname,
    flags: nodeFlagNames(node.flags),
    masterId: node.slaveof?.name ?? null,
    pingSentMs: node.pingSent,
    pongReceivedMs: node.pongReceived,
    configEpoch: epochOf(node),
    connected: isMyself || (node.link?.connected ?? false),
    slots: node.numslots === 0 ? [] : bitmapRanges(node.slots),
    failReports: node.failReports?.size ?? 0,
    replOffset: isMyself ? server.replication.masterReplOffset : node.replOffset,
  };
}

function nodeName(world: World, node: ClusterNode): string | null {
  return nameAt(world, node.ip, node.port) ?? nameAt(world, '127.0.0.1', node.port);
}

function nameAt(world: World, ip: string, port: number): string | null {
  const index = world.directory.meantBy(ip, port);
  return index < 0 ? null : world.nameOf(index);
}

function electionView(cluster: ClusterState): ElectionView | null {
  // What is left of an earlier election is not one that runs.
  const running = cluster.myself.slaveof?.failed === true || cluster.mfEnd !== 0;
  if (cluster.failoverAuthTime === 0 || cluster.myself.isMaster || !running) return null;
  return {
    authTimeMs: cluster.failoverAuthTime,
    sent: cluster.failoverAuthSent,
    votes: cluster.failoverAuthCount,
    needed: Math.floor(cluster.size / 2) + 1,
    rank: cluster.failoverAuthRank,
    epoch: cluster.failoverAuthEpoch,
  };
}

const LINK_STATES: Record<string, ReplicationView['linkState']> = {
  none: 'none',
  connect: 'connect',
  connecting: 'connecting',
  receivePing: 'handshake',
  handshake: 'handshake',
  receivePsync: 'handshake',
  transfer: 'sync',
  connected: 'connected',
};

function replicationView(world: World, server: Server): ReplicationView {
  const { replication, config } = server;
  const nowS = Math.floor(server.mstime() / 1000);
  const { backlog } = replication;
  return {
    replid: replication.replid,
    replid2: replication.replid2,
    offset: replication.masterReplOffset,
    masterHost: replication.masterHost,
    masterPort: replication.masterHost === null ? null : replication.masterPort,
    linkState: LINK_STATES[replication.state] ?? 'none',
    replicas: replication.replicas.map((client) => {
      const link = replicaLink(client);
      const name = nameAt(world, client.peer.ip, link.listeningPort) ?? `:${link.listeningPort}`;
      const lagSeconds = link.ackTimeS === 0 ? 0 : nowS - link.ackTimeS;
      return { name, state: link.state, offset: link.ackOffset, lagSeconds };
    }),
    backlog: backlog && { first: backlog.first, length: backlog.length, size: config.replBacklogSize },
  };
}
