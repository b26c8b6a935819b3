/* XGROUP and XACK (after xgroupCommand and xackCommand in t_stream.c). */

import { cString, type Bytes } from '#base/bytes.ts';
import { string2ll } from '#base/integer.ts';
import type { Client } from '#redis/client.ts';
import type { CommandProcs } from '#redis/command.ts';
import { help } from '#redis/help.ts';
import { dbAdd, signalKeyAsReady, signalModifiedKey } from '#redis/db.ts';
import { ErrorReply, OK, type Reply } from '#redis/reply.ts';
import { NOT_INTEGER, error, isWord } from '#redis/args.ts';
import { keyEvent, readTypedToChange, writeTyped } from './common.ts';
import { StreamConsumer, StreamGroup } from './stream-group.ts';
import { ZERO_ID, parseId, parseStrictId, INVALID_ID, type StreamId } from './stream-id.ts';
import { StreamObj } from './stream-obj.ts';

interface GroupOptions {
  mkstream: boolean;
  entriesRead: number | null;
}

const wrongArguments = (argv: readonly Bytes[]): ErrorReply =>
  error(`ERR unknown subcommand or wrong number of arguments for '${argv[1]}'. Try XGROUP HELP.`);

function parseOptions(argv: readonly Bytes[], allowMkstream: boolean): GroupOptions | ErrorReply {
  const options: GroupOptions = { mkstream: false, entriesRead: null };
  for (let at = 5; at < argv.length; at++) {
    if (allowMkstream && isWord(argv[at], 'mkstream')) {
      options.mkstream = true;
    } else if (isWord(argv[at], 'entriesread') && at + 1 < argv.length) {
      const value = string2ll(argv[++at] as Bytes);
      if (value === null) return NOT_INTEGER;
      if (value < -1) return error('ERR value for ENTRIESREAD must be positive or -1');
      options.entriesRead = value === -1 ? null : Number(value);
    } else {
      return wrongArguments(argv);
    }
  }
  return options;
}

/** The stream that a subcommand is about; it must be there. */
function existingStream(client: Client, key: Bytes): StreamObj | ErrorReply {
  const stream = writeTyped(client, key, StreamObj);
  return (
    stream ??
    error(
      'ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the ' +
        'MKSTREAM option to create an empty stream automatically.',
    )
  );
}

function existingGroup(client: Client, key: Bytes, name: Bytes): StreamGroup | ErrorReply {
  const stream = existingStream(client, key);
  if (stream instanceof ErrorReply) return stream;
  return (
    stream.groups.get(name) ??
    error(`NOGROUP No such consumer group '${cString(name)}' for key name '${cString(key)}'`)
  );
}

/** XGROUP CREATE key group id|$ [MKSTREAM] [ENTRIESREAD count] */
function createCommand(client: Client, argv: readonly Bytes[]): Reply {
  const [, , key, name, idText] = argv as [Bytes, Bytes, Bytes, Bytes, Bytes];
  const options = parseOptions(argv, true);
  if (options instanceof ErrorReply) return options;
  let stream = options.mkstream ? writeTyped(client, key, StreamObj) : existingStream(client, key);
  if (stream instanceof ErrorReply) return stream;
  // Options may be repeated, but only so often.
  if (argv.length > 8) return wrongArguments(argv);
  const id: StreamId | ErrorReply = idText === '$' ? (stream?.lastId ?? ZERO_ID) : parseStrictId(idText);
  if (id instanceof ErrorReply) return id;
  if (stream === null) {
    stream = new StreamObj();
    dbAdd(client.db, key, stream);
    signalModifiedKey(client, client.db, key);
  }
  if (stream.groups.has(name)) return error('BUSYGROUP Consumer Group name already exists');
  stream.groups.set(name, new StreamGroup(id, options.entriesRead));
  client.server.dirty++;
  keyEvent(client, key, 't', 'xgroup-create');
  return OK;
}

/** XGROUP SETID key group id|$ [ENTRIESREAD count] */
function setidCommand(client: Client, argv: readonly Bytes[]): Reply {
  const [, , key, name, idText] = argv as [Bytes, Bytes, Bytes, Bytes, Bytes];
  const options = parseOptions(argv, false);
  if (options instanceof ErrorReply) return options;
  const group = existingGroup(client, key, name);
  if (group instanceof ErrorReply) return group;
  if (argv.length > 7) return wrongArguments(argv);
  const stream = existingStream(client, key) as StreamObj;
  const id = idText === '$' ? stream.lastId : parseId(idText, 0)?.id;
  if (id === undefined) return INVALID_ID;
  group.lastId = id;
  group.entriesRead = options.entriesRead;
  client.server.dirty++;
  keyEvent(client, key, 't', 'xgroup-setid');
  return OK;
}

/** XGROUP DESTROY key group */
function destroyCommand(client: Client, argv: readonly Bytes[]): Reply {
  const [, , key, name] = argv as [Bytes, Bytes, Bytes, Bytes];
  const stream = existingStream(client, key);
  if (stream instanceof ErrorReply) return stream;
  if (!stream.groups.delete(name)) return 0;
  client.server.dirty++;
  keyEvent(client, key, 't', 'xgroup-destroy');
  // Who waits in XREADGROUP for this group learns that it is gone.
  signalKeyAsReady(client.db, key);
  return 1;
}

/** XGROUP CREATECONSUMER key group consumer */
function createconsumerCommand(client: Client, argv: readonly Bytes[]): Reply {
  const [, , key, name, consumer] = argv as [Bytes, Bytes, Bytes, Bytes, Bytes];
  const group = existingGroup(client, key, name);
  if (group instanceof ErrorReply) return group;
  if (group.consumers.has(consumer)) return 0;
  group.consumers.set(consumer, new StreamConsumer(consumer, client.server.commandTimeMs()));
  keyEvent(client, key, 't', 'xgroup-createconsumer');
  client.server.dirty++;
  return 1;
}

/** XGROUP DELCONSUMER key group consumer: replies with how many entries it had pending. */
function delconsumerCommand(client: Client, argv: readonly Bytes[]): Reply {
  const [, , key, name, consumerName] = argv as [Bytes, Bytes, Bytes, Bytes, Bytes];
  const group = existingGroup(client, key, name);
  if (group instanceof ErrorReply) return group;
  const consumer = group.consumers.get(consumerName);
  if (!consumer) return 0;
  const pending = consumer.pel.length;
  for (const nack of [...consumer.pel.nacks]) group.forget(nack.id);
  group.consumers.delete(consumerName);
  // As with the other changes of a group, the stream itself has not changed.
  keyEvent(client, key, 't', 'xgroup-delconsumer');
  client.server.dirty++;
  return pending;
}

/** XACK key group id [id ...] */
function xackCommand(client: Client, argv: readonly Bytes[]): Reply {
  const [, key, name] = argv as [Bytes, Bytes, Bytes];
  const stream = readTypedToChange(client, key, StreamObj);
  if (stream instanceof ErrorReply) return stream;
  const group = stream?.groups.get(name);
  if (!group) return 0;
  const ids: StreamId[] = [];
  for (const text of argv.slice(3)) {
    const id = parseStrictId(text);
    if (id instanceof ErrorReply) return id;
    ids.push(id);
  }
  let acknowledged = 0;
  for (const id of ids) if (group.forget(id)) acknowledged++;
  client.server.dirty += acknowledged;
  return acknowledged;
}

export const streamGroupCommands: CommandProcs = {
  'xgroup|create': createCommand,
  'xgroup|setid': setidCommand,
  'xgroup|destroy': destroyCommand,
  'xgroup|createconsumer': createconsumerCommand,
  'xgroup|delconsumer': delconsumerCommand,
  'xgroup|help': help,
  xack: xackCommand,
};
