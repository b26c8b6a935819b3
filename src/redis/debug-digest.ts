/* DEBUG DIGEST: a fingerprint of the dataset that depends neither on the order of keys and members nor on
 * encodings (after xorDigest and its kin in debug.c). Equal datasets have equal digests, on real servers
 * and on simulated ones. */

import { fromUint8, type Bytes } from '#base/bytes.ts';
import { formatG } from '#base/float.ts';
import { keyHashSlot } from '#base/crc16.ts';
import { sha1Hex } from '#base/sha1.ts';
import { type Db, getExpire } from './db.ts';
import { StringObj, type Obj, type ObjType } from './object.ts';
import type { Server } from './server.ts';
import { HashObj } from './types/hash-obj.ts';
import { ListObj } from './types/list-obj.ts';
import { SetObj } from './types/set-obj.ts';
import { MAX_ID, ZERO_ID } from './types/stream-id.ts';
import { StreamObj } from './types/stream-obj.ts';
import { ZsetObj } from './types/zset-obj.ts';

const TYPE_CODES: Readonly<Record<ObjType, number>> = {
  string: 0,
  list: 1,
  set: 2,
  zset: 3,
  hash: 4,
  stream: 6,
};

/** A fingerprint that is being made: of parts in any order, or of parts in a row. */
class Digest {
  readonly bytes = new Uint8Array(20);

  /** Adds a part whose place does not count. */
  add(part: Bytes): void {
    const other = sha1(part);
    for (let at = 0; at < 20; at++) this.bytes[at] = (this.bytes[at] as number) ^ (other[at] as number);
  }

  /** Adds a part that comes behind all so far. */
  append(part: Bytes): void {
    this.add(part);
    this.bytes.set(sha1(this.text));
  }

  get text(): Bytes {
    return fromUint8(this.bytes);
  }

  get hex(): string {
    return Array.from(this.bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }
}

function sha1(data: Bytes): Uint8Array {
  const hex = sha1Hex(data);
  return Uint8Array.from({ length: 20 }, (_, at) => Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16));
}

const bigEndian = (value: number): Bytes =>
  String.fromCharCode(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);

/** Adds parts that belong together, whatever stands before and behind them. */
function addTogether(digest: Digest, ...parts: Bytes[]): void {
  const together = new Digest();
  for (const part of parts) together.append(part);
  digest.add(together.text);
}

function addValue(digest: Digest, obj: Obj): void {
  if (obj instanceof StringObj) digest.append(obj.value);
  else if (obj instanceof ListObj) for (const item of obj.items) digest.append(item);
  else if (obj instanceof SetObj) for (const member of obj.members()) digest.add(member);
  else if (obj instanceof ZsetObj) {
    for (const { member, score } of obj.sorted) addTogether(digest, member, formatG(score, 17));
  } else if (obj instanceof HashObj) {
    for (const [field, value] of obj.entries()) addTogether(digest, field, value);
  } else if (obj instanceof StreamObj) {
    for (const { id, fields } of obj.range(ZERO_ID, MAX_ID)) {
      digest.append(`${id.ms}.${id.seq}`);
      for (const part of fields) digest.append(part);
    }
  }
}

function addKey(digest: Digest, db: Db, key: Bytes, obj: Obj): void {
  digest.append(bigEndian(TYPE_CODES[obj.type]));
  addValue(digest, obj);
  if (getExpire(db, key) !== -1) digest.add('!!expire!!');
}

/** The digest of one value; zeros when there is none. */
export function digestValue(db: Db, key: Bytes): string {
  const digest = new Digest();
  const obj = db.keys.get(keyHashSlot(key), key);
  if (obj !== undefined) addKey(digest, db, key, obj);
  return digest.hex;
}

/** The digest of all databases; zeros when they are empty. */
export function digestDataset(server: Server): string {
  const total = new Digest();
  for (const db of server.dbs) {
    if (db.size === 0) continue;
    total.append(bigEndian(db.id));
    db.keys.forEach((key, obj) => {
      const digest = new Digest();
      digest.append(key);
      addKey(digest, db, key, obj);
      total.add(digest.text);
    });
  }
  return total.hex;
}
