/* Unions, intersections and differences of sorted sets and sets (after zunionInterDiffGenericCommand in
 * t_zset.c). A plain set counts as a sorted set in which every score is 1. */

import type { Bytes } from '#base/bytes.ts';
import { parseDouble } from '#base/float.ts';
import type { Client } from '#redis/client.ts';
import { COMBINED_ENTRY, visit } from '#redis/command-cost.ts';
import type { CommandProcs } from '#redis/command.ts';
import { lookupKeyRead, setKey } from '#redis/db.ts';
import { ErrorReply, type Reply } from '#redis/reply.ts';
import { SYNTAX_ERROR, WRONGTYPE, error, isWord, parseLong, parsePositive } from '#redis/args.ts';
import { keyEvent, storeNothing } from './common.ts';
import { SetObj } from './set-obj.ts';
import { ZsetObj } from './zset-obj.ts';
import { entriesReply } from './zset-reply.ts';

type Operation = 'zunion' | 'zinter' | 'zdiff';
type Aggregate = 'sum' | 'min' | 'max';

/** One input with its weight. */
interface Source {
  readonly obj: SetObj | ZsetObj | null;
  readonly weight: number;
}

interface Arguments {
  sources: Source[];
  aggregate: Aggregate;
  withScores: boolean;
  limit: number;
}

const sizeOf = ({ obj }: Source): number => obj?.size ?? 0;

function* entriesOf({ obj }: Source): IterableIterator<[Bytes, number]> {
  if (obj instanceof ZsetObj) for (const { member, score } of obj.sorted) yield [member, score];
  else if (obj) for (const member of obj.members()) yield [member, 1];
}

function scoreIn({ obj }: Source, member: Bytes): number | undefined {
  if (obj instanceof ZsetObj) return obj.get(member);
  return obj?.has(member) ? 1 : undefined;
}

/** inf * 0 and inf - inf count as 0. */
const noNaN = (score: number): number => (Number.isNaN(score) ? 0 : score);

const aggregates: Record<Aggregate, (a: number, b: number) => number> = {
  sum: (a, b) => noNaN(a + b),
  min: (a, b) => (b < a ? b : a),
  max: (a, b) => (b > a ? b : a),
};

function readSources(client: Client, keys: readonly Bytes[]): Source[] | ErrorReply {
  const sources: Source[] = [];
  for (const key of keys) {
    const obj = lookupKeyRead(client, key);
    if (obj !== null && !(obj instanceof SetObj) && !(obj instanceof ZsetObj)) return WRONGTYPE;
    sources.push({ obj, weight: 1 });
  }
  visit(
    client.server,
    sources.reduce((sum, source) => sum + sizeOf(source), 0),
    COMBINED_ENTRY,
  );
  return sources;
}

function parseArguments(
  client: Client,
  argv: readonly Bytes[],
  at: number,
  kind: Operation,
  form: 'store' | 'reply' | 'card',
): Arguments | ErrorReply {
  const numkeys = parseLong(argv[at] as Bytes);
  if (numkeys instanceof ErrorReply) return numkeys;
  if (numkeys < 1) {
    return error(`ERR at least 1 input key is needed for '${(argv[0] as Bytes).toLowerCase()}' command`);
  }
  if (numkeys > argv.length - at - 1) return SYNTAX_ERROR;
  const sources = readSources(client, argv.slice(at + 1, at + 1 + numkeys));
  if (sources instanceof ErrorReply) return sources;
  const parsed: Arguments = { sources, aggregate: 'sum', withScores: false, limit: 0 };
  const weighs = kind !== 'zdiff' && form !== 'card';
  for (let next = at + 1 + numkeys; next < argv.length; next++) {
    const option = argv[next] as Bytes;
    const left = argv.length - next - 1;
    if (weighs && left >= numkeys && isWord(option, 'weights')) {
      for (let of = 0; of < numkeys; of++) {
        const weight = parseDouble(argv[++next] as Bytes);
        if (weight === null) return error('ERR weight value is not a float');
        parsed.sources[of] = { obj: parsed.sources[of]?.obj ?? null, weight };
      }
    } else if (weighs && left >= 1 && isWord(option, 'aggregate')) {
      const name = (argv[++next] as Bytes).toLowerCase();
      if (name !== 'sum' && name !== 'min' && name !== 'max') return SYNTAX_ERROR;
      parsed.aggregate = name;
    } else if (form === 'reply' && isWord(option, 'withscores')) {
      parsed.withScores = true;
    } else if (form === 'card' && left >= 1 && isWord(option, 'limit')) {
      const limit = parsePositive(argv[++next] as Bytes, error("ERR LIMIT can't be negative"));
      if (limit instanceof ErrorReply) return limit;
      parsed.limit = limit;
    } else {
      return SYNTAX_ERROR;
    }
  }
  return parsed;
}

function union(sources: readonly Source[], aggregate: Aggregate): Map<Bytes, number> {
  const result = new Map<Bytes, number>();
  for (const source of sources) {
    for (const [member, score] of entriesOf(source)) {
      const weighted = noNaN(source.weight * score);
      const before = result.get(member);
      result.set(member, before === undefined ? weighted : aggregates[aggregate](before, weighted));
    }
  }
  return result;
}

function intersection(sources: readonly Source[], aggregate: Aggregate, limit = 0): Map<Bytes, number> {
  const result = new Map<Bytes, number>();
  const [first, ...others] = sources as [Source, ...Source[]];
  for (const [member, score] of entriesOf(first)) {
    let total: number | null = noNaN(first.weight * score);
    for (const other of others) {
      const value = scoreIn(other, member);
      if (value === undefined) {
        total = null;
        break;
      }
      total = aggregates[aggregate](total, noNaN(value * other.weight));
    }
    if (total === null) continue;
    result.set(member, total);
    if (limit && result.size === limit) break;
  }
  return result;
}

function difference([first, ...others]: readonly Source[]): Map<Bytes, number> {
  const result = new Map<Bytes, number>();
  for (const [member, score] of entriesOf(first as Source)) {
    if (!others.some((other) => scoreIn(other, member) !== undefined)) result.set(member, score);
  }
  return result;
}

function compute(operation: Operation, { sources, aggregate, limit }: Arguments): Map<Bytes, number> {
  if (operation === 'zdiff') return difference(sources);
  // The smallest first, as Redis does; the order of additions shows in the last digits of a sum.
  const sorted = sources.slice().sort((a, b) => sizeOf(a) - sizeOf(b));
  return operation === 'zunion' ? union(sorted, aggregate) : intersection(sorted, aggregate, limit);
}

function toZset(client: Client, scores: ReadonlyMap<Bytes, number>): ZsetObj {
  const result = new ZsetObj();
  result.compact = false;
  for (const [member, score] of scores) result.set(member, score, client.server.config);
  return result;
}

/** ZUNION, ZINTER, ZDIFF numkeys key [key ...] [options] */
function replyWith(operation: Operation) {
  return (client: Client, argv: readonly Bytes[]): Reply => {
    const parsed = parseArguments(client, argv, 1, operation, 'reply');
    if (parsed instanceof ErrorReply) return parsed;
    return entriesReply(client, toZset(client, compute(operation, parsed)).sorted, parsed.withScores);
  };
}

/** ZUNIONSTORE, ZINTERSTORE, ZDIFFSTORE destination numkeys key [key ...] [options] */
function storeWith(operation: Operation) {
  return (client: Client, argv: readonly Bytes[]): Reply => {
    const destination = argv[1] as Bytes;
    const parsed = parseArguments(client, argv, 2, operation, 'store');
    if (parsed instanceof ErrorReply) return parsed;
    const result = toZset(client, compute(operation, parsed));
    result.convertToListpackIfNeeded(client.server.config);
    if (result.size === 0) return storeNothing(client, destination);
    setKey(client, client.db, destination, result);
    keyEvent(client, destination, 'z', `${operation}store`);
    client.server.dirty++;
    return result.size;
  };
}

/** ZINTERCARD numkeys key [key ...] [LIMIT limit] */
function zintercardCommand(client: Client, argv: readonly Bytes[]): Reply {
  const parsed = parseArguments(client, argv, 1, 'zinter', 'card');
  return parsed instanceof ErrorReply ? parsed : compute('zinter', parsed).size;
}

export const zsetOperationCommands: CommandProcs = {
  zunion: replyWith('zunion'),
  zinter: replyWith('zinter'),
  zdiff: replyWith('zdiff'),
  zunionstore: storeWith('zunion'),
  zinterstore: storeWith('zinter'),
  zdiffstore: storeWith('zdiff'),
  zintercard: zintercardCommand,
};
