/* The stream from a master to its replicas (after replicationFeedSlaves in replication.c).
 *
 * Everything goes into the backlog and to every replica that has a snapshot to apply it to. A replica
 * passes on to its own replicas the very bytes it got, so that offsets mean the same all along. */

import type { Bytes } from '#base/bytes.ts';
import { checkOutputLimit } from '#redis/clients-cron.ts';
import { outputMemory } from '#redis/client-info.ts';
import { CLIENT_CLOSE_ASAP, type Client } from '#redis/client.ts';
import { encodeCommand } from '#redis/resp.ts';
import type { Server } from '#redis/server.ts';
import { backlogSize } from './ids.ts';
import { replicaLink } from './state.ts';

/** For what belongs to no database: PING, GETACK. */
export const NO_DB = -1;

/** Less than this waiting for a replica is never too much: what a block of the stream holds. */
const REPL_BLOCK = 16 * 1024;

/** Sends a command to all replicas of a top-level master. */
export function replicationFeedSlaves(server: Server, dbId: number, argv: readonly Bytes[]): void {
  const { replication } = server;
  if (replication.masterHost !== null) return;
  if (replication.backlog === null && replication.replicas.length === 0) return;
  let data = '';
  if (dbId !== NO_DB && replication.slaveSelDb !== dbId) {
    data = encodeCommand(['SELECT', String(dbId)]);
    replication.slaveSelDb = dbId;
  }
  feedStream(server, data + encodeCommand(argv));
}

/** Adds bytes to the stream: backlog and replicas. */
export function feedStream(server: Server, data: Bytes): void {
  const { replication } = server;
  replication.masterReplOffset += data.length;
  replication.backlog?.append(data, backlogSize(server));
  for (const replica of replication.replicas) {
    const link = replicaLink(replica);
    // A replica that waits for its snapshot to begin will get this in the snapshot.
    if (link.rdbOnly || link.state === 'waitBgsaveStart') continue;
    if (link.state !== 'online' || link.startOnAck) link.held += data;
    else sendToReplica(replica, data);
    if (replica.output.length + link.held.length > REPL_BLOCK) checkOutputLimit(server, replica);
  }
  trimBacklog(server);
}

/** The backlog forgets what is beyond its size, unless a replica has not been sent it yet. */
export function trimBacklog(server: Server): void {
  const { backlog, masterReplOffset, replicas } = server.replication;
  const size = backlogSize(server);
  if (backlog === null || backlog.length <= size) return;
  backlog.trim(size, masterReplOffset + 1 - Math.max(0, ...replicas.map(pendingStream)));
}

/** How much of the stream waits for a replica. A snapshot on its way is not counted, only what is held back behind it. */
export function pendingStream(replica: Client): number {
  const { held, state } = replicaLink(replica);
  return held.length + (state === 'online' ? outputMemory(replica) : replica.output.length);
}

/** Queues bytes for a replica; they leave in order with its replies, at the end of the handler. */
export function sendToReplica(replica: Client, data: Bytes): void {
  if (data === '' || replica.socket === null || replica.has(CLIENT_CLOSE_ASAP)) return;
  if (replica.output === '') replica.server.clientsToFlush.push(replica);
  replica.output += data;
}
