/* MONITOR: every command that runs, as text (after replicationFeedMonitors and monitorCommand). */

import type { Bytes } from '#base/bytes.ts';
import { sdscatrepr } from '#base/quote.ts';
import {
  addReply,
  type Client,
  CLIENT_DENY_BLOCKING,
  CLIENT_MASTER,
  CLIENT_MONITOR,
  CLIENT_REPLY_OFF,
  CLIENT_SCRIPT,
  CLIENT_SLAVE,
} from './client.ts';
import type { CommandProcs } from './command.ts';
import { ErrorReply, OK, Status, type Reply } from './reply.ts';
import { consume } from './server.ts';

/** Sends a line about the command to whoever monitors. */
export function feedMonitors(client: Client, argv: readonly Bytes[]): void {
  const server = client.server;
  if (server.monitors.size === 0) return;
  const micros = Math.floor(server.io.wallMs * 1000);
  const seconds = Math.floor(micros / 1_000_000);
  const from =
    client.flags & CLIENT_SCRIPT
      ? `${client.db.id} lua`
      : client.flags & CLIENT_MASTER && client.socket === null
        ? `${client.db.id} master`
        : `${client.db.id} ${client.peer.ip}:${client.peer.port}`;
  const line = new Status(
    `${seconds}.${String(micros % 1_000_000).padStart(6, '0')} [${from}] ${argv.map(sdscatrepr).join(' ')}`,
  );
  for (const monitor of server.monitors) {
    if ((monitor.flags & CLIENT_REPLY_OFF) === 0) {
      // A monitor in a transaction hears what runs at once, not with EXEC.
      const collector = monitor.collector;
      monitor.collector = null;
      addReply(monitor, line);
      monitor.collector = collector;
    }
  }
  consume(server, server.monitors.size);
}

function monitor(client: Client): Reply | undefined {
  if (client.flags & CLIENT_DENY_BLOCKING) {
    return new ErrorReply("ERR MONITOR isn't allowed for DENY BLOCKING client");
  }
  if (client.flags & CLIENT_SLAVE) return undefined;
  client.flags |= CLIENT_SLAVE | CLIENT_MONITOR;
  client.server.monitors.add(client);
  return OK;
}

export const monitorCommands: CommandProcs = { monitor };
