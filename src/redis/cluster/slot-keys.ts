/* Deleting the keys of a slot that is no longer ours (after delKeysInSlot in cluster.c).
 *
 * Only here: 7.0 tells neither its replicas, nor the append-only file, nor clients that watch a key. A replica
 * keeps what its master has dropped until the slot comes back or it synchronises anew. */

import { dbDelete, getKeysInSlot } from '#redis/db.ts';
import type { Server } from '#redis/server.ts';

/** Deletes all keys of a slot; returns how many. */
export function delKeysInSlot(server: Server, slot: number): number {
  const db = server.dbs[0]!;
  const keys = getKeysInSlot(db, slot, Number.MAX_SAFE_INTEGER);
  for (const key of keys) dbDelete(db, key);
  return keys.length;
}
