/* XINFO (after xinfoCommand in t_stream.c). */

import { cString, type Bytes } from '#base/bytes.ts';
import { string2ll } from '#base/integer.ts';
import type { Client } from '#redis/client.ts';
import type { CommandProcs } from '#redis/command.ts';
import { help } from '#redis/help.ts';
import { ErrorReply, MapReply, type Reply } from '#redis/reply.ts';
import { NOT_INTEGER, NO_SUCH_KEY, error, isWord } from '#redis/args.ts';
import { readTyped } from './common.ts';
import type { Nack, StreamGroup } from './stream-group.ts';
import { MAX_ID, ZERO_ID, formatId, type StreamId } from './stream-id.ts';
import { StreamObj, type StreamEntry } from './stream-obj.ts';
import { entryReply } from './stream-reply.ts';

/** Groups in the order in which Redis lists them: by bytes of the name. */
const sortedGroups = (stream: StreamObj): [Bytes, StreamGroup][] =>
  [...stream.groups].sort(([a], [b]) => (a < b ? -1 : 1));

/** How many entries the group has still to read; null when that is not known. */
function lag(stream: StreamObj, group: StreamGroup): number | null {
  if (stream.entriesAdded === 0) return 0;
  if (group.entriesRead !== null && !stream.hasTombstonesFrom(group.lastId)) {
    return stream.entriesAdded - group.entriesRead;
  }
  const read = stream.distanceFromFirstEver(group.lastId);
  return read === null ? null : stream.entriesAdded - read;
}

/** An id as the 32 hex digits of the tree's key. */
const treeKey = ({ ms, seq }: StreamId): string =>
  BigInt(ms).toString(16).padStart(16, '0') + BigInt(seq).toString(16).padStart(16, '0');

/** Nodes of the compressed radix tree that Redis would keep for these sorted keys of equal length (two
 *  digits per byte): branching nodes, one node per key, and one for each run of bytes between. */
export function radixTreeNodes(keys: readonly string[]): number {
  if (keys.length === 0) return 1;
  const count = (from: number, to: number, depth: number): number => {
    const first = keys[from] as string;
    if (to - from === 1) return (first.length > depth ? 1 : 0) + 1;
    const last = keys[to - 1] as string;
    let split = depth;
    while (first.slice(split, split + 2) === last.slice(split, split + 2)) split += 2;
    let nodes = 1 + (split > depth ? 1 : 0);
    for (let at = from; at < to;) {
      const byte = (keys[at] as string).slice(split, split + 2);
      let end = at + 1;
      while (end < to && (keys[end] as string).slice(split, split + 2) === byte) end++;
      nodes += count(at, end, split + 2);
      at = end;
    }
    return nodes;
  };
  return count(0, keys.length, 0);
}

function commonInfo(stream: StreamObj): [Reply, Reply][] {
  const keys = Array.from(stream.nodes, ({ masterId }) => treeKey(masterId));
  return [
    ['length', stream.length],
    ['radix-tree-keys', stream.nodes.length],
    ['radix-tree-nodes', radixTreeNodes(keys)],
    ['last-generated-id', formatId(stream.lastId)],
    ['max-deleted-entry-id', formatId(stream.maxDeletedId)],
    ['entries-added', stream.entriesAdded],
    ['recorded-first-entry-id', formatId(stream.firstId)],
  ];
}

const firstOf = (entries: Iterable<StreamEntry>): Reply => {
  for (const entry of entries) return entryReply(entry);
  return null;
};

function take<T>(items: Iterable<T>, count: number): T[] {
  const out: T[] = [];
  for (const item of items) {
    if (count && out.length === count) break;
    out.push(item);
  }
  return out;
}

function fullGroup(stream: StreamObj, name: Bytes, group: StreamGroup, count: number): Reply {
  const pending = ({ id, consumer, deliveredAtMs, deliveries }: Nack): Reply => [
    formatId(id),
    consumer,
    deliveredAtMs,
    deliveries,
  ];
  const own = ({ id, deliveredAtMs, deliveries }: Nack): Reply => [formatId(id), deliveredAtMs, deliveries];
  return new MapReply([
    ['name', name],
    ['last-delivered-id', formatId(group.lastId)],
    ['entries-read', group.entriesRead],
    ['lag', lag(stream, group)],
    ['pel-count', group.pel.length],
    ['pending', take(group.pel.nacks, count).map(pending)],
    [
      'consumers',
      group.sortedConsumers().map(
        (consumer) =>
          new MapReply([
            ['name', consumer.name],
            ['seen-time', consumer.seenAtMs],
            ['pel-count', consumer.pel.length],
            ['pending', take(consumer.pel.nacks, count).map(own)],
          ]),
      ),
    ],
  ]);
}

const wrongForm = (subcommand: Bytes): ErrorReply =>
  error(`ERR unknown subcommand or wrong number of arguments for '${subcommand}'. Try XINFO HELP.`);

/** XINFO STREAM key [FULL [COUNT count]] */
function streamCommand(client: Client, argv: readonly Bytes[]): Reply {
  const stream = readTyped(client, argv[2] as Bytes, StreamObj);
  if (stream === null) return NO_SUCH_KEY;
  if (stream instanceof ErrorReply) return stream;
  const full = argv.length > 3;
  let count = 10;
  if (full) {
    if (!isWord(argv[3], 'full') || argv.length === 5 || argv.length > 6) return wrongForm(argv[1] as Bytes);
    if (argv.length === 6) {
      if (!isWord(argv[4], 'count')) return wrongForm(argv[1] as Bytes);
      const parsed = string2ll(argv[5] as Bytes);
      if (parsed === null) return NOT_INTEGER;
      count = parsed < 0 ? 10 : Number(parsed);
    }
    return new MapReply([
      ...commonInfo(stream),
      ['entries', take(stream.range(ZERO_ID, MAX_ID), count).map(entryReply)],
      ['groups', sortedGroups(stream).map(([name, group]) => fullGroup(stream, name, group, count))],
    ]);
  }
  return new MapReply([
    ...commonInfo(stream),
    ['groups', stream.groups.size],
    ['first-entry', firstOf(stream.range(ZERO_ID, MAX_ID))],
    ['last-entry', firstOf(stream.reverseRange(ZERO_ID, MAX_ID))],
  ]);
}

/** XINFO GROUPS key */
function groupsCommand(client: Client, argv: readonly Bytes[]): Reply {
  const stream = readTyped(client, argv[2] as Bytes, StreamObj);
  if (stream === null) return NO_SUCH_KEY;
  if (stream instanceof ErrorReply) return stream;
  return sortedGroups(stream).map(
    ([name, group]) =>
      new MapReply([
        ['name', name],
        ['consumers', group.consumers.size],
        ['pending', group.pel.length],
        ['last-delivered-id', formatId(group.lastId)],
        ['entries-read', group.entriesRead],
        ['lag', lag(stream, group)],
      ]),
  );
}

/** XINFO CONSUMERS key group */
function consumersCommand(client: Client, argv: readonly Bytes[]): Reply {
  const [, , key, name] = argv as [Bytes, Bytes, Bytes, Bytes];
  const stream = readTyped(client, key, StreamObj);
  if (stream === null) return NO_SUCH_KEY;
  if (stream instanceof ErrorReply) return stream;
  const group = stream.groups.get(name);
  if (!group)
    return error(`NOGROUP No such consumer group '${cString(name)}' for key name '${cString(key)}'`);
  const now = client.server.commandTimeMs();
  return group.sortedConsumers().map(
    (consumer) =>
      new MapReply([
        ['name', consumer.name],
        ['pending', consumer.pel.length],
        ['idle', Math.max(0, now - consumer.seenAtMs)],
      ]),
  );
}

export const streamInfoCommands: CommandProcs = {
  'xinfo|stream': streamCommand,
  'xinfo|groups': groupsCommand,
  'xinfo|consumers': consumersCommand,
  'xinfo|help': help,
};
