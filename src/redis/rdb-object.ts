/* One value in RDB form (after rdbSaveObject and rdbLoadObject). Writes the encodings 7.0 writes; reads
 * those and the older ones. Whatever is wrong with the data ends in RdbError. */

import type { Bytes } from '#base/bytes.ts';
import { formatDouble, parseDoublePrefix } from '#base/float.ts';
import { string2ll } from '#base/integer.ts';
import { unreachable } from '#base/assert.ts';
import type { Config } from './config.ts';
import { createStringObject, StringObj, type Obj } from './object.ts';
import { EmptyKeyError, RdbError, type RdbReader, type RdbWriter } from './rdb-io.ts';
import { decodeIntset, decodeZiplist, decodeZipmap, encodeIntset } from './rdb-legacy.ts';
import { loadStream, saveStream } from './rdb-stream.ts';
import { HashObj } from './types/hash-obj.ts';
import { ListObj } from './types/list-obj.ts';
import { decodeListpack, encodeListpack } from './types/listpack.ts';
import { SetObj } from './types/set-obj.ts';
import { StreamObj } from './types/stream-obj.ts';
import { ZsetObj } from './types/zset-obj.ts';

export const RDB_VERSION = 10;

const TYPE_STRING = 0;
const TYPE_LIST = 1;
const TYPE_SET = 2;
const TYPE_ZSET = 3;
const TYPE_HASH = 4;
const TYPE_ZSET_2 = 5;
const TYPE_HASH_ZIPMAP = 9;
const TYPE_LIST_ZIPLIST = 10;
const TYPE_SET_INTSET = 11;
const TYPE_ZSET_ZIPLIST = 12;
const TYPE_HASH_ZIPLIST = 13;
const TYPE_LIST_QUICKLIST = 14;
const TYPE_STREAM_LISTPACKS = 15;
const TYPE_HASH_LISTPACK = 16;
const TYPE_ZSET_LISTPACK = 17;
const TYPE_LIST_QUICKLIST_2 = 18;
const TYPE_STREAM_LISTPACKS_2 = 19;

/** Forms of a quicklist node. */
const NODE_PLAIN = 1;
const NODE_PACKED = 2;

/** The type byte under which a value is written. */
export function rdbType(obj: Obj): number {
  if (obj instanceof StringObj) return TYPE_STRING;
  if (obj instanceof ListObj) return TYPE_LIST_QUICKLIST_2;
  if (obj instanceof SetObj) return obj.ints ? TYPE_SET_INTSET : TYPE_SET;
  if (obj instanceof ZsetObj) return obj.compact ? TYPE_ZSET_LISTPACK : TYPE_ZSET_2;
  if (obj instanceof HashObj) return obj.small ? TYPE_HASH_LISTPACK : TYPE_HASH;
  return TYPE_STREAM_LISTPACKS_2;
}

/** Writes a value without its type. */
export function saveObject(out: RdbWriter, obj: Obj): void {
  if (obj instanceof StringObj) out.string(obj.value);
  else if (obj instanceof ListObj) saveList(out, obj);
  else if (obj instanceof SetObj) saveSet(out, obj);
  else if (obj instanceof ZsetObj) saveZset(out, obj);
  else if (obj instanceof HashObj) saveHash(out, obj);
  else if (obj instanceof StreamObj) saveStream(out, obj);
  else unreachable(obj as never);
}

function saveList(out: RdbWriter, list: ListObj): void {
  const { nodes } = list.items;
  out.length(nodes.length);
  for (const { items, plain } of nodes) {
    out.length(plain ? NODE_PLAIN : NODE_PACKED);
    out.string(plain ? (items[0] as Bytes) : encodeListpack(items));
  }
}

function saveSet(out: RdbWriter, set: SetObj): void {
  if (set.ints) return out.string(encodeIntset(set.ints, set.intWidth()));
  out.length(set.size);
  for (const member of set.members()) out.string(member);
}

function saveZset(out: RdbWriter, zset: ZsetObj): void {
  if (zset.compact) {
    const elements: Bytes[] = [];
    for (const { member, score } of zset.sorted) elements.push(member, formatDouble(score));
    return out.string(encodeListpack(elements));
  }
  out.length(zset.size);
  // From the highest score: a skiplist is filled fastest at its head.
  for (const { member, score } of zset.sorted.reversed()) {
    out.string(member);
    out.double(score);
  }
}

function saveHash(out: RdbWriter, hash: HashObj): void {
  if (hash.small) return out.string(encodeListpack([...hash.small].flat()));
  out.length(hash.size);
  for (const [field, value] of hash.entries()) {
    out.string(field);
    out.string(value);
  }
}

/** Reads a value of the given type byte. */
export function loadObject(input: RdbReader, type: number, config: Config): Obj {
  switch (type) {
    case TYPE_STRING:
      return createStringObject(input.string());
    case TYPE_LIST:
    case TYPE_LIST_ZIPLIST:
    case TYPE_LIST_QUICKLIST:
    case TYPE_LIST_QUICKLIST_2:
      return notEmpty(loadList(input, type, config));
    case TYPE_SET:
      return notEmpty(fillSet(strings(input, input.length()), config));
    case TYPE_SET_INTSET:
      return notEmpty(fillSet(decodeIntset(input.string()), config));
    case TYPE_ZSET:
    case TYPE_ZSET_2:
      return notEmpty(loadZset(input, type, config));
    case TYPE_ZSET_LISTPACK:
      return notEmpty(fillZset(packed(input, 'Zset', 'listpack'), config, 'listpack'));
    case TYPE_ZSET_ZIPLIST:
      return notEmpty(fillZset(packed(input, 'Zset', 'ziplist'), config, 'ziplist'));
    case TYPE_HASH:
      return notEmpty(fillHash(strings(input, input.length() * 2), config));
    case TYPE_HASH_ZIPMAP:
      return notEmpty(fillHash(decodeZipmap(input.string()), config));
    case TYPE_HASH_LISTPACK:
      return notEmpty(fillHash(packed(input, 'Hash', 'listpack'), config));
    case TYPE_HASH_ZIPLIST:
      return notEmpty(fillHash(packed(input, 'Hash', 'ziplist'), config, 'ziplist'));
    case TYPE_STREAM_LISTPACKS:
      return loadStream(input, 1);
    case TYPE_STREAM_LISTPACKS_2:
      return loadStream(input, 2);
    default:
      throw new RdbError(`unknown type ${type}`);
  }
}

/** A collection without elements cannot exist. */
function notEmpty<T extends ListObj | SetObj | ZsetObj | HashObj>(obj: T): T {
  if ((obj instanceof ListObj ? obj.length : obj.size) === 0) throw new EmptyKeyError('empty collection');
  return obj;
}

const strings = (input: RdbReader, count: number): Bytes[] => {
  const out: Bytes[] = [];
  for (let left = count; left > 0; left--) out.push(input.string());
  return out;
};

/** How pairs were packed into one string. */
type Packing = 'ziplist' | 'listpack';

/** What is packed into one string, for a value of the type `owner`. */
function packed(input: RdbReader, owner: string, packing: Packing): Bytes[] {
  const data = input.string();
  const elements = packing === 'ziplist' ? decodeZiplist(data) : decodeListpack(data);
  if (elements !== null) return elements;
  throw new RdbError(`${owner} ${packing} integrity check failed.`);
}

/** What tells a pair that it is there already. Redis may find it while it checks the whole payload, as it always
 *  does with ziplists, or when it builds the value. */
function duplicate(owner: string, config: Config, packing: Packing): RdbError {
  if (packing === 'ziplist') return new RdbError(`${owner} ziplist integrity check failed.`);
  return config.sanitizeDumpPayload === 'no'
    ? new RdbError(`${owner} listpack with dup elements.`)
    : new RdbError(`${owner} listpack integrity check failed.`);
}

function loadList(input: RdbReader, type: number, config: Config): ListObj {
  const list = new ListObj(config.listMaxListpackSize);
  if (type === TYPE_LIST_ZIPLIST) {
    for (const item of packed(input, 'List', 'ziplist')) list.push(item, 'right');
    return list;
  }
  for (let left = input.length(); left > 0; left--) {
    if (type === TYPE_LIST) {
      list.push(input.string(), 'right');
      continue;
    }
    const node = type === TYPE_LIST_QUICKLIST ? NODE_PACKED : input.length();
    if (node !== NODE_PLAIN && node !== NODE_PACKED) throw new RdbError('unknown quicklist node');
    const packing = type === TYPE_LIST_QUICKLIST ? 'ziplist' : 'listpack';
    const items = node === NODE_PLAIN ? [plainNode(input)] : packed(input, 'List', packing);
    if (items.length > 0) list.items.appendNode(items, node === NODE_PLAIN);
  }
  return list;
}

/** A node is made for an element too large for a listpack, never for an empty one. */
function plainNode(input: RdbReader): Bytes {
  const text = input.string();
  if (text === '') throw new RdbError('Quicklist integrity check failed.');
  return text;
}

function fillSet(members: readonly Bytes[], config: Config): SetObj {
  const set = new SetObj(members[0]);
  if (members.length > config.setMaxIntsetEntries) set.toTable();
  for (const member of members) if (!set.add(member, config)) throw new RdbError('duplicate member');
  return set;
}

function addScore(
  zset: ZsetObj,
  member: Bytes,
  score: number | null,
  config: Config,
  packing: Packing = 'listpack',
): void {
  if (score === null || Number.isNaN(score)) throw new RdbError('a score is not a number');
  if (!zset.set(member, score, config)) throw duplicate('Zset', config, packing);
}

function loadZset(input: RdbReader, type: number, config: Config): ZsetObj {
  const zset = new ZsetObj();
  for (let left = input.length(); left > 0; left--) {
    const member = input.string();
    addScore(zset, member, type === TYPE_ZSET ? oldDouble(input) : input.double(), config);
  }
  return zset;
}

/** A double as text, with lengths 253 to 255 for what is no number. */
function oldDouble(input: RdbReader): number | null {
  const length = input.byte();
  if (length === 255) return -Infinity;
  if (length === 254) return Infinity;
  return length === 253 ? NaN : parseDoublePrefix(input.raw(length));
}

function fillZset(elements: readonly Bytes[], config: Config, packing: Packing): ZsetObj {
  if (elements.length % 2 !== 0) throw new RdbError(`Zset ${packing} integrity check failed.`);
  const zset = new ZsetObj();
  for (let at = 0; at < elements.length; at += 2) {
    const text = elements[at + 1] as Bytes;
    const whole = string2ll(text);
    addScore(
      zset,
      elements[at] as Bytes,
      whole === null ? (parseDoublePrefix(text) ?? 0) : Number(whole),
      config,
      packing,
    );
  }
  return zset;
}

function fillHash(elements: readonly Bytes[], config: Config, packing: Packing = 'listpack'): HashObj {
  if (elements.length % 2 !== 0) throw new RdbError(`Hash ${packing} integrity check failed.`);
  const hash = new HashObj();
  hash.tryConversion(elements, 0, elements.length - 1, config);
  for (let at = 0; at < elements.length; at += 2) {
    if (!hash.set(elements[at] as Bytes, elements[at + 1] as Bytes, config))
      throw duplicate('Hash', config, packing);
  }
  return hash;
}
