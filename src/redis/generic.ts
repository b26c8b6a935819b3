/* Commands on keys of any type (after the command part of db.c). Expiry is in expire-commands.ts,
 * KEYS and SCAN in scan.ts, whole databases in databases.ts, OBJECT in object-commands.ts. */

import type { Bytes } from '#base/bytes.ts';
import { string2ll } from '#base/integer.ts';
import { isWord, NO_SUCH_KEY, NOT_INTEGER, SYNTAX_ERROR } from './args.ts';
import type { Client } from './client.ts';
import { COPIED_ALLOCATION, visit } from './command-cost.ts';
import type { CommandProcs } from './command.ts';
import {
  type Db,
  dbAdd,
  dbDelete,
  dbExists,
  dbMoveValue,
  dbTake,
  getExpire,
  keyIsExpired,
  LOOKUP_NOTOUCH,
  lookupKeyRead,
  lookupKeyReadWithFlags,
  lookupKeyWrite,
  notifyKeyspaceEvent,
  setExpire,
  signalModifiedKey,
} from './db.ts';
import { ErrorReply, OK, Status, type Reply } from './reply.ts';

const SAME_OBJECT = new ErrorReply('ERR source and destination objects are the same');
export const DB_OUT_OF_RANGE = new ErrorReply('ERR DB index is out of range');

/** The number of a database, whether or not there is one of that number. */
export function parseDbId(text: Bytes): number | ErrorReply {
  const id = string2ll(text);
  if (id === null) return NOT_INTEGER;
  if (id < -0x80000000 || id > 0x7fffffff) {
    return new ErrorReply('ERR value is out of range, value must between -2147483648 and 2147483647');
  }
  return Number(id);
}

/** DEL, and UNLINK, which leaves the freeing to another thread. */
function delGeneric(client: Client, argv: readonly Bytes[], lazily: boolean): Reply {
  const db = client.db;
  let deleted = 0;
  for (let at = 1; at < argv.length; at++) {
    const key = argv[at] as Bytes;
    // A key whose time has passed is deleted as expired, not by us.
    if (!dbExists(db, key) || !dbDelete(db, key, lazily)) continue;
    signalModifiedKey(client, db, key);
    notifyKeyspaceEvent(client.server, 'g', 'del', key, db.id);
    client.server.dirty++;
    deleted++;
  }
  return deleted;
}

function exists(client: Client, argv: readonly Bytes[]): Reply {
  let count = 0;
  for (const key of argv.slice(1)) {
    if (lookupKeyReadWithFlags(client.db, key, LOOKUP_NOTOUCH) !== null) count++;
  }
  return count;
}

function touch(client: Client, argv: readonly Bytes[]): Reply {
  let count = 0;
  for (const key of argv.slice(1)) if (lookupKeyRead(client, key) !== null) count++;
  return count;
}

function type(client: Client, argv: readonly Bytes[]): Reply {
  const obj = lookupKeyReadWithFlags(client.db, argv[1] as Bytes, LOOKUP_NOTOUCH);
  return new Status(obj === null ? 'none' : obj.type);
}

function renameGeneric(client: Client, argv: readonly Bytes[], onlyNew: boolean): Reply {
  const { server, db } = client;
  const source = argv[1] as Bytes;
  const target = argv[2] as Bytes;
  const obj = lookupKeyWrite(client, source);
  if (obj === null) return NO_SUCH_KEY;
  if (source === target) return onlyNew ? 0 : OK;
  const expire = getExpire(db, source);
  if (lookupKeyWrite(client, target) !== null) {
    if (onlyNew) return 0;
    dbDelete(db, target);
  }
  dbTake(db, source);
  dbMoveValue(db, target, obj);
  if (expire !== -1) setExpire(client, db, target, expire);
  signalModifiedKey(client, db, source);
  signalModifiedKey(client, db, target);
  notifyKeyspaceEvent(server, 'g', 'rename_from', source, db.id);
  notifyKeyspaceEvent(server, 'g', 'rename_to', target, db.id);
  server.dirty++;
  return onlyNew ? 1 : OK;
}

function move(client: Client, argv: readonly Bytes[]): Reply {
  const server = client.server;
  if (server.cluster !== null) return new ErrorReply('ERR MOVE is not allowed in cluster mode');
  const id = parseDbId(argv[2] as Bytes);
  if (id instanceof ErrorReply) return id;
  const target = server.dbs[id];
  if (target === undefined) return DB_OUT_OF_RANGE;
  const source = client.db;
  if (target === source) return SAME_OBJECT;
  const key = argv[1] as Bytes;
  const obj = lookupKeyWrite(client, key);
  if (obj === null || dbExists(target, key)) return 0;
  const expire = getExpire(source, key);
  dbTake(source, key);
  dbMoveValue(target, key, obj);
  if (expire !== -1) setExpire(client, target, key, expire);
  signalModifiedKey(client, source, key);
  signalModifiedKey(client, target, key);
  notifyKeyspaceEvent(server, 'g', 'move_from', key, source.id);
  notifyKeyspaceEvent(server, 'g', 'move_to', key, target.id);
  server.dirty++;
  return 1;
}

/** The options of COPY: the target database and REPLACE. */
function copyOptions(client: Client, argv: readonly Bytes[]): { db: Db; replace: boolean } | ErrorReply {
  const server = client.server;
  let db = client.db;
  let replace = false;
  for (let at = 3; at < argv.length; at++) {
    if (isWord(argv[at], 'replace')) replace = true;
    else if (isWord(argv[at], 'db') && at + 1 < argv.length) {
      const id = parseDbId(argv[++at] as Bytes);
      if (id instanceof ErrorReply) return id;
      const target = server.dbs[id];
      if (target === undefined) return DB_OUT_OF_RANGE;
      db = target;
    } else return SYNTAX_ERROR;
  }
  if (server.cluster !== null && (client.db.id !== 0 || db.id !== 0)) {
    return new ErrorReply('ERR Copying to another database is not allowed in cluster mode');
  }
  return { db, replace };
}

function copy(client: Client, argv: readonly Bytes[]): Reply {
  const options = copyOptions(client, argv);
  if (options instanceof ErrorReply) return options;
  const source = argv[1] as Bytes;
  const target = argv[2] as Bytes;
  const to = options.db;
  if (to === client.db && source === target) return SAME_OBJECT;
  const obj = lookupKeyRead(client, source);
  if (obj === null) return 0;
  const expire = getExpire(client.db, source);
  if (dbExists(to, target)) {
    if (!options.replace) return 0;
    dbDelete(to, target);
  }
  visit(client.server, obj.freeEffort(), COPIED_ALLOCATION);
  dbAdd(to, target, obj.copy());
  if (expire !== -1) setExpire(client, to, target, expire);
  signalModifiedKey(client, to, target);
  notifyKeyspaceEvent(client.server, 'g', 'copy_to', target, to.id);
  client.server.dirty++;
  return 1;
}

function randomkey(client: Client): Reply {
  const db = client.db;
  for (let tries = 0; db.size > 0 && tries < 100; tries++) {
    const [key] = db.keys.at(client.server.io.random.below(db.size)) as [Bytes, unknown];
    if (!keyIsExpired(db, key)) return key;
    // A replica may not delete; if everything has expired it gives up and shows a key.
    if (client.server.isReplica()) {
      if (tries === 99) return key;
    } else dbExists(db, key);
  }
  return null;
}

export const genericCommands: CommandProcs = {
  del: (client, argv) => delGeneric(client, argv, client.server.config.lazyfreeLazyUserDel),
  unlink: (client, argv) => delGeneric(client, argv, true),
  exists,
  touch,
  type,
  rename: (client, argv) => renameGeneric(client, argv, false),
  renamenx: (client, argv) => renameGeneric(client, argv, true),
  move,
  copy,
  randomkey,
};
