/* Names of histories (after changeReplicationId, shiftReplicationId and their kin in replication.c).
 *
 * A replication id names one history of writes. A promoted replica starts a new history that agrees
 * with the old one up to a known offset; remembering both lets its siblings continue partially. */

import type { Server } from '#redis/server.ts';
import { Backlog } from './backlog.ts';
import { NO_REPLID } from './state.ts';

/** A new history. */
export function changeReplicationId(server: Server): void {
  server.replication.replid = server.io.random.hex(40);
}

export function clearReplicationId2(server: Server): void {
  server.replication.replid2 = NO_REPLID;
  server.replication.secondReplidOffset = -1;
}

/** A new history that continues the present one: its id stays valid up to here. */
export function shiftReplicationId(server: Server): void {
  const { replication } = server;
  replication.replid2 = replication.replid;
  replication.secondReplidOffset = replication.masterReplOffset + 1;
  changeReplicationId(server);
  server.io.log(
    'warning',
    `Setting secondary replication ID to ${replication.replid2}, valid up to offset: ` +
      `${replication.secondReplidOffset}. New replication ID is ${replication.replid}`,
  );
}

export function createReplicationBacklog(server: Server): void {
  server.replication.backlog = new Backlog(server.replication.masterReplOffset + 1);
}

/** The configured size, which is never below 16 KB. */
export function backlogSize(server: Server): number {
  return Math.max(server.config.replBacklogSize, 16 * 1024);
}
