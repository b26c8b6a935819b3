/* The sorted set commands on members (after t_zset.c). Ranges are in zset-range-commands.ts, pops in
 * t-zset-pop.ts, unions and the like in zset-operations.ts. */

import type { Bytes } from '#base/bytes.ts';
import { formatDouble } from '#base/float.ts';
import type { Client } from '#redis/client.ts';
import type { CommandProcs } from '#redis/command.ts';
import { dbAdd, signalModifiedKey } from '#redis/db.ts';
import { ErrorReply, type Reply } from '#redis/reply.ts';
import { SYNTAX_ERROR, error, isWord, parseFloatArg } from '#redis/args.ts';
import { keyChanged, keyEvent, readTyped, removeEmpty, writeTyped } from './common.ts';
import { checkPairCount, drawDistinct, drawRepeatedly, parseDrawCount } from './random-members.ts';
import { parseCursor, parseScanOptions, scanValue } from './scan.ts';
import { ZsetObj, type ZEntry } from './zset-obj.ts';
import { entriesReply, scoreReply } from './zset-reply.ts';

interface ZaddFlags {
  nx: boolean;
  xx: boolean;
  gt: boolean;
  lt: boolean;
  ch: boolean;
  incr: boolean;
}

function parseZaddFlags(argv: readonly Bytes[], incr: boolean): [flags: ZaddFlags, from: number] {
  const flags: ZaddFlags = { nx: false, xx: false, gt: false, lt: false, ch: false, incr };
  let at = 2;
  for (; !incr && at < argv.length; at++) {
    const option = (argv[at] as Bytes).toLowerCase();
    if (!(option in flags)) break;
    flags[option as keyof ZaddFlags] = true;
  }
  return [flags, at];
}

function checkZaddFlags({ nx, xx, gt, lt, incr }: ZaddFlags, pairs: number): ErrorReply | null {
  if (pairs < 1 || !Number.isInteger(pairs)) return SYNTAX_ERROR;
  if (nx && xx) return error('ERR XX and NX options at the same time are not compatible');
  if ((gt && nx) || (lt && nx) || (gt && lt)) {
    return error('ERR GT, LT, and/or NX options at the same time are not compatible');
  }
  if (incr && pairs > 1) return error('ERR INCR option supports a single increment-element pair');
  return null;
}

/** What adding one member did. */
type Added = { readonly kind: 'added' | 'updated' | 'same' | 'skipped' | 'nan'; readonly score: number };

function zsetAdd(client: Client, zset: ZsetObj, member: Bytes, amount: number, flags: ZaddFlags): Added {
  const { config } = client.server;
  const current = zset.get(member);
  if (current === undefined) {
    if (flags.xx) return { kind: 'skipped', score: amount };
    zset.set(member, amount, config);
    return { kind: 'added', score: amount };
  }
  if (flags.nx) return { kind: 'skipped', score: amount };
  const score = flags.incr ? current + amount : amount;
  if (Number.isNaN(score)) return { kind: 'nan', score };
  if ((flags.lt && score >= current) || (flags.gt && score <= current)) return { kind: 'skipped', score };
  if (score === current) return { kind: 'same', score };
  zset.set(member, score, config);
  return { kind: 'updated', score };
}

/** ZADD and ZINCRBY */
function zaddWith(incrBy: boolean) {
  return (client: Client, argv: readonly Bytes[]): Reply => {
    const key = argv[1] as Bytes;
    const [flags, from] = parseZaddFlags(argv, incrBy);
    const refusal = checkZaddFlags(flags, (argv.length - from) / 2);
    if (refusal) return refusal;
    const scores: number[] = [];
    for (let at = from; at < argv.length; at += 2) {
      const score = parseFloatArg(argv[at] as Bytes);
      if (score instanceof ErrorReply) return score;
      scores.push(score);
    }
    let zset = writeTyped(client, key, ZsetObj);
    if (zset instanceof ErrorReply) return zset;
    if (zset === null) {
      if (flags.xx) return flags.incr ? null : 0;
      zset = new ZsetObj();
      if (client.server.config.zsetMaxListpackEntries === 0) zset.compact = false;
      dbAdd(client.db, key, zset);
    }
    return addAll(client, key, zset, flags, argv.slice(from), scores);
  };
}

function addAll(
  client: Client,
  key: Bytes,
  zset: ZsetObj,
  flags: ZaddFlags,
  pairs: readonly Bytes[],
  scores: readonly number[],
): Reply {
  let added = 0;
  let updated = 0;
  let last: Added = { kind: 'skipped', score: 0 };
  for (const [at, amount] of scores.entries()) {
    last = zsetAdd(client, zset, pairs[at * 2 + 1] as Bytes, amount, flags);
    if (last.kind === 'nan') break;
    if (last.kind === 'added') added++;
    if (last.kind === 'updated') updated++;
  }
  if (added || updated) keyChanged(client, key, 'z', flags.incr ? 'zincr' : 'zadd', added + updated);
  if (last.kind === 'nan') return error('ERR resulting score is not a number (NaN)');
  if (flags.incr) return last.kind === 'skipped' ? null : scoreReply(last.score);
  return flags.ch ? added + updated : added;
}

/** ZREM key member [member ...] */
function zremCommand(client: Client, argv: readonly Bytes[]): Reply {
  const key = argv[1] as Bytes;
  const zset = writeTyped(client, key, ZsetObj);
  if (!zset || zset instanceof ErrorReply) return zset ?? 0;
  let removed = 0;
  for (let at = 2; at < argv.length && zset.size > 0; at++) if (zset.delete(argv[at] as Bytes)) removed++;
  if (removed === 0) return 0;
  keyEvent(client, key, 'z', 'zrem');
  if (zset.size === 0) removeEmpty(client, key);
  signalModifiedKey(client, client.db, key);
  client.server.dirty += removed;
  return removed;
}

/** ZCARD key */
function zcardCommand(client: Client, argv: readonly Bytes[]): Reply {
  const zset = readTyped(client, argv[1] as Bytes, ZsetObj);
  return zset instanceof ErrorReply ? zset : (zset?.size ?? 0);
}

/** ZSCORE key member */
function zscoreCommand(client: Client, argv: readonly Bytes[]): Reply {
  const zset = readTyped(client, argv[1] as Bytes, ZsetObj);
  if (!zset || zset instanceof ErrorReply) return zset;
  const score = zset.get(argv[2] as Bytes);
  return score === undefined ? null : scoreReply(score);
}

/** ZMSCORE key member [member ...] */
function zmscoreCommand(client: Client, argv: readonly Bytes[]): Reply {
  const zset = readTyped(client, argv[1] as Bytes, ZsetObj);
  if (zset instanceof ErrorReply) return zset;
  return argv.slice(2).map((member) => {
    const score = zset?.get(member);
    return score === undefined ? null : scoreReply(score);
  });
}

/** ZRANK and ZREVRANK key member */
function rankWith(reverse: boolean) {
  return (client: Client, argv: readonly Bytes[]): Reply => {
    const zset = readTyped(client, argv[1] as Bytes, ZsetObj);
    if (!zset || zset instanceof ErrorReply) return zset;
    const rank = zset.rank(argv[2] as Bytes);
    if (rank === undefined) return null;
    return reverse ? zset.size - 1 - rank : rank;
  };
}

/** ZRANDMEMBER key [count [WITHSCORES]] */
function zrandmemberCommand(client: Client, argv: readonly Bytes[]): Reply {
  const [, key, countText] = argv as [Bytes, Bytes, Bytes?];
  const { random } = client.server.io;
  if (countText === undefined) {
    const zset = readTyped(client, key, ZsetObj);
    if (!zset || zset instanceof ErrorReply) return zset;
    return (zset.sorted.at(random.below(zset.size)) as ZEntry).member;
  }
  const count = parseDrawCount(countText);
  if (count instanceof ErrorReply) return count;
  const withScores = isWord(argv[3], 'withscores');
  if (argv.length > 4 || (argv.length === 4 && !withScores)) return SYNTAX_ERROR;
  const tooMany = withScores ? checkPairCount(countText) : null;
  if (tooMany !== null) return tooMany;
  const zset = readTyped(client, key, ZsetObj);
  if (zset instanceof ErrorReply) return zset;
  if (zset === null || count === 0) return [];
  const draw = (): ZEntry => zset.sorted.at(random.below(zset.size)) as ZEntry;
  if (count < 0) {
    const repeated = drawRepeatedly(client, count, draw);
    return repeated instanceof ErrorReply ? repeated : entriesReply(client, repeated, withScores);
  }
  // All of them are walked through from the highest score.
  if (count >= zset.size) return entriesReply(client, zset.sorted.reversed(), withScores);
  const drawn = drawDistinct(zset.sorted, zset.size, count, random, draw, (entry) => entry.member);
  return entriesReply(client, drawn, withScores);
}

/** ZSCAN key cursor [MATCH pattern] [COUNT count] */
function zscanCommand(client: Client, argv: readonly Bytes[]): Reply {
  const cursor = parseCursor(argv[2] as Bytes);
  if (cursor instanceof ErrorReply) return cursor;
  const zset = readTyped(client, argv[1] as Bytes, ZsetObj);
  if (zset instanceof ErrorReply) return zset;
  if (zset === null) return ['0', []];
  const options = parseScanOptions(argv, 3);
  if (options instanceof ErrorReply) return options;
  const small = zset.compact
    ? Array.from(zset.sorted, ({ member, score }): [Bytes, number] => [member, score])
    : null;
  return scanValue(cursor, options, small, zset.scores, (member, score) => [member, formatDouble(score)]);
}

export const zsetCommands: CommandProcs = {
  zadd: zaddWith(false),
  zincrby: zaddWith(true),
  zrem: zremCommand,
  zcard: zcardCommand,
  zscore: zscoreCommand,
  zmscore: zmscoreCommand,
  zrank: rankWith(false),
  zrevrank: rankWith(true),
  zrandmember: zrandmemberCommand,
  zscan: zscanCommand,
};
