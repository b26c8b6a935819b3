/* The stream commands on entries (after t_stream.c). Reading with waiting and with groups is in
 * stream-read.ts, groups in stream-group-commands.ts and stream-pending.ts, XINFO in stream-info.ts. */

import type { Bytes } from '#base/bytes.ts';
import { UINT64_MAX, string2ll } from '#base/integer.ts';
import type { Client } from '#redis/client.ts';
import type { CommandProcs } from '#redis/command.ts';
import { dbAdd, signalKeyAsReady } from '#redis/db.ts';
import { mustObeyClient } from '#redis/process-command.ts';
import { rewriteClientCommandVector } from '#redis/propagate.ts';
import { ErrorReply, NULL_ARRAY, OK, type Reply } from '#redis/reply.ts';
import { NOT_INTEGER, NO_SUCH_KEY, SYNTAX_ERROR, error, isWord } from '#redis/args.ts';
import { keyChanged, keyEvent, keyTouched, readTyped, writeTyped } from './common.ts';
import {
  INVALID_ID,
  MAX_ID,
  ZERO_ID,
  compareIds,
  formatId,
  nextId,
  parseId,
  parseIntervalEnd,
  parseStrictId,
  type ParsedId,
  type StreamId,
} from './stream-id.ts';
import { STREAM_LISTPACK_MAX_SIZE, StreamObj, type StreamTrim } from './stream-obj.ts';
import { entryReply } from './stream-reply.ts';

/** Options in front of XADD's entry, or those of XTRIM. */
interface AddOrTrim {
  noMkstream: boolean;
  trim: StreamTrim | null;
  /** Where in argv the threshold of the trimming stands. */
  trimAt: number;
  /** Null: the server chooses. */
  id: ParsedId | null;
  /** Where in argv the id stands, or where options ended. */
  next: number;
}

function parseThreshold(strategy: 'maxlen' | 'minid', text: Bytes): Partial<StreamTrim> | ErrorReply {
  if (strategy === 'minid') {
    const minid = parseStrictId(text);
    return minid instanceof ErrorReply ? minid : { minid };
  }
  const maxlen = string2ll(text);
  if (maxlen === null) return NOT_INTEGER;
  return maxlen < 0 ? error('ERR The MAXLEN argument must be >= 0.') : { maxlen: Number(maxlen) };
}

function parseAddOrTrim(client: Client, argv: readonly Bytes[], isAdd: boolean): AddOrTrim | ErrorReply {
  const out: AddOrTrim = { noMkstream: false, trim: null, trimAt: 0, id: null, next: argv.length };
  let limit: number | null = null;
  for (let at = 2; at < argv.length; at++) {
    const option = argv[at] as Bytes;
    const left = argv.length - 1 - at;
    const strategy = isWord(option, 'maxlen') ? 'maxlen' : isWord(option, 'minid') ? 'minid' : null;
    if (isAdd && option === '*') {
      out.next = at;
      break;
    } else if (strategy && left >= 1) {
      if (out.trim) {
        return error('ERR syntax error, MAXLEN and MINID options at the same time are not compatible');
      }
      const mark = argv[at + 1];
      const marked = left >= 2 && (mark === '~' || mark === '=');
      if (marked) at++;
      const threshold = parseThreshold(strategy, argv[++at] as Bytes);
      if (threshold instanceof ErrorReply) return threshold;
      const approximate = marked && mark === '~';
      out.trim = { strategy, maxlen: 0, minid: ZERO_ID, approximate, limit: 0, ...threshold };
      out.trimAt = at;
    } else if (isWord(option, 'limit') && left >= 1) {
      const value = string2ll(argv[++at] as Bytes);
      if (value === null) return NOT_INTEGER;
      if (value < 0) return error('ERR The LIMIT argument must be >= 0.');
      limit = Number(value);
    } else if (isAdd && isWord(option, 'nomkstream')) {
      out.noMkstream = true;
    } else if (isAdd) {
      out.id = parseId(option, 0, { strict: true, autoSeq: true });
      if (out.id === null) return INVALID_ID;
      out.next = at;
      break;
    } else {
      return SYNTAX_ERROR;
    }
  }
  return finishTrim(client, out, limit, isAdd);
}

function finishTrim(
  client: Client,
  out: AddOrTrim,
  limit: number | null,
  isAdd: boolean,
): AddOrTrim | ErrorReply {
  if (limit && !out.trim) {
    return error('ERR syntax error, LIMIT cannot be used without specifying a trimming strategy');
  }
  if (!isAdd && !out.trim) return error('ERR syntax error, XTRIM must be called with a trimming strategy');
  // What the master did not limit, its replica and its AOF must not limit either.
  if (!out.trim || mustObeyClient(client)) return out;
  if (limit !== null) {
    if (!out.trim.approximate) {
      return error('ERR syntax error, LIMIT cannot be used without the special ~ option');
    }
    out.trim = { ...out.trim, limit };
  } else if (out.trim.approximate) {
    const standard = 100 * client.server.config.streamNodeMaxEntries;
    out.trim = { ...out.trim, limit: standard <= 0 ? 10_000 : Math.min(standard, 1_000_000) };
  }
  return out;
}

/** The id that a new entry gets; null when it would not be greater than the last. */
function chooseId(client: Client, stream: StreamObj, wanted: ParsedId | null): StreamId | null {
  const last = stream.lastId;
  let id: StreamId | null;
  if (wanted === null) {
    const now = client.server.commandTimeMs();
    id = now > last.ms ? { ms: now, seq: 0 } : nextId(last);
  } else if (wanted.seqGiven) {
    id = wanted.id;
  } else if (last.ms === wanted.id.ms) {
    id = last.seq === UINT64_MAX ? null : nextId(last);
  } else {
    id = { ms: wanted.id.ms, seq: 0 };
  }
  return id && compareIds(id, last) > 0 ? id : null;
}

/** What a replica must cut off to get the same stream: exactly what is left here. */
function exactTrimArguments(argv: Bytes[], stream: StreamObj, { trim, trimAt }: AddOrTrim): void {
  if (!trim?.approximate) return;
  argv[trimAt - 1] = '=';
  argv[trimAt] = trim.strategy === 'maxlen' ? String(stream.length) : formatId(stream.firstId);
}

/** XADD key [NOMKSTREAM] [MAXLEN|MINID [=|~] threshold [LIMIT count]] *|id field value [...] */
function xaddCommand(client: Client, argv: readonly Bytes[]): Reply {
  const key = argv[1] as Bytes;
  const parsed = parseAddOrTrim(client, argv, true);
  if (parsed instanceof ErrorReply) return parsed;
  const fields = argv.slice(parsed.next + 1);
  if (fields.length < 2 || fields.length % 2 === 1) {
    return error("ERR wrong number of arguments for 'xadd' command");
  }
  if (parsed.id?.seqGiven && compareIds(parsed.id.id, ZERO_ID) === 0) {
    return error('ERR The ID specified in XADD must be greater than 0-0');
  }
  let stream = writeTyped(client, key, StreamObj);
  if (stream instanceof ErrorReply) return stream;
  if (stream === null) {
    if (parsed.noMkstream) return null;
    stream = new StreamObj();
    dbAdd(client.db, key, stream);
  }
  if (compareIds(stream.lastId, MAX_ID) === 0) {
    return error('ERR The stream has exhausted the last possible ID, unable to add more items');
  }
  const id = chooseId(client, stream, parsed.id);
  if (id === null)
    return error('ERR The ID specified in XADD is equal or smaller than the target stream top item');
  let size = 0;
  for (const part of fields) size += part.length;
  if (size > STREAM_LISTPACK_MAX_SIZE) return error('ERR Elements are too large to be stored');
  stream.append(id, fields, client.server.config);
  keyChanged(client, key, 't', 'xadd');
  const propagated = [...argv];
  if (parsed.trim) {
    if (stream.trim(parsed.trim)) keyEvent(client, key, 't', 'xtrim');
    exactTrimArguments(propagated, stream, parsed);
  }
  propagated[parsed.next] = formatId(id);
  rewriteClientCommandVector(client, propagated);
  signalKeyAsReady(client.db, key);
  return formatId(id);
}

/** XTRIM key MAXLEN|MINID [=|~] threshold [LIMIT count] */
function xtrimCommand(client: Client, argv: readonly Bytes[]): Reply {
  const key = argv[1] as Bytes;
  const parsed = parseAddOrTrim(client, argv, false);
  if (parsed instanceof ErrorReply) return parsed;
  const stream = writeTyped(client, key, StreamObj);
  if (!stream || stream instanceof ErrorReply) return stream ?? 0;
  const removed = stream.trim(parsed.trim as StreamTrim);
  if (removed === 0) return 0;
  keyEvent(client, key, 't', 'xtrim');
  const propagated = [...argv];
  exactTrimArguments(propagated, stream, parsed);
  rewriteClientCommandVector(client, propagated);
  keyTouched(client, key, removed);
  return removed;
}

/** XDEL key id [id ...] */
function xdelCommand(client: Client, argv: readonly Bytes[]): Reply {
  const key = argv[1] as Bytes;
  const stream = writeTyped(client, key, StreamObj);
  if (!stream || stream instanceof ErrorReply) return stream ?? 0;
  const ids: StreamId[] = [];
  for (const text of argv.slice(2)) {
    const id = parseStrictId(text);
    if (id instanceof ErrorReply) return id;
    ids.push(id);
  }
  let deleted = 0;
  for (const id of ids) if (stream.delete(id)) deleted++;
  if (deleted === 0) return 0;
  stream.updateFirstId();
  keyChanged(client, key, 't', 'xdel', deleted);
  return deleted;
}

/** XLEN key */
function xlenCommand(client: Client, argv: readonly Bytes[]): Reply {
  const stream = readTyped(client, argv[1] as Bytes, StreamObj);
  return stream instanceof ErrorReply ? stream : (stream?.length ?? 0);
}

/** XRANGE key start end [COUNT count], and XREVRANGE key end start [COUNT count] */
function rangeWith(reverse: boolean) {
  return (client: Client, argv: readonly Bytes[]): Reply => {
    const start = parseIntervalEnd(argv[reverse ? 3 : 2] as Bytes, 'start');
    if (start instanceof ErrorReply) return start;
    const end = parseIntervalEnd(argv[reverse ? 2 : 3] as Bytes, 'end');
    if (end instanceof ErrorReply) return end;
    let count: number | null = null;
    for (let at = 4; at < argv.length; at += 2) {
      const value = argv[at + 1];
      if (!isWord(argv[at], 'count') || value === undefined) return SYNTAX_ERROR;
      const parsed = string2ll(value);
      if (parsed === null) return NOT_INTEGER;
      count = Math.max(0, Number(parsed));
    }
    const stream = readTyped(client, argv[1] as Bytes, StreamObj);
    if (stream instanceof ErrorReply) return stream;
    if (stream === null) return [];
    if (count === 0) return NULL_ARRAY;
    const out: Reply[] = [];
    for (const entry of reverse ? stream.reverseRange(start, end) : stream.range(start, end)) {
      out.push(entryReply(entry));
      if (out.length === count) break;
    }
    return out;
  };
}

/** XSETID key last-id [ENTRIESADDED count] [MAXDELETEDID id] */
function xsetidCommand(client: Client, argv: readonly Bytes[]): Reply {
  const key = argv[1] as Bytes;
  const id = parseStrictId(argv[2] as Bytes);
  if (id instanceof ErrorReply) return id;
  let entriesAdded: number | null = null;
  let maxDeletedId = ZERO_ID;
  for (let at = 3; at < argv.length; at += 2) {
    const value = argv[at + 1];
    if (value === undefined) return SYNTAX_ERROR;
    if (isWord(argv[at], 'entriesadded')) {
      const parsed = string2ll(value);
      if (parsed === null) return NOT_INTEGER;
      if (parsed < 0) return error('ERR entries_added must be positive');
      entriesAdded = Number(parsed);
    } else if (isWord(argv[at], 'maxdeletedid')) {
      const parsed = parseStrictId(value);
      if (parsed instanceof ErrorReply) return parsed;
      if (compareIds(id, parsed) < 0) {
        return error('ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id');
      }
      maxDeletedId = parsed;
    } else {
      return SYNTAX_ERROR;
    }
  }
  const stream = writeTyped(client, key, StreamObj);
  if (!stream || stream instanceof ErrorReply) return stream ?? NO_SUCH_KEY;
  if (compareIds(id, stream.maxDeletedId) < 0) {
    return error('ERR The ID specified in XSETID is smaller than current max_deleted_entry_id');
  }
  if (stream.length > 0) {
    if (compareIds(id, stream.lastValidId()) < 0) {
      return error('ERR The ID specified in XSETID is smaller than the target stream top item');
    }
    if (entriesAdded !== null && stream.length > entriesAdded) {
      return error('ERR The entries_added specified in XSETID is smaller than the target stream length');
    }
  }
  stream.lastId = id;
  if (entriesAdded !== null) stream.entriesAdded = entriesAdded;
  if (compareIds(maxDeletedId, ZERO_ID) !== 0) stream.maxDeletedId = maxDeletedId;
  client.server.dirty++;
  keyEvent(client, key, 't', 'xsetid');
  return OK;
}

export const streamCommands: CommandProcs = {
  xadd: xaddCommand,
  xtrim: xtrimCommand,
  xdel: xdelCommand,
  xlen: xlenCommand,
  xrange: rangeWith(false),
  xrevrange: rangeWith(true),
  xsetid: xsetidCommand,
};
