/* Popping the members with the lowest or highest scores, at once or after waiting (after
 * genericZpopCommand and blockingGenericZpopCommand in t_zset.c). */

import type { Bytes } from '#base/bytes.ts';
import type { Client } from '#redis/client.ts';
import type { CommandProcs } from '#redis/command.ts';
import { rewriteClientCommandVector } from '#redis/propagate.ts';
import { ErrorReply, NULL_ARRAY, type Reply } from '#redis/reply.ts';
import { parseTimeout, waitForKeys, writeTypedOrWait } from './blocking.ts';
import { SYNTAX_ERROR, error, isWord, parsePositive, parseRange } from '#redis/args.ts';
import { keyEvent, keyTouched, removeEmpty, writeTyped } from './common.ts';
import { ZsetObj, type ZEntry } from './zset-obj.ts';
import { entriesReply, scoreReply } from './zset-reply.ts';

type ZsetEnd = 'min' | 'max';

/** Takes up to `count` members from one end of the set at `key`, and tells of it. */
function pop(client: Client, key: Bytes, zset: ZsetObj, end: ZsetEnd, count: number): ZEntry[] {
  const taken = Math.min(count, zset.size);
  const { sorted, size } = zset;
  const entries =
    end === 'min' ? [...sorted.slice(0, taken)] : [...sorted.reversed(size - 1, size - 1 - taken)];
  zset.deleteSpan(end === 'min' ? [0, taken] : [size - taken, size]);
  keyEvent(client, key, 'z', `zpop${end}`);
  if (zset.size === 0) removeEmpty(client, key);
  keyTouched(client, key, taken);
  return entries;
}

/** ZPOPMIN, ZPOPMAX key [count] */
function popFrom(end: ZsetEnd) {
  return (client: Client, argv: readonly Bytes[]): Reply => {
    const [, key, countText] = argv as [Bytes, Bytes, Bytes?];
    if (argv.length > 3) return SYNTAX_ERROR;
    const count = countText === undefined ? 1 : parsePositive(countText);
    if (count instanceof ErrorReply) return count;
    const zset = writeTyped(client, key, ZsetObj);
    if (zset instanceof ErrorReply) return zset;
    if (zset === null || count === 0) return [];
    const entries = pop(client, key, zset, end, count);
    if (countText !== undefined) return entriesReply(client, entries, true);
    const { member, score } = entries[0] as ZEntry;
    return [member, scoreReply(score)];
  };
}

/** BZPOPMIN, BZPOPMAX key [key ...] timeout */
function blockingPopFrom(end: ZsetEnd) {
  return (client: Client, argv: readonly Bytes[]): Reply | undefined => {
    const deadlineMs = parseTimeout(client, argv.at(-1) as Bytes);
    if (deadlineMs instanceof ErrorReply) return deadlineMs;
    const keys = argv.slice(1, -1);
    for (const key of keys) {
      const zset = writeTypedOrWait(client, key, ZsetObj);
      if (zset instanceof ErrorReply) return zset;
      if (zset === null) continue;
      const [entry] = pop(client, key, zset, end, 1) as [ZEntry];
      rewriteClientCommandVector(client, [`ZPOP${end.toUpperCase()}`, key]);
      return [key, entry.member, scoreReply(entry.score)];
    }
    return waitForKeys(client, keys, deadlineMs);
  };
}

interface MpopArguments {
  keys: readonly Bytes[];
  end: ZsetEnd;
  count: number;
}

/** Reads numkeys key [key ...] MIN|MAX [COUNT count] from `from` on. */
function parseMpop(argv: readonly Bytes[], from: number): MpopArguments | ErrorReply {
  const numkeys = parseRange(argv[from] as Bytes, 1, 2 ** 63, error('ERR numkeys should be greater than 0'));
  if (numkeys instanceof ErrorReply) return numkeys;
  const keysEnd = from + 1 + numkeys;
  if (keysEnd >= argv.length) return SYNTAX_ERROR;
  const end = isWord(argv[keysEnd], 'min') ? 'min' : isWord(argv[keysEnd], 'max') ? 'max' : null;
  if (end === null) return SYNTAX_ERROR;
  let count: number | null = null;
  for (let at = keysEnd + 1; at < argv.length; at += 2) {
    const value = argv[at + 1];
    if (count !== null || !isWord(argv[at], 'count') || value === undefined) return SYNTAX_ERROR;
    const parsed = parseRange(value, 1, 2 ** 63, error('ERR count should be greater than 0'));
    if (parsed instanceof ErrorReply) return parsed;
    count = parsed;
  }
  return { keys: argv.slice(from + 1, keysEnd), end, count: count ?? 1 };
}

/** Pops from the first of the sets that has members; undefined when none has. */
function popFirst(client: Client, { keys, end, count }: MpopArguments): Reply | undefined {
  for (const key of keys) {
    const zset = writeTypedOrWait(client, key, ZsetObj);
    if (zset instanceof ErrorReply) return zset;
    if (zset === null) continue;
    const entries = pop(client, key, zset, end, count);
    rewriteClientCommandVector(client, [`ZPOP${end.toUpperCase()}`, key, String(entries.length)]);
    return [key, entries.map(({ member, score }) => [member, scoreReply(score)])];
  }
  return undefined;
}

/** ZMPOP numkeys key [key ...] MIN|MAX [COUNT count] */
function zmpopCommand(client: Client, argv: readonly Bytes[]): Reply {
  const parsed = parseMpop(argv, 1);
  if (parsed instanceof ErrorReply) return parsed;
  return popFirst(client, parsed) ?? NULL_ARRAY;
}

/** BZMPOP timeout numkeys key [key ...] MIN|MAX [COUNT count] */
function bzmpopCommand(client: Client, argv: readonly Bytes[]): Reply | undefined {
  const parsed = parseMpop(argv, 2);
  if (parsed instanceof ErrorReply) return parsed;
  const deadlineMs = parseTimeout(client, argv[1] as Bytes);
  if (deadlineMs instanceof ErrorReply) return deadlineMs;
  return popFirst(client, parsed) ?? waitForKeys(client, parsed.keys, deadlineMs);
}

export const zsetPopCommands: CommandProcs = {
  zpopmin: popFrom('min'),
  zpopmax: popFrom('max'),
  bzpopmin: blockingPopFrom('min'),
  bzpopmax: blockingPopFrom('max'),
  zmpop: zmpopCommand,
  bzmpop: bzmpopCommand,
};
