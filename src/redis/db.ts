/* The keyspace: looking up, adding, overwriting, deleting and expiring keys (after db.c).
 *
 * Keys and their times of expiry live in two trees bucketed by hash slot. A value may be changed only
 * after `lookupKeyWrite`, which copies it when a snapshot shares it. The commands on keys are in
 * generic.ts and scan.ts; the expiry cycle is in expire.ts. */

import type { Bytes } from '#base/bytes.ts';
import { keyHashSlot } from '#base/crc16.ts';
import { WRONGTYPE } from './args.ts';
import { blockedKeyReady } from './blocked.ts';
import { CLIENT_MASTER, type Client } from './client.ts';
import { updateAccessClock, accessClockForNew } from './evict.ts';
import { keyMemory } from './info-memory.ts';
import { touchAllWatchedKeysInDb, touchWatchedKey } from './multi.ts';
import { latencyAddWorkSince } from './latency.ts';
import { freeDatabase, freeObj } from './lazyfree.ts';
import { notifyKeyspaceEvent } from './notify.ts';
import { createStringObject, type Obj, type ObjType, setStringValue, StringObj } from './object.ts';
import { alsoPropagate } from './propagate.ts';
import type { ErrorReply } from './reply.ts';
import { workSoFar, type Server } from './server.ts';
import { SlotTree } from './slot-tree.ts';
import { trackingInvalidateKey } from './tracking.ts';

export { notifyKeyspaceEvent } from './notify.ts';

/** Flags of the lookup functions. */
export const LOOKUP_NONE = 0;
/** Do not change the access clock. */
export const LOOKUP_NOTOUCH = 1;
/** No keymiss event. */
export const LOOKUP_NONOTIFY = 2;
/** Do not count a hit or a miss. */
export const LOOKUP_NOSTATS = 4;
/** The value is about to be changed. */
export const LOOKUP_WRITE = 8;
/** Do not delete an expired key; it is only not found. */
export const LOOKUP_NOEXPIRE = 16;

/** One numbered database of a server. */
export class Db {
  readonly server: Server;
  id: number;
  keys: SlotTree<Obj> = new SlotTree();
  /** Unix ms at which a key expires; only for keys that do. */
  expires: SlotTree<number> = new SlotTree();
  /** Clients that wait for a key, in order of arrival. */
  blockingKeys: Map<Bytes, Client[]> = new Map();
  watchedKeys: Map<Bytes, Client[]> = new Map();
  expiresCursor = 0;
  avgTtlMs = 0;
  /** Keys that a client of this replica, not the master, let expire. */
  ownVolatile: Set<Bytes> = new Set();

  constructor(server: Server, id: number) {
    this.server = server;
    this.id = id;
  }

  /** Number of keys. */
  get size(): number {
    return this.keys.size;
  }
}

/** The value of a key to read from, or null. Counts the hit or miss and moves the access clock. */
export function lookupKeyRead(client: Client, key: Bytes): Obj | null {
  return lookupKeyReadWithFlags(client.db, key, LOOKUP_NONE);
}

/** The value of a key to change in place, or null. */
export function lookupKeyWrite(client: Client, key: Bytes): Obj | null {
  return lookupKeyReadWithFlags(client.db, key, LOOKUP_WRITE);
}

/** The value of a key by LOOKUP_ flags, or null when there is none or it has expired. */
export function lookupKeyReadWithFlags(db: Db, key: Bytes, flags: number): Obj | null {
  const server = db.server;
  const slot = keyHashSlot(key);
  let obj = db.keys.get(slot, key) ?? null;
  if (obj !== null && db.expires.size > 0 && expireIfNeeded(db, key, slot, flags)) obj = null;
  if (obj === null) {
    if ((flags & (LOOKUP_NONOTIFY | LOOKUP_WRITE)) === 0)
      notifyKeyspaceEvent(server, 'm', 'keymiss', key, db.id);
    if ((flags & (LOOKUP_NOSTATS | LOOKUP_WRITE)) === 0) server.stats.keyspaceMisses++;
    return null;
  }
  if ((flags & LOOKUP_WRITE) !== 0 && obj.owner !== db.keys.owner) obj = own(db, slot, key, obj);
  if ((flags & LOOKUP_NOTOUCH) === 0) obj = touch(db, slot, key, obj);
  if ((flags & (LOOKUP_NOSTATS | LOOKUP_WRITE)) === 0) server.stats.keyspaceHits++;
  return obj;
}

/** Puts a copy in place of a value that a snapshot shares. */
function own(db: Db, slot: number, key: Bytes, obj: Obj): Obj {
  const copy = obj.copy();
  copy.lru = obj.lru;
  copy.bytes = obj.bytes;
  copy.owner = db.keys.owner;
  copy.headerOwner = db.keys.owner;
  db.keys.set(slot, key, copy);
  return copy;
}

/** Moves the access clock of a value, in a header of its own when a snapshot shares it. */
function touch(db: Db, slot: number, key: Bytes, obj: Obj): Obj {
  const lru = updateAccessClock(db.server, obj);
  if (lru === obj.lru) return obj;
  let header = obj;
  if (obj.headerOwner !== db.keys.owner) {
    header = obj.shallow();
    header.headerOwner = db.keys.owner;
    db.keys.set(slot, key, header);
  }
  header.lru = lru;
  return header;
}

/** True when the key exists and has not expired, without touching anything. */
export function dbExists(db: Db, key: Bytes): boolean {
  return lookupKeyReadWithFlags(db, key, LOOKUP_NOTOUCH | LOOKUP_NOSTATS | LOOKUP_NONOTIFY) !== null;
}

/** Adds a key that must not exist. */
export function dbAdd(db: Db, key: Bytes, obj: Obj): void {
  put(db, keyHashSlot(key), key, obj, true);
  if (db.blockingKeys.size > 0) signalKeyAsReady(db, key);
  notifyKeyspaceEvent(db.server, 'n', 'new', key, db.id);
}

/** Replaces the value of a key that exists; its time of expiry stays. */
export function dbOverwrite(db: Db, key: Bytes, obj: Obj): void {
  const slot = keyHashSlot(key);
  // A client in XREADGROUP learns that its stream is gone.
  const old = db.keys.get(slot, key);
  if (db.blockingKeys.size > 0 && old?.type === 'stream') signalKeyAsReady(db, key);
  put(db, slot, key, obj, false);
  if (old !== undefined) freeObj(db.server, old, db.server.config.lazyfreeLazyServerDel);
}

function put(db: Db, slot: number, key: Bytes, obj: Obj, isNew: boolean): void {
  if (obj.owner === null) {
    obj.owner = db.keys.owner;
    obj.headerOwner = db.keys.owner;
    if (isNew || !db.server.isLfuPolicy) {
      obj.lru = accessClockForNew(db.server);
    } else {
      // A frequently used key stays so when its value is replaced.
      obj.lru = db.keys.get(slot, key)?.lru ?? accessClockForNew(db.server);
    }
  }
  if (db.server.memoryTracked) accountReplaced(db, slot, key, obj);
  db.keys.set(slot, key, obj);
}

/** Keeps the total right when a value comes to a key, instead of another or none. */
function accountReplaced(db: Db, slot: number, key: Bytes, obj: Obj): void {
  const server = db.server;
  server.datasetBytes -= db.keys.get(slot, key)?.bytes ?? 0;
  obj.bytes = keyMemory(server, key, obj, 5);
  server.datasetBytes += obj.bytes;
}

/** Keeps the total right when a value was changed in place. */
function accountChanged(db: Db, key: Bytes): void {
  const obj = db.keys.get(keyHashSlot(key), key);
  if (obj === undefined) return;
  const bytes = keyMemory(db.server, key, obj, 5);
  db.server.datasetBytes += bytes - obj.bytes;
  obj.bytes = bytes;
}

/** Sets a key whatever was there: adds or overwrites, forgets the expiry, and tells who watches. */
export function setKey(
  client: Client | null,
  db: Db,
  key: Bytes,
  obj: Obj,
  options?: { keepTtl?: boolean; noSignal?: boolean },
): void {
  const exists = lookupKeyReadWithFlags(db, key, LOOKUP_WRITE | LOOKUP_NOTOUCH) !== null;
  if (exists) dbOverwrite(db, key, obj);
  else dbAdd(db, key, obj);
  if (options?.keepTtl !== true) removeExpire(db, key);
  if (options?.noSignal !== true) signalModifiedKey(client, db, key);
}

/** SET without options: as setKey with a new string, but a string that is there already and ours
 *  alone is changed in place. Nothing else is done so often. */
export function setStringKey(client: Client, db: Db, key: Bytes, value: Bytes): void {
  const obj = db.keys.get(keyHashSlot(key), key);
  const inPlace =
    obj instanceof StringObj &&
    obj.owner === db.keys.owner &&
    db.expires.size === 0 &&
    !db.server.isLfuPolicy;
  if (!inPlace) {
    setKey(client, db, key, createStringObject(value));
    return;
  }
  setStringValue(obj, value);
  obj.lru = accessClockForNew(db.server);
  signalModifiedKey(client, db, key);
}

/** Deletes a key; false when there was none. `lazily`: another thread frees its value. */
export function dbDelete(
  db: Db,
  key: Bytes,
  lazily: boolean = db.server.config.lazyfreeLazyServerDel,
): boolean {
  const obj = dbTake(db, key);
  if (obj === null) return false;
  freeObj(db.server, obj, lazily);
  return true;
}

/** Takes a key out of the keyspace and returns its value, which lives on; null when there was none. */
export function dbTake(db: Db, key: Bytes): Obj | null {
  const slot = keyHashSlot(key);
  const obj = db.keys.get(slot, key);
  if (obj === undefined) return null;
  if (db.expires.size > 0) db.expires.delete(slot, key);
  db.keys.delete(slot, key);
  db.server.datasetBytes -= obj.bytes;
  // A client in XREADGROUP learns that its stream is gone.
  if (obj.type === 'stream') signalKeyAsReady(db, key);
  return obj;
}

/** A value that was taken out of the keyspace is given to another place in it (RENAME, MOVE). */
export function dbMoveValue(db: Db, key: Bytes, obj: Obj): void {
  const slot = keyHashSlot(key);
  if (db.server.memoryTracked) accountReplaced(db, slot, key, obj);
  db.keys.set(slot, key, obj);
  if (db.blockingKeys.size > 0) signalKeyAsReady(db, key);
  notifyKeyspaceEvent(db.server, 'n', 'new', key, db.id);
}

/** Lets the key expire at `whenMs` (Unix ms). `client` null: done by the server itself. */
export function setExpire(client: Client | null, db: Db, key: Bytes, whenMs: number): void {
  const { server } = db;
  db.expires.set(keyHashSlot(key), key, whenMs);
  server.mayExpire = true;
  // No master will tell a writable replica to delete what is its own.
  if (client === null || client.has(CLIENT_MASTER) || server.config.replicaReadOnly) return;
  if (server.isReplica()) db.ownVolatile.add(key);
}

/** Unix ms at which the key expires, or -1. */
export function getExpire(db: Db, key: Bytes): number {
  if (db.expires.size === 0) return -1;
  return db.expires.get(keyHashSlot(key), key) ?? -1;
}

/** True when the key had a time of expiry. */
export function removeExpire(db: Db, key: Bytes): boolean {
  return db.expires.size > 0 && db.expires.delete(keyHashSlot(key), key);
}

/** True when the key's time has passed, whether or not it is deleted already. */
export function keyIsExpired(db: Db, key: Bytes): boolean {
  return isExpired(db, key, keyHashSlot(key));
}

function isExpired(db: Db, key: Bytes, slot: number): boolean {
  const when = db.expires.get(slot, key);
  if (when === undefined || db.server.loading) return false;
  return db.server.commandTimeMs() > when;
}

/** True when the key counts as not there because its time has passed. A master deletes it then; a
 *  replica waits for the master to say so, and takes its master's word as long as it says nothing. */
function expireIfNeeded(db: Db, key: Bytes, slot: number, flags: number): boolean {
  if (!isExpired(db, key, slot)) return false;
  const server = db.server;
  if (server.isReplica()) {
    if (server.currentClient !== null && server.currentClient.has(CLIENT_MASTER)) return false;
    const deletesAnyway = (flags & LOOKUP_WRITE) !== 0 && !server.config.replicaReadOnly;
    if (!deletesAnyway) return true;
  }
  if ((flags & LOOKUP_NOEXPIRE) !== 0) return true;
  if (server.isPausedForExpiry()) return true;
  deleteExpiredKeyAndPropagate(db, key);
  return true;
}

/** Deletes a key whose time has passed, and tells replicas, the AOF and whoever watches. */
export function deleteExpiredKeyAndPropagate(db: Db, key: Bytes): void {
  const server = db.server;
  const before = workSoFar(server);
  dbDelete(db, key, server.config.lazyfreeLazyExpire);
  latencyAddWorkSince(server, 'expire-del', before);
  notifyKeyspaceEvent(server, 'x', 'expired', key, db.id);
  signalModifiedKey(null, db, key);
  alsoPropagate(server, db.id, [server.config.lazyfreeLazyExpire ? 'UNLINK' : 'DEL', key]);
  server.stats.expiredKeys++;
}

/** To be called after every change of a key: fails WATCHers and invalidates caches. */
export function signalModifiedKey(client: Client | null, db: Db, key: Bytes): void {
  if (db.server.memoryTracked) accountChanged(db, key);
  if (db.watchedKeys.size > 0) touchWatchedKey(db, key);
  // Who turned tracking off is forgotten key by key.
  if (db.server.trackingClients > 0 || db.server.tracking.items > 0)
    trackingInvalidateKey(db.server, client, key, true);
}

/** To be called when a key got data that somebody may be waiting for. */
export function signalKeyAsReady(db: Db, key: Bytes): void {
  if (db.blockingKeys.size > 0) blockedKeyReady(db, key);
}

/** The error to send when `obj` is not of `type`, else null (a missing key has any type). */
export function checkType(_client: Client | null, obj: Obj | null, type: ObjType): ErrorReply | null {
  return obj !== null && obj.type !== type ? WRONGTYPE : null;
}

/** Number of keys of a slot, expired ones that nobody has touched included. */
export function countKeysInSlot(db: Db, slot: number): number {
  return db.keys.countInSlot(slot);
}

/** Up to `count` keys of a slot, the latest first. */
export function getKeysInSlot(db: Db, slot: number, count: number): Bytes[] {
  return db.keys.keysInSlot(slot, count);
}

/** Empties all databases, or one; returns how many keys there were. `lazily`: another thread frees them. */
export function emptyDb(server: Server, dbId = -1, lazily = false): number {
  let removed = 0;
  for (const db of server.dbs) {
    if (dbId !== -1 && db.id !== dbId) continue;
    removed += db.keys.size;
    if (server.memoryTracked) db.keys.forEach((_key, obj) => void (server.datasetBytes -= obj.bytes));
    touchAllWatchedKeysInDb(db, null);
    // Readers of a group learn that their stream is gone.
    for (const key of db.blockingKeys.keys()) {
      if (db.keys.get(keyHashSlot(key), key)?.type === 'stream') signalKeyAsReady(db, key);
    }
    freeDatabase(server, db.keys.size, db.keys, lazily);
    db.keys.clear();
    db.expires.clear();
    db.ownVolatile.clear();
    db.avgTtlMs = 0;
    db.expiresCursor = 0;
  }
  return removed;
}
