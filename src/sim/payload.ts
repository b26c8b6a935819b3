/* Payloads as the network sees them: how long they are, what they are called on the stage. */

import type { Bytes } from '#base/bytes.ts';
import { CLUSTERMSG_LABELS, type BusMessage } from '#redis/cluster/message.ts';
import type { Payload } from '#redis/io.ts';
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
} from '#redis/reply.ts';
import type { PacketFrame } from './frame.ts';
import type { Segment } from './segment.ts';

/** Turns payloads into bytes and back; a world in wire mode 'bytes' sends everything through it. */
export interface WireCodec {
  encode(payload: Payload): Bytes;
  /** Must give a payload equal to the one that was encoded. `like` tells its kind and protocol. */
  decode(bytes: Bytes, like: Payload): Payload;
}

/** Bytes on the wire, near enough for bandwidth and buffers (bus messages: exact). */
export function payloadBytes(payload: Payload): number {
  switch (payload.kind) {
    case 'command': {
      let total = 4;
      for (const word of payload.argv) total += word.length + 5 + digits(word.length);
      return total;
    }
    case 'reply':
      return replyBytes(payload.reply);
    case 'bus':
      return busBytes(payload.message);
    case 'bytes':
      return payload.data.length;
  }
}

function busBytes(message: BusMessage): number {
  const { data } = message;
  switch (data.kind) {
    case 'gossip':
      return (
        2256 + 104 * data.section.about.length + (data.hostname ? 8 + ((data.hostname.length + 8) & ~7) : 0)
      );
    case 'fail':
      return 2256 + 40;
    case 'publish':
      return 2256 + 8 + data.channel.length + data.message.length;
    case 'update':
      return 2256 + 8 + 40 + 2048;
    case 'module':
      return 2256 + 13 + data.payload.length;
    case 'none':
      return 2256;
  }
}

function replyBytes(reply: Reply): number {
  if (typeof reply === 'string') return reply.length + 5 + digits(reply.length);
  if (typeof reply === 'number' || typeof reply === 'bigint') return 3 + String(reply).length;
  if (reply === null || reply instanceof NullArray) return 5;
  if (reply instanceof Status || reply instanceof ErrorReply) return reply.text.length + 3;
  if (reply instanceof MapReply) {
    let total = 6;
    for (const [key, value] of reply.pairs) total += replyBytes(key) + replyBytes(value);
    return total;
  }
  if (reply instanceof Attribute) return 6 + replyBytes(reply.reply);
  if (Array.isArray(reply) || reply instanceof SetReply || reply instanceof Push) {
    const items = Array.isArray(reply) ? (reply as readonly Reply[]) : (reply as SetReply).items;
    let total = 3 + digits(items.length);
    for (const item of items) total += replyBytes(item);
    return total;
  }
  return 16;
}

/** A payload as its receiver will read it from the wire: what a protocol cannot say becomes what it says
 *  instead. So it makes no difference whether messages travel as records or as bytes. */
export function asReceived(payload: Payload): Payload {
  if (payload.kind !== 'reply') return payload;
  const reply = payload.resp === 2 ? flatten2(payload.reply) : flatten3(payload.reply);
  return reply === payload.reply ? payload : { ...payload, reply };
}

/** RESP2 knows strings, errors, integers, nulls and arrays. */
function flatten2(reply: Reply): Reply {
  if (typeof reply !== 'object' || reply === null) return reply;
  if (Array.isArray(reply)) return flattenItems(reply as readonly Reply[], flatten2);
  if (reply instanceof Status || reply instanceof ErrorReply || reply instanceof NullArray) return reply;
  if (reply instanceof Verbatim || reply instanceof Double) return reply.text;
  if (reply instanceof Bool) return reply.value ? 1 : 0;
  if (reply instanceof BigNumber) return reply.digits;
  if (reply instanceof MapReply) return reply.pairs.flat().map(flatten2);
  if (reply instanceof SetReply || reply instanceof Push) return reply.items.map(flatten2);
  return flatten2((reply as Attribute).reply);
}

/** RESP3 has one null only. */
function flatten3(reply: Reply): Reply {
  if (reply instanceof NullArray) return null;
  return Array.isArray(reply) ? flattenItems(reply as readonly Reply[], flatten3) : reply;
}

/** The same array when nothing in it changes, as usual. */
function flattenItems(items: readonly Reply[], flatten: (item: Reply) => Reply): readonly Reply[] {
  for (let at = 0; at < items.length; at++) {
    const item = items[at] as Reply;
    if (typeof item !== 'object' || item === null) continue;
    if (flatten(item) !== item) return items.map(flatten);
  }
  return items;
}

function digits(value: number): number {
  return value < 10 ? 1 : value < 100 ? 2 : value < 1000 ? 3 : String(value).length;
}

/** What kind of mark a segment is on the stage, and its label. */
export function segmentLabel(segment: Segment): { kind: PacketFrame['kind']; label: string } {
  const { flag, payload } = segment.content;
  if (payload === null) return { kind: 'connect', label: flag };
  switch (payload.kind) {
    case 'command':
      return { kind: 'command', label: (payload.argv[0] ?? '').toLowerCase() };
    case 'reply':
      return { kind: 'reply', label: replyLabel(payload.reply) };
    case 'bus':
      return { kind: 'bus', label: CLUSTERMSG_LABELS[payload.message.type] ?? 'unknown' };
    case 'bytes':
      return { kind: 'stream', label: streamLabel(payload.data) };
  }
}

function replyLabel(reply: Reply): string {
  if (reply === null || reply instanceof NullArray) return 'nil';
  if (reply instanceof Status) return reply.text === 'OK' ? 'ok' : reply.text.toLowerCase();
  if (reply instanceof ErrorReply) {
    const { code } = reply;
    return code === 'MOVED' || code === 'ASK' ? code.toLowerCase() : 'error';
  }
  if (reply instanceof Push) return 'push';
  return 'value';
}

function streamLabel(data: Bytes): string {
  if (data.startsWith('REDIS', 0) || data.startsWith('$EOF:') || /^\$\d+\r\nREDIS/.test(data.slice(0, 24)))
    return 'rdb';
  if (data.includes('REPLCONF') && data.includes('ACK')) return 'ack';
  return 'repl';
}
