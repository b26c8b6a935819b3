/* What is done for each client once a second: idle timeouts, blocked clients whose slot moved, output
 * buffers beyond their limit (after clientsCron in server.c). */

import {
  type Client,
  CLIENT_BLOCKED,
  CLIENT_CLOSE_ASAP,
  CLIENT_MASTER,
  CLIENT_MONITOR,
  CLIENT_PUBSUB,
  CLIENT_SLAVE,
} from './client.ts';
import { clusterRedirectBlockedClient } from './cluster/index.ts';
import { freeClientAsync } from './networking.ts';
import { checkReplicaOutput } from './replication/index.ts';
import type { Server } from './server.ts';

/** Every client is visited once a second, a tenth of them at each cron. */
export function clientsCron(server: Server): void {
  const turn = server.cronLoops % 10;
  for (const client of server.clients.values()) {
    if (client.id % 10 === turn) visitClient(server, client);
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
  const pending = server.io.outputPending(client.socket) + client.output.length;
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
  if (!hard && !soft) return;
  server.io.log(
    'warning',
    `Client id=${client.id} scheduled to be closed ASAP for overcoming of output buffer limits.`,
  );
  freeClientAsync(client);
  client.output = '';
}
