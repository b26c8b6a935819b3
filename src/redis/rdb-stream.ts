/* Streams in RDB files: their listpacks, and their consumer groups (after rdbSaveStreamPEL and its
 * neighbours in rdb.c, and the listpack layout of t_stream.c). */

import type { Bytes } from '#base/bytes.ts';
import { int64, string2ll, type Int64 } from '#base/integer.ts';
import { RdbError, type RdbReader, type RdbWriter } from './rdb-io.ts';
import { decodeListpack, encodeListpack, listpackElementSize, littleEndian } from './types/listpack.ts';
import { StreamConsumer, StreamGroup, type Nack } from './types/stream-group.ts';
import { ZERO_ID, compareIds, type StreamId } from './types/stream-id.ts';
import { StreamObj, sameFields, type StreamEntry, type StreamNode } from './types/stream-obj.ts';

const FLAG_DELETED = 1;
const FLAG_SAME_FIELDS = 2;

const bigEndian64 = (value: Int64): Bytes => [...littleEndian(BigInt(value), 8)].reverse().join('');
const rawId = (id: StreamId): Bytes => bigEndian64(id.ms) + bigEndian64(id.seq);

function parseRawId(raw: Bytes): StreamId {
  if (raw.length !== 16) throw new RdbError('damaged stream id');
  const half = (from: number): Int64 => {
    let value = 0n;
    for (let at = from; at < from + 8; at++) value = value * 256n + BigInt(raw.charCodeAt(at));
    return int64(value);
  };
  return { ms: half(0), seq: half(8) };
}

const minus = (a: Int64, b: Int64): Bytes => String(BigInt.asIntN(64, BigInt(a) - BigInt(b)));

function encodeNode(node: StreamNode): Bytes {
  const elements: (Bytes | number)[] = [
    node.live,
    node.entries.length - node.live,
    node.masterFields.length,
    ...node.masterFields,
    0,
  ];
  for (const { id, fields, deleted } of node.entries) {
    const same = sameFields(node, fields);
    const before = elements.length;
    elements.push((deleted ? FLAG_DELETED : 0) | (same ? FLAG_SAME_FIELDS : 0));
    elements.push(minus(id.ms, node.masterId.ms), minus(id.seq, node.masterId.seq));
    if (same) elements.push(...fields.filter((_, at) => at % 2 === 1));
    else elements.push(fields.length / 2, ...fields);
    elements.push(elements.length - before);
  }
  return encodeListpack(elements);
}

/** Walks through the elements of a listpack. */
class Cursor {
  private readonly elements: readonly Bytes[];
  private at = 0;

  constructor(elements: readonly Bytes[]) {
    this.elements = elements;
  }

  get done(): boolean {
    return this.at >= this.elements.length;
  }

  text(): Bytes {
    const element = this.elements[this.at++];
    if (element === undefined) throw new RdbError('Stream listpack integrity check failed.');
    return element;
  }

  integer(): Int64 {
    const value = string2ll(this.text());
    if (value === null) throw new RdbError('Stream listpack integrity check failed.');
    return value;
  }

  /** A number that is known before it is read. */
  expect(value: number): void {
    if (this.integer() !== value) throw new RdbError('Stream listpack integrity check failed.');
  }

  get position(): number {
    return this.at;
  }

  /** A count that the listpack must be long enough for. */
  count(): number {
    const value = Number(this.integer());
    if (value < 0 || value > this.elements.length)
      throw new RdbError('Stream listpack integrity check failed.');
    return value;
  }
}

function decodeNode(masterId: StreamId, listpack: Bytes): StreamNode {
  const elements = decodeListpack(listpack);
  if (elements === null) throw new RdbError('Stream listpack integrity check failed.');
  const cursor = new Cursor(elements);
  const live = cursor.count();
  const deleted = cursor.count();
  const masterFields = Array.from({ length: cursor.count() }, () => cursor.text());
  cursor.expect(0);
  const plus = (base: Int64): Int64 => int64(BigInt.asUintN(64, BigInt(base) + BigInt(cursor.integer())));
  const entries: StreamEntry[] = [];
  while (!cursor.done) {
    const { position } = cursor;
    const flags = Number(cursor.integer());
    const id = { ms: plus(masterId.ms), seq: plus(masterId.seq) };
    const fields: Bytes[] = [];
    if (flags & FLAG_SAME_FIELDS) for (const field of masterFields) fields.push(field, cursor.text());
    else for (let left = cursor.count() * 2; left > 0; left--) fields.push(cursor.text());
    cursor.expect(cursor.position - position);
    entries.push({ id, fields, deleted: (flags & FLAG_DELETED) !== 0 });
  }
  const alive = entries.filter((entry) => !entry.deleted).length;
  if (entries.length === 0 || alive !== live || entries.length - alive !== deleted) {
    throw new RdbError('Stream listpack integrity check failed.');
  }
  for (let at = 1; at < entries.length; at++) {
    if (compareIds((entries[at - 1] as StreamEntry).id, (entries[at] as StreamEntry).id) >= 0) {
      throw new RdbError('stream entries out of order');
    }
  }
  const bytes = listpack.length - listpackElementSize(live) - listpackElementSize(deleted);
  return { masterId, masterFields, entries, live, bytes };
}

/** Writes a stream as type 19, which 7.0 writes. */
export function saveStream(out: RdbWriter, stream: StreamObj): void {
  out.length(stream.nodes.length);
  for (const node of stream.nodes) {
    out.string(rawId(node.masterId));
    out.string(encodeNode(node));
  }
  out.length(stream.length);
  for (const id of [stream.lastId, stream.firstId, stream.maxDeletedId]) {
    out.length(id.ms);
    out.length(id.seq);
  }
  out.length(stream.entriesAdded);
  out.length(stream.groups.size);
  for (const [name, group] of [...stream.groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    out.string(name);
    out.length(group.lastId.ms);
    out.length(group.lastId.seq);
    out.length(group.entriesRead === null ? 0xffff_ffff_ffff_ffffn : group.entriesRead);
    out.length(group.pel.length);
    for (const nack of group.pel.nacks) {
      out.raw(rawId(nack.id));
      out.int64(nack.deliveredAtMs);
      out.length(nack.deliveries);
    }
    out.length(group.consumers.size);
    for (const consumer of group.sortedConsumers()) {
      out.string(consumer.name);
      out.int64(consumer.seenAtMs);
      out.length(consumer.pel.length);
      for (const nack of consumer.pel.nacks) out.raw(rawId(nack.id));
    }
  }
}

/** Reads a stream of version 1, 2 or 3 (types 15, 19 and 21). */
export function loadStream(input: RdbReader, version: 1 | 2 | 3): StreamObj {
  const stream = new StreamObj();
  let last: StreamId | null = null;
  let total = 0;
  for (let left = input.length(); left > 0; left--) {
    const node = decodeNode(parseRawId(input.string()), input.string());
    const first = node.entries[0] as StreamEntry;
    if (last && compareIds(last, first.id) >= 0) throw new RdbError('stream entries out of order');
    last = (node.entries.at(-1) as StreamEntry).id;
    if (node.live === 0) throw new RdbError('empty stream listpack');
    stream.nodes.push(node);
    total += node.live;
  }
  const id = (): StreamId => ({ ms: input.number64(), seq: input.number64() });
  stream.length = Number(input.number64());
  if (stream.length !== total) throw new RdbError('wrong stream length');
  stream.lastId = id();
  if (version >= 2) {
    stream.firstId = id();
    stream.maxDeletedId = id();
    stream.entriesAdded = Number(input.number64());
  } else {
    stream.entriesAdded = stream.length;
    stream.updateFirstId();
  }
  if (stream.length > 0 && compareIds(stream.lastValidId(), stream.lastId) > 0) {
    throw new RdbError('stream entries beyond the last id');
  }
  for (let left = input.length(); left > 0; left--) loadGroup(input, version, stream);
  return stream;
}

function loadGroup(input: RdbReader, version: 1 | 2 | 3, stream: StreamObj): void {
  const name = input.string();
  const lastId = { ms: input.number64(), seq: input.number64() };
  let entriesRead: number | null;
  if (version >= 2) {
    const read = input.number64();
    entriesRead = read > 0x7fff_ffff_ffff_ffffn ? null : Number(read);
  } else {
    entriesRead = stream.distanceFromFirstEver(lastId);
  }
  const group = new StreamGroup(lastId, entriesRead);
  if (stream.groups.has(name)) throw new RdbError('duplicate consumer group');
  stream.groups.set(name, group);
  const unowned = new Map<Bytes, Nack>();
  let previous: StreamId = ZERO_ID;
  for (let left = input.length(); left > 0; left--) {
    const raw = input.raw(16);
    const id = parseRawId(raw);
    if (unowned.size > 0 && compareIds(previous, id) >= 0) throw new RdbError('pending entries out of order');
    previous = id;
    unowned.set(raw, {
      id,
      consumer: '',
      deliveredAtMs: Number(input.int64()),
      deliveries: Number(input.number64()),
    });
  }
  for (let left = input.length(); left > 0; left--) {
    const consumer = new StreamConsumer(input.string(), Number(input.int64()));
    if (version === 3) input.int64();
    if (group.consumers.has(consumer.name)) throw new RdbError('Duplicate stream consumer detected.');
    group.consumers.set(consumer.name, consumer);
    for (let pending = input.length(); pending > 0; pending--) {
      const raw = input.raw(16);
      const nack = unowned.get(raw);
      if (!nack) throw new RdbError('a consumer has an entry pending that its group has not');
      unowned.delete(raw);
      group.assign({ ...nack, consumer: consumer.name });
    }
  }
  if (unowned.size > 0) throw new RdbError('a pending entry without a consumer');
}
