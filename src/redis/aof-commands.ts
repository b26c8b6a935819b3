/* The dataset as the commands that would make it: the base of an AOF without RDB preamble (after
 * rewriteAppendOnlyFileRio in aof.c). Long values are spread over several commands. */

import { unreachable } from '#base/assert.ts';
import type { Bytes } from '#base/bytes.ts';
import { formatG } from '#base/float.ts';
import { type Db, getExpire } from './db.ts';
import { StringObj, type Obj } from './object.ts';
import { encodeCommand } from './resp.ts';
import { libraryCodes } from './scripting/libraries.ts';
import type { Server } from './server.ts';
import { HashObj } from './types/hash-obj.ts';
import { ListObj } from './types/list-obj.ts';
import { SetObj } from './types/set-obj.ts';
import type { StreamGroup } from './types/stream-group.ts';
import { formatId, MAX_ID, ZERO_ID } from './types/stream-id.ts';
import { StreamObj } from './types/stream-obj.ts';
import { ZsetObj } from './types/zset-obj.ts';

/** Elements that one command adds. */
const ITEMS_PER_COMMAND = 64;

/** Functions and databases of a server as commands. */
export function datasetAsCommands(server: Server): Bytes {
  const parts: Bytes[] = [];
  const add = (...argv: Bytes[]): void => void parts.push(encodeCommand(argv));
  if (server.config.aofTimestampEnabled) parts.push(timestampAnnotation(server));
  for (const code of libraryCodes(server)) add('FUNCTION', 'LOAD', code);
  for (const db of server.dbs) {
    if (db.keys.size === 0) continue;
    add('SELECT', String(db.id));
    db.keys.forEach((key, obj) => keyAsCommands(db, key, obj, add));
  }
  return parts.join('');
}

/** The line that says when the commands behind it ran. */
export function timestampAnnotation(server: Server): Bytes {
  return `#TS:${Math.floor(server.mstime() / 1000)}\r\n`;
}

type Add = (...argv: Bytes[]) => void;

function keyAsCommands(db: Db, key: Bytes, obj: Obj, add: Add): void {
  if (obj instanceof StringObj) add('SET', key, obj.value);
  else if (obj instanceof ListObj) inPortions(obj.items, (items) => add('RPUSH', key, ...items));
  else if (obj instanceof SetObj) inPortions(obj.members(), (items) => add('SADD', key, ...items));
  else if (obj instanceof HashObj) inPortions(obj.entries(), (items) => add('HMSET', key, ...items.flat()));
  else if (obj instanceof ZsetObj) {
    inPortions(obj.sorted, (items) =>
      add('ZADD', key, ...items.flatMap(({ member, score }) => [formatG(score, 17), member])),
    );
  } else if (obj instanceof StreamObj) streamAsCommands(key, obj, add);
  else unreachable(obj as never);
  const expiresAtMs = getExpire(db, key);
  if (expiresAtMs !== -1) add('PEXPIREAT', key, String(expiresAtMs));
}

function inPortions<T>(items: Iterable<T>, add: (portion: T[]) => void): void {
  let portion: T[] = [];
  for (const item of items) {
    portion.push(item);
    if (portion.length === ITEMS_PER_COMMAND) {
      add(portion);
      portion = [];
    }
  }
  if (portion.length > 0) add(portion);
}

function streamAsCommands(key: Bytes, stream: StreamObj, add: Add): void {
  for (const { id, fields } of stream.range(ZERO_ID, MAX_ID)) add('XADD', key, formatId(id), ...fields);
  // An entry that is trimmed at once makes a stream without entries.
  if (stream.length === 0) add('XADD', key, 'MAXLEN', '0', '0-1', 'x', 'y');
  add(
    'XSETID',
    key,
    formatId(stream.lastId),
    'ENTRIESADDED',
    String(stream.entriesAdded),
    'MAXDELETEDID',
    formatId(stream.maxDeletedId),
  );
  for (const [name, group] of stream.groups) groupAsCommands(key, name, group, add);
}

function groupAsCommands(key: Bytes, name: Bytes, group: StreamGroup, add: Add): void {
  const read = String(group.entriesRead ?? -1);
  add('XGROUP', 'CREATE', key, name, formatId(group.lastId), 'ENTRIESREAD', read);
  for (const consumer of group.consumers.values()) {
    if (consumer.pel.length === 0) add('XGROUP', 'CREATECONSUMER', key, name, consumer.name);
    for (const nack of consumer.pel.from(ZERO_ID)) {
      const time = ['TIME', String(nack.deliveredAtMs), 'RETRYCOUNT', String(nack.deliveries)];
      add('XCLAIM', key, name, consumer.name, '0', formatId(nack.id), ...time, 'JUSTID', 'FORCE');
    }
  }
}
