/* Popping and moving list elements, at once or after waiting for them (after t_list.c). To replicas and
 * the AOF a blocking command is the plain one that did the same. */

import type { Bytes } from '#base/bytes.ts';
import { CLIENT_REEXECUTING, type Client } from '#redis/client.ts';
import type { CommandProcs } from '#redis/command.ts';
import { dbAdd } from '#redis/db.ts';
import { rewriteClientCommandVector } from '#redis/propagate.ts';
import { ErrorReply, NULL_ARRAY, type Reply } from '#redis/reply.ts';
import { parseTimeout, waitForKeys, writeTypedOrWait } from './blocking.ts';
import { SYNTAX_ERROR, error, isWord, parsePositive, parseRange } from '#redis/args.ts';
import { keyChanged, keyEvent, keyTouched, removeEmpty, writeTyped } from './common.ts';
import { ListObj, type ListEnd } from './list-obj.ts';

/** Tells of `count` elements popped from one end; deletes the key when none are left. */
function listElementsRemoved(client: Client, key: Bytes, end: ListEnd, list: ListObj, count: number): void {
  keyEvent(client, key, 'l', end === 'left' ? 'lpop' : 'rpop');
  if (list.length === 0) removeEmpty(client, key);
  keyTouched(client, key, count);
}

/** As listElementsRemoved, for one element. When a client that waited takes it, nobody is told of a change: it was
 *  told when the element came. */
function listElementTaken(client: Client, key: Bytes, end: ListEnd, list: ListObj): void {
  if (!client.has(CLIENT_REEXECUTING)) return listElementsRemoved(client, key, end, list, 1);
  keyEvent(client, key, 'l', end === 'left' ? 'lpop' : 'rpop');
  if (list.length === 0) removeEmpty(client, key);
  client.server.dirty++;
}

function parseEnd(text: Bytes | undefined): ListEnd | ErrorReply {
  if (isWord(text, 'left')) return 'left';
  return isWord(text, 'right') ? 'right' : SYNTAX_ERROR;
}

/** LPOP, RPOP key [count] */
function popFrom(end: ListEnd) {
  return (client: Client, argv: readonly Bytes[]): Reply => {
    const [name, key, countText] = argv as [Bytes, Bytes, Bytes?];
    if (argv.length > 3) return error(`ERR wrong number of arguments for '${name.toLowerCase()}' command`);
    const count = countText === undefined ? 1 : parsePositive(countText);
    if (count instanceof ErrorReply) return count;
    const list = writeTyped(client, key, ListObj);
    if (list instanceof ErrorReply) return list;
    if (list === null) return countText === undefined ? null : NULL_ARRAY;
    if (count === 0) return [];
    const popped = list.pop(end, count);
    listElementsRemoved(client, key, end, list, popped.length);
    return countText === undefined ? (popped[0] as Bytes) : popped;
  };
}

/** BLPOP, BRPOP key [key ...] timeout */
function blockingPopFrom(end: ListEnd) {
  return (client: Client, argv: readonly Bytes[]): Reply | undefined => {
    const deadlineMs = parseTimeout(client, argv.at(-1) as Bytes);
    if (deadlineMs instanceof ErrorReply) return deadlineMs;
    const keys = argv.slice(1, -1);
    for (const key of keys) {
      const list = writeTypedOrWait(client, key, ListObj);
      if (list instanceof ErrorReply) return list;
      if (list === null) continue;
      const [value] = list.pop(end) as [Bytes];
      listElementTaken(client, key, end, list);
      rewriteClientCommandVector(client, [end === 'left' ? 'LPOP' : 'RPOP', key]);
      return [key, value];
    }
    return waitForKeys(client, keys, deadlineMs);
  };
}

/** Moves one element; undefined when the source has none. */
function move(
  client: Client,
  source: Bytes,
  destination: Bytes,
  from: ListEnd,
  to: ListEnd,
): Reply | undefined {
  const list = writeTypedOrWait(client, source, ListObj);
  if (list instanceof ErrorReply) return list;
  if (list === null) return undefined;
  let target = writeTyped(client, destination, ListObj);
  if (target instanceof ErrorReply) return target;
  const [value] = list.pop(from) as [Bytes];
  if (target === null) {
    target = new ListObj(client.server.config.listMaxListpackSize);
    dbAdd(client.db, destination, target);
  }
  target.push(value, to, client.server.quicklistPackedThreshold);
  keyChanged(client, destination, 'l', to === 'left' ? 'lpush' : 'rpush', 0);
  listElementTaken(client, source, from, list);
  return value;
}

/** LMOVE source destination LEFT|RIGHT LEFT|RIGHT */
function lmoveCommand(client: Client, argv: readonly Bytes[]): Reply {
  const from = parseEnd(argv[3]);
  if (from instanceof ErrorReply) return from;
  const to = parseEnd(argv[4]);
  if (to instanceof ErrorReply) return to;
  return move(client, argv[1] as Bytes, argv[2] as Bytes, from, to) ?? null;
}

/** RPOPLPUSH source destination */
function rpoplpushCommand(client: Client, argv: readonly Bytes[]): Reply {
  return move(client, argv[1] as Bytes, argv[2] as Bytes, 'right', 'left') ?? null;
}

/** BLMOVE source destination LEFT|RIGHT LEFT|RIGHT timeout */
function blmoveCommand(client: Client, argv: readonly Bytes[]): Reply | undefined {
  const from = parseEnd(argv[3]);
  if (from instanceof ErrorReply) return from;
  const to = parseEnd(argv[4]);
  if (to instanceof ErrorReply) return to;
  return blockingMove(client, argv, from, to, ['LMOVE', ...argv.slice(1, 5)]);
}

/** BRPOPLPUSH source destination timeout */
function brpoplpushCommand(client: Client, argv: readonly Bytes[]): Reply | undefined {
  return blockingMove(client, argv, 'right', 'left', ['RPOPLPUSH', ...argv.slice(1, 3)]);
}

function blockingMove(
  client: Client,
  argv: readonly Bytes[],
  from: ListEnd,
  to: ListEnd,
  plain: Bytes[],
): Reply | undefined {
  const [, source, destination] = argv as [Bytes, Bytes, Bytes];
  const deadlineMs = parseTimeout(client, argv.at(-1) as Bytes);
  if (deadlineMs instanceof ErrorReply) return deadlineMs;
  const moved = move(client, source, destination, from, to);
  if (moved === undefined) return waitForKeys(client, [source], deadlineMs, null);
  if (!(moved instanceof ErrorReply)) rewriteClientCommandVector(client, plain);
  return moved;
}

interface MpopArguments {
  keys: readonly Bytes[];
  end: ListEnd;
  count: number;
}

/** Reads numkeys key [key ...] LEFT|RIGHT [COUNT count] from `from` on. */
function parseMpop(argv: readonly Bytes[], from: number): MpopArguments | ErrorReply {
  const count = parseRange(argv[from] as Bytes, 1, 2 ** 63, error('ERR numkeys should be greater than 0'));
  if (count instanceof ErrorReply) return count;
  const keysEnd = from + 1 + count;
  if (keysEnd >= argv.length) return SYNTAX_ERROR;
  const end = parseEnd(argv[keysEnd]);
  if (end instanceof ErrorReply) return end;
  let wanted: number | null = null;
  for (let at = keysEnd + 1; at < argv.length; at += 2) {
    const value = argv[at + 1];
    if (wanted !== null || !isWord(argv[at], 'count') || value === undefined) return SYNTAX_ERROR;
    const parsed = parseRange(value, 1, 2 ** 63, error('ERR count should be greater than 0'));
    if (parsed instanceof ErrorReply) return parsed;
    wanted = parsed;
  }
  return { keys: argv.slice(from + 1, keysEnd), end, count: wanted ?? 1 };
}

/** Pops from the first of the lists that has elements; undefined when none has. */
function popFirst(client: Client, { keys, end, count }: MpopArguments): Reply | undefined {
  for (const key of keys) {
    const list = writeTypedOrWait(client, key, ListObj);
    if (list instanceof ErrorReply) return list;
    if (list === null) continue;
    const values = list.pop(end, count);
    listElementsRemoved(client, key, end, list, values.length);
    rewriteClientCommandVector(client, [end === 'left' ? 'LPOP' : 'RPOP', key, String(values.length)]);
    return [key, values];
  }
  return undefined;
}

/** LMPOP numkeys key [key ...] LEFT|RIGHT [COUNT count] */
function lmpopCommand(client: Client, argv: readonly Bytes[]): Reply {
  const parsed = parseMpop(argv, 1);
  if (parsed instanceof ErrorReply) return parsed;
  return popFirst(client, parsed) ?? NULL_ARRAY;
}

/** BLMPOP timeout numkeys key [key ...] LEFT|RIGHT [COUNT count] */
function blmpopCommand(client: Client, argv: readonly Bytes[]): Reply | undefined {
  const parsed = parseMpop(argv, 2);
  if (parsed instanceof ErrorReply) return parsed;
  const deadlineMs = parseTimeout(client, argv[1] as Bytes);
  if (deadlineMs instanceof ErrorReply) return deadlineMs;
  return popFirst(client, parsed) ?? waitForKeys(client, parsed.keys, deadlineMs);
}

export const listPopCommands: CommandProcs = {
  lpop: popFrom('left'),
  rpop: popFrom('right'),
  blpop: blockingPopFrom('left'),
  brpop: blockingPopFrom('right'),
  lmove: lmoveCommand,
  rpoplpush: rpoplpushCommand,
  blmove: blmoveCommand,
  brpoplpush: brpoplpushCommand,
  lmpop: lmpopCommand,
  blmpop: blmpopCommand,
};
