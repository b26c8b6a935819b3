/* Commands on whole databases (after db.c). */

import type { Bytes } from '#base/bytes.ts';
import { string2ll } from '#base/integer.ts';
import { isWord, SYNTAX_ERROR } from './args.ts';
import { CLIENT_FORCE_AOF, CLIENT_FORCE_REPL, selectDb, type Client } from './client.ts';
import type { CommandProcs } from './command.ts';
import { type Db, emptyDb, signalKeyAsReady } from './db.ts';
import { DB_OUT_OF_RANGE, parseDbId } from './generic.ts';
import { touchAllWatchedKeysInDb } from './multi.ts';
import { saveAfterFlush } from './persistence.ts';
import { ErrorReply, OK, type Reply } from './reply.ts';
import { trackingInvalidateAll } from './tracking.ts';

function select(client: Client, argv: readonly Bytes[]): Reply {
  const id = parseDbId(argv[1] as Bytes);
  if (id instanceof ErrorReply) return id;
  if (client.server.cluster !== null && id !== 0) {
    return new ErrorReply('ERR SELECT is not allowed in cluster mode');
  }
  return selectDb(client, id) ? OK : DB_OUT_OF_RANGE;
}

/** Exchanges the contents of two databases; clients stay where they are. */
function swapdb(client: Client, argv: readonly Bytes[]): Reply {
  const server = client.server;
  if (server.cluster !== null) return new ErrorReply('ERR SWAPDB is not allowed in cluster mode');
  const first = string2ll(argv[1] as Bytes);
  if (first === null) return new ErrorReply('ERR invalid first DB index');
  const second = string2ll(argv[2] as Bytes);
  if (second === null) return new ErrorReply('ERR invalid second DB index');
  const a = server.dbs[Number(first)];
  const b = server.dbs[Number(second)];
  if (a === undefined || b === undefined) return DB_OUT_OF_RANGE;
  if (a !== b) {
    touchAllWatchedKeysInDb(a, b);
    touchAllWatchedKeysInDb(b, a);
    swapContents(a, b);
  }
  server.dirty++;
  client.flags |= CLIENT_FORCE_AOF | CLIENT_FORCE_REPL;
  return OK;
}

function swapContents(a: Db, b: Db): void {
  const { keys, expires, avgTtlMs, expiresCursor } = a;
  Object.assign(a, {
    keys: b.keys,
    expires: b.expires,
    avgTtlMs: b.avgTtlMs,
    expiresCursor: b.expiresCursor,
  });
  Object.assign(b, { keys, expires, avgTtlMs, expiresCursor });
  // A key somebody waits for may have come with the exchange.
  for (const db of [a, b]) for (const key of db.blockingKeys.keys()) signalKeyAsReady(db, key);
}

/** Whether another thread is to free what goes. */
function flushesLazily(client: Client, argv: readonly Bytes[]): boolean | ErrorReply {
  if (argv.length === 1) return client.server.config.lazyfreeLazyUserFlush;
  if (argv.length === 2 && isWord(argv[1], 'async')) return true;
  return argv.length === 2 && isWord(argv[1], 'sync') ? false : SYNTAX_ERROR;
}

function flushdb(client: Client, argv: readonly Bytes[]): Reply {
  const lazily = flushesLazily(client, argv);
  if (lazily instanceof ErrorReply) return lazily;
  const server = client.server;
  server.dirty += emptyDb(server, client.db.id, lazily);
  trackingInvalidateAll(server);
  client.flags |= CLIENT_FORCE_AOF | CLIENT_FORCE_REPL;
  return OK;
}

function flushall(client: Client, argv: readonly Bytes[]): Reply {
  const lazily = flushesLazily(client, argv);
  if (lazily instanceof ErrorReply) return lazily;
  const server = client.server;
  server.dirty += emptyDb(server, -1, lazily);
  trackingInvalidateAll(server);
  saveAfterFlush(server);
  client.flags |= CLIENT_FORCE_AOF | CLIENT_FORCE_REPL;
  return OK;
}

export const databaseCommands: CommandProcs = {
  select,
  swapdb,
  flushdb,
  flushall,
  dbsize: (client) => client.db.size,
};
