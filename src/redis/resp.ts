/* RESP2 and RESP3: requests into argument lists, replies into bytes and back (after networking.c of
 * the server and of hiredis).
 *
 * Parsers are fed pieces of any size and hold nothing but data, so that a world can be saved in the
 * middle of a request. Their limits and error texts are the server's. */

import type { Bytes } from '#base/bytes.ts';
import { int64 } from '#base/integer.ts';
import { splitArgs } from '#base/split-args.ts';
import {
  Attribute,
  BigNumber,
  Bool,
  Double,
  ErrorReply,
  MapReply,
  NullArray,
  Push,
  SetReply,
  Status,
  Verbatim,
  type Reply,
} from './reply.ts';

/** Longest line of a request: an inline command, a count. */
export const PROTO_INLINE_MAX_SIZE = 64 * 1024;

/** What the peer may send; an unauthenticated one may send little. */
export interface RequestLimits {
  maxBulkLength: number;
  authRequired: boolean;
  /** A master writes no commands as lines; only an empty one, to be heard. */
  fromMaster?: boolean;
}

/** Turns a byte stream into commands. */
export class RequestParser {
  /** Bytes not yet consumed begin at `at`. */
  buffer: Bytes = '';
  at = 0;
  /** Arguments still to come of the current command; 0 = between commands. */
  missing = 0;
  bulkLength = -1;
  argv: Bytes[] = [];
  /** Set once the stream is broken: nothing more is read. */
  error: Bytes | null = null;

  feed(data: Bytes): void {
    this.buffer = this.at >= this.buffer.length ? data : this.buffer.slice(this.at) + data;
    this.at = 0;
  }

  /** The next complete command; null when more bytes are needed or the stream is broken (`error`).
   *  Empty commands are skipped. */
  next(limits: RequestLimits): Bytes[] | null {
    while (this.error === null && this.at < this.buffer.length) {
      if (this.missing === 0 && this.buffer.charCodeAt(this.at) !== 42 /* * */) {
        const argv = this.nextInline(limits);
        if (argv === null) return null;
        if (argv.length > 0) return argv;
        continue;
      }
      if (this.missing === 0 && !this.readCount(limits)) return null;
      if (this.missing === 0) continue;
      return this.readArguments(limits);
    }
    return null;
  }

  /** Bytes that wait for the rest of their command. */
  get pendingBytes(): number {
    return this.buffer.length - this.at;
  }

  /** Bytes of the arguments of a command whose last ones are still to come. */
  get argumentBytes(): number {
    if (this.missing === 0) return 0;
    return this.argv.reduce((bytes, arg) => bytes + arg.length, 0);
  }

  private nextInline({ fromMaster }: RequestLimits): Bytes[] | null {
    const end = this.buffer.indexOf('\n', this.at);
    if (end < 0) {
      if (this.pendingBytes > PROTO_INLINE_MAX_SIZE) return this.fail('too big inline request');
      return null;
    }
    const cut = end > this.at && this.buffer.charCodeAt(end - 1) === 13 ? end - 1 : end;
    const line = this.buffer.slice(this.at, cut);
    if (fromMaster === true && line !== '') return this.fail('Master using the inline protocol. Desync?');
    this.at = end + 1;
    return splitArgs(line) ?? this.fail('unbalanced quotes in request');
  }

  private readCount(limits: RequestLimits): boolean {
    const end = this.buffer.indexOf('\r', this.at);
    if (end < 0 || end + 1 >= this.buffer.length) {
      if (end < 0 && this.pendingBytes > PROTO_INLINE_MAX_SIZE) this.fail('too big mbulk count string');
      return false;
    }
    const count = parseLength(this.buffer, this.at + 1, end);
    this.at = end + 2;
    if (count === null || count > 0x7fffffff) {
      this.fail('invalid multibulk length');
      return false;
    }
    if (count > 10 && limits.authRequired) {
      this.fail('unauthenticated multibulk length');
      return false;
    }
    this.missing = Math.max(count, 0);
    this.argv = [];
    return true;
  }

  private readArguments(limits: RequestLimits): Bytes[] | null {
    while (this.missing > 0) {
      if (this.bulkLength < 0 && !this.readBulkLength(limits)) return null;
      const end = this.at + this.bulkLength;
      if (this.buffer.length < end + 2) return null;
      this.argv.push(this.buffer.slice(this.at, end));
      this.at = end + 2;
      this.bulkLength = -1;
      this.missing--;
    }
    return this.argv;
  }

  private readBulkLength(limits: RequestLimits): boolean {
    const end = this.buffer.indexOf('\r', this.at);
    if (end < 0 || end + 1 >= this.buffer.length) {
      if (end < 0 && this.pendingBytes > PROTO_INLINE_MAX_SIZE) this.fail('too big bulk count string');
      return false;
    }
    if (this.buffer.charCodeAt(this.at) !== 36 /* $ */) {
      this.fail(`expected '$', got '${this.buffer.charAt(this.at)}'`);
      return false;
    }
    const length = parseLength(this.buffer, this.at + 1, end);
    if (length === null || length < 0 || length > limits.maxBulkLength) {
      this.fail('invalid bulk length');
      return false;
    }
    if (length > 16384 && limits.authRequired) {
      this.fail('unauthenticated bulk length');
      return false;
    }
    this.at = end + 2;
    this.bulkLength = length;
    return true;
  }

  private fail(why: string): null {
    this.error = `Protocol error: ${why}`;
    this.buffer = '';
    this.at = 0;
    return null;
  }
}

/** The length between two positions as string2ll reads it; null when it is none. Lengths beyond 2^53 need not
 *  be exact. */
function parseLength(text: Bytes, from: number, end: number): number | null {
  // Nearly all are a few digits, and there is one for each argument.
  const isShort = end > from && end - from < 10 && (text.charCodeAt(from) !== 48 || end - from === 1);
  let value = isShort ? 0 : NaN;
  for (let at = from; isShort && at < end; at++) {
    const digit = text.charCodeAt(at) - 48;
    value = digit >= 0 && digit <= 9 ? value * 10 + digit : NaN;
  }
  if (!Number.isNaN(value)) return value;
  const written = text.slice(from, end);
  return /^(0|-?[1-9][0-9]{0,18})$/.test(written) ? Number(written) : null;
}

/** The bytes of one command in RESP, as clients send it. */
export function encodeCommand(argv: readonly Bytes[]): Bytes {
  let out = `*${argv.length}\r\n`;
  for (const arg of argv) out += `$${arg.length}\r\n${arg}\r\n`;
  return out;
}

/** The bytes of a reply in the protocol the client speaks. */
export function encodeReply(reply: Reply, resp: 2 | 3): Bytes {
  if (typeof reply === 'string') return `$${reply.length}\r\n${reply}\r\n`;
  if (typeof reply === 'number' || typeof reply === 'bigint') return `:${reply}\r\n`;
  if (reply === null) return resp === 3 ? '_\r\n' : '$-1\r\n';
  if (reply instanceof Status) return `+${reply.text}\r\n`;
  if (reply instanceof ErrorReply) return `-${reply.text.replace(/[\r\n]/g, ' ')}\r\n`;
  if (Array.isArray(reply)) return aggregate('*', reply as readonly Reply[], resp);
  return resp === 3
    ? encodeResp3(reply as Exclude<Reply, string>)
    : encodeResp2(reply as Exclude<Reply, string>);
}

function aggregate(sign: string, items: readonly Reply[], resp: 2 | 3): Bytes {
  let out = `${sign}${items.length}\r\n`;
  for (const item of items) out += encodeReply(item, resp);
  return out;
}

function pairs(sign: string, list: MapReply['pairs'], resp: 2 | 3): Bytes {
  let out = `${sign}${resp === 3 ? list.length : list.length * 2}\r\n`;
  for (const [key, value] of list) out += encodeReply(key, resp) + encodeReply(value, resp);
  return out;
}

function encodeResp2(reply: Reply): Bytes {
  if (reply instanceof NullArray) return '*-1\r\n';
  if (reply instanceof Double) return encodeReply(reply.text, 2);
  if (reply instanceof Bool) return reply.value ? ':1\r\n' : ':0\r\n';
  if (reply instanceof BigNumber) return encodeReply(reply.digits, 2);
  if (reply instanceof Verbatim) return encodeReply(reply.text, 2);
  if (reply instanceof MapReply) return pairs('*', reply.pairs, 2);
  if (reply instanceof SetReply || reply instanceof Push) return aggregate('*', reply.items, 2);
  return encodeReply((reply as Attribute).reply, 2);
}

function encodeResp3(reply: Reply): Bytes {
  if (reply instanceof NullArray) return '_\r\n';
  if (reply instanceof Double) return `,${reply.text}\r\n`;
  if (reply instanceof Bool) return reply.value ? '#t\r\n' : '#f\r\n';
  if (reply instanceof BigNumber) return `(${reply.digits}\r\n`;
  if (reply instanceof Verbatim) return `=${reply.text.length + 4}\r\n${reply.format}:${reply.text}\r\n`;
  if (reply instanceof MapReply) return pairs('%', reply.pairs, 3);
  if (reply instanceof SetReply) return aggregate('~', reply.items, 3);
  if (reply instanceof Push) return aggregate('>', reply.items, 3);
  const attribute = reply as Attribute;
  return pairs('|', attribute.pairs, 3) + encodeReply(attribute.reply, 3);
}

/** Deepest nesting of a reply that is read: the client of 7.0 knows no limit, our stack does. */
const MAX_DEPTH = 1000;

/** Turns a byte stream into replies. */
export class ReplyParser {
  buffer: Bytes = '';
  at = 0;
  error: Bytes | null = null;

  feed(data: Bytes): void {
    this.buffer = this.at >= this.buffer.length ? data : this.buffer.slice(this.at) + data;
    this.at = 0;
  }

  /** The next complete reply; undefined when more bytes are needed or the stream is broken. */
  next(): Reply | undefined {
    if (this.error !== null || this.at >= this.buffer.length) return undefined;
    const start = this.at;
    const reply = this.read(0);
    if (reply === undefined) this.at = start;
    return reply;
  }

  private read(depth: number): Reply | undefined {
    if (depth > MAX_DEPTH) return this.fail('Protocol error, too deep a reply');
    const end = this.buffer.indexOf('\r\n', this.at);
    if (end < 0) return undefined;
    const sign = this.buffer.charAt(this.at);
    const line = this.buffer.slice(this.at + 1, end);
    this.at = end + 2;
    switch (sign) {
      case '+':
        return new Status(line);
      case '-':
        return new ErrorReply(line);
      case ':':
        return /^-?[0-9]{1,20}$/.test(line) ? int64(BigInt(line)) : this.fail('Bad integer value');
      case '_':
        return null;
      case ',':
        return new Double(line === 'inf' ? Infinity : line === '-inf' ? -Infinity : Number(line), line);
      case '#':
        return new Bool(line === 't');
      case '(':
        return new BigNumber(line);
      default:
        return this.readSized(sign, line, depth);
    }
  }

  private readSized(sign: string, line: Bytes, depth: number): Reply | undefined {
    const length = parseLength(line, 0, line.length);
    if (length === null || length < -1) {
      return this.fail(
        '$!=*%~>|'.includes(sign) && sign !== ''
          ? 'Bad length in reply'
          : `Protocol error, got ${JSON.stringify(sign)} as reply type byte`,
      );
    }
    if (sign === '$' || sign === '!' || sign === '=') {
      if (length === -1) return null;
      if (this.buffer.length < this.at + length + 2) return undefined;
      const text = this.buffer.slice(this.at, this.at + length);
      this.at += length + 2;
      if (sign === '!') return new ErrorReply(text);
      return sign === '$' ? text : new Verbatim(text.slice(0, 3), text.slice(4));
    }
    if (!'*%~>|'.includes(sign)) {
      return this.fail(`Protocol error, got ${JSON.stringify(sign)} as reply type byte`);
    }
    if (length === -1) return new NullArray();
    const items = this.readItems(sign === '%' || sign === '|' ? length * 2 : length, depth);
    if (items === undefined) return undefined;
    if (sign === '*') return items;
    if (sign === '~') return new SetReply(items);
    if (sign === '>') return new Push(items);
    const list: [Reply, Reply][] = [];
    for (let at = 0; at < items.length; at += 2) list.push([items[at] as Reply, items[at + 1] as Reply]);
    if (sign === '%') return new MapReply(list);
    const reply = this.read(depth);
    return reply === undefined ? undefined : new Attribute(list, reply);
  }

  private readItems(count: number, depth: number): Reply[] | undefined {
    const items: Reply[] = [];
    for (let at = 0; at < count; at++) {
      const item = this.at < this.buffer.length ? this.read(depth + 1) : undefined;
      if (item === undefined) return undefined;
      items.push(item);
    }
    return items;
  }

  private fail(why: string): undefined {
    this.error = why;
    return undefined;
  }
}
