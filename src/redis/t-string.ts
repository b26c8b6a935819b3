/* Strings: SET and GET in all forms, counters, ranges (after t_string.c). LCS is in lcs.ts, bits are
 * among the types. */

import type { Bytes } from '#base/bytes.ts';
import { addInt64, string2ll, type Int64 } from '#base/integer.ts';
import { addLongDouble, formatHuman, parseLongDouble } from '#base/long-double.ts';
import {
  NOT_FLOAT,
  NOT_INTEGER,
  parseLong,
  SYNTAX_ERROR,
  TOO_LONG,
  WOULD_BE_INFINITE,
  WOULD_OVERFLOW,
} from './args.ts';
import type { Client } from './client.ts';
import type { Command } from './command-table.ts';
import type { CommandProcs } from './command.ts';
import {
  checkType,
  dbAdd,
  dbDelete,
  dbOverwrite,
  lookupKeyRead,
  lookupKeyWrite,
  notifyKeyspaceEvent,
  removeExpire,
  setExpire,
  setKey,
  setStringKey,
  signalModifiedKey,
} from './db.ts';
import { expireMilliseconds, hasAlreadyExpired } from './expire-commands.ts';
import { lcs } from './lcs.ts';
import {
  createPlainStringObject,
  createStringObject,
  ENCODING_INT,
  ENCODING_RAW,
  StringObj,
  type Obj,
} from './object.ts';
import { mustObeyClient } from './process-command.ts';
import { rewriteClientCommandVector } from './propagate.ts';
import { ErrorReply, OK, type Reply } from './reply.ts';

/** Tells everyone who must know that a string changed. */
function stringChanged(client: Client, key: Bytes, event: string): void {
  const server = client.server;
  signalModifiedKey(client, client.db, key);
  if (server.config.notifyKeyspaceEvents !== 0) notifyKeyspaceEvent(server, '$', event, key, client.db.id);
  server.dirty++;
}

/** What may follow the value in SET, or the key in GETEX. */
interface StringOptions {
  nx: boolean;
  xx: boolean;
  get: boolean;
  keepTtl: boolean;
  persist: boolean;
  /** EX, PX, EXAT or PXAT in lower case, and its argument. */
  unit: string | null;
  time: Bytes;
}

const EXPIRE_UNITS = new Set(['ex', 'px', 'exat', 'pxat']);

/** Null when the options contradict each other or are unknown. */
function parseStringOptions(argv: readonly Bytes[], from: number, isSet: boolean): StringOptions | null {
  const options = {
    nx: false,
    xx: false,
    get: false,
    keepTtl: false,
    persist: false,
    unit: null,
    time: '',
  } as StringOptions;
  for (let at = from; at < argv.length; at++) {
    const word = (argv[at] as Bytes).toLowerCase();
    // The same unit may be given again, and counts; another may not.
    const timed = options.unit !== null && options.unit !== word;
    if (isSet && word === 'nx' && !options.xx) options.nx = true;
    else if (isSet && word === 'xx' && !options.nx) options.xx = true;
    else if (isSet && word === 'get') options.get = true;
    else if (isSet && word === 'keepttl' && !timed) options.keepTtl = true;
    else if (!isSet && word === 'persist' && !timed) options.persist = true;
    else if (
      EXPIRE_UNITS.has(word) &&
      !timed &&
      !options.keepTtl &&
      !options.persist &&
      at + 1 < argv.length
    ) {
      options.unit = word;
      options.time = argv[++at] as Bytes;
    } else return null;
  }
  return options;
}

function set(client: Client, argv: readonly Bytes[]): Reply {
  const key = argv[1] as Bytes;
  const value = argv[2] as Bytes;
  if (argv.length === 3) {
    setStringKey(client, client.db, key, value);
    notifySet(client, key);
    return OK;
  }
  const options = parseStringOptions(argv, 3, true);
  if (options === null) return SYNTAX_ERROR;
  let whenMs = -1;
  if (options.unit !== null) {
    const when = expireMilliseconds(client, options.time, options.unit);
    if (when instanceof ErrorReply) return when;
    whenMs = when;
  }
  let before: Reply = OK;
  if (options.get) {
    before = get(client, argv);
    if (before instanceof ErrorReply) return before;
  }
  const found = lookupKeyWrite(client, key) !== null;
  if ((options.nx && found) || (options.xx && !found)) return options.get ? before : null;
  setKey(client, client.db, key, createStringObject(value), { keepTtl: options.keepTtl });
  notifySet(client, key);
  if (whenMs >= 0) {
    setExpire(client, client.db, key, whenMs);
    // Replicas must not count the seconds from the moment the command reaches them.
    rewriteClientCommandVector(client, ['SET', key, value, 'PXAT', String(whenMs)]);
    notifyKeyspaceEvent(client.server, 'g', 'expire', key, client.db.id);
  } else if (options.get) {
    rewriteClientCommandVector(
      client,
      argv.filter((arg, at) => at < 3 || arg.toLowerCase() !== 'get'),
    );
  }
  return before;
}

function notifySet(client: Client, key: Bytes): void {
  const server = client.server;
  if (server.config.notifyKeyspaceEvents !== 0) notifyKeyspaceEvent(server, '$', 'set', key, client.db.id);
  server.dirty++;
}

function setnx(client: Client, argv: readonly Bytes[]): Reply {
  const key = argv[1] as Bytes;
  if (lookupKeyWrite(client, key) !== null) return 0;
  setKey(client, client.db, key, createStringObject(argv[2] as Bytes));
  notifySet(client, key);
  return 1;
}

function setWithTtl(client: Client, argv: readonly Bytes[], unit: string): Reply {
  const when = expireMilliseconds(client, argv[2] as Bytes, unit);
  if (when instanceof ErrorReply) return when;
  const key = argv[1] as Bytes;
  const value = argv[3] as Bytes;
  setKey(client, client.db, key, createStringObject(value));
  notifySet(client, key);
  setExpire(client, client.db, key, when);
  rewriteClientCommandVector(client, ['SET', key, value, 'PXAT', String(when)]);
  notifyKeyspaceEvent(client.server, 'g', 'expire', key, client.db.id);
  return OK;
}

function get(client: Client, argv: readonly Bytes[]): Reply {
  const obj = lookupKeyRead(client, argv[1] as Bytes);
  if (obj === null) return null;
  return obj instanceof StringObj ? obj.value : (checkType(client, obj, 'string') as ErrorReply);
}

function getex(client: Client, argv: readonly Bytes[]): Reply {
  const options = parseStringOptions(argv, 2, false);
  if (options === null) return SYNTAX_ERROR;
  const key = argv[1] as Bytes;
  const value = get(client, argv);
  if (value === null || value instanceof ErrorReply) return value;
  const { server, db } = client;
  if (options.unit !== null) {
    const when = expireMilliseconds(client, options.time, options.unit);
    if (when instanceof ErrorReply) return when;
    if (options.unit.endsWith('at') && hasAlreadyExpired(client, when)) {
      dbDelete(db, key, server.config.lazyfreeLazyExpire);
      rewriteClientCommandVector(client, [server.config.lazyfreeLazyExpire ? 'UNLINK' : 'DEL', key]);
      signalModifiedKey(client, db, key);
      notifyKeyspaceEvent(server, 'g', 'del', key, db.id);
    } else {
      setExpire(client, db, key, when);
      rewriteClientCommandVector(client, ['PEXPIREAT', key, String(when)]);
      signalModifiedKey(client, db, key);
      notifyKeyspaceEvent(server, 'g', 'expire', key, db.id);
    }
    server.dirty++;
  } else if (options.persist && removeExpire(db, key)) {
    signalModifiedKey(client, db, key);
    rewriteClientCommandVector(client, ['PERSIST', key]);
    notifyKeyspaceEvent(server, 'g', 'persist', key, db.id);
    server.dirty++;
  }
  return value;
}

function getdel(client: Client, argv: readonly Bytes[]): Reply {
  const value = get(client, argv);
  if (value === null || value instanceof ErrorReply) return value;
  const key = argv[1] as Bytes;
  dbDelete(client.db, key);
  rewriteClientCommandVector(client, ['DEL', key]);
  signalModifiedKey(client, client.db, key);
  notifyKeyspaceEvent(client.server, 'g', 'del', key, client.db.id);
  client.server.dirty++;
  return value;
}

function getset(client: Client, argv: readonly Bytes[]): Reply {
  const before = get(client, argv);
  if (before instanceof ErrorReply) return before;
  const key = argv[1] as Bytes;
  setKey(client, client.db, key, createStringObject(argv[2] as Bytes));
  notifySet(client, key);
  rewriteClientCommandVector(client, ['SET', key, argv[2] as Bytes]);
  return before;
}

function mget(client: Client, argv: readonly Bytes[]): Reply {
  const values: Reply[] = [];
  for (let at = 1; at < argv.length; at++) {
    const obj = lookupKeyRead(client, argv[at] as Bytes);
    values.push(obj instanceof StringObj ? obj.value : null);
  }
  return values;
}

function msetGeneric(client: Client, argv: readonly Bytes[], onlyNew: boolean): Reply {
  if (argv.length % 2 === 0) {
    return new ErrorReply(`ERR wrong number of arguments for '${(client.cmd as Command).fullName}' command`);
  }
  if (onlyNew) {
    for (let at = 1; at < argv.length; at += 2) {
      if (lookupKeyWrite(client, argv[at] as Bytes) !== null) return 0;
    }
  }
  for (let at = 1; at < argv.length; at += 2) {
    const key = argv[at] as Bytes;
    setKey(client, client.db, key, createStringObject(argv[at + 1] as Bytes));
    notifySet(client, key);
  }
  return onlyNew ? 1 : OK;
}

/** The error when a string would grow beyond what a client may send. */
function tooLong(client: Client, length: number): ErrorReply | null {
  return length > client.server.config.protoMaxBulkLen && !mustObeyClient(client) ? TOO_LONG : null;
}

function append(client: Client, argv: readonly Bytes[]): Reply {
  const key = argv[1] as Bytes;
  const tail = argv[2] as Bytes;
  const obj = lookupKeyWrite(client, key);
  if (obj === null) {
    dbAdd(client.db, key, createStringObject(tail));
    stringChanged(client, key, 'append');
    return tail.length;
  }
  if (!(obj instanceof StringObj)) return checkType(client, obj, 'string') as ErrorReply;
  const error = tooLong(client, obj.value.length + tail.length);
  if (error !== null) return error;
  obj.value += tail;
  obj.stringEncoding = ENCODING_RAW;
  stringChanged(client, key, 'append');
  return obj.value.length;
}

function strlen(client: Client, argv: readonly Bytes[]): Reply {
  const value = get(client, argv);
  return value === null ? 0 : value instanceof ErrorReply ? value : (value as Bytes).length;
}

function setrange(client: Client, argv: readonly Bytes[]): Reply {
  const key = argv[1] as Bytes;
  const offset = parseLong(argv[2] as Bytes);
  const piece = argv[3] as Bytes;
  if (offset instanceof ErrorReply) return offset;
  if (offset < 0) return new ErrorReply('ERR offset is out of range');
  const obj = lookupKeyWrite(client, key);
  const wrongType = checkType(client, obj, 'string');
  if (wrongType !== null) return wrongType;
  const old = obj === null ? '' : (obj as StringObj).value;
  if (piece.length === 0) return old.length;
  const error = tooLong(client, offset + piece.length);
  if (error !== null) return error;
  const value = old.padEnd(offset, '\0').slice(0, offset) + piece + old.slice(offset + piece.length);
  if (obj === null) dbAdd(client.db, key, new StringObj(value, ENCODING_RAW));
  else {
    (obj as StringObj).value = value;
    (obj as StringObj).stringEncoding = ENCODING_RAW;
  }
  stringChanged(client, key, 'setrange');
  return value.length;
}

function getrange(client: Client, argv: readonly Bytes[]): Reply {
  let start = parseLong(argv[2] as Bytes);
  if (start instanceof ErrorReply) return start;
  let end = parseLong(argv[3] as Bytes);
  if (end instanceof ErrorReply) return end;
  const value = get(client, argv);
  if (value === null) return '';
  if (value instanceof ErrorReply) return value;
  const text = value as Bytes;
  if (start < 0 && end < 0 && start > end) return '';
  if (start < 0) start = Math.max(0, text.length + start);
  if (end < 0) end = Math.max(0, text.length + end);
  return text.slice(start, end + 1);
}

function incrDecr(client: Client, key: Bytes, by: Int64): Reply {
  const obj = lookupKeyWrite(client, key);
  let before: Int64 = 0;
  if (obj !== null) {
    if (!(obj instanceof StringObj)) return checkType(client, obj, 'string') as ErrorReply;
    const value = obj.integer();
    if (value === null) return NOT_INTEGER;
    before = value;
  }
  const after = addInt64(before, by);
  if (after === null) return WOULD_OVERFLOW;
  if (obj === null) dbAdd(client.db, key, new StringObj(String(after), ENCODING_INT));
  else (obj as StringObj).setInteger(after);
  stringChanged(client, key, 'incrby');
  return after;
}

function incrby(client: Client, argv: readonly Bytes[]): Reply {
  const by = string2ll(argv[2] as Bytes);
  return by === null ? NOT_INTEGER : incrDecr(client, argv[1] as Bytes, by);
}

function decrby(client: Client, argv: readonly Bytes[]): Reply {
  const by = string2ll(argv[2] as Bytes);
  if (by === null) return NOT_INTEGER;
  // The smallest integer has no opposite.
  if (by === -0x8000000000000000n) return new ErrorReply('ERR decrement would overflow');
  return incrDecr(client, argv[1] as Bytes, -by);
}

function incrbyfloat(client: Client, argv: readonly Bytes[]): Reply {
  const key = argv[1] as Bytes;
  const obj = lookupKeyWrite(client, key);
  const wrongType = checkType(client, obj, 'string');
  if (wrongType !== null) return wrongType;
  const before = parseLongDouble(obj === null ? '0' : (obj as StringObj).value);
  const by = parseLongDouble(argv[2] as Bytes);
  if (before === null || by === null) return NOT_FLOAT;
  const after = addLongDouble(before, by);
  if (after === null || after.infinite !== 0) return WOULD_BE_INFINITE;
  const text = formatHuman(after);
  const value: Obj = createPlainStringObject(text);
  if (obj === null) dbAdd(client.db, key, value);
  else dbOverwrite(client.db, key, value);
  stringChanged(client, key, 'incrbyfloat');
  // A replica's floating point must not be trusted to give the same digits.
  rewriteClientCommandVector(client, ['SET', key, text, 'KEEPTTL']);
  return text;
}

export const stringCommands: CommandProcs = {
  set,
  setnx,
  setex: (client, argv) => setWithTtl(client, argv, 'ex'),
  psetex: (client, argv) => setWithTtl(client, argv, 'px'),
  get,
  getex,
  getdel,
  getset,
  mget,
  mset: (client, argv) => msetGeneric(client, argv, false),
  msetnx: (client, argv) => msetGeneric(client, argv, true),
  append,
  strlen,
  setrange,
  getrange,
  substr: getrange,
  incr: (client, argv) => incrDecr(client, argv[1] as Bytes, 1),
  decr: (client, argv) => incrDecr(client, argv[1] as Bytes, -1),
  incrby,
  decrby,
  incrbyfloat,
  lcs,
};
