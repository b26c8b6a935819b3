/* The slow log (after slowlog.c). */

import type { Bytes } from '#base/bytes.ts';
import type { Client } from './client.ts';
import type { CommandProcs } from './command.ts';
import { string2ll } from '#base/integer.ts';
import { help } from './help.ts';
import { ErrorReply, OK, type Reply } from './reply.ts';
import type { Server } from './server.ts';

export interface SlowlogEntry {
  id: number;
  /** Unix seconds. */
  time: number;
  micros: number;
  argv: readonly Bytes[];
  peer: string;
  name: Bytes;
}

const SLOWLOG_ENTRY_MAX_ARGC = 32;
const SLOWLOG_ENTRY_MAX_STRING = 128;

/** Remembers a command that took at least slowlog-log-slower-than microseconds. */
export function slowlogPushIfNeeded(client: Client, argv: readonly Bytes[], micros: number): void {
  const server = client.server;
  const limit = server.config.slowlogLogSlowerThan;
  if (limit < 0 || micros < limit || server.config.slowlogMaxLen === 0) return;
  server.slowlog.unshift({
    id: server.slowlogNextId++,
    time: Math.floor(server.mstime() / 1000),
    micros,
    argv: abridge(argv),
    peer: `${client.peer.ip}:${client.peer.port}`,
    name: client.name,
  });
  trimSlowlog(server);
}

function abridge(argv: readonly Bytes[]): Bytes[] {
  const shown = argv.length > SLOWLOG_ENTRY_MAX_ARGC ? argv.slice(0, SLOWLOG_ENTRY_MAX_ARGC - 1) : [...argv];
  const out = shown.map((arg) =>
    arg.length > SLOWLOG_ENTRY_MAX_STRING
      ? `${arg.slice(0, SLOWLOG_ENTRY_MAX_STRING)}... (${arg.length - SLOWLOG_ENTRY_MAX_STRING} more bytes)`
      : arg,
  );
  if (argv.length > SLOWLOG_ENTRY_MAX_ARGC) {
    out.push(`... (${argv.length - SLOWLOG_ENTRY_MAX_ARGC + 1} more arguments)`);
  }
  return out;
}

export function trimSlowlog(server: Server): void {
  if (server.slowlog.length > server.config.slowlogMaxLen)
    server.slowlog.length = server.config.slowlogMaxLen;
}

function slowlogGet(client: Client, argv: readonly Bytes[]): Reply {
  let count = 10;
  if (argv.length > 3)
    return new ErrorReply(
      `ERR unknown subcommand or wrong number of arguments for '${argv[1]}'. Try SLOWLOG HELP.`,
    );
  if (argv.length === 3) {
    const asked = string2ll(argv[2] as Bytes);
    if (asked === null || asked < -1)
      return new ErrorReply('ERR count should be greater than or equal to -1');
    count = asked === -1 ? client.server.slowlog.length : Number(asked);
  }
  return client.server.slowlog
    .slice(0, count)
    .map((entry) => [entry.id, entry.time, entry.micros, [...entry.argv], entry.peer, entry.name]);
}

export const slowlogCommands: CommandProcs = {
  'slowlog|get': slowlogGet,
  'slowlog|len': (client) => client.server.slowlog.length,
  'slowlog|reset': (client) => {
    client.server.slowlog = [];
    return OK;
  },
  'slowlog|help': help,
};
