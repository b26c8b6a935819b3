/* Errors where nobody expects any: a command of the master's stream, of the AOF or from a replica that cannot
 * run (the end of afterErrorReply in networking.c). Master and replica, or file and data, have drifted apart. */

import { CLIENT_MASTER, CLIENT_MONITOR, CLIENT_SLAVE, type Client } from './client.ts';
import type { ErrorReply } from './reply.ts';

/** Who speaks to whom, as the log calls them; null for ordinary clients. */
function partiesOf(client: Client): [from: string, to: string] | null {
  if (client.has(CLIENT_MASTER)) return ['replica', 'master'];
  if (client.has(CLIENT_SLAVE) && !client.has(CLIENT_MONITOR)) return ['master', 'replica'];
  if (client.server.load?.kind === 'aof' && client.socket === null) {
    return ['AOF-loading-server', 'AOF-loading-client'];
  }
  return null;
}

/** To be called for each error reply; the configuration says whether the server goes on. */
export function noteUnexpectedError(client: Client, error: ErrorReply): void {
  const parties = partiesOf(client);
  if (parties === null) return;
  const { io, stats, config } = client.server;
  const [from, to] = parties;
  const name = client.cmd?.fullName ?? '<unknown>';
  stats.unexpectedErrorReplies++;
  io.log(
    'warning',
    `== CRITICAL == This ${from} is sending an error to its ${to}: '${error.text}' after processing the command '${name}'`,
  );
  const behavior = config.propagationErrorBehavior;
  const panics = from === 'replica' ? behavior !== 'ignore' : from !== 'master' && behavior === 'panic';
  if (!panics) return;
  io.log(
    'warning',
    `This ${from} panicked sending an error to its ${to} after processing the command '${name}'`,
  );
  io.exit(1);
}
