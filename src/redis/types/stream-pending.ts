/* XPENDING, XCLAIM and XAUTOCLAIM: looking at entries that were delivered and not acknowledged, and giving
 * them to somebody else (after t_stream.c). Claims are propagated entry by entry. */

import { cString, type Bytes } from '#base/bytes.ts';
import { string2ll } from '#base/integer.ts';
import type { Client } from '#redis/client.ts';
import type { CommandProcs } from '#redis/command.ts';
import { preventCommandPropagation } from '#redis/propagate.ts';
import { ErrorReply, NULL_ARRAY, type Reply } from '#redis/reply.ts';
import { NOT_INTEGER, SYNTAX_ERROR, error, isWord, parseRange } from '#redis/args.ts';
import { readTyped, readTypedToChange } from './common.ts';
import type { Nack, StreamGroup } from './stream-group.ts';
import {
  ZERO_ID,
  compareIds,
  formatId,
  parseId,
  parseIntervalEnd,
  parseStrictId,
  type StreamId,
} from './stream-id.ts';
import { StreamObj } from './stream-obj.ts';
import { entryReply, lookupOrCreateConsumer, propagateClaim, propagateGroupId } from './stream-reply.ts';

const noGroup = (key: Bytes, group: Bytes): ErrorReply =>
  error(`NOGROUP No such key '${cString(key)}' or consumer group '${cString(group)}'`);

interface PendingRange {
  minIdleMs: number;
  start: StreamId;
  end: StreamId;
  count: number;
  consumer: Bytes | null;
}

function parsePendingRange(argv: readonly Bytes[]): PendingRange | ErrorReply {
  let at = 3;
  let minIdleMs = 0;
  if (isWord(argv[3], 'idle')) {
    const idle = string2ll(argv[4] as Bytes);
    if (idle === null) return NOT_INTEGER;
    if (argv.length < 8) return SYNTAX_ERROR;
    minIdleMs = Number(idle);
    at = 5;
  }
  const count = string2ll(argv[at + 2] as Bytes);
  if (count === null) return NOT_INTEGER;
  const start = parseIntervalEnd(argv[at] as Bytes, 'start');
  if (start instanceof ErrorReply) return start;
  const end = parseIntervalEnd(argv[at + 1] as Bytes, 'end');
  if (end instanceof ErrorReply) return end;
  return { minIdleMs, start, end, count: Math.max(0, Number(count)), consumer: argv[at + 3] ?? null };
}

/** XPENDING key group [[IDLE min-idle-ms] start end count [consumer]] */
function xpendingCommand(client: Client, argv: readonly Bytes[]): Reply {
  const [, key, name] = argv as [Bytes, Bytes, Bytes];
  if (argv.length !== 3 && (argv.length < 6 || argv.length > 9)) return SYNTAX_ERROR;
  const range = argv.length === 3 ? null : parsePendingRange(argv);
  if (range instanceof ErrorReply) return range;
  const stream = readTyped(client, key, StreamObj);
  if (stream instanceof ErrorReply) return stream;
  const group = stream?.groups.get(name);
  if (!group) return noGroup(key, name);
  return range ? pendingInRange(client, group, range) : pendingSummary(group);
}

function pendingSummary(group: StreamGroup): Reply {
  const { nacks } = group.pel;
  if (nacks.length === 0) return [0, null, null, NULL_ARRAY];
  const consumers = group.sortedConsumers().filter(({ pel }) => pel.length > 0);
  return [
    nacks.length,
    formatId((nacks.at(0) as Nack).id),
    formatId((nacks.at(nacks.length - 1) as Nack).id),
    consumers.map(({ name, pel }) => [name, String(pel.length)]),
  ];
}

function pendingInRange(client: Client, group: StreamGroup, range: PendingRange): Reply {
  const pel = range.consumer === null ? group.pel : group.consumers.get(range.consumer)?.pel;
  const out: Reply[] = [];
  if (!pel) return out;
  const now = client.server.commandTimeMs();
  for (const nack of pel.from(range.start)) {
    if (out.length >= range.count || compareIds(nack.id, range.end) > 0) break;
    const idle = now - nack.deliveredAtMs;
    if (range.minIdleMs && idle < range.minIdleMs) continue;
    out.push([formatId(nack.id), nack.consumer, Math.max(0, idle), nack.deliveries]);
  }
  return out;
}

interface ClaimOptions {
  ids: StreamId[];
  force: boolean;
  justId: boolean;
  deliveredAtMs: number;
  retryCount: number | null;
  lastId: StreamId;
}

function parseClaimOptions(client: Client, argv: readonly Bytes[]): ClaimOptions | ErrorReply {
  const now = client.server.commandTimeMs();
  const out: ClaimOptions = {
    ids: [],
    force: false,
    justId: false,
    deliveredAtMs: -1,
    retryCount: null,
    lastId: ZERO_ID,
  };
  let at = 5;
  for (; at < argv.length; at++) {
    const id = parseId(argv[at] as Bytes, 0, { strict: true });
    if (id === null) break;
    out.ids.push(id.id);
  }
  for (; at < argv.length; at++) {
    const option = argv[at] as Bytes;
    const name = option.toLowerCase();
    const value = argv[at + 1];
    if (name === 'force') out.force = true;
    else if (name === 'justid') out.justId = true;
    else if (value !== undefined && (name === 'idle' || name === 'time' || name === 'retrycount')) {
      const number = string2ll(value);
      if (number === null) return error(`ERR Invalid ${name.toUpperCase()} option argument for XCLAIM`);
      if (name === 'idle') out.deliveredAtMs = now - Number(number);
      else if (name === 'time') out.deliveredAtMs = Number(number);
      else out.retryCount = Number(number) < 0 ? null : Number(number);
      at++;
    } else if (value !== undefined && name === 'lastid') {
      const id = parseStrictId(value);
      if (id instanceof ErrorReply) return id;
      out.lastId = id;
      at++;
    } else {
      return error(`ERR Unrecognized XCLAIM option '${cString(option)}'`);
    }
  }
  if (out.deliveredAtMs < 0 || out.deliveredAtMs > now) out.deliveredAtMs = now;
  return out;
}

/** XCLAIM key group consumer min-idle-ms id [id ...] [options] */
function xclaimCommand(client: Client, argv: readonly Bytes[]): Reply {
  const [, key, name, consumerName] = argv as [Bytes, Bytes, Bytes, Bytes];
  const stream = readTypedToChange(client, key, StreamObj);
  if (stream instanceof ErrorReply) return stream;
  const group = stream?.groups.get(name);
  if (!stream || !group) return noGroup(key, name);
  const minIdle = string2ll(argv[4] as Bytes);
  if (minIdle === null) return error('ERR Invalid min-idle-time argument for XCLAIM');
  const options = parseClaimOptions(client, argv);
  if (options instanceof ErrorReply) return options;
  let mustPropagateId = false;
  if (compareIds(options.lastId, group.lastId) > 0) {
    group.lastId = options.lastId;
    mustPropagateId = true;
  }
  const now = client.server.commandTimeMs();
  const out: Reply[] = [];
  for (const id of options.ids) {
    const known = group.pel.get(id);
    const entry = stream.get(id);
    if (!entry) {
      // What is no longer in the stream can never be processed: nobody has it pending any more.
      if (known) {
        propagateClaim(client, key, name, group, known);
        mustPropagateId = false;
        client.server.dirty++;
        group.forget(id);
      }
      continue;
    }
    if (!known && !options.force) continue;
    if (known && minIdle > 0 && now - known.deliveredAtMs < minIdle) continue;
    // A consumer comes into being with the first entry that it gets.
    lookupOrCreateConsumer(client, key, group, consumerName);
    const before = known?.deliveries ?? 1;
    const nack: Nack = {
      id,
      consumer: consumerName,
      deliveredAtMs: options.deliveredAtMs,
      deliveries: options.retryCount ?? (options.justId ? before : before + 1),
    };
    group.assign(nack);
    out.push(options.justId ? formatId(id) : entryReply(entry));
    propagateClaim(client, key, name, group, nack);
    mustPropagateId = false;
    client.server.dirty++;
  }
  if (mustPropagateId) {
    propagateGroupId(client, key, name, group);
    client.server.dirty++;
  }
  preventCommandPropagation(client);
  return out;
}

interface AutoclaimOptions {
  start: StreamId;
  count: number;
  justId: boolean;
}

function parseAutoclaimOptions(argv: readonly Bytes[]): AutoclaimOptions | ErrorReply {
  const start = parseIntervalEnd(argv[5] as Bytes, 'start');
  if (start instanceof ErrorReply) return start;
  const out: AutoclaimOptions = { start, count: 100, justId: false };
  for (let at = 6; at < argv.length; at++) {
    const value = argv[at + 1];
    if (isWord(argv[at], 'count') && value !== undefined) {
      // The reply must fit memory: an id and a pointer for each entry.
      const count = parseRange(value, 1, 2 ** 59 - 1, error('ERR COUNT must be > 0'));
      if (count instanceof ErrorReply) return count;
      out.count = count;
      at++;
    } else if (isWord(argv[at], 'justid')) {
      out.justId = true;
    } else {
      return SYNTAX_ERROR;
    }
  }
  return out;
}

/** XAUTOCLAIM key group consumer min-idle-ms start [COUNT count] [JUSTID] */
function xautoclaimCommand(client: Client, argv: readonly Bytes[]): Reply {
  const [, key, name, consumerName] = argv as [Bytes, Bytes, Bytes, Bytes];
  const minIdle = string2ll(argv[4] as Bytes);
  if (minIdle === null) return error('ERR Invalid min-idle-time argument for XAUTOCLAIM');
  const options = parseAutoclaimOptions(argv);
  if (options instanceof ErrorReply) return options;
  const stream = readTypedToChange(client, key, StreamObj);
  if (stream instanceof ErrorReply) return stream;
  const group = stream?.groups.get(name);
  if (!stream || !group) return noGroup(key, name);
  const now = client.server.commandTimeMs();
  const claimed: Reply[] = [];
  const deleted: Reply[] = [];
  let left = options.count;
  let attempts = options.count * 10;
  let cursor: StreamId = ZERO_ID;
  for (const nack of [...group.pel.from(options.start)]) {
    if (attempts-- <= 0 || left <= 0) {
      cursor = nack.id;
      break;
    }
    const entry = stream.get(nack.id);
    if (!entry) {
      propagateClaim(client, key, name, group, nack);
      client.server.dirty++;
      group.forget(nack.id);
      deleted.push(formatId(nack.id));
      left--;
      continue;
    }
    if (minIdle > 0 && now - nack.deliveredAtMs < minIdle) continue;
    const deliveries = options.justId ? nack.deliveries : nack.deliveries + 1;
    lookupOrCreateConsumer(client, key, group, consumerName);
    const taken: Nack = { id: nack.id, consumer: consumerName, deliveredAtMs: now, deliveries };
    group.assign(taken);
    claimed.push(options.justId ? formatId(nack.id) : entryReply(entry));
    left--;
    propagateClaim(client, key, name, group, taken);
    client.server.dirty++;
  }
  preventCommandPropagation(client);
  return [formatId(cursor), claimed, deleted];
}

export const streamPendingCommands: CommandProcs = {
  xpending: xpendingCommand,
  xclaim: xclaimCommand,
  xautoclaim: xautoclaimCommand,
};
