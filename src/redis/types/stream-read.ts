/* XREAD and XREADGROUP (after xreadCommand in t_stream.c). What a group hands out is propagated entry by
 * entry, so the command itself never is. */

import { cString, type Bytes } from '#base/bytes.ts';
import { string2ll } from '#base/integer.ts';
import { CLIENT_REEXECUTING, CLIENT_SCRIPT, type Client } from '#redis/client.ts';
import type { CommandProcs } from '#redis/command.ts';
import { alsoPropagate, preventCommandPropagation, rewriteClientCommandVector } from '#redis/propagate.ts';
import { ErrorReply, MapReply, NULL_ARRAY, type Reply } from '#redis/reply.ts';
import { mayServe, parseTimeoutMs, waitForKeys } from './blocking.ts';
import { NOT_INTEGER, SYNTAX_ERROR, error, isWord } from '#redis/args.ts';
import { readTyped, readTypedToChange } from './common.ts';
import type { StreamConsumer, StreamGroup } from './stream-group.ts';
import { MAX_ID, ZERO_ID, compareIds, formatId, nextId, parseStrictId, type StreamId } from './stream-id.ts';
import { StreamObj } from './stream-obj.ts';
import { entryReply, lookupOrCreateConsumer, propagateClaim, propagateGroupId } from './stream-reply.ts';

interface ReadArguments {
  count: number;
  /** Unix ms, 0 for ever; null when not to wait. */
  deadlineMs: number | null;
  group: Bytes | null;
  consumer: Bytes;
  noAck: boolean;
  /** Where the keys begin in argv, and how many there are. */
  keysAt: number;
  streams: number;
}

const onlyGroup = (option: string): ErrorReply =>
  error(`ERR The ${option} option is only supported by XREADGROUP. You called XREAD instead.`);

function parseArguments(
  client: Client,
  argv: readonly Bytes[],
  isGroup: boolean,
): ReadArguments | ErrorReply {
  const out: ReadArguments = {
    count: 0,
    deadlineMs: null,
    group: null,
    consumer: '',
    noAck: false,
    keysAt: 0,
    streams: 0,
  };
  for (let at = 1; at < argv.length && out.keysAt === 0; at++) {
    const option = argv[at] as Bytes;
    const left = argv.length - at - 1;
    if (isWord(option, 'block') && left >= 1) {
      if (client.has(CLIENT_SCRIPT)) {
        return error(`ERR ${argv[0]} command is not allowed with BLOCK option from scripts`);
      }
      const deadlineMs = parseTimeoutMs(client.server, argv[++at] as Bytes);
      if (deadlineMs instanceof ErrorReply) return deadlineMs;
      out.deadlineMs = deadlineMs;
    } else if (isWord(option, 'count') && left >= 1) {
      const count = string2ll(argv[++at] as Bytes);
      if (count === null) return NOT_INTEGER;
      out.count = Math.max(0, Number(count));
    } else if (isWord(option, 'streams') && left >= 1) {
      out.keysAt = at + 1;
      if (left % 2 !== 0) {
        return error(
          "ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.",
        );
      }
      out.streams = left / 2;
    } else if (isWord(option, 'group') && left >= 2) {
      if (!isGroup) return onlyGroup('GROUP');
      out.group = argv[++at] as Bytes;
      out.consumer = argv[++at] as Bytes;
    } else if (isWord(option, 'noack')) {
      if (!isGroup) return onlyGroup('NOACK');
      out.noAck = true;
    } else {
      return SYNTAX_ERROR;
    }
  }
  if (out.keysAt === 0) return SYNTAX_ERROR;
  if (isGroup && out.group === null) return error('ERR Missing GROUP option for XREADGROUP');
  return out;
}

/** One stream to read: from after which id, or `new` for what the group has not given to anybody. */
interface Wanted {
  readonly key: Bytes;
  readonly after: StreamId | 'new';
}

function resolve(client: Client, key: Bytes, idText: Bytes, groupName: Bytes | null): Wanted | ErrorReply {
  const stream = readTyped(client, key, StreamObj);
  if (stream instanceof ErrorReply) return stream;
  if (groupName !== null && !stream?.groups.has(groupName)) {
    if (client.has(CLIENT_REEXECUTING))
      return error('NOGROUP the consumer group this client was blocked on no longer exists');
    return error(
      `NOGROUP No such key '${cString(key)}' or consumer group '${cString(groupName)}' in XREADGROUP with GROUP option`,
    );
  }
  if (idText === '$') {
    if (groupName !== null) {
      return error(
        'ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this ' +
          'consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would just ' +
          'return an empty result set.',
      );
    }
    return { key, after: stream?.lastId ?? ZERO_ID };
  }
  if (idText === '>') {
    if (groupName === null) {
      return error(
        'ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.',
      );
    }
    return { key, after: 'new' };
  }
  const id = parseStrictId(idText);
  if (id instanceof ErrorReply) return id;
  // The greatest id of all means what `>` means.
  return { key, after: groupName !== null && compareIds(id, MAX_ID) === 0 ? 'new' : id };
}

/** Whether there is anything after an id; who waited is told also of what is gone again. */
function hasMore(client: Client, stream: StreamObj, after: StreamId): boolean {
  if (client.has(CLIENT_REEXECUTING)) return compareIds(stream.lastId, after) > 0;
  return stream.length > 0 && compareIds(stream.lastValidId(), after) > 0;
}

/** Entries after an id for a plain reader; null when there is none. */
function readPlain(client: Client, { key, after }: Wanted, count: number): Reply[] | null {
  const stream = readTyped(client, key, StreamObj);
  if (!(stream instanceof StreamObj)) return null;
  const from = nextId(after as StreamId);
  if (from === null || !hasMore(client, stream, after as StreamId)) return null;
  const out: Reply[] = [];
  for (const entry of stream.range(from, MAX_ID)) {
    out.push(entryReply(entry));
    if (out.length === count) break;
  }
  return out;
}

/** What the consumer was given before and has not acknowledged. */
function readHistory(
  client: Client,
  stream: StreamObj,
  group: StreamGroup,
  consumer: StreamConsumer,
  after: StreamId,
  count: number,
): Reply[] {
  const out: Reply[] = [];
  const from = nextId(after);
  if (from === null) return out;
  for (const nack of [...consumer.pel.from(from)]) {
    const entry = stream.get(nack.id);
    if (entry) {
      group.assign({
        ...nack,
        deliveredAtMs: client.server.commandTimeMs(),
        deliveries: nack.deliveries + 1,
      });
    }
    out.push(entry ? entryReply(entry) : [formatId(nack.id), NULL_ARRAY]);
    if (out.length === count) break;
  }
  return out;
}

/** Hands out what the group has not given to anybody yet. */
function readNew(
  client: Client,
  key: Bytes,
  stream: StreamObj,
  group: StreamGroup,
  consumer: StreamConsumer,
  args: ReadArguments,
): Reply[] {
  const out: Reply[] = [];
  const from = nextId(group.lastId);
  if (from === null) return out;
  for (const entry of stream.range(from, MAX_ID)) {
    if (group.entriesRead !== null && !stream.hasTombstonesFrom(entry.id)) group.entriesRead++;
    else if (stream.entriesAdded) group.entriesRead = stream.distanceFromFirstEver(entry.id);
    group.lastId = entry.id;
    out.push(entryReply(entry));
    if (!args.noAck) {
      const nack = {
        id: entry.id,
        consumer: consumer.name,
        deliveredAtMs: client.server.commandTimeMs(),
        deliveries: 1,
      };
      group.assign(nack);
      propagateClaim(client, key, args.group as Bytes, group, nack);
    }
    if (out.length === args.count) break;
  }
  // Otherwise the XCLAIM of each entry has said it.
  if (args.noAck && out.length > 0) propagateGroupId(client, key, args.group as Bytes, group);
  return out;
}

/** Entries for a consumer of a group; null when there is nothing new. */
function readGroup(client: Client, { key, after }: Wanted, args: ReadArguments): Reply[] | null {
  const stream = readTypedToChange(client, key, StreamObj);
  if (!(stream instanceof StreamObj)) return null;
  const group = stream.groups.get(args.group as Bytes) as StreamGroup;
  if (after === 'new' && !hasMore(client, stream, group.lastId)) return null;
  const isNew = !group.consumers.has(args.consumer);
  const consumer = lookupOrCreateConsumer(client, key, group, args.consumer);
  if (isNew && args.noAck) {
    const argv = ['XGROUP', 'CREATECONSUMER', key, args.group as Bytes, args.consumer];
    alsoPropagate(client.server, client.db.id, argv);
  }
  client.server.dirty++;
  if (after === 'new') return readNew(client, key, stream, group, consumer, args);
  return readHistory(client, stream, group, consumer, after, args.count);
}

function readWith(isGroup: boolean) {
  return (client: Client, argv: readonly Bytes[]): Reply | undefined => {
    const args = parseArguments(client, argv, isGroup);
    if (args instanceof ErrorReply) return args;
    const wanted: Wanted[] = [];
    for (let at = args.keysAt; at < args.keysAt + args.streams; at++) {
      if (!mayServe(client, argv[at] as Bytes)) continue;
      const one = resolve(client, argv[at] as Bytes, argv[at + args.streams] as Bytes, args.group);
      if (one instanceof ErrorReply) return one;
      wanted.push(one);
    }
    const found: [Bytes, Reply][] = [];
    for (const one of wanted) {
      const entries = isGroup ? readGroup(client, one, args) : readPlain(client, one, args.count);
      if (entries) found.push([one.key, entries]);
    }
    preventCommandPropagation(client);
    if (found.length > 0) return client.resp === 2 ? found : new MapReply(found);
    if (args.deadlineMs === null) return NULL_ARRAY;
    // When the command runs again, `$` must still mean what it means now.
    const ids = wanted.map(({ after }) => (after === 'new' ? '>' : formatId(after)));
    rewriteClientCommandVector(client, [...argv.slice(0, args.keysAt + args.streams), ...ids]);
    return waitForKeys(client, argv.slice(args.keysAt, args.keysAt + args.streams), args.deadlineMs);
  };
}

export const streamReadCommands: CommandProcs = {
  xread: readWith(false),
  xreadgroup: readWith(true),
};
