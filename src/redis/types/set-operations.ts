/* Intersection, union and difference of sets (after the second half of t_set.c). */

import type { Bytes } from '#base/bytes.ts';
import type { Client } from '#redis/client.ts';
import { COMBINED_ENTRY, TABLE_ENTRY, visit } from '#redis/command-cost.ts';
import type { CommandProcs } from '#redis/command.ts';
import { lookupKeyRead, setKey } from '#redis/db.ts';
import { ErrorReply, SetReply, type Reply } from '#redis/reply.ts';
import { SYNTAX_ERROR, WRONGTYPE, error, isWord, parsePositive, parseRange } from '#redis/args.ts';
import { keyEvent, storeNothing } from './common.ts';
import { SetObj } from './set-obj.ts';

/** The sets at the given keys; null where there is none. The first value of another type ends it. */
function lookupSets(client: Client, keys: readonly Bytes[]): (SetObj | null)[] | ErrorReply {
  const sets: (SetObj | null)[] = [];
  for (const key of keys) {
    const obj = lookupKeyRead(client, key);
    if (obj !== null && !(obj instanceof SetObj)) return WRONGTYPE;
    sets.push(obj);
  }
  visit(client.server, walked(sets), sets.length === 1 ? TABLE_ENTRY : COMBINED_ENTRY);
  return sets;
}

/** How many members of tables are looked at in the worst case. */
const walked = (sets: readonly (SetObj | null)[]): number =>
  sets.reduce((sum, set) => sum + (set?.dict?.size ?? 0), 0);

/** Members of all the sets, at most `limit` (0: all). The smallest set leads, as it bounds the work. */
function intersect(sets: readonly (SetObj | null)[], limit = 0): Bytes[] {
  const found: Bytes[] = [];
  if (sets.includes(null)) return found;
  const [first, ...others] = (sets as SetObj[]).slice().sort((a, b) => a.size - b.size);
  if (!first) return found;
  for (const member of first.members()) {
    if (!others.every((other) => other.has(member))) continue;
    found.push(member);
    if (limit && found.length === limit) break;
  }
  return found;
}

function union(sets: readonly (SetObj | null)[]): Iterable<Bytes> {
  const all = new Set<Bytes>();
  for (const set of sets) if (set) for (const member of set.members()) all.add(member);
  return all;
}

function difference(sets: readonly (SetObj | null)[]): Bytes[] {
  const [first, ...others] = sets;
  if (!first) return [];
  return [...first.members()].filter((member) => !others.some((other) => other?.has(member)));
}

const operations = { sinter: intersect, sunion: union, sdiff: difference } as const;
type Operation = keyof typeof operations;

function combine(client: Client, operation: Operation, keys: readonly Bytes[]): SetObj | ErrorReply {
  const sets = lookupSets(client, keys);
  if (sets instanceof ErrorReply) return sets;
  const result = new SetObj();
  for (const member of operations[operation](sets)) result.add(member, client.server.config);
  return result;
}

/** SINTER, SUNION, SDIFF key [key ...] */
function replyWith(operation: Operation) {
  return (client: Client, argv: readonly Bytes[]): Reply => {
    if (operation === 'sinter') {
      const sets = lookupSets(client, argv.slice(1));
      return sets instanceof ErrorReply ? sets : new SetReply(intersect(sets));
    }
    // Unions and differences are collected in a set first, so integers come out in order.
    const result = combine(client, operation, argv.slice(1));
    return result instanceof ErrorReply ? result : new SetReply([...result.members()]);
  };
}

/** SINTERSTORE, SUNIONSTORE, SDIFFSTORE destination key [key ...] */
function storeWith(operation: Operation) {
  return (client: Client, argv: readonly Bytes[]): Reply => {
    const destination = argv[1] as Bytes;
    const result = combine(client, operation, argv.slice(2));
    if (result instanceof ErrorReply) return result;
    if (result.size === 0) return storeNothing(client, destination);
    setKey(client, client.db, destination, result);
    keyEvent(client, destination, 's', `${operation}store`);
    client.server.dirty++;
    return result.size;
  };
}

/** SINTERCARD numkeys key [key ...] [LIMIT limit] */
function sintercardCommand(client: Client, argv: readonly Bytes[]): Reply {
  const count = parseRange(argv[1] as Bytes, 1, 2 ** 63, error('ERR numkeys should be greater than 0'));
  if (count instanceof ErrorReply) return count;
  if (count > argv.length - 2) return error("ERR Number of keys can't be greater than number of args");
  let limit = 0;
  for (let at = 2 + count; at < argv.length; at += 2) {
    const value = argv[at + 1];
    if (!isWord(argv[at], 'limit') || value === undefined) return SYNTAX_ERROR;
    const parsed = parsePositive(value, error("ERR LIMIT can't be negative"));
    if (parsed instanceof ErrorReply) return parsed;
    limit = parsed;
  }
  const sets = lookupSets(client, argv.slice(2, 2 + count));
  return sets instanceof ErrorReply ? sets : intersect(sets, limit).length;
}

/** SMEMBERS key: an intersection of one. */
export const setOperationCommands: CommandProcs = {
  smembers: replyWith('sinter'),
  sinter: replyWith('sinter'),
  sunion: replyWith('sunion'),
  sdiff: replyWith('sdiff'),
  sinterstore: storeWith('sinter'),
  sunionstore: storeWith('sunion'),
  sdiffstore: storeWith('sdiff'),
  sintercard: sintercardCommand,
};
