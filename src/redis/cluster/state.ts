/* What one server knows of its cluster (after struct clusterState and clusterLink in cluster.h); the
 * nodes stand in node-table.ts. Data only; the rules stand in the other files of this folder. */

import { CLONE, sameShape, type Cloner } from '#base/clone.ts';
import { CLUSTER_SLOTS } from '#base/crc16.ts';
import type { Payload, SocketId } from '#redis/io.ts';
import { LinkTable } from './link-table.ts';
import { CLUSTERMSG_TYPE_COUNT, type BusMessage } from './message.ts';
import { NodeTable, type ClusterNode } from './node-table.ts';
import { SlotLoad } from './slot-load.ts';
import type { Bytes } from '#base/bytes.ts';

/** Offset of the bus port from the client port when neither is configured. */
export const CLUSTER_PORT_INCR = 10000;
export const CLUSTER_FAIL_REPORT_VALIDITY_MULT = 2;
export const CLUSTER_FAIL_UNDO_TIME_MULT = 2;
export const CLUSTER_MF_TIMEOUT_MS = 5000;
export const CLUSTER_MF_PAUSE_MULT = 2;
export const CLUSTER_SLAVE_MIGRATION_DELAY_MS = 5000;
export const CLUSTER_BLACKLIST_TTL_S = 60;
export const CLUSTER_WRITABLE_DELAY_MS = 2000;
export const CLUSTER_MAX_REJOIN_DELAY_MS = 5000;
export const CLUSTER_MIN_REJOIN_DELAY_MS = 500;

/* What clusterBeforeSleep still has to do. */
export const CLUSTER_TODO_HANDLE_FAILOVER = 1;
export const CLUSTER_TODO_UPDATE_STATE = 2;
export const CLUSTER_TODO_SAVE_CONFIG = 4;
export const CLUSTER_TODO_FSYNC_CONFIG = 8;
export const CLUSTER_TODO_HANDLE_MANUALFAILOVER = 16;

/** One TCP connection of the bus. Each pair of servers has two, one opened by each. */
export class ClusterLink {
  readonly socket: SocketId;
  readonly ctime: number;
  readonly inbound: boolean;
  /** Who is at the other end; null on an accepted connection until a known sender spoke on it. */
  node: ClusterNode | null;
  connected: boolean;
  /** Messages for a connection that is still being made. */
  pending: BusMessage[] | null = null;
  /** Bytes of an incomplete packet, from a peer that sends bytes. */
  rcvbuf: Bytes = '';
  /** What arrived while we loaded our data and read nothing; null when we read. */
  held: Payload[] | null = null;

  constructor(socket: SocketId, node: ClusterNode | null, inbound: boolean, nowMs: number) {
    this.socket = socket;
    this.node = node;
    this.inbound = inbound;
    this.connected = inbound;
    this.ctime = nowMs;
  }

  /** There are as many as two for each pair of servers: made as the others are, a copy is small. */
  [CLONE](clone: Cloner, register: (copy: unknown) => void): ClusterLink {
    const copy = new ClusterLink(this.socket, null, this.inbound, this.ctime);
    register(copy);
    copy.node = clone(this.node);
    copy.connected = this.connected;
    copy.pending = clone(this.pending);
    copy.rcvbuf = this.rcvbuf;
    copy.held = clone(this.held);
    return copy;
  }
}

/** What cron found out about masters and their replicas. */
export interface Scan {
  orphanedMasters: number;
  /** Greatest number of working replicas any master has, and how many my master has. */
  maxSlaves: number;
  mySlaves: number;
}

/** Rules that a test may switch off, to prove that their absence is noticed. Never set elsewhere. */
export type Mutation =
  | 'voteTwicePerEpoch'
  | 'voteWithoutFail'
  | 'voteForStaleSlots'
  | 'winWithoutMajority'
  | 'failWithoutQuorum'
  | 'ignoreCurrentEpoch'
  | 'claimWithOldEpoch'
  | 'noEpochCollision'
  | 'noUpdateMessages'
  | 'noDemotion'
  | 'minorityKeepsServing'
  | 'neverClearFail'
  | 'reportsNeverExpire'
  | 'keepDirtySlots'
  | 'forgetVotesOnRestart'
  | 'keepReplidAfterPromotion'
  | 'continueAlways';

/** A row of `nodes` for each slot, -1 where it is unassigned. Snapshots share the table until one of
 *  them writes to it. */
export class SlotOwners {
  private rows = new Int16Array(CLUSTER_SLOTS).fill(-1);
  private shared = false;

  get(slot: number): number {
    return this.rows[slot] as number;
  }

  set(slot: number, row: number): void {
    if (this.shared) this.rows = this.rows.slice();
    this.shared = false;
    this.rows[slot] = row;
  }

  [CLONE](): SlotOwners {
    this.shared = true;
    return sameShape(this);
  }
}

/** The cluster as one server sees it. */
export class ClusterState {
  readonly nodes = new NodeTable();
  myself!: ClusterNode;
  currentEpoch = 0;
  lastVoteEpoch = 0;
  /** True when the cluster is ok; a server starts without it. */
  ok = false;
  /** Why the state is what it is, for people. */
  stateReason = 'starting';
  /** Masters with slots. */
  size = 1;
  /** Row of the owner of each slot in `nodes`, -1 when unassigned. */
  slotOwner = new SlotOwners();
  slotsAssigned = 0;
  /** Commands executed here, by slot. */
  readonly slotLoad = new SlotLoad();
  readonly migratingTo = new Map<number, ClusterNode>();
  readonly importingFrom = new Map<number, ClusterNode>();
  /** Slots whose owner has stopped claiming them: anyone may take them, whatever the epoch. */
  readonly ownerNotClaiming = new Set<number>();
  /** Forgotten ids and the Unix second until which gossip cannot bring them back. */
  readonly blacklist = new Map<string, number>();
  readonly links = new LinkTable();

  failoverAuthTime = 0;
  failoverAuthCount = 0;
  failoverAuthSent = false;
  failoverAuthRank = 0;
  failoverAuthEpoch = 0;
  cantFailoverReason = '';
  cantFailoverLoggedAt = 0;

  mfEnd = 0;
  mfSlave: ClusterNode | null = null;
  /** -1 until the paused master has said it. */
  mfMasterOffset = -1;
  mfCanStart = false;

  todoBeforeSleep = 0;
  /** lastVoteEpoch and own configEpoch in nodes.conf as it was last written. */
  savedVoteEpoch = -1;
  savedConfigEpoch = -1;
  /** A change of a large cluster's table waits to be written. */
  saveDeferred = false;
  readonly busMessagesSent: number[] = new Array<number>(CLUSTERMSG_TYPE_COUNT).fill(0);
  readonly busMessagesReceived: number[] = new Array<number>(CLUSTERMSG_TYPE_COUNT).fill(0);
  pfailNodes = 0;
  linksBufferLimitExceeded = 0;
  cronIteration = 0;
  /** Nothing in the table can be due before this (Unix ms), unless `scanNeeded` says that something
   *  changed: so cron need not look at every node ten times a second. */
  nextScanAt = 0;
  scanNeeded = true;
  /** Nodes to which a connection of ours has ended: cron makes it anew. */
  unlinked: ClusterNode[] = [];
  /** A handshake is under way: its time-out has to be watched. */
  connectNeeded = false;
  /** cluster-node-timeout at the last scan, and what it found. */
  scannedTimeoutMs = 0;
  lastScan: Scan = { orphanedMasters: 0, maxSlaves: 0, mySlaves: 0 };
  /** First time the state was computed in this process, 0 = not yet. */
  stateFirstComputedAt = 0;
  amongMinorityAt = 0;
  /** Type of packet that DEBUG drops at reception; -1 = none. */
  dropPacketFilter = -1;
  mutations: readonly Mutation[] = [];
}

/** The owner of a slot in this server's view. */
export function slotOwner(cluster: ClusterState, slot: number): ClusterNode | null {
  const row = cluster.slotOwner.get(slot);
  return row < 0 ? null : (cluster.nodes.byRow[row] as ClusterNode);
}

/** Leaves work for clusterBeforeSleep. */
export function clusterDoBeforeSleep(cluster: ClusterState, flags: number): void {
  cluster.todoBeforeSleep |= flags;
}

/** Whether a test has switched this rule off. */
export function mutated(cluster: ClusterState, rule: Mutation): boolean {
  return cluster.mutations.length > 0 && cluster.mutations.includes(rule);
}
