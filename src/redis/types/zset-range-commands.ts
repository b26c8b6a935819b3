/* The commands that name a range of a sorted set by rank, score or bytes: read, store, count, remove
 * (after zrangeGenericCommand and its relatives in t_zset.c). */

import type { Bytes } from '#base/bytes.ts';
import type { Client } from '#redis/client.ts';
import type { CommandProcs } from '#redis/command.ts';
import { setKey } from '#redis/db.ts';
import { ErrorReply, type Reply } from '#redis/reply.ts';
import { SYNTAX_ERROR, error, isWord, parseLong } from '#redis/args.ts';
import {
  absoluteRange,
  keyEvent,
  keyTouched,
  readTyped,
  removeEmpty,
  storeNothing,
  writeTyped,
} from './common.ts';
import { ZsetObj, type Span, type ZEntry } from './zset-obj.ts';
import { parseLexRange, parseScoreRange } from './zset-range.ts';
import { entriesReply } from './zset-reply.ts';

type RangeType = 'rank' | 'score' | 'lex';

interface RangeOptions {
  type: RangeType | null;
  reverse: boolean | null;
  withScores: boolean;
  offset: number;
  limit: number;
}

/** Finds the positions that a range means in a set. */
type Locate = (zset: ZsetObj) => Span;

function parseOptions(
  argv: readonly Bytes[],
  from: number,
  options: RangeOptions,
  store: boolean,
): ErrorReply | null {
  const fixedType = options.type;
  const fixedReverse = options.reverse;
  for (let at = from; at < argv.length; at++) {
    const option = argv[at] as Bytes;
    if (!store && isWord(option, 'withscores')) {
      options.withScores = true;
    } else if (isWord(option, 'limit') && argv.length - at > 2) {
      const offset = parseLong(argv[at + 1] as Bytes);
      if (offset instanceof ErrorReply) return offset;
      const limit = parseLong(argv[at + 2] as Bytes);
      if (limit instanceof ErrorReply) return limit;
      Object.assign(options, { offset, limit });
      at += 2;
    } else if (fixedReverse === null && options.reverse === null && isWord(option, 'rev')) {
      options.reverse = true;
    } else if (fixedType === null && options.type === null && isWord(option, 'bylex')) {
      options.type = 'lex';
    } else if (fixedType === null && options.type === null && isWord(option, 'byscore')) {
      options.type = 'score';
    } else {
      return SYNTAX_ERROR;
    }
  }
  if (options.limit !== -1 && (options.type ?? 'rank') === 'rank') {
    return error('ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX');
  }
  if (options.withScores && options.type === 'lex') {
    return error('ERR syntax error, WITHSCORES not supported in combination with BYLEX');
  }
  return null;
}

/** Understands two arguments as a range. A range read backwards is given as max, min. */
function parseLocator(type: RangeType, reverse: boolean, first: Bytes, second: Bytes): Locate | ErrorReply {
  const [min, max] = reverse && type !== 'rank' ? [second, first] : [first, second];
  if (type === 'score') {
    const range = parseScoreRange(min, max);
    return range instanceof ErrorReply ? range : (zset) => zset.scoreSpan(range);
  }
  if (type === 'lex') {
    const range = parseLexRange(min, max);
    return range instanceof ErrorReply ? range : (zset) => zset.lexSpan(range);
  }
  const start = parseLong(min);
  if (start instanceof ErrorReply) return start;
  const end = parseLong(max);
  if (end instanceof ErrorReply) return end;
  return ({ size }) => {
    const range = absoluteRange(start, end, size);
    if (!range) return [0, 0];
    return reverse ? [size - 1 - range[1], size - range[0]] : [range[0], range[1] + 1];
  };
}

/** The entries of a span, in the direction asked for, within OFFSET and LIMIT. */
function select(zset: ZsetObj, [from, to]: Span, reverse: boolean, offset: number, limit: number): ZEntry[] {
  // A negative offset skips to the end, as counting it down never reaches zero.
  if (offset < 0 || offset >= to - from) return [];
  const count = limit < 0 ? to - from - offset : Math.min(limit, to - from - offset);
  if (reverse) return [...zset.sorted.reversed(to - 1 - offset, to - 1 - offset - count)];
  return [...zset.sorted.slice(from + offset, from + offset + count)];
}

/** ZRANGE and its forms; `at` is where the source key stands, after a destination if any. */
function rangeWith(fixedType: RangeType | null, fixedReverse: boolean | null, at = 1) {
  const store = at === 2;
  return (client: Client, argv: readonly Bytes[]): Reply => {
    const options: RangeOptions = {
      type: fixedType,
      reverse: fixedReverse,
      withScores: false,
      offset: 0,
      limit: -1,
    };
    const refusal = parseOptions(argv, at + 3, options, store);
    if (refusal) return refusal;
    const reverse = options.reverse ?? false;
    const locate = parseLocator(
      options.type ?? 'rank',
      reverse,
      argv[at + 1] as Bytes,
      argv[at + 2] as Bytes,
    );
    if (locate instanceof ErrorReply) return locate;
    const zset = readTyped(client, argv[at] as Bytes, ZsetObj);
    if (zset instanceof ErrorReply) return zset;
    const entries = zset ? select(zset, locate(zset), reverse, options.offset, options.limit) : [];
    if (store) return storeEntries(client, argv[1] as Bytes, entries);
    return entriesReply(client, entries, options.withScores);
  };
}

function storeEntries(client: Client, destination: Bytes, entries: readonly ZEntry[]): Reply {
  if (entries.length === 0) return storeNothing(client, destination);
  const result = new ZsetObj();
  for (const { member, score } of entries) result.set(member, score, client.server.config);
  setKey(client, client.db, destination, result);
  keyEvent(client, destination, 'z', 'zrangestore');
  client.server.dirty++;
  return result.size;
}

/** ZCOUNT and ZLEXCOUNT key min max */
function countWith(type: RangeType) {
  return (client: Client, argv: readonly Bytes[]): Reply => {
    const locate = parseLocator(type, false, argv[2] as Bytes, argv[3] as Bytes);
    if (locate instanceof ErrorReply) return locate;
    const zset = readTyped(client, argv[1] as Bytes, ZsetObj);
    if (!zset || zset instanceof ErrorReply) return zset ?? 0;
    const [from, to] = locate(zset);
    return to - from;
  };
}

/** ZREMRANGEBYRANK, ZREMRANGEBYSCORE, ZREMRANGEBYLEX key min max */
function removeWith(type: RangeType, event: string) {
  return (client: Client, argv: readonly Bytes[]): Reply => {
    const key = argv[1] as Bytes;
    const locate = parseLocator(type, false, argv[2] as Bytes, argv[3] as Bytes);
    if (locate instanceof ErrorReply) return locate;
    const zset = writeTyped(client, key, ZsetObj);
    if (!zset || zset instanceof ErrorReply) return zset ?? 0;
    const removed = zset.deleteSpan(locate(zset));
    if (removed === 0) return 0;
    keyEvent(client, key, 'z', event);
    if (zset.size === 0) removeEmpty(client, key);
    keyTouched(client, key, removed);
    return removed;
  };
}

export const zsetRangeCommands: CommandProcs = {
  zrange: rangeWith(null, null),
  zrevrange: rangeWith('rank', true),
  zrangebyscore: rangeWith('score', false),
  zrevrangebyscore: rangeWith('score', true),
  zrangebylex: rangeWith('lex', false),
  zrevrangebylex: rangeWith('lex', true),
  zrangestore: rangeWith(null, null, 2),
  zcount: countWith('score'),
  zlexcount: countWith('lex'),
  zremrangebyrank: removeWith('rank', 'zremrangebyrank'),
  zremrangebyscore: removeWith('score', 'zremrangebyscore'),
  zremrangebylex: removeWith('lex', 'zremrangebylex'),
};
