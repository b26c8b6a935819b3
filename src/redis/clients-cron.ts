/* What is done for each client at least once a second: idle timeouts, blocked clients whose slot moved,
 * buffers that have become too large, output beyond its limit (after clientsCron in server.c). */

import {
  type Client,
  CLIENT_BLOCKED,
  CLIENT_CLOSE_ASAP,
  CLIENT_MASTER,
  CLIENT_MONITOR,
  CLIENT_PUBSUB,
  CLIENT_SLAVE,
} from './client.ts';
import { resizeBuffers } from './client-buffers.ts';
import { clusterRedirectBlockedClient } from './cluster/index.ts';
import { freeClientAsync } from './networking.ts';
import type { SocketId } from './io.ts';
import { pendingStream } from './replication/feed.ts';
import { backlogSize } from './replication/ids.ts';
import { replicaLink, replicaName } from './replication/state.ts';
import type { Server } from './server.ts';

/** So many clients are visited by each cron, or as many more as it takes to visit each once a second. */
const VISITS = 5;

/** Visits some of the clients, all of them when they are few. */
export function clientsCron(server: Server): void {
  const crons = Math.max(1, Math.min(10, Math.floor(server.clients.size / VISITS)));
  const turn = server.cronLoops % crons;
  for (const client of server.clients.values()) {
    if (client.id % crons === turn) visitClient(server, client);
  }
}

function visitClient(server: Server, client: Client): void {
  const now = server.mstime();
  const { config } = server;
  const exempt = client.flags & (CLIENT_SLAVE | CLIENT_MASTER | CLIENT_BLOCKED | CLIENT_PUBSUB);
  if (config.timeout > 0 && exempt === 0 && now - client.lastInteractionMs > config.timeout * 1000) {
    server.io.log('verbose', 'Closing idle client');
    freeClientAsync(client);
    return;
  }
  if (client.flags & CLIENT_BLOCKED && server.cluster !== null) clusterRedirectBlockedClient(client);
  resizeBuffers(client, now);
  checkOutputLimit(server, client);
}

/** Closes a client that does not read what it is sent: at once beyond the hard limit, after a while
 *  beyond the soft one. Asked once a second and whenever a client is sent more bytes. */
export function checkOutputLimit(server: Server, client: Client): void {
  if (client.socket === null || client.has(CLIENT_CLOSE_ASAP)) return;
  const isReplica = client.has(CLIENT_SLAVE) && !client.has(CLIENT_MONITOR);
  const pending = isReplica ? pendingStream(client) : pendingReplies(client);
  const limit = server.config.clientOutputBufferLimit[isReplica ? 1 : client.has(CLIENT_PUBSUB) ? 2 : 0];
  if (limit === undefined) return;
  // Up to the size of the backlog a replica could be continued anyway.
  const hardBytes = isReplica ? Math.max(limit.hardBytes, backlogSize(server)) : limit.hardBytes;
  const hard = limit.hardBytes > 0 && pending >= hardBytes;
  let soft = limit.softBytes > 0 && pending >= limit.softBytes;
  const now = Math.floor(server.mstime() / 1000);
  if (!soft) client.softLimitReachedS = 0;
  else if (client.softLimitReachedS === 0) {
    client.softLimitReachedS = now;
    soft = false;
  } else soft = now - client.softLimitReachedS > limit.softSeconds;
  if (!hard && !soft) return;
  if (isReplica) {
    server.io.emit({ type: 'REPLICA_OVERFLOW', replica: replicaName(client), pending });
    replicaLink(client).held = '';
  }
  closeOnOutputLimit(client);
}

/** Bytes that wait for a client; what fits into its own buffer does not count. */
function pendingReplies({ output, replyBuffer, server, socket }: Client): number {
  return server.io.outputPending(socket as SocketId) + (output.length > replyBuffer ? output.length : 0);
}

/** Closes a client that has more to read than it may have; it gets nothing of that. */
export function closeOnOutputLimit(client: Client): void {
  client.server.io.log(
    'warning',
    `Client id=${client.id} addr=${client.peer.ip}:${client.peer.port} scheduled to be closed ASAP for overcoming of output buffer limits.`,
  );
  freeClientAsync(client);
  client.output = '';
}
