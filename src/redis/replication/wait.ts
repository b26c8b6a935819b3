/* WAIT: how many replicas have the client's last write (after waitCommand in replication.c). */

import type { Bytes } from '#base/bytes.ts';
import { blockClient, replyToBlockedClient } from '#redis/blocked.ts';
import { CLIENT_DENY_BLOCKING, type Client } from '#redis/client.ts';
import { ErrorReply, type Reply } from '#redis/reply.ts';
import type { Server } from '#redis/server.ts';
import { parseTimeoutMs } from '#redis/types/blocking.ts';
import { parseLong } from '#redis/args.ts';
import { replicaLink } from './state.ts';

function countAcksByOffset(server: Server, offset: number): number {
  return server.replication.replicas.filter((replica) => {
    const link = replicaLink(replica);
    return link.state === 'online' && link.ackOffset >= offset;
  }).length;
}

/** WAIT numreplicas timeout */
export function waitCommand(client: Client, argv: readonly string[]): Reply | undefined {
  const { server } = client;
  if (server.replication.masterHost !== null) {
    return new ErrorReply(
      'ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 if a replica is configured to be writable (which is not the default) writes to replicas are just local and are not propagated.',
    );
  }
  const wanted = parseLong(argv[1] as Bytes);
  if (wanted instanceof ErrorReply) return wanted;
  const deadlineMs = parseTimeoutMs(server, argv[2] as Bytes);
  if (deadlineMs instanceof ErrorReply) return deadlineMs;
  const acked = countAcksByOffset(server, client.woff);
  if (acked >= wanted || client.has(CLIENT_DENY_BLOCKING)) return acked;
  server.replication.waiting.push({ client, offset: client.woff, replicas: wanted });
  blockClient(client, {
    kind: 'wait',
    deadlineMs,
    timeoutReply: acked,
    db: client.db,
    keys: [],
    type: 'string',
  });
  server.replication.askForAck = true;
  return undefined;
}

/** Replies to those whose number is reached; the others will hear the latest count at their timeout. */
export function serveWaitingClients(server: Server): void {
  const { replication } = server;
  replication.waiting = replication.waiting.filter(({ client, offset, replicas }) => {
    if (client.blocked?.kind !== 'wait') return false;
    const acked = countAcksByOffset(server, offset);
    client.blocked.timeoutReply = acked;
    if (acked < replicas) return true;
    replyToBlockedClient(client, acked);
    return false;
  });
}
