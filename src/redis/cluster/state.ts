/* What one server knows of its cluster (after struct clusterState, clusterNode and clusterLink in
 * cluster.h). Data only; the rules stand in the other files of this folder.
 *
 * Every server holds one ClusterNode for every server it has heard of, so a world of 1,000 servers
 * holds a million of them. Hence the moments of a node, eight doubles, lie together in one typed
 * array per server, and slot bitmaps are shared between all who agree (see bitmap.ts). */

import { CLONE, sameShape } from '#base/clone.ts';
import { CLUSTER_SLOTS } from '#base/crc16.ts';
import type { Payload, SocketId } from '#redis/io.ts';
import { CLUSTER_SLOT_BYTES } from './bitmap.ts';
import {
  CLUSTERMSG_TYPE_COUNT,
  CLUSTER_NODE_FAIL,
  CLUSTER_NODE_HANDSHAKE,
  CLUSTER_NODE_MASTER,
  CLUSTER_NODE_NOADDR,
  CLUSTER_NODE_NOFAILOVER,
  CLUSTER_NODE_PFAIL,
  CLUSTER_NODE_SLAVE,
  type BusMessage,
} from './message.ts';
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

/** The bitmap of a node without slots. Shared: never written. */
const NO_SLOTS = new Uint8Array(CLUSTER_SLOT_BYTES);

/* Columns of the table of moments. */
const CTIME = 0;
const PING_SENT = 1;
const PONG_RECEIVED = 2;
const DATA_RECEIVED = 3;
const FAIL_TIME = 4;
const VOTED_TIME = 5;
const REPL_OFFSET = 6;
const ORPHANED_TIME = 7;
const COLUMNS = 8;

/** What this server believes of one server of the cluster. Times are Unix ms, 0 = never. */
export class ClusterNode {
  readonly table: NodeTable;
  /** Row in the table of moments and in the slot table; stable while the node exists. */
  readonly row: number;
  /** Position in `table.list`; changes when other nodes go. */
  index = -1;
  name: string;
  flags: number;
  configEpoch = 0;
  /** Slots it serves in our view. Shared unless `ownsSlots`. */
  slots: Uint8Array = NO_SLOTS;
  ownsSlots = false;
  numslots = 0;
  /** The slots as text, and the bitmap it describes (see describe-nodes.ts). */
  slotsText = '';
  slotsTextOf: Uint8Array | null = null;
  slaves: ClusterNode[] = [];
  slaveof: ClusterNode | null = null;
  ip = '';
  hostname = '';
  port = 0;
  pport = 0;
  cport = 0;
  link: ClusterLink | null = null;
  inboundLink: ClusterLink | null = null;
  /** Masters that said it fails, and when; null when nobody did. */
  failReports: Map<ClusterNode, number> | null = null;
  /** Number of the last heartbeat of ours that had this node in its gossip section. */
  lastInPingGossip = 0;

  constructor(table: NodeTable, row: number, name: string, flags: number) {
    this.table = table;
    this.row = row;
    this.name = name;
    this.flags = flags;
  }

  get ctime(): number {
    return this.table.moments[this.row * COLUMNS + CTIME] as number;
  }
  set ctime(ms: number) {
    this.table.moments[this.row * COLUMNS + CTIME] = ms;
  }
  get pingSent(): number {
    return this.table.moments[this.row * COLUMNS + PING_SENT] as number;
  }
  set pingSent(ms: number) {
    this.table.moments[this.row * COLUMNS + PING_SENT] = ms;
  }
  get pongReceived(): number {
    return this.table.moments[this.row * COLUMNS + PONG_RECEIVED] as number;
  }
  set pongReceived(ms: number) {
    this.table.moments[this.row * COLUMNS + PONG_RECEIVED] = ms;
  }
  get dataReceived(): number {
    return this.table.moments[this.row * COLUMNS + DATA_RECEIVED] as number;
  }
  set dataReceived(ms: number) {
    this.table.moments[this.row * COLUMNS + DATA_RECEIVED] = ms;
  }
  get failTime(): number {
    return this.table.moments[this.row * COLUMNS + FAIL_TIME] as number;
  }
  set failTime(ms: number) {
    this.table.moments[this.row * COLUMNS + FAIL_TIME] = ms;
  }
  /** When we voted for a replica of this master. */
  get votedTime(): number {
    return this.table.moments[this.row * COLUMNS + VOTED_TIME] as number;
  }
  set votedTime(ms: number) {
    this.table.moments[this.row * COLUMNS + VOTED_TIME] = ms;
  }
  get replOffset(): number {
    return this.table.moments[this.row * COLUMNS + REPL_OFFSET] as number;
  }
  set replOffset(offset: number) {
    this.table.moments[this.row * COLUMNS + REPL_OFFSET] = offset;
  }
  get orphanedTime(): number {
    return this.table.moments[this.row * COLUMNS + ORPHANED_TIME] as number;
  }
  set orphanedTime(ms: number) {
    this.table.moments[this.row * COLUMNS + ORPHANED_TIME] = ms;
  }

  get isMaster(): boolean {
    return (this.flags & CLUSTER_NODE_MASTER) !== 0;
  }
  get isSlave(): boolean {
    return (this.flags & CLUSTER_NODE_SLAVE) !== 0;
  }
  get inHandshake(): boolean {
    return (this.flags & CLUSTER_NODE_HANDSHAKE) !== 0;
  }
  get hasAddr(): boolean {
    return (this.flags & CLUSTER_NODE_NOADDR) === 0;
  }
  get timedOut(): boolean {
    return (this.flags & CLUSTER_NODE_PFAIL) !== 0;
  }
  get failed(): boolean {
    return (this.flags & CLUSTER_NODE_FAIL) !== 0;
  }
  get cantFailover(): boolean {
    return (this.flags & CLUSTER_NODE_NOFAILOVER) !== 0;
  }
}

/** All nodes one server knows, itself included. */
export class NodeTable {
  readonly byName = new Map<string, ClusterNode>();
  /** Dense, in no particular order: what random draws draw from. */
  readonly list: ClusterNode[] = [];
  readonly byRow: (ClusterNode | null)[] = [];
  readonly freeRows: number[] = [];
  moments = new Float64Array(16 * COLUMNS);
  /** By position in `list`: nothing is due for that node before this (Unix ms; see scanNodes). */
  dueAt = new Float64Array(16);

  get size(): number {
    return this.list.length;
  }

  /** A node that is not in the table yet (see clusterAddNode). */
  create(name: string, flags: number, nowMs: number): ClusterNode {
    const row = this.freeRows.pop() ?? this.byRow.length;
    if ((row + 1) * COLUMNS > this.moments.length) {
      const grown = new Float64Array(this.moments.length * 2);
      grown.set(this.moments);
      this.moments = grown;
    }
    this.moments.fill(0, row * COLUMNS, (row + 1) * COLUMNS);
    const node = new ClusterNode(this, row, name, flags);
    this.byRow[row] = node;
    node.ctime = nowMs;
    return node;
  }

  add(node: ClusterNode): void {
    node.index = this.list.length;
    if (node.index === this.dueAt.length) {
      const grown = new Float64Array(this.dueAt.length * 2);
      grown.set(this.dueAt);
      this.dueAt = grown;
    }
    this.dueAt[node.index] = 0;
    this.list.push(node);
    this.byName.set(node.name, node);
  }

  remove(node: ClusterNode): void {
    this.byName.delete(node.name);
    const last = this.list.pop() as ClusterNode;
    if (last !== node) {
      this.list[node.index] = last;
      this.dueAt[node.index] = this.dueAt[last.index] as number;
      last.index = node.index;
    }
    node.index = -1;
    this.byRow[node.row] = null;
    this.freeRows.push(node.row);
  }

  rename(node: ClusterNode, name: string): void {
    this.byName.delete(node.name);
    node.name = name;
    this.byName.set(name, node);
  }
}

/** One TCP connection of the bus. Each pair of servers has two, one opened by each. */
export class ClusterLink {
  readonly socket: SocketId;
  readonly ctime: number;
  readonly inbound: boolean;
  /** Who is at the other end; null on an accepted connection until a known sender spoke on it. */
  node: ClusterNode | null;
  connected: boolean;
  /** Messages for a connection that is still being made. */
  pending: BusMessage[] = [];
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
  readonly slotOwner = new SlotOwners();
  slotsAssigned = 0;
  readonly migratingTo = new Map<number, ClusterNode>();
  readonly importingFrom = new Map<number, ClusterNode>();
  /** Slots whose owner has stopped claiming them: anyone may take them, whatever the epoch. */
  readonly ownerNotClaiming = new Set<number>();
  /** Forgotten ids and the Unix second until which gossip cannot bring them back. */
  readonly blacklist = new Map<string, number>();
  readonly links = new Map<SocketId, ClusterLink>();

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
  /** A handshake is under way: its time-out has to be watched. */
  connectNeeded = false;
  /** cluster-node-timeout at the last scan, and what it found. */
  scannedTimeoutMs = 0;
  lastScan: Scan = { orphanedMasters: 0, maxSlaves: 0, mySlaves: 0 };
  pingGossipCounter = 0;
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
