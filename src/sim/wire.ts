/* Payloads to bytes and back: what wire mode 'bytes' forces upon every message, and what carries
 * replies between the parts of a split world (their classes would not survive structured cloning). */

import { toUint8, type Bytes } from '#base/bytes.ts';
import { InvariantError } from '#base/assert.ts';
import { decodeMessage, encodeMessageBytes } from '#redis/cluster/codec.ts';
import type { Payload } from '#redis/io.ts';
import { encodeCommand, encodeReply, ReplyParser } from '#redis/resp.ts';
import type { WireCodec } from './payload.ts';

/** The bytes that a real socket would carry. */
export function encodePayload(payload: Payload): Bytes {
  switch (payload.kind) {
    case 'command':
      return encodeCommand(payload.argv);
    case 'reply':
      return encodeReply(payload.reply, payload.resp);
    case 'bus':
      return encodeMessageBytes(payload.message);
    case 'bytes':
      return payload.data;
  }
}

/** The payload that these bytes carry; `like` tells the kind and, of a reply, the protocol. */
export function decodePayload(bytes: Bytes, like: Payload): Payload {
  switch (like.kind) {
    case 'command':
      return { kind: 'command', argv: decodeCommand(bytes) };
    case 'reply': {
      const parser = new ReplyParser();
      parser.feed(bytes);
      const reply = parser.next();
      // Replies nested deeper than any client reads them stay as they are.
      return reply === undefined ? like : { kind: 'reply', reply, resp: like.resp };
    }
    case 'bus': {
      const message = decodeMessage(toUint8(bytes));
      if ('dropped' in message)
        throw new InvariantError(`a server sent a malformed packet of type ${message.type}`);
      return { kind: 'bus', message };
    }
    case 'bytes':
      return { kind: 'bytes', data: bytes };
  }
}

/** A command is an array of bulk strings, which is a reply as well. */
function decodeCommand(bytes: Bytes): readonly Bytes[] {
  const parser = new ReplyParser();
  parser.feed(bytes);
  const words = parser.next();
  if (!Array.isArray(words) || !words.every((word) => typeof word === 'string')) {
    throw new InvariantError('a client sent a malformed command');
  }
  return words;
}

export const wireCodec: WireCodec = { encode: encodePayload, decode: decodePayload };
