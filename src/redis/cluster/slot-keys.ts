/* Deleting the keys of a slot that is no longer ours (after delKeysInSlot in cluster.c). */

import { dbDelete, getKeysInSlot, signalModifiedKey } from '#redis/db.ts';
import { propagateNow } from '#redis/propagate.ts';
import type { Server } from '#redis/server.ts';

/** Deletes all keys of a slot, here and at our replicas; returns how many. */
export function delKeysInSlot(server: Server, slot: number): number {
  const db = server.dbs[0]!;
  const keys = getKeysInSlot(db, slot, Number.MAX_SAFE_INTEGER);
  const command = server.config.lazyfreeLazyServerDel ? 'UNLINK' : 'DEL';
  for (const key of keys) {
    dbDelete(db, key);
    propagateNow(server, db.id, [command, key]);
    signalModifiedKey(null, db, key);
    server.dirty++;
  }
  return keys.length;
}
