/* The list commands that never wait (after t_list.c); those that pop, move and wait are in
 * t-list-pop.ts. */

import type { Bytes } from '#base/bytes.ts';
import type { Client } from '#redis/client.ts';
import { LIST_ELEMENT, visit } from '#redis/command-cost.ts';
import type { CommandProcs } from '#redis/command.ts';
import { dbAdd } from '#redis/db.ts';
import { ErrorReply, OK, type Reply } from '#redis/reply.ts';
import { NO_SUCH_KEY, SYNTAX_ERROR, error, isWord, parseLong, parsePositive } from '#redis/args.ts';
import {
  absoluteRange,
  keyChanged,
  keyEvent,
  keyTouched,
  readTyped,
  removeEmpty,
  writeTyped,
} from './common.ts';
import { ListObj, type ListEnd } from './list-obj.ts';

/** LPUSH, RPUSH, and the X forms that push to existing lists only. */
function pushWith(end: ListEnd, onlyExisting: boolean) {
  return (client: Client, argv: readonly Bytes[]): Reply => {
    const key = argv[1] as Bytes;
    const { server } = client;
    let list = writeTyped(client, key, ListObj);
    if (list instanceof ErrorReply) return list;
    if (list === null) {
      if (onlyExisting) return 0;
      list = new ListObj(server.config.listMaxListpackSize);
      dbAdd(client.db, key, list);
    }
    const threshold = server.quicklistPackedThreshold;
    for (let at = 2; at < argv.length; at++) list.push(argv[at] as Bytes, end, threshold);
    keyChanged(client, key, 'l', end === 'left' ? 'lpush' : 'rpush', argv.length - 2);
    return list.length;
  };
}

/** LINSERT key BEFORE|AFTER pivot element */
function linsertCommand(client: Client, argv: readonly Bytes[]): Reply {
  const [, key, side, pivot, element] = argv as [Bytes, Bytes, Bytes, Bytes, Bytes];
  const after = isWord(side, 'after');
  if (!after && !isWord(side, 'before')) return SYNTAX_ERROR;
  const list = writeTyped(client, key, ListObj);
  if (!list || list instanceof ErrorReply) return list ?? 0;
  let at = 0;
  for (const item of list.items) {
    if (item === pivot) {
      list.items.insertBeside(at, element, after, client.server.quicklistPackedThreshold);
      keyChanged(client, key, 'l', 'linsert');
      visit(client.server, at, LIST_ELEMENT);
      return list.length;
    }
    at++;
  }
  visit(client.server, at, LIST_ELEMENT);
  return -1;
}

/** LLEN key */
function llenCommand(client: Client, argv: readonly Bytes[]): Reply {
  const list = readTyped(client, argv[1] as Bytes, ListObj);
  return list instanceof ErrorReply ? list : (list?.length ?? 0);
}

/** LINDEX key index */
function lindexCommand(client: Client, argv: readonly Bytes[]): Reply {
  const list = readTyped(client, argv[1] as Bytes, ListObj);
  if (!list || list instanceof ErrorReply) return list;
  const index = parseLong(argv[2] as Bytes);
  if (index instanceof ErrorReply) return index;
  return list.items.at(index < 0 ? index + list.length : index) ?? null;
}

/** LSET key index element */
function lsetCommand(client: Client, argv: readonly Bytes[]): Reply {
  const [, key, indexText, element] = argv as [Bytes, Bytes, Bytes, Bytes];
  const list = writeTyped(client, key, ListObj);
  if (!list || list instanceof ErrorReply) return list ?? NO_SUCH_KEY;
  const index = parseLong(indexText);
  if (index instanceof ErrorReply) return index;
  const at = index < 0 ? index + list.length : index;
  if (at < 0 || at >= list.length) return error('ERR index out of range');
  list.items.replace(at, element, client.server.quicklistPackedThreshold);
  keyChanged(client, key, 'l', 'lset');
  return OK;
}

/** LRANGE key start stop */
function lrangeCommand(client: Client, argv: readonly Bytes[]): Reply {
  const start = parseLong(argv[2] as Bytes);
  if (start instanceof ErrorReply) return start;
  const stop = parseLong(argv[3] as Bytes);
  if (stop instanceof ErrorReply) return stop;
  const list = readTyped(client, argv[1] as Bytes, ListObj);
  if (list instanceof ErrorReply) return list;
  const range = list && absoluteRange(start, stop, list.length);
  return range ? [...list.items.slice(range[0], range[1] + 1)] : [];
}

/** LTRIM key start stop */
function ltrimCommand(client: Client, argv: readonly Bytes[]): Reply {
  const key = argv[1] as Bytes;
  const start = parseLong(argv[2] as Bytes);
  if (start instanceof ErrorReply) return start;
  const stop = parseLong(argv[3] as Bytes);
  if (stop instanceof ErrorReply) return stop;
  const list = writeTyped(client, key, ListObj);
  if (!list || list instanceof ErrorReply) return list ?? OK;
  const before = list.length;
  const range = absoluteRange(start, stop, before);
  if (range) {
    list.items.remove(range[1] + 1, before);
    list.items.remove(0, range[0]);
  } else {
    list.items.remove(0, before);
  }
  keyEvent(client, key, 'l', 'ltrim');
  if (list.length === 0) removeEmpty(client, key);
  keyTouched(client, key, before - list.length);
  return OK;
}

/** LREM key count element */
function lremCommand(client: Client, argv: readonly Bytes[]): Reply {
  const [, key, countText, element] = argv as [Bytes, Bytes, Bytes, Bytes];
  const count = parseLong(countText);
  if (count instanceof ErrorReply) return count;
  const list = writeTyped(client, key, ListObj);
  if (!list || list instanceof ErrorReply) return list ?? 0;
  const positions: number[] = [];
  const limit = count === 0 ? Infinity : Math.abs(count);
  let at = count < 0 ? list.length - 1 : 0;
  for (const item of count < 0 ? list.items.reversed() : list.items) {
    if (positions.length === limit) break;
    if (item === element) positions.push(at);
    at += count < 0 ? -1 : 1;
  }
  // From the back, so that the positions before stay right.
  for (const position of positions.sort((a, b) => b - a)) list.items.remove(position);
  visit(client.server, count < 0 ? list.length - at : at, LIST_ELEMENT);
  if (positions.length === 0) return 0;
  keyEvent(client, key, 'l', 'lrem');
  if (list.length === 0) removeEmpty(client, key);
  keyTouched(client, key, positions.length);
  return positions.length;
}

interface LposOptions {
  rank: number;
  count: number | null;
  maxlen: number;
}

function parseLposOptions(argv: readonly Bytes[]): LposOptions | ErrorReply {
  const options: LposOptions = { rank: 1, count: null, maxlen: 0 };
  for (let at = 3; at < argv.length; at += 2) {
    const value = argv[at + 1];
    if (value === undefined) return SYNTAX_ERROR;
    if (isWord(argv[at], 'rank')) {
      const rank = parseLong(value);
      if (rank instanceof ErrorReply) return rank;
      if (rank === 0) {
        return error(
          "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... " +
            'or use negative to start from the end of the list',
        );
      }
      // Its own negation overflows in Redis, which then takes any match from the end.
      options.rank = value === '-9223372036854775808' ? -1 : rank;
    } else if (isWord(argv[at], 'count')) {
      const count = parsePositive(value, error("ERR COUNT can't be negative"));
      if (count instanceof ErrorReply) return count;
      options.count = count;
    } else if (isWord(argv[at], 'maxlen')) {
      const maxlen = parsePositive(value, error("ERR MAXLEN can't be negative"));
      if (maxlen instanceof ErrorReply) return maxlen;
      options.maxlen = maxlen;
    } else {
      return SYNTAX_ERROR;
    }
  }
  return options;
}

/** LPOS key element [RANK rank] [COUNT count] [MAXLEN length] */
function lposCommand(client: Client, argv: readonly Bytes[]): Reply {
  const options = parseLposOptions(argv);
  if (options instanceof ErrorReply) return options;
  const list = readTyped(client, argv[1] as Bytes, ListObj);
  if (list instanceof ErrorReply) return list;
  const { rank, count, maxlen } = options;
  const found: number[] = [];
  if (list) {
    const backwards = rank < 0;
    const wanted = count === null ? 1 : count === 0 ? Infinity : count;
    let skip = Math.abs(rank) - 1;
    let compared = 0;
    for (const item of backwards ? list.items.reversed() : list.items) {
      if (maxlen && compared === maxlen) break;
      if (item === argv[2] && --skip < 0) found.push(backwards ? list.length - 1 - compared : compared);
      if (found.length >= wanted) break;
      compared++;
    }
    visit(client.server, compared, LIST_ELEMENT);
  }
  return count === null ? (found[0] ?? null) : found;
}

export const listCommands: CommandProcs = {
  lpush: pushWith('left', false),
  rpush: pushWith('right', false),
  lpushx: pushWith('left', true),
  rpushx: pushWith('right', true),
  linsert: linsertCommand,
  llen: llenCommand,
  lindex: lindexCommand,
  lset: lsetCommand,
  lrange: lrangeCommand,
  ltrim: ltrimCommand,
  lrem: lremCommand,
  lpos: lposCommand,
};
