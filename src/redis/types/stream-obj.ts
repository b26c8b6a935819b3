/* A stream value (after the data structure half of t_stream.c).
 *
 * Redis keeps entries in listpacks of up to stream-node-max-entries or stream-node-max-bytes. Where one
 * listpack ends shows: XTRIM ~ removes whole listpacks only. So entries are kept in nodes of the same
 * limits, and each node knows how many bytes its listpack would take. */

import type { Bytes } from '#base/bytes.ts';
import type { Int64 } from '#base/integer.ts';
import type { Config } from '#redis/config.ts';
import { Obj, allocationSize, type ObjType } from '#redis/object.ts';
import { Chunks } from './chunks.ts';
import { listpackElementSize } from './listpack.ts';
import type { StreamGroup } from './stream-group.ts';
import { ZERO_ID, compareIds, type StreamId } from './stream-id.ts';

export interface StreamEntry {
  readonly id: StreamId;
  /** Field, value, field, value ... */
  readonly fields: readonly Bytes[];
  /** Deleted, but still in its listpack. */
  readonly deleted: boolean;
}

/** The entries of one listpack. */
export interface StreamNode {
  readonly masterId: StreamId;
  /** Field names that entries with the same fields do not repeat. */
  readonly masterFields: readonly Bytes[];
  readonly entries: readonly StreamEntry[];
  /** Entries that are not deleted. */
  readonly live: number;
  /** Bytes of the listpack without the two counters in front. */
  readonly bytes: number;
}

/** The node at the young end while its stream alone holds it: entries are added in place. */
interface OpenNode extends StreamNode {
  entries: StreamEntry[];
  live: number;
  bytes: number;
}

export const sameFields = (node: StreamNode, fields: readonly Bytes[]): boolean =>
  node.masterFields.length * 2 === fields.length &&
  node.masterFields.every((field, at) => field === fields[at * 2]);

/** a - b as 64 bits hold it. */
function difference(a: Int64, b: Int64): number | Bytes {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(BigInt.asIntN(64, BigInt(a) - BigInt(b)));
}

function entryBytes(node: StreamNode, id: StreamId, fields: readonly Bytes[]): number {
  const same = sameFields(node, fields);
  let bytes =
    listpackElementSize(same ? 2 : 0) +
    listpackElementSize(difference(id.ms, node.masterId.ms)) +
    listpackElementSize(difference(id.seq, node.masterId.seq));
  for (let at = same ? 1 : 0; at < fields.length; at += same ? 2 : 1) {
    bytes += listpackElementSize(fields[at] as Bytes);
  }
  if (!same) bytes += listpackElementSize(fields.length / 2);
  const elements = same ? fields.length / 2 + 3 : fields.length + 4;
  return bytes + listpackElementSize(elements);
}

/** An empty node whose master entry is `id` with `fields`. */
function newNode(id: StreamId, fields: readonly Bytes[]): OpenNode {
  const masterFields = fields.filter((_, at) => at % 2 === 0);
  let bytes = 7 + listpackElementSize(masterFields.length) + listpackElementSize(0);
  for (const field of masterFields) bytes += listpackElementSize(field);
  return { masterId: id, masterFields, entries: [], live: 0, bytes };
}

/** Adds an entry at the young end. */
function appendToNode(node: OpenNode, id: StreamId, fields: readonly Bytes[]): void {
  node.bytes += entryBytes(node, id, fields);
  node.entries.push({ id, fields, deleted: false });
  node.live++;
}

/** A stream cannot hold an element of this size or more. */
export const STREAM_LISTPACK_MAX_SIZE = 1 << 30;

/** What to cut off the old end of a stream. */
export interface StreamTrim {
  readonly strategy: 'maxlen' | 'minid';
  readonly maxlen: number;
  readonly minid: StreamId;
  readonly approximate: boolean;
  /** Entries to remove at most when approximate; 0 for any number. */
  readonly limit: number;
}

/** Entries in order of id, with consumer groups. */
export class StreamObj extends Obj {
  nodes: Chunks<StreamNode> = new Chunks();
  /** The last of `nodes`, as long as no copy of this stream shares it. */
  private open: OpenNode | null = null;
  length = 0;
  firstId: StreamId = ZERO_ID;
  lastId: StreamId = ZERO_ID;
  maxDeletedId: StreamId = ZERO_ID;
  entriesAdded = 0;
  groups: Map<Bytes, StreamGroup> = new Map();

  get type(): ObjType {
    return 'stream';
  }

  encoding(): string {
    return 'stream';
  }

  copy(): StreamObj {
    const copy = new StreamObj();
    this.open = null;
    Object.assign(copy, this, { owner: null, headerOwner: null, nodes: this.nodes.copy() });
    copy.groups = new Map(Array.from(this.groups, ([name, group]) => [name, group.copy()]));
    return copy;
  }

  /** All groups are taken to have as much pending as the first. */
  override freeEffort(): number {
    const [first] = this.groups.values();
    return this.nodes.length + this.groups.size * (1 + (first?.pel.length ?? 0));
  }

  memoryUsage(samples: number): number {
    let bytes = 0;
    let seen = 0;
    for (const node of this.nodes) {
      if (samples && seen === samples) break;
      bytes += allocationSize(node.bytes + 4);
      seen++;
    }
    let total = 16 + 128 + this.nodes.length * 56 + (seen ? (bytes / seen) * this.nodes.length : 0);
    for (const group of this.groups.values()) {
      total += 80 + group.pel.length * 80;
      for (const consumer of group.consumers.values())
        total += 64 + consumer.name.length + consumer.pel.length * 40;
    }
    return Math.round(total);
  }

  /** Adds an entry whose id is greater than the last. */
  append(id: StreamId, fields: readonly Bytes[], config: Config): void {
    appendToNode(this.openNode(id, fields, config), id, fields);
    this.entriesAdded++;
    this.lastId = id;
    if (++this.length === 1) this.firstId = id;
  }

  /** The node that takes the next entry: the last while it has room, else a new one. */
  private openNode(id: StreamId, fields: readonly Bytes[], config: Config): OpenNode {
    const last = this.nodes.length - 1;
    const node = this.nodes.at(last);
    if (node === undefined || !this.nodeHasRoom(node, fields, config)) {
      this.open = newNode(id, fields);
      this.nodes.push(this.open);
    } else if (node !== this.open) {
      this.open = { ...node, entries: node.entries.slice() };
      this.nodes.set(last, this.open);
    }
    return this.open as OpenNode;
  }

  private nodeHasRoom(node: StreamNode, fields: readonly Bytes[], config: Config): boolean {
    let added = 0;
    for (const part of fields) added += part.length;
    const limit = config.streamNodeMaxBytes;
    const maxBytes = limit === 0 || limit > STREAM_LISTPACK_MAX_SIZE ? STREAM_LISTPACK_MAX_SIZE : limit;
    const counters = listpackElementSize(node.live) + listpackElementSize(node.entries.length - node.live);
    if (node.bytes + counters + added >= maxBytes) return false;
    return config.streamNodeMaxEntries === 0 || node.entries.length < config.streamNodeMaxEntries;
  }

  /** Entries from `start` to `end`, both included. */
  *range(start: StreamId, end: StreamId): IterableIterator<StreamEntry> {
    const first = this.nodeOf(start);
    for (const node of this.nodes.slice(first)) {
      for (const entry of node.entries) {
        if (entry.deleted || compareIds(entry.id, start) < 0) continue;
        if (compareIds(entry.id, end) > 0) return;
        yield entry;
      }
    }
  }

  /** Entries from `end` down to `start`, both included. */
  *reverseRange(start: StreamId, end: StreamId): IterableIterator<StreamEntry> {
    for (const node of this.nodes.reversed(Math.min(this.nodeOf(end), this.nodes.length - 1))) {
      for (let at = node.entries.length - 1; at >= 0; at--) {
        const entry = node.entries[at] as StreamEntry;
        if (entry.deleted || compareIds(entry.id, end) > 0) continue;
        if (compareIds(entry.id, start) < 0) return;
        yield entry;
      }
    }
  }

  get(id: StreamId): StreamEntry | undefined {
    return this.nodes
      .at(this.nodeOf(id))
      ?.entries.find((entry) => !entry.deleted && compareIds(entry.id, id) === 0);
  }

  /** The id of the last entry that is there, or 0-0. */
  lastValidId(): StreamId {
    for (const node of this.nodes.reversed()) {
      const entry = node.entries.findLast(({ deleted }) => !deleted);
      if (entry) return entry.id;
    }
    return ZERO_ID;
  }

  /** Deletes one entry; false when it is not there. */
  delete(id: StreamId): boolean {
    const at = this.nodeOf(id);
    const node = this.nodes.at(at);
    const index = node?.entries.findIndex((entry) => !entry.deleted && compareIds(entry.id, id) === 0) ?? -1;
    if (!node || index < 0) return false;
    if (node.live === 1) {
      this.nodes.remove(at);
    } else {
      const entries = node.entries.map((entry, of) => (of === index ? { ...entry, deleted: true } : entry));
      this.nodes.set(at, { ...node, entries, live: node.live - 1 });
    }
    this.length--;
    if (compareIds(id, this.maxDeletedId) > 0) this.maxDeletedId = id;
    return true;
  }

  /** Finds the first entry anew after the old end changed. */
  updateFirstId(): void {
    const node = this.length > 0 ? this.nodes.at(0) : undefined;
    this.firstId = node?.entries.find(({ deleted }) => !deleted)?.id ?? ZERO_ID;
  }

  /** Cuts off the old end; returns how many entries went. */
  trim(trim: StreamTrim): number {
    let removed = 0;
    for (let node = this.nodes.at(0); node; node = this.nodes.at(0)) {
      if (trim.strategy === 'maxlen' && this.length <= trim.maxlen) break;
      if (trim.limit && removed + node.live > trim.limit) break;
      if (this.wholeNodeGoes(node, trim)) {
        this.nodes.remove(0);
        this.length -= node.live;
        removed += node.live;
        continue;
      }
      if (!trim.approximate) removed += this.trimWithin(node, trim);
      break;
    }
    if (removed) this.updateFirstId();
    return removed;
  }

  private wholeNodeGoes(node: StreamNode, trim: StreamTrim): boolean {
    if (trim.strategy === 'maxlen') return this.length - node.live >= trim.maxlen;
    return compareIds((node.entries.at(-1) as StreamEntry).id, trim.minid) < 0;
  }

  private trimWithin(node: StreamNode, trim: StreamTrim): number {
    let removed = 0;
    const entries = node.entries.map((entry) => {
      const stop =
        trim.strategy === 'maxlen' ? this.length <= trim.maxlen : compareIds(entry.id, trim.minid) >= 0;
      if (stop || entry.deleted) return entry;
      removed++;
      this.length--;
      return { ...entry, deleted: true };
    });
    this.nodes.set(0, { ...node, entries, live: node.live - removed });
    return removed;
  }

  /** Position of the node in which `id` is or would be. */
  private nodeOf(id: StreamId): number {
    return this.nodes.search((node) => compareIds((node.entries.at(-1) as StreamEntry).id, id) < 0);
  }

  /** Whether an entry from `start` on may have been deleted, which makes counting by ids unsure. */
  hasTombstonesFrom(start: StreamId): boolean {
    if (this.length === 0 || compareIds(this.maxDeletedId, ZERO_ID) === 0) return false;
    return compareIds(start, this.maxDeletedId) <= 0;
  }

  /** How many entries were ever added up to `id`; null when that cannot be known any more. */
  distanceFromFirstEver(id: StreamId): number | null {
    if (this.entriesAdded === 0) return 0;
    if (this.length === 0 && compareIds(id, this.lastId) < 1) return this.entriesAdded;
    if (compareIds(id, ZERO_ID) !== 0 && compareIds(id, this.maxDeletedId) < 0) return null;
    const toLast = compareIds(id, this.lastId);
    if (toLast === 0) return this.entriesAdded;
    if (toLast > 0) return null;
    const toFirst = compareIds(id, this.firstId);
    if (compareIds(this.maxDeletedId, ZERO_ID) === 0 || compareIds(this.maxDeletedId, this.firstId) < 0) {
      if (toFirst < 0) return this.entriesAdded - this.length;
      if (toFirst === 0) return this.entriesAdded - this.length + 1;
    }
    return null;
  }
}
