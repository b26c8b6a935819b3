/* EXPIRE and its relatives, TTL, PERSIST (after expire.c). The active cycle is in expire.ts. */

import { cString, type Bytes } from '#base/bytes.ts';
import { INT64_MAX, INT64_MIN, string2ll } from '#base/integer.ts';
import { NOT_INTEGER } from './args.ts';
import type { Client } from './client.ts';
import type { Command } from './command-table.ts';
import type { CommandProcs } from './command.ts';
import {
  dbDelete,
  getExpire,
  LOOKUP_NOTOUCH,
  lookupKeyReadWithFlags,
  lookupKeyWrite,
  notifyKeyspaceEvent,
  removeExpire,
  setExpire,
  signalModifiedKey,
} from './db.ts';
import { rewriteClientCommandVector } from './propagate.ts';
import { ErrorReply, type Reply } from './reply.ts';

function invalidExpire(client: Client): ErrorReply {
  return new ErrorReply(`ERR invalid expire time in '${(client.cmd as Command).fullName}' command`);
}

/** The Unix ms that an argument of SET, GETEX or SETEX means; `unit` is ex, px, exat or pxat. */
export function expireMilliseconds(client: Client, text: Bytes, unit: string): number | ErrorReply {
  const value = string2ll(text);
  if (value === null) return NOT_INTEGER;
  if (value <= 0) return invalidExpire(client);
  return toUnixMs(client, value, unit.startsWith('e'), unit.endsWith('at')) ?? invalidExpire(client);
}

/** Null when the moment does not fit 64 bits of milliseconds. */
function toUnixMs(
  client: Client,
  value: number | bigint,
  seconds: boolean,
  absolute: boolean,
): number | null {
  let exact = BigInt(value);
  if (seconds) {
    if (exact > INT64_MAX / 1000n || exact < INT64_MIN / 1000n) return null;
    exact *= 1000n;
  }
  if (absolute) return Number(exact);
  const base = BigInt(client.server.commandTimeMs());
  return exact > INT64_MAX - base ? null : Number(exact + base);
}

/** True when a key that expires at `whenMs` is to be deleted at once. A replica and a loading server
 *  wait for the DEL instead. */
export function hasAlreadyExpired(client: Client, whenMs: number): boolean {
  const server = client.server;
  return whenMs <= server.commandTimeMs() && !server.loading && !server.isReplica();
}

interface ExpireOptions {
  nx: boolean;
  xx: boolean;
  gt: boolean;
  lt: boolean;
}

function parseExpireOptions(argv: readonly Bytes[]): ExpireOptions | ErrorReply {
  const options: ExpireOptions = { nx: false, xx: false, gt: false, lt: false };
  for (const arg of argv.slice(3)) {
    const word = arg.toLowerCase();
    if (word !== 'nx' && word !== 'xx' && word !== 'gt' && word !== 'lt') {
      return new ErrorReply(`ERR Unsupported option ${cString(arg)}`);
    }
    options[word] = true;
  }
  if (options.nx && (options.xx || options.gt || options.lt)) {
    return new ErrorReply('ERR NX and XX, GT or LT options at the same time are not compatible');
  }
  if (options.gt && options.lt) {
    return new ErrorReply('ERR GT and LT options at the same time are not compatible');
  }
  return options;
}

function refused(options: ExpireOptions, current: number, when: number): boolean {
  return (
    (options.nx && current !== -1) ||
    (options.xx && current === -1) ||
    (options.gt && (current === -1 || when <= current)) ||
    (options.lt && current !== -1 && when >= current)
  );
}

function expireGeneric(client: Client, argv: readonly Bytes[], seconds: boolean, absolute: boolean): Reply {
  const options = parseExpireOptions(argv);
  if (options instanceof ErrorReply) return options;
  const value = string2ll(argv[2] as Bytes);
  if (value === null) return NOT_INTEGER;
  const when = toUnixMs(client, value, seconds, absolute);
  if (when === null) return invalidExpire(client);
  const { server, db } = client;
  const key = argv[1] as Bytes;
  if (lookupKeyWrite(client, key) === null) return 0;
  if (refused(options, getExpire(db, key), when)) return 0;
  if (hasAlreadyExpired(client, when)) {
    dbDelete(db, key, server.config.lazyfreeLazyExpire);
    rewriteClientCommandVector(client, [server.config.lazyfreeLazyExpire ? 'UNLINK' : 'DEL', key]);
    signalModifiedKey(client, db, key);
    notifyKeyspaceEvent(server, 'g', 'del', key, db.id);
  } else {
    setExpire(client, db, key, when);
    rewriteClientCommandVector(client, ['PEXPIREAT', key, String(when)]);
    signalModifiedKey(client, db, key);
    notifyKeyspaceEvent(server, 'g', 'expire', key, db.id);
  }
  server.dirty++;
  return 1;
}

function ttlGeneric(client: Client, key: Bytes, milliseconds: boolean, absolute: boolean): Reply {
  if (lookupKeyReadWithFlags(client.db, key, LOOKUP_NOTOUCH) === null) return -2;
  const when = getExpire(client.db, key);
  if (when === -1) return -1;
  const value = absolute ? when : Math.max(0, when - client.server.commandTimeMs());
  return milliseconds ? value : Math.floor((value + 500) / 1000);
}

function persist(client: Client, argv: readonly Bytes[]): Reply {
  const key = argv[1] as Bytes;
  if (lookupKeyWrite(client, key) === null || !removeExpire(client.db, key)) return 0;
  signalModifiedKey(client, client.db, key);
  notifyKeyspaceEvent(client.server, 'g', 'persist', key, client.db.id);
  client.server.dirty++;
  return 1;
}

export const expireCommands: CommandProcs = {
  expire: (client, argv) => expireGeneric(client, argv, true, false),
  pexpire: (client, argv) => expireGeneric(client, argv, false, false),
  expireat: (client, argv) => expireGeneric(client, argv, true, true),
  pexpireat: (client, argv) => expireGeneric(client, argv, false, true),
  ttl: (client, argv) => ttlGeneric(client, argv[1] as Bytes, false, false),
  pttl: (client, argv) => ttlGeneric(client, argv[1] as Bytes, true, false),
  expiretime: (client, argv) => ttlGeneric(client, argv[1] as Bytes, false, true),
  pexpiretime: (client, argv) => ttlGeneric(client, argv[1] as Bytes, true, true),
  persist,
};
