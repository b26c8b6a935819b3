/* The set commands on single sets (after t_set.c); operations on several are in set-operations.ts. */

import type { Bytes } from '#base/bytes.ts';
import type { Client } from '#redis/client.ts';
import type { CommandProcs } from '#redis/command.ts';
import { dbAdd, dbDelete } from '#redis/db.ts';
import { alsoPropagate, preventCommandPropagation, rewriteClientCommandVector } from '#redis/propagate.ts';
import { ErrorReply, SetReply, type Reply } from '#redis/reply.ts';
import { SYNTAX_ERROR, parsePositive } from '#redis/args.ts';
import { keyChanged, keyEvent, keyTouched, readTyped, removeEmpty, writeTyped } from './common.ts';
import { drawDistinct, drawRepeatedly, parseDrawCount } from './random-members.ts';
import { parseCursor, parseScanOptions, scanValue } from './scan.ts';
import { SetObj } from './set-obj.ts';

/** SADD key member [member ...] */
function saddCommand(client: Client, argv: readonly Bytes[]): Reply {
  const key = argv[1] as Bytes;
  let set = writeTyped(client, key, SetObj);
  if (set instanceof ErrorReply) return set;
  if (set === null) {
    set = new SetObj(argv[2] as Bytes);
    dbAdd(client.db, key, set);
  }
  let added = 0;
  for (let at = 2; at < argv.length; at++) if (set.add(argv[at] as Bytes, client.server.config)) added++;
  if (added) keyChanged(client, key, 's', 'sadd', added);
  return added;
}

/** SREM key member [member ...] */
function sremCommand(client: Client, argv: readonly Bytes[]): Reply {
  const key = argv[1] as Bytes;
  const set = writeTyped(client, key, SetObj);
  if (!set || set instanceof ErrorReply) return set ?? 0;
  let removed = 0;
  for (let at = 2; at < argv.length && set.size > 0; at++) if (set.delete(argv[at] as Bytes)) removed++;
  if (removed === 0) return 0;
  keyChanged(client, key, 's', 'srem', removed);
  if (set.size === 0) removeEmpty(client, key);
  return removed;
}

/** SMOVE source destination member */
function smoveCommand(client: Client, argv: readonly Bytes[]): Reply {
  const [, source, destination, member] = argv as [Bytes, Bytes, Bytes, Bytes];
  const from = writeTyped(client, source, SetObj);
  if (from === null) return 0;
  let to = writeTyped(client, destination, SetObj);
  if (from instanceof ErrorReply) return from;
  if (to instanceof ErrorReply) return to;
  if (source === destination) return from.has(member) ? 1 : 0;
  if (!from.delete(member)) return 0;
  keyEvent(client, source, 's', 'srem');
  if (from.size === 0) removeEmpty(client, source);
  if (to === null) {
    to = new SetObj(member);
    dbAdd(client.db, destination, to);
  }
  keyTouched(client, source);
  if (to.add(member, client.server.config)) keyChanged(client, destination, 's', 'sadd', 1);
  return 1;
}

/** SISMEMBER key member */
function sismemberCommand(client: Client, argv: readonly Bytes[]): Reply {
  const set = readTyped(client, argv[1] as Bytes, SetObj);
  if (!set || set instanceof ErrorReply) return set ?? 0;
  return set.has(argv[2] as Bytes) ? 1 : 0;
}

/** SMISMEMBER key member [member ...] */
function smismemberCommand(client: Client, argv: readonly Bytes[]): Reply {
  const set = readTyped(client, argv[1] as Bytes, SetObj);
  if (set instanceof ErrorReply) return set;
  return argv.slice(2).map((member) => (set?.has(member) ? 1 : 0));
}

/** SCARD key */
function scardCommand(client: Client, argv: readonly Bytes[]): Reply {
  const set = readTyped(client, argv[1] as Bytes, SetObj);
  return set instanceof ErrorReply ? set : (set?.size ?? 0);
}

/** SPOP key [count]. What was drawn is chance, so it travels to replicas as SREM. */
function spopCommand(client: Client, argv: readonly Bytes[]): Reply {
  if (argv.length === 3) return spopWithCount(client, argv);
  if (argv.length > 3) return SYNTAX_ERROR;
  const key = argv[1] as Bytes;
  const set = writeTyped(client, key, SetObj);
  if (!set || set instanceof ErrorReply) return set;
  const member = set.random(client.server.io.random);
  set.delete(member);
  keyEvent(client, key, 's', 'spop');
  rewriteClientCommandVector(client, ['SREM', key, member]);
  if (set.size === 0) removeEmpty(client, key);
  keyTouched(client, key);
  return member;
}

/** Members that one propagated SREM carries at most. */
const SREM_BATCH = 1024;

function spopWithCount(client: Client, argv: readonly Bytes[]): Reply {
  const [, key, countText] = argv as [Bytes, Bytes, Bytes];
  const count = parsePositive(countText);
  if (count instanceof ErrorReply) return count;
  const set = writeTyped(client, key, SetObj);
  if (set instanceof ErrorReply) return set;
  if (set === null || count === 0) return new SetReply([]);
  const { size } = set;
  keyEvent(client, key, 's', 'spop');
  client.server.dirty += Math.min(count, size);
  if (count >= size) {
    const all = [...set.members()];
    dbDelete(client.db, key);
    keyEvent(client, key, 'g', 'del');
    rewriteClientCommandVector(client, ['DEL', key]);
    keyTouched(client, key, 0);
    return new SetReply(all);
  }
  const { random } = client.server.io;
  const draw = set.dict && (() => set.random(random));
  const members = drawDistinct(set.members(), size, count, random, draw, (member) => member);
  for (const member of members) set.delete(member);
  for (let at = 0; at < members.length; at += SREM_BATCH) {
    alsoPropagate(client.server, client.db.id, ['SREM', key, ...members.slice(at, at + SREM_BATCH)]);
  }
  preventCommandPropagation(client);
  keyTouched(client, key, 0);
  return new SetReply(members);
}

/** SRANDMEMBER key [count] */
function srandmemberCommand(client: Client, argv: readonly Bytes[]): Reply {
  const [, key, countText] = argv as [Bytes, Bytes, Bytes?];
  if (argv.length > 3) return SYNTAX_ERROR;
  const { random } = client.server.io;
  if (countText === undefined) {
    const set = readTyped(client, key, SetObj);
    return !set || set instanceof ErrorReply ? set : set.random(random);
  }
  const count = parseDrawCount(countText);
  if (count instanceof ErrorReply) return count;
  const set = readTyped(client, key, SetObj);
  if (set instanceof ErrorReply) return set;
  if (set === null || count === 0) return [];
  if (count < 0) return drawRepeatedly(client, count, () => set.random(random));
  if (count >= set.size) return [...set.members()];
  const draw = set.dict && (() => set.random(random));
  return drawDistinct(set.members(), set.size, count, random, draw, (member) => member);
}

/** SSCAN key cursor [MATCH pattern] [COUNT count] */
function sscanCommand(client: Client, argv: readonly Bytes[]): Reply {
  const cursor = parseCursor(argv[2] as Bytes);
  if (cursor instanceof ErrorReply) return cursor;
  const set = readTyped(client, argv[1] as Bytes, SetObj);
  if (set instanceof ErrorReply) return set;
  if (set === null) return ['0', []];
  const options = parseScanOptions(argv, 3);
  if (options instanceof ErrorReply) return options;
  const small = set.ints && set.ints.map((member): [Bytes, true] => [member, true]);
  return scanValue(cursor, options, small, set.dict, (member) => [member]);
}

export const setCommands: CommandProcs = {
  sadd: saddCommand,
  srem: sremCommand,
  smove: smoveCommand,
  sismember: sismemberCommand,
  smismember: smismemberCommand,
  scard: scardCommand,
  spop: spopCommand,
  srandmember: srandmemberCommand,
  sscan: sscanCommand,
};
