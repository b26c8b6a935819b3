/* The hash commands (after t_hash.c). */

import type { Bytes } from '#base/bytes.ts';
import { addInt64, string2ll } from '#base/integer.ts';
import { addLongDouble, formatHuman, parseLongDouble } from '#base/long-double.ts';
import type { Client } from '#redis/client.ts';
import { TABLE_ENTRY, visit } from '#redis/command-cost.ts';
import type { CommandProcs } from '#redis/command.ts';
import { dbAdd } from '#redis/db.ts';
import { rewriteClientCommandVector } from '#redis/propagate.ts';
import { ErrorReply, MapReply, OK, type Reply } from '#redis/reply.ts';
import {
  NOT_FLOAT,
  NOT_INTEGER,
  SYNTAX_ERROR,
  WOULD_BE_INFINITE,
  WOULD_OVERFLOW,
  error,
  isWord,
} from '#redis/args.ts';
import { keyChanged, readTyped, removeEmpty, writeTyped } from './common.ts';
import type { Dict } from './dict.ts';
import { HashObj } from './hash-obj.ts';
import { checkPairCount, drawDistinct, drawRepeatedly, parseDrawCount } from './random-members.ts';
import { parseCursor, parseScanOptions, scanValue } from './scan.ts';

function lookupOrCreate(client: Client, key: Bytes): HashObj | ErrorReply {
  const hash = writeTyped(client, key, HashObj);
  if (hash) return hash;
  const created = new HashObj();
  dbAdd(client.db, key, created);
  return created;
}

/** HSET key field value [field value ...], and HMSET. */
function hsetCommand(client: Client, argv: readonly Bytes[]): Reply {
  const [name, key] = argv as [Bytes, Bytes];
  if (argv.length % 2 === 1)
    return error(`ERR wrong number of arguments for '${name.toLowerCase()}' command`);
  const hash = lookupOrCreate(client, key);
  if (hash instanceof ErrorReply) return hash;
  const { config } = client.server;
  hash.tryConversion(argv, 2, argv.length - 1, config);
  let created = 0;
  for (let at = 2; at < argv.length; at += 2) {
    if (hash.set(argv[at] as Bytes, argv[at + 1] as Bytes, config)) created++;
  }
  keyChanged(client, key, 'h', 'hset', (argv.length - 2) / 2);
  return isWord(name, 'hmset') ? OK : created;
}

/** HSETNX key field value */
function hsetnxCommand(client: Client, argv: readonly Bytes[]): Reply {
  const [, key, field, value] = argv as [Bytes, Bytes, Bytes, Bytes];
  const hash = lookupOrCreate(client, key);
  if (hash instanceof ErrorReply) return hash;
  if (hash.get(field) !== undefined) return 0;
  hash.tryConversion(argv, 2, 3, client.server.config);
  hash.set(field, value, client.server.config);
  keyChanged(client, key, 'h', 'hset');
  return 1;
}

/** HINCRBY key field increment */
function hincrbyCommand(client: Client, argv: readonly Bytes[]): Reply {
  const [, key, field, by] = argv as [Bytes, Bytes, Bytes, Bytes];
  const increment = string2ll(by);
  if (increment === null) return NOT_INTEGER;
  const hash = lookupOrCreate(client, key);
  if (hash instanceof ErrorReply) return hash;
  const current = string2ll(hash.get(field) ?? '0');
  if (current === null) return error('ERR hash value is not an integer');
  const sum = addInt64(current, increment);
  if (sum === null) return WOULD_OVERFLOW;
  hash.tryConversion(argv, 2, 2, client.server.config);
  hash.set(field, String(sum), client.server.config);
  keyChanged(client, key, 'h', 'hincrby');
  return sum;
}

/** HINCRBYFLOAT key field increment. Replicas get the result, since they might round otherwise. */
function hincrbyfloatCommand(client: Client, argv: readonly Bytes[]): Reply {
  const [, key, field, by] = argv as [Bytes, Bytes, Bytes, Bytes];
  const increment = parseLongDouble(by);
  if (increment === null) return NOT_FLOAT;
  if (increment.infinite) return error('ERR value is NaN or Infinity');
  const hash = lookupOrCreate(client, key);
  if (hash instanceof ErrorReply) return hash;
  const current = parseLongDouble(hash.get(field) ?? '0');
  if (current === null) return error('ERR hash value is not a float');
  const sum = addLongDouble(current, increment);
  if (sum === null || sum.infinite) return WOULD_BE_INFINITE;
  const value = formatHuman(sum);
  hash.tryConversion(argv, 2, 2, client.server.config);
  hash.set(field, value, client.server.config);
  keyChanged(client, key, 'h', 'hincrbyfloat');
  rewriteClientCommandVector(client, ['HSET', key, field, value]);
  return value;
}

/** HGET key field */
function hgetCommand(client: Client, argv: readonly Bytes[]): Reply {
  const hash = readTyped(client, argv[1] as Bytes, HashObj);
  if (hash instanceof ErrorReply) return hash;
  return hash?.get(argv[2] as Bytes) ?? null;
}

/** HMGET key field [field ...] */
function hmgetCommand(client: Client, argv: readonly Bytes[]): Reply {
  const hash = readTyped(client, argv[1] as Bytes, HashObj);
  if (hash instanceof ErrorReply) return hash;
  return argv.slice(2).map((field) => hash?.get(field) ?? null);
}

/** HDEL key field [field ...] */
function hdelCommand(client: Client, argv: readonly Bytes[]): Reply {
  const key = argv[1] as Bytes;
  const hash = writeTyped(client, key, HashObj);
  if (!hash || hash instanceof ErrorReply) return hash ?? 0;
  let deleted = 0;
  for (let at = 2; at < argv.length && hash.size > 0; at++) if (hash.delete(argv[at] as Bytes)) deleted++;
  if (deleted === 0) return 0;
  keyChanged(client, key, 'h', 'hdel', deleted);
  if (hash.size === 0) removeEmpty(client, key);
  return deleted;
}

/** HLEN key */
function hlenCommand(client: Client, argv: readonly Bytes[]): Reply {
  const hash = readTyped(client, argv[1] as Bytes, HashObj);
  if (hash instanceof ErrorReply) return hash;
  return hash?.size ?? 0;
}

/** HSTRLEN key field */
function hstrlenCommand(client: Client, argv: readonly Bytes[]): Reply {
  const hash = readTyped(client, argv[1] as Bytes, HashObj);
  if (hash instanceof ErrorReply) return hash;
  return hash?.get(argv[2] as Bytes)?.length ?? 0;
}

/** HEXISTS key field */
function hexistsCommand(client: Client, argv: readonly Bytes[]): Reply {
  const hash = readTyped(client, argv[1] as Bytes, HashObj);
  if (hash instanceof ErrorReply) return hash;
  return hash?.get(argv[2] as Bytes) === undefined ? 0 : 1;
}

/** The hash of a command that goes through all of it. */
function readWhole(client: Client, key: Bytes): HashObj | null | ErrorReply {
  const hash = readTyped(client, key, HashObj);
  if (hash instanceof HashObj) visit(client.server, hash.dict?.size ?? 0, TABLE_ENTRY);
  return hash;
}

/** HKEYS key */
function hkeysCommand(client: Client, argv: readonly Bytes[]): Reply {
  const hash = readWhole(client, argv[1] as Bytes);
  if (hash instanceof ErrorReply) return hash;
  return hash ? Array.from(hash.entries(), ([field]) => field) : [];
}

/** HVALS key */
function hvalsCommand(client: Client, argv: readonly Bytes[]): Reply {
  const hash = readWhole(client, argv[1] as Bytes);
  if (hash instanceof ErrorReply) return hash;
  return hash ? Array.from(hash.entries(), ([, value]) => value) : [];
}

/** HGETALL key */
function hgetallCommand(client: Client, argv: readonly Bytes[]): Reply {
  const hash = readWhole(client, argv[1] as Bytes);
  if (hash instanceof ErrorReply) return hash;
  return new MapReply(hash ? [...hash.entries()] : []);
}

/** HRANDFIELD key [count [WITHVALUES]] */
function hrandfieldCommand(client: Client, argv: readonly Bytes[]): Reply {
  const [, key, countText] = argv as [Bytes, Bytes, Bytes?];
  if (countText === undefined) {
    const hash = readTyped(client, key, HashObj);
    if (!hash || hash instanceof ErrorReply) return hash;
    const drawn = drawHash(client, hash, -1);
    return drawn instanceof ErrorReply ? drawn : (drawn[0]?.[0] ?? null);
  }
  const count = parseDrawCount(countText);
  if (count instanceof ErrorReply) return count;
  const withValues = isWord(argv[3], 'withvalues');
  if (argv.length > 4 || (argv.length === 4 && !withValues)) return SYNTAX_ERROR;
  const tooMany = withValues ? checkPairCount(countText) : null;
  if (tooMany !== null) return tooMany;
  const hash = readTyped(client, key, HashObj);
  if (hash instanceof ErrorReply) return hash;
  if (hash === null || count === 0) return [];
  const drawn = drawHash(client, hash, count);
  if (drawn instanceof ErrorReply) return drawn;
  if (!withValues) return drawn.map(([field]) => field);
  return client.resp === 3 ? drawn : drawn.flat();
}

/** Up to `count` fields; with a negative count that many, which may repeat each other. */
function drawHash(client: Client, hash: HashObj, count: number): [Bytes, Bytes][] | ErrorReply {
  const { random } = client.server.io;
  const list = count < 0 && hash.small ? [...hash.small] : null;
  const draw = (): [Bytes, Bytes] =>
    list ? (list[random.below(list.length)] as [Bytes, Bytes]) : (hash.dict as Dict<Bytes>).random(random);
  if (count < 0) return drawRepeatedly(client, count, draw);
  if (count >= hash.size) return [...hash.entries()];
  return drawDistinct(hash.entries(), hash.size, count, random, hash.dict && draw, ([field]) => field);
}

/** HSCAN key cursor [MATCH pattern] [COUNT count] */
function hscanCommand(client: Client, argv: readonly Bytes[]): Reply {
  const cursor = parseCursor(argv[2] as Bytes);
  if (cursor instanceof ErrorReply) return cursor;
  const hash = readTyped(client, argv[1] as Bytes, HashObj);
  if (hash instanceof ErrorReply) return hash;
  if (hash === null) return ['0', []];
  const options = parseScanOptions(argv, 3);
  if (options instanceof ErrorReply) return options;
  return scanValue(cursor, options, hash.small, hash.dict, (field, value) => [field, value]);
}

export const hashCommands: CommandProcs = {
  hset: hsetCommand,
  hmset: hsetCommand,
  hsetnx: hsetnxCommand,
  hincrby: hincrbyCommand,
  hincrbyfloat: hincrbyfloatCommand,
  hget: hgetCommand,
  hmget: hmgetCommand,
  hdel: hdelCommand,
  hlen: hlenCommand,
  hstrlen: hstrlenCommand,
  hexists: hexistsCommand,
  hkeys: hkeysCommand,
  hvals: hvalsCommand,
  hgetall: hgetallCommand,
  hrandfield: hrandfieldCommand,
  hscan: hscanCommand,
};
