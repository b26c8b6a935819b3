/* Strings as arrays of bits (after bitops.c); BITFIELD is in bitfield.ts. */

import type { Bytes } from '#base/bytes.ts';
import { string2ll } from '#base/integer.ts';
import type { Client } from '#redis/client.ts';
import type { CommandProcs } from '#redis/command.ts';
import { dbAdd, setKey } from '#redis/db.ts';
import { ENCODING_RAW, StringObj } from '#redis/object.ts';
import { ErrorReply, type Reply } from '#redis/reply.ts';
import { SYNTAX_ERROR, TOO_LONG, error, isWord, parseLong, parseRange } from '#redis/args.ts';
import { keyChanged, keyEvent, readTyped, storeNothing, writeTyped } from './common.ts';

const BAD_OFFSET = error('ERR bit offset is not an integer or out of range');
const BAD_BIT = error('ERR bit is not an integer or out of range');
/** The longest string a JavaScript engine holds; a little less than the 512 MB of Redis. */
const LONGEST_STRING = 2 ** 29 - 25;

/** Reads a bit offset; `#n` counts fields of `bits` bits where that is allowed. */
export function parseBitOffset(client: Client, text: Bytes, bits: number | null): number | ErrorReply {
  const counted = bits !== null && text.startsWith('#');
  const value = string2ll(counted ? text.slice(1) : text);
  if (value === null) return BAD_OFFSET;
  const offset = Number(value) * (counted ? bits : 1);
  return offset < 0 || Math.floor(offset / 8) >= client.server.config.protoMaxBulkLen ? BAD_OFFSET : offset;
}

/** The string at `key` to be changed, long enough for `lastBit`: created or padded with zeros. The
 *  second value says whether it became longer. */
export function stringForBits(
  client: Client,
  key: Bytes,
  lastBit: number,
): [StringObj, boolean] | ErrorReply {
  const length = Math.floor(lastBit / 8) + 1;
  if (length > LONGEST_STRING) return TOO_LONG;
  let obj = writeTyped(client, key, StringObj);
  if (obj instanceof ErrorReply) return obj;
  if (obj === null) {
    obj = new StringObj('\0'.repeat(length), ENCODING_RAW);
    dbAdd(client.db, key, obj);
    return [obj, true];
  }
  obj.stringEncoding = ENCODING_RAW;
  if (obj.value.length >= length) return [obj, false];
  obj.value += '\0'.repeat(length - obj.value.length);
  return [obj, true];
}

/** The string with one byte replaced. */
export const withByte = (text: Bytes, at: number, value: number): Bytes =>
  text.slice(0, at) + String.fromCharCode(value) + text.slice(at + 1);

/** SETBIT key offset 0|1 */
function setbitCommand(client: Client, argv: readonly Bytes[]): Reply {
  const key = argv[1] as Bytes;
  const offset = parseBitOffset(client, argv[2] as Bytes, null);
  if (offset instanceof ErrorReply) return offset;
  const on = parseRange(argv[3] as Bytes, 0, 1, BAD_BIT);
  if (on instanceof ErrorReply) return on;
  const found = stringForBits(client, key, offset);
  if (found instanceof ErrorReply) return found;
  const [obj, grew] = found;
  const at = Math.floor(offset / 8);
  const mask = 0x80 >> (offset % 8);
  const byte = obj.value.charCodeAt(at);
  const before = byte & mask ? 1 : 0;
  if (grew || before !== on) {
    if (before !== on) obj.value = withByte(obj.value, at, byte ^ mask);
    keyChanged(client, key, '$', 'setbit');
  }
  return before;
}

/** GETBIT key offset */
function getbitCommand(client: Client, argv: readonly Bytes[]): Reply {
  const offset = parseBitOffset(client, argv[2] as Bytes, null);
  if (offset instanceof ErrorReply) return offset;
  const obj = readTyped(client, argv[1] as Bytes, StringObj);
  if (!obj || obj instanceof ErrorReply) return obj ?? 0;
  const at = Math.floor(offset / 8);
  return at < obj.value.length && obj.value.charCodeAt(at) & (0x80 >> (offset % 8)) ? 1 : 0;
}

const bitOperations: Readonly<Record<string, (a: number, b: number) => number>> = {
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
};

/** BITOP AND|OR|XOR|NOT destination key [key ...] */
function bitopCommand(client: Client, argv: readonly Bytes[]): Reply {
  const name = (argv[1] as Bytes).toLowerCase();
  const operation = bitOperations[name];
  if (!operation && name !== 'not') return SYNTAX_ERROR;
  if (name === 'not' && argv.length !== 4) {
    return error('ERR BITOP NOT must be called with a single source key.');
  }
  const sources: Bytes[] = [];
  for (const key of argv.slice(3)) {
    const obj = readTyped(client, key, StringObj);
    if (obj instanceof ErrorReply) return obj;
    sources.push(obj?.value ?? '');
  }
  const destination = argv[2] as Bytes;
  const length = sources.reduce((longest, source) => Math.max(longest, source.length), 0);
  if (length === 0) return storeNothing(client, destination);
  const byteOf = (source: Bytes, at: number): number => (at < source.length ? source.charCodeAt(at) : 0);
  const out: string[] = [];
  for (let at = 0; at < length; at++) {
    const bytes = sources.map((source) => byteOf(source, at));
    out.push(String.fromCharCode(operation ? bytes.reduce(operation) : ~(bytes[0] as number) & 0xff));
  }
  setKey(client, client.db, destination, new StringObj(out.join(''), ENCODING_RAW));
  keyEvent(client, destination, '$', 'set');
  client.server.dirty++;
  return length;
}

function popcount(byte: number): number {
  let count = 0;
  for (let rest = byte; rest; rest &= rest - 1) count++;
  return count;
}

/** A range of bits, both ends included; null when empty. */
function bitRange(
  start: number,
  end: number,
  byBit: boolean,
  bytes: number,
): { first: number; last: number } | null {
  const total = byBit ? bytes * 8 : bytes;
  const from = Math.max(0, start < 0 ? start + total : start);
  const to = Math.min(total - 1, Math.max(0, end < 0 ? end + total : end));
  if (from > to) return null;
  return byBit ? { first: from, last: to } : { first: from * 8, last: to * 8 + 7 };
}

function parseUnit(text: Bytes | undefined): boolean | ErrorReply {
  if (text === undefined || isWord(text, 'byte')) return false;
  return isWord(text, 'bit') ? true : SYNTAX_ERROR;
}

/** BITCOUNT key [start end [BYTE|BIT]] */
function bitcountCommand(client: Client, argv: readonly Bytes[]): Reply {
  const obj = readTyped(client, argv[1] as Bytes, StringObj);
  if (!obj || obj instanceof ErrorReply) return obj ?? 0;
  if (argv.length === 3 || argv.length > 5) return SYNTAX_ERROR;
  let start = 0;
  let end = -1;
  let byBit = false;
  if (argv.length > 3) {
    const from = parseLong(argv[2] as Bytes);
    if (from instanceof ErrorReply) return from;
    const to = parseLong(argv[3] as Bytes);
    if (to instanceof ErrorReply) return to;
    const unit = parseUnit(argv[4]);
    if (unit instanceof ErrorReply) return unit;
    [start, end, byBit] = [from, to, unit];
    if (start < 0 && end < 0 && start > end) return 0;
  }
  const range = bitRange(start, end, byBit, obj.value.length);
  if (!range) return 0;
  let count = 0;
  const firstByte = range.first >> 3;
  const lastByte = range.last >> 3;
  for (let at = firstByte; at <= lastByte; at++) {
    let byte = obj.value.charCodeAt(at);
    if (at === firstByte) byte &= 0xff >> (range.first & 7);
    if (at === lastByte) byte &= 0xff << (7 - (range.last & 7));
    count += popcount(byte);
  }
  return count;
}

/** BITPOS key bit [start [end [BYTE|BIT]]] */
function bitposCommand(client: Client, argv: readonly Bytes[]): Reply {
  const bit = parseLong(argv[2] as Bytes);
  if (bit instanceof ErrorReply) return bit;
  if (bit !== 0 && bit !== 1) return error('ERR The bit argument must be 1 or 0.');
  const obj = readTyped(client, argv[1] as Bytes, StringObj);
  if (obj instanceof ErrorReply) return obj;
  if (obj === null) return bit ? -1 : 0;
  if (argv.length > 6) return SYNTAX_ERROR;
  const start = parseLong(argv[3] ?? '0');
  if (start instanceof ErrorReply) return start;
  const unit = parseUnit(argv[5]);
  if (unit instanceof ErrorReply) return unit;
  const end = parseLong(argv[4] ?? '-1');
  if (end instanceof ErrorReply) return end;
  const range = bitRange(start, end, unit, obj.value.length);
  if (!range) return -1;
  for (let at = range.first; at <= range.last; at++) {
    const byte = obj.value.charCodeAt(at >> 3);
    // Whole bytes without such a bit are skipped.
    if ((at & 7) === 0 && byte === (bit ? 0 : 0xff) && at + 7 <= range.last) {
      at += 7;
      continue;
    }
    if (((byte >> (7 - (at & 7))) & 1) === bit) return at;
  }
  // Right of the string stand zeros, unless an end was given.
  return bit === 1 || argv.length > 4 ? -1 : range.last + 1;
}

export const bitCommands: CommandProcs = {
  setbit: setbitCommand,
  getbit: getbitCommand,
  bitop: bitopCommand,
  bitcount: bitcountCommand,
  bitpos: bitposCommand,
};
