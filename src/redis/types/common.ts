/* What the commands of all types share: looking up a value of the right type, telling others of a change. */

import type { Bytes } from '#base/bytes.ts';
import { WRONGTYPE } from '#redis/args.ts';
import type { Client } from '#redis/client.ts';
import {
  dbDelete,
  LOOKUP_NOTOUCH,
  LOOKUP_WRITE,
  lookupKeyRead,
  lookupKeyReadWithFlags,
  lookupKeyWrite,
  notifyKeyspaceEvent,
  signalModifiedKey,
} from '#redis/db.ts';
import type { Obj } from '#redis/object.ts';
import type { ErrorReply, Reply } from '#redis/reply.ts';

/** A class of values; values are told apart by class. */
export type ObjClass<T extends Obj> = abstract new (...args: never[]) => T;

/** The value at a key for reading: null when missing, an error when it has another type. */
export function readTyped<T extends Obj>(
  client: Client,
  key: Bytes,
  kind: ObjClass<T>,
): T | null | ErrorReply {
  const obj = lookupKeyRead(client, key);
  return obj === null || obj instanceof kind ? obj : WRONGTYPE;
}

/** The value at a key for changing it in place: null when missing, an error for another type. */
export function writeTyped<T extends Obj>(
  client: Client,
  key: Bytes,
  kind: ObjClass<T>,
): T | null | ErrorReply {
  const obj = lookupKeyWrite(client, key);
  return obj === null || obj instanceof kind ? obj : WRONGTYPE;
}

/** The value at a key for changing it, looked for as if it were only to be read: that counts as a hit or a miss,
 *  and a miss is an event. */
export function readTypedToChange<T extends Obj>(
  client: Client,
  key: Bytes,
  kind: ObjClass<T>,
): T | null | ErrorReply {
  const found = readTyped(client, key, kind);
  if (!(found instanceof kind)) return found;
  return lookupKeyReadWithFlags(client.db, key, LOOKUP_WRITE | LOOKUP_NOTOUCH) as T;
}

/** Tells watchers, clients' caches, subscribers of keyspace events and the replication of a change.
 *  `classChar` is the letter of the class in notify-keyspace-events. */
export function keyChanged(client: Client, key: Bytes, classChar: string, event: string, changes = 1): void {
  signalModifiedKey(client, client.db, key);
  notifyKeyspaceEvent(client.server, classChar, event, key, client.db.id);
  client.server.dirty += changes;
}

/** As keyChanged, for a change whose event was sent before (the order of events is visible). */
export function keyTouched(client: Client, key: Bytes, changes = 1): void {
  signalModifiedKey(client, client.db, key);
  client.server.dirty += changes;
}

/** An event about a key that goes with a change told before. */
export function keyEvent(client: Client, key: Bytes, classChar: string, event: string): void {
  notifyKeyspaceEvent(client.server, classChar, event, key, client.db.id);
}

/** Removes a key whose value has become empty. */
export function removeEmpty(client: Client, key: Bytes): void {
  dbDelete(client.db, key);
  notifyKeyspaceEvent(client.server, 'g', 'del', key, client.db.id);
}

/** Deletes the destination of a STORE command whose result is empty; 0 is the reply. */
export function storeNothing(client: Client, key: Bytes): Reply {
  if (dbDelete(client.db, key)) {
    signalModifiedKey(client, client.db, key);
    notifyKeyspaceEvent(client.server, 'g', 'del', key, client.db.id);
    client.server.dirty++;
  }
  return 0;
}

/** A start and an end that may count from the end, made absolute; null when nothing lies between. */
export function absoluteRange(start: number, end: number, length: number): [from: number, to: number] | null {
  const from = Math.max(0, start < 0 ? start + length : start);
  const to = Math.min(length - 1, end < 0 ? end + length : end);
  return from > to || from >= length ? null : [from, to];
}
