/* The history of a dataset over a restart (after rdbPopulateSaveInfo and the end of loadDataFromDisk):
 * an RDB file remembers the replication id and offset at which it was made, so that after a restart a
 * partial resynchronization may do. */

import type { Bytes } from '#base/bytes.ts';
import type { Server } from '#redis/server.ts';
import { createReplicationBacklog } from './ids.ts';

/** What an RDB file of ours should remember; undefined when there is no history to speak of. */
export function rdbPopulateSaveInfo(
  server: Server,
): { replid: string; offset: number; streamDb: number } | undefined {
  const { replication } = server;
  const { replid, masterReplOffset: offset, masterClient } = replication;
  if (replication.masterHost === null) {
    return replication.backlog === null
      ? undefined
      : { replid, offset, streamDb: Math.max(replication.slaveSelDb, 0) };
  }
  if (masterClient === null && replication.cachedReplid === null) return undefined;
  return { replid, offset, streamDb: masterClient?.dbId ?? replication.streamDb };
}

/** The database in which the stream goes on behind a snapshot. */
export function streamDbOf(aux: ReadonlyMap<Bytes, Bytes>): number {
  const db = Number(aux.get('repl-stream-db') ?? 0);
  return Number.isSafeInteger(db) && db > 0 ? db : 0;
}

/** Takes up the history an RDB file remembers: a replica asks its master to continue it, a master lets
 *  its replicas continue it. */
export function replicationRestoreFromRdb(server: Server, aux: ReadonlyMap<Bytes, Bytes>): void {
  const replid = aux.get('repl-id');
  const offset = Number(aux.get('repl-offset') ?? NaN);
  if (replid?.length !== 40 || !Number.isSafeInteger(offset) || offset < 0) return;
  const { cluster, replication } = server;
  const master = cluster === null ? replication.masterHost === null : cluster.myself.isMaster;
  replication.masterReplOffset = offset;
  if (master) {
    replication.replid2 = replid;
    replication.secondReplidOffset = offset + 1;
    replication.noSlavesSinceMs = server.mstime();
  } else {
    replication.replid = replid;
    replication.cachedReplid = replid;
    replication.streamDb = streamDbOf(aux);
  }
  createReplicationBacklog(server);
}
