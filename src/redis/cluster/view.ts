/* One server's cluster as the page shows it: what goes into a ServerFrame (sim/frame.ts). Reads the
 * state and changes nothing. */

import type { Server } from '#redis/server.ts';
import { backlogSize } from '#redis/replication/ids.ts';
import { replicaLink, replicaName, type ReplState } from '#redis/replication/state.ts';
import { bitmapRanges } from './bitmap.ts';
import { neededQuorum } from './failure.ts';
import { nodeFlagNames } from './flags.ts';
import type { ClusterNode } from './state.ts';

/** A node as one server sees it. `name` is left to whoever knows the names of this world. */
export interface NodeRecord {
  id: string;
  ip: string;
  port: number;
  cport: number;
  hostname: string;
  flags: string[];
  masterId: string | null;
  pingSentMs: number;
  pongReceivedMs: number;
  configEpoch: number;
  connected: boolean;
  slots: [number, number][];
  failReports: number;
  replOffset: number;
}

export interface ClusterSummary {
  nodeId: string;
  role: 'master' | 'replica';
  masterId: string | null;
  clusterState: 'ok' | 'fail';
  /** Why the state is fail: unassignedSlots, failedOwner, minority, starting; '' when ok. */
  stateReason: string;
  currentEpoch: number;
  configEpoch: number;
  lastVoteEpoch: number;
  slots: [number, number][];
  migrating: { slot: number; nodeId: string }[];
  importing: { slot: number; nodeId: string }[];
  manualFailoverEndMs: number;
  election: {
    authTimeMs: number;
    sent: boolean;
    votes: number;
    needed: number;
    rank: number;
    epoch: number;
  } | null;
}

/** The cluster as this server sees itself in it; null outside cluster mode. */
export function clusterSummary(server: Server): ClusterSummary | null {
  const { cluster } = server;
  if (!cluster) return null;
  const { myself } = cluster;
  const open = (marks: ReadonlyMap<number, ClusterNode>): { slot: number; nodeId: string }[] =>
    [...marks].map(([slot, node]) => ({ slot, nodeId: node.name })).sort((a, b) => a.slot - b.slot);
  return {
    nodeId: myself.name,
    role: myself.isMaster ? 'master' : 'replica',
    masterId: myself.slaveof?.name ?? null,
    clusterState: cluster.ok ? 'ok' : 'fail',
    stateReason: cluster.stateReason,
    currentEpoch: cluster.currentEpoch,
    configEpoch: myself.isSlave && myself.slaveof ? myself.slaveof.configEpoch : myself.configEpoch,
    lastVoteEpoch: cluster.lastVoteEpoch,
    slots: bitmapRanges(myself.slots),
    migrating: open(cluster.migratingTo),
    importing: open(cluster.importingFrom),
    manualFailoverEndMs: cluster.mfEnd,
    election: electionView(server),
  };
}

/** The election this replica runs or has scheduled. */
function electionView(server: Server): ClusterSummary['election'] {
  const cluster = server.cluster!;
  const master = cluster.myself.slaveof;
  const running = cluster.myself.isSlave && master && (master.failed || cluster.mfEnd !== 0);
  if (!running || cluster.failoverAuthTime === 0) return null;
  // What is left of an earlier election is not shown as one that runs.
  const authTimeoutMs = Math.max(server.config.clusterNodeTimeout * 2, 2000);
  if (server.mstime() - cluster.failoverAuthTime > authTimeoutMs) return null;
  return {
    authTimeMs: cluster.failoverAuthTime,
    sent: cluster.failoverAuthSent,
    votes: cluster.failoverAuthCount,
    needed: neededQuorum(server),
    rank: cluster.failoverAuthRank,
    epoch: cluster.failoverAuthEpoch,
  };
}

/** Every node this server knows, itself included. */
export function clusterView(server: Server): NodeRecord[] {
  const { cluster } = server;
  if (!cluster) return [];
  return cluster.nodes.list.map((node) => ({
    id: node.name,
    ip: node.ip,
    port: node.port,
    cport: node.cport,
    hostname: node.hostname,
    flags: nodeFlagNames(node.flags),
    masterId: node.slaveof?.name ?? null,
    pingSentMs: node.pingSent,
    pongReceivedMs: node.pongReceived,
    configEpoch: node.isSlave && node.slaveof ? node.slaveof.configEpoch : node.configEpoch,
    connected: node === cluster.myself || node.link !== null,
    slots: node.numslots === 0 ? [] : bitmapRanges(node.slots),
    failReports: node.failReports?.size ?? 0,
    replOffset: node.replOffset,
  }));
}

export interface ReplicationRecord {
  replid: string;
  replid2: string;
  offset: number;
  masterHost: string | null;
  masterPort: number | null;
  linkState: 'none' | 'connect' | 'connecting' | 'handshake' | 'sync' | 'connected';
  replicas: { name: string; state: string; offset: number; lagSeconds: number }[];
  backlog: { first: number; length: number; size: number } | null;
}

const LINK_STATES: Readonly<Record<ReplState, ReplicationRecord['linkState']>> = {
  none: 'none',
  connect: 'connect',
  connecting: 'connecting',
  receivePing: 'handshake',
  handshake: 'handshake',
  receivePsync: 'handshake',
  transfer: 'sync',
  connected: 'connected',
};

/** Replication as this server sees it; replicas are named by address. */
export function replicationView(server: Server): ReplicationRecord {
  const { replication } = server;
  const nowS = Math.floor(server.mstime() / 1000);
  const { backlog } = replication;
  return {
    replid: replication.replid,
    replid2: replication.replid2,
    offset: replication.masterReplOffset,
    masterHost: replication.masterHost,
    masterPort: replication.masterHost === null ? null : replication.masterPort,
    linkState: LINK_STATES[replication.state],
    replicas: replication.replicas.map((replica) => {
      const link = replicaLink(replica);
      const online = link.state === 'online' && !link.startOnAck;
      return {
        name: replicaName(replica),
        state: link.state === 'waitBgsaveStart' ? 'wait_bgsave' : online ? 'online' : 'sync',
        offset: link.ackOffset,
        lagSeconds: link.ackTimeS === 0 ? 0 : nowS - link.ackTimeS,
      };
    }),
    backlog:
      backlog === null ? null : { first: backlog.first, length: backlog.length, size: backlogSize(server) },
  };
}
