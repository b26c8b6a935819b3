/* The trace hash: one number for everything that has happened.
 *
 * Each process has a running hash over what reached it (when, what, from whom, with which content);
 * the world's hash combines them by name. A handler depends on nothing but what reached it, so equal
 * hashes mean equal histories. The hash knows nothing of where a process is hosted, nor whether a
 * message travelled as a record or as bytes: content is digested as the protocol sees it. */

import type { Bytes } from '#base/bytes.ts';
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

/** Longer strings are digested by length, head and tail. */
const WHOLE_STRING = 256;
const HEAD = 96;
/** Of longer lists the first entries count, and the length. */
const WHOLE_LIST = 64;

export class TraceHash {
  private a = 0x243f6a88;
  private b = 0x13198a2e;

  mix(value: number): void {
    this.a = Math.imul(this.a ^ value, 0x9e3779b1);
    this.a = (this.a << 15) | (this.a >>> 17);
    this.b = Math.imul((this.b + this.a) | 0, 0x85ebca77) ^ (this.b >>> 13);
  }

  /** Mixes a number of up to 53 bits. */
  mixWide(value: number): void {
    this.mix(value | 0);
    this.mix(Math.floor(value / 0x1_0000_0000));
  }

  mixString(text: string): void {
    const length = text.length;
    this.mix(length);
    if (length <= WHOLE_STRING) {
      for (let at = 0; at < length; at++) this.mix(text.charCodeAt(at));
      return;
    }
    for (let at = 0; at < HEAD; at++) this.mix(text.charCodeAt(at));
    for (let at = length - HEAD; at < length; at++) this.mix(text.charCodeAt(at));
  }

  hex(): string {
    return (this.a >>> 0).toString(16).padStart(8, '0') + (this.b >>> 0).toString(16).padStart(8, '0');
  }
}

/** Mixes the content of a payload. */
export function mixPayload(hash: TraceHash, payload: Payload): void {
  switch (payload.kind) {
    case 'command':
      hash.mix(1);
      mixList(hash, payload.argv, (word) => hash.mixString(word));
      break;
    case 'reply':
      hash.mix(2);
      mixReply(hash, payload.reply, payload.resp);
      break;
    case 'bus': {
      const { message } = payload;
      hash.mix(3);
      hash.mix(message.type);
      hash.mixString(message.sender);
      hash.mixWide(message.currentEpoch);
      hash.mixWide(message.configEpoch);
      hash.mixWide(message.offset);
      hash.mix(message.flags * 256 + message.mflags * 2 + message.state);
      if (message.data.kind === 'gossip') hash.mix(message.data.section.about.length);
      break;
    }
    case 'bytes':
      hash.mix(4);
      hash.mixString(payload.data);
      break;
  }
}

function mixList<T>(hash: TraceHash, list: readonly T[], mixItem: (item: T) => void): void {
  hash.mix(list.length);
  const count = Math.min(list.length, WHOLE_LIST);
  for (let at = 0; at < count; at++) mixItem(list[at] as T);
}

/** Digests a reply as its protocol shows it: a double is a string to a RESP2 client. */
function mixReply(hash: TraceHash, reply: Reply, resp: 2 | 3): void {
  const mixInner = (inner: Reply): void => mixReply(hash, inner, resp);
  if (typeof reply === 'string') return mixTagged(hash, 36, reply);
  if (typeof reply === 'number' || typeof reply === 'bigint') return mixTagged(hash, 58, String(reply));
  if (reply === null) return hash.mix(resp === 3 ? 95 : 37);
  if (Array.isArray(reply)) {
    hash.mix(42);
    return mixList(hash, reply as readonly Reply[], mixInner);
  }
  if (reply instanceof Status) return mixTagged(hash, 43, reply.text);
  if (reply instanceof ErrorReply) return mixTagged(hash, 45, reply.text);
  if (reply instanceof NullArray) return hash.mix(resp === 3 ? 95 : 38);
  if (reply instanceof Double) return mixTagged(hash, resp === 3 ? 44 : 36, reply.text);
  if (reply instanceof Bool) return mixTagged(hash, resp === 3 ? 35 : 58, reply.value ? '1' : '0');
  if (reply instanceof BigNumber) return mixTagged(hash, resp === 3 ? 40 : 36, reply.digits);
  if (reply instanceof Verbatim) return mixTagged(hash, resp === 3 ? 61 : 36, reply.text);
  if (reply instanceof MapReply) {
    hash.mix(resp === 3 ? 37 : 42);
    hash.mix(resp === 3 ? reply.pairs.length : reply.pairs.length * 2);
    const count = Math.min(reply.pairs.length, WHOLE_LIST / 2);
    for (const [key, value] of reply.pairs.slice(0, count)) {
      mixInner(key);
      mixInner(value);
    }
    return;
  }
  if (reply instanceof SetReply) {
    hash.mix(resp === 3 ? 126 : 42);
    return mixList(hash, reply.items, mixInner);
  }
  if (reply instanceof Push) {
    hash.mix(resp === 3 ? 62 : 42);
    return mixList(hash, reply.items, mixInner);
  }
  if (reply instanceof Attribute) mixInner(reply.reply);
}

function mixTagged(hash: TraceHash, tag: number, text: Bytes): void {
  hash.mix(tag);
  hash.mixString(text);
}

/** The world's hash: those of its processes, in the order of their names. */
export function combineHashes(hashes: readonly (readonly [name: string, hex: string])[]): string {
  const sorted = [...hashes].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const whole = new TraceHash();
  for (const [name, hex] of sorted) {
    whole.mixString(name);
    whole.mixString(hex);
  }
  return whole.hex();
}
