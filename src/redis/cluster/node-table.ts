/* The nodes one server knows (after struct clusterNode in cluster.h), laid out for large clusters.
 *
 * Every server holds a ClusterNode for every server it has heard of, so a world of 1,000 servers holds a
 * million of them, and each heartbeat reads and writes something of a hundred: most of what such a world
 * costs is waiting for memory. Hence what gossip touches of a node (is it well, when was it heard of, where
 * is it reached) lies in columns by row, close together and small enough for the processor's cache; the rest
 * lies in the objects. Slot bitmaps and addresses are shared between all who agree on them. */

import { CLONE, type Cloner } from '#base/clone.ts';
import { CLUSTER_SLOT_BYTES } from './bitmap.ts';
import { nodeAddress, sameAddress, type NodeAddress } from './gossip-section.ts';
import {
  CLUSTER_NODE_FAIL,
  CLUSTER_NODE_HANDSHAKE,
  CLUSTER_NODE_MASTER,
  CLUSTER_NODE_NOADDR,
  CLUSTER_NODE_NOFAILOVER,
  CLUSTER_NODE_PFAIL,
  CLUSTER_NODE_SLAVE,
} from './message.ts';
import { NodeIndex } from './node-index.ts';
import type { ClusterLink } from './state.ts';

/** The bitmap of a node without slots. Shared: never written. */
const NO_SLOTS = new Uint8Array(CLUSTER_SLOT_BYTES);
export const NO_SLAVES: readonly ClusterNode[] = Object.freeze([]);

/* Columns of the table of moments. */
const CTIME = 0;
const DATA_RECEIVED = 1;
const FAIL_TIME = 2;
const VOTED_TIME = 3;
const REPL_OFFSET = 4;
const ORPHANED_TIME = 5;
const COLUMNS = 6;

/* Marks of a row. */
/** Suspected or failed, or reported to be so by somebody. */
const DOUBTED = 1;
/** We have a link to it, or have tried to make one. */
const LINKED = 2;
const SERVES_SLOTS = 4;
/** It has not answered our last ping. */
const PINGED = 8;
/** The row is that of a node in the table. */
const PRESENT = 16;

const SUSPECT = CLUSTER_NODE_PFAIL | CLUSTER_NODE_FAIL;

/** What this server believes of one server of the cluster. Times are Unix ms, 0 = never. */
export class ClusterNode {
  readonly table: NodeTable;
  /** Row in the columns and in the slot table; stable while the node exists. */
  readonly row: number;
  /** Position in `table.list`; changes when other nodes go. */
  index = -1;
  configEpoch = 0;
  /** Slots it serves in our view. Shared unless `ownsSlots`. */
  slots: Uint8Array = NO_SLOTS;
  ownsSlots = false;
  private slotCount = 0;
  /** The slots as text, and the bitmap it describes (see describe-nodes.ts). */
  slotsText = '';
  slotsTextOf: Uint8Array | null = null;
  /** Replaced when they change. */
  slaves = NO_SLAVES;
  slaveof: ClusterNode | null = null;
  hostname = '';
  private ownLink: ClusterLink | null = null;
  inboundLink: ClusterLink | null = null;
  private reports: Map<ClusterNode, number> | null = null;

  constructor(table: NodeTable, row: number) {
    this.table = table;
    this.row = row;
  }

  /** The copy is made with its table, all nodes at once. */
  [CLONE](clone: Cloner): ClusterNode {
    return clone(this.table).byRow[this.row] as ClusterNode;
  }

  /** Fills `copy`, a new node of the table's copy. */
  copyTo(copy: ClusterNode, clone: Cloner): void {
    copy.index = this.index;
    copy.configEpoch = this.configEpoch;
    copy.slots = this.ownsSlots ? this.slots.slice() : this.slots;
    copy.ownsSlots = this.ownsSlots;
    copy.slotCount = this.slotCount;
    copy.slotsText = this.slotsText;
    copy.slotsTextOf = this.slotsTextOf;
    if (this.slaves.length > 0) copy.slaves = this.slaves.map(clone);
    copy.slaveof = clone(this.slaveof);
    copy.hostname = this.hostname;
    copy.ownLink = clone(this.ownLink);
    copy.inboundLink = clone(this.inboundLink);
    copy.reports = clone(this.reports);
  }

  get address(): NodeAddress {
    return this.table.addresses[this.row] as NodeAddress;
  }
  get name(): string {
    return this.address.name;
  }
  get ip(): string {
    return this.address.ip;
  }
  get port(): number {
    return this.address.port;
  }
  get pport(): number {
    return this.address.pport;
  }
  get cport(): number {
    return this.address.cport;
  }

  /** Where the node is reached from now on. Told ten times a second what has not changed. */
  moveTo(change: Partial<Pick<NodeAddress, 'ip' | 'port' | 'pport' | 'cport'>>): void {
    const { address } = this;
    const { ip = address.ip, port = address.port, pport = address.pport, cport = address.cport } = change;
    if (ip === address.ip && port === address.port && pport === address.pport && cport === address.cport)
      return;
    this.table.setAddress(this.row, { ...address, ip, port, pport, cport });
  }

  get flags(): number {
    return this.table.flags[this.row] as number;
  }
  set flags(flags: number) {
    this.table.flags[this.row] = flags;
    this.mark();
  }

  get numslots(): number {
    return this.slotCount;
  }
  set numslots(count: number) {
    this.slotCount = count;
    this.mark();
  }

  get link(): ClusterLink | null {
    return this.ownLink;
  }
  set link(link: ClusterLink | null) {
    this.ownLink = link;
    this.mark();
  }

  /** Masters that said it fails, and when; null when nobody did. */
  get failReports(): Map<ClusterNode, number> | null {
    return this.reports;
  }
  set failReports(reports: Map<ClusterNode, number> | null) {
    this.reports = reports;
    this.mark();
  }

  mark(): void {
    const doubted = this.reports !== null || (this.flags & SUSPECT) !== 0;
    this.table.marks[this.row] =
      (this.index < 0 ? 0 : PRESENT) |
      (this.pingSent === 0 ? 0 : PINGED) |
      (doubted ? DOUBTED : 0) |
      (this.ownLink === null ? 0 : LINKED) |
      (this.slotCount === 0 ? 0 : SERVES_SLOTS);
  }

  get pingSent(): number {
    return this.table.pingSent[this.row] as number;
  }
  set pingSent(ms: number) {
    this.table.pingSent[this.row] = ms;
    this.mark();
  }
  get pongReceived(): number {
    return this.table.pongReceived[this.row] as number;
  }
  set pongReceived(ms: number) {
    this.table.pongReceived[this.row] = ms;
  }
  get ctime(): number {
    return this.table.moments[this.row * COLUMNS + CTIME] as number;
  }
  set ctime(ms: number) {
    this.table.moments[this.row * COLUMNS + CTIME] = ms;
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
  /** Dense, in no particular order: what random draws draw from. */
  list: ClusterNode[] = [];
  byRow: (ClusterNode | null)[] = [];
  private freeRows: number[] = [];
  /* By row. */
  addresses: readonly NodeAddress[] = [];
  /** Nobody else reads them, so that they may be written. */
  private ownsAddresses = true;
  private index = new NodeIndex(this);
  flags = new Uint16Array(16);
  marks = new Uint8Array(16);
  pingSent = new Float64Array(16);
  pongReceived = new Float64Array(16);
  /** Number of the last heartbeat of ours that had this node in its gossip section, from 1 to 255. */
  stamps = new Uint8Array(16);
  private stamp = 0;
  moments = new Float64Array(16 * COLUMNS);
  /** Rows drawn for the section in the making; of no meaning afterwards. */
  readonly drawn: number[] = [];
  /* By position in `list`. */
  rows = new Uint16Array(16);
  /** Nothing is due for that node before this (Unix ms; see scanNodes). */
  dueAt = new Float64Array(16);

  get size(): number {
    return this.list.length;
  }

  /** Copies columns whole. */
  [CLONE](clone: Cloner, register: (copy: unknown) => void): NodeTable {
    const copy = new NodeTable();
    register(copy);
    copy.freeRows = this.freeRows.slice();
    copy.adoptAddresses(this.addresses);
    this.ownsAddresses = false;
    copy.index = this.index.copy(copy);
    copy.flags = this.flags.slice();
    copy.marks = this.marks.slice();
    copy.pingSent = this.pingSent.slice();
    copy.pongReceived = this.pongReceived.slice();
    copy.stamps = this.stamps.slice();
    copy.stamp = this.stamp;
    copy.moments = this.moments.slice();
    copy.rows = this.rows.slice();
    copy.dueAt = this.dueAt.slice();
    copy.byRow = this.byRow.map((node, row) => node && new ClusterNode(copy, row));
    copy.list = this.list.map(({ row }) => copy.byRow[row] as ClusterNode);
    for (const node of this.byRow) node?.copyTo(copy.byRow[node.row] as ClusterNode, clone);
    return copy;
  }

  find(name: string): ClusterNode | null {
    return this.byRow[this.index.rowOfName(name)] ?? null;
  }

  /** Row of the node that an address names, -1 for a stranger. */
  rowOf(address: NodeAddress): number {
    const guess = address.row;
    if (this.addresses[guess] === address && (this.marks[guess] as number) & PRESENT) return guess;
    const row = this.index.rowOf(address);
    const known = this.addresses[row];
    // From now on we share the record of whoever says the same, and need not compare again.
    if (known && known !== address && sameAddress(known, address)) this.setAddress(row, address);
    return row;
  }

  setAddress(row: number, address: NodeAddress): void {
    if (!this.ownsAddresses) this.addresses = this.addresses.slice();
    this.ownsAddresses = true;
    (this.addresses as NodeAddress[])[row] = address;
  }

  /** Uses a list that says the same in place of its own. A thousand servers that share one find it in the
   *  processor's cache. */
  adoptAddresses(addresses: readonly NodeAddress[]): void {
    this.addresses = addresses;
    this.ownsAddresses = false;
  }

  /** Whether nobody, we included, doubts that this node is well. */
  undoubted(row: number): boolean {
    return ((this.marks[row] as number) & DOUBTED) === 0;
  }

  /** Whether we can say more of this node than that we have heard of it. */
  knownWell(row: number): boolean {
    return ((this.marks[row] as number) & (LINKED | SERVES_SLOTS)) !== 0;
  }

  /** Whether we have a connection to it, or are making one. */
  linked(row: number): boolean {
    return ((this.marks[row] as number) & LINKED) !== 0;
  }

  pinged(row: number): boolean {
    return ((this.marks[row] as number) & PINGED) !== 0;
  }

  /** The number of our next heartbeat, for `stamps`. */
  nextStamp(): number {
    if (this.stamp === 255) {
      this.stamps.fill(0);
      this.stamp = 0;
    }
    return ++this.stamp;
  }

  /** When a node that has answered its last ping is to be sent another; 0 when it has not, or when we have no
   *  connection to it. */
  pingDueAt(row: number, halfMs: number): number {
    if (((this.marks[row] as number) & (PINGED | LINKED)) !== LINKED) return 0;
    return (this.pongReceived[row] as number) + halfMs;
  }

  servesSlots(row: number): boolean {
    return ((this.marks[row] as number) & SERVES_SLOTS) !== 0;
  }

  /** A node that is not in the table yet (see clusterAddNode). */
  create(address: NodeAddress, flags: number, nowMs: number): ClusterNode {
    const row = this.freeRows.pop() ?? this.byRow.length;
    if (row === this.flags.length) this.growRows();
    this.setAddress(row, address);
    this.pingSent[row] = 0;
    this.pongReceived[row] = 0;
    this.stamps[row] = 0;
    this.marks[row] = 0;
    this.moments.fill(0, row * COLUMNS, (row + 1) * COLUMNS);
    const node = new ClusterNode(this, row);
    this.byRow[row] = node;
    node.flags = flags;
    node.ctime = nowMs;
    return node;
  }

  add(node: ClusterNode): void {
    const { list } = this;
    node.index = list.length;
    if (node.index === this.rows.length) {
      this.rows = widened(this.rows, new Uint16Array(this.rows.length * 2));
      this.dueAt = widened(this.dueAt, new Float64Array(this.dueAt.length * 2));
    }
    this.dueAt[node.index] = 0;
    this.rows[node.index] = node.row;
    list.push(node);
    node.mark();
    this.index.add(node.row);
  }

  remove(node: ClusterNode): void {
    this.index.remove(node.row);
    const last = this.list.pop() as ClusterNode;
    if (last !== node) {
      this.list[node.index] = last;
      this.rows[node.index] = last.row;
      this.dueAt[node.index] = this.dueAt[last.index] as number;
      last.index = node.index;
    }
    node.index = -1;
    node.mark();
    this.byRow[node.row] = null;
    this.freeRows.push(node.row);
  }

  rename(node: ClusterNode, name: string): void {
    const { ip, port, pport, cport } = node;
    const { row } = node;
    this.index.remove(row);
    this.setAddress(row, nodeAddress(name, ip, port, pport, cport));
    this.index.add(row);
  }

  private growRows(): void {
    const rows = this.flags.length * 2;
    this.flags = widened(this.flags, new Uint16Array(rows));
    this.marks = widened(this.marks, new Uint8Array(rows));
    this.pingSent = widened(this.pingSent, new Float64Array(rows));
    this.pongReceived = widened(this.pongReceived, new Float64Array(rows));
    this.stamps = widened(this.stamps, new Uint8Array(rows));
    this.moments = widened(this.moments, new Float64Array(rows * COLUMNS));
  }
}

function widened<T extends Float64Array | Uint8Array | Uint16Array | Uint32Array>(old: T, wide: T): T {
  wide.set(old);
  return wide;
}
