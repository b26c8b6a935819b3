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
import { checkReplicaOutput } from './replication/index.ts';
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
  if (client.has(CLIENT_SLAVE) && !client.has(CLIENT_MONITOR)) {
    checkReplicaOutput(client);
    return;
  }
  const now = server.mstime();
  // What fits into the client's own buffer does not count.
  const { length } = client.output;
  const pending = server.io.outputPending(client.socket) + (length > client.replyBuffer ? length : 0);
  if (pending === 0) {
    client.softLimitReachedMs = 0;
    return;
  }
  const limit = server.config.clientOutputBufferLimit[client.has(CLIENT_PUBSUB) ? 2 : 0];
  if (limit === undefined) return;
  const hard = limit.hardBytes > 0 && pending >= limit.hardBytes;
  let soft = limit.softBytes > 0 && pending >= limit.softBytes;
  if (!soft) client.softLimitReachedMs = 0;
  else if (client.softLimitReachedMs === 0) {
    client.softLimitReachedMs = now;
    soft = false;
  } else soft = now - client.softLimitReachedMs > limit.softSeconds * 1000;
  if (hard || soft) closeOnOutputLimit(client);
}

/** Closes a client that has more to read than it may have; it gets nothing of that. */
export function closeOnOutputLimit(client: Client): void {
  client.server.io.log(
    'warning',
    `Client id=${client.id} scheduled to be closed ASAP for overcoming of output buffer limits.`,
  );
  freeClientAsync(client);
  client.output = '';
}
