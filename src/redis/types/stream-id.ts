/* Stream ids: two unsigned 64-bit numbers, milliseconds and sequence (after the id half of t_stream.c). */

import type { Bytes } from '#base/bytes.ts';
import { UINT64_MAX, decrementUint64, incrementUint64, string2ull, type Int64 } from '#base/integer.ts';
import type { ErrorReply } from '#redis/reply.ts';
import { error } from '#redis/args.ts';

export interface StreamId {
  readonly ms: Int64;
  readonly seq: Int64;
}

export const ZERO_ID: StreamId = Object.freeze({ ms: 0, seq: 0 });
export const MAX_ID: StreamId = Object.freeze({ ms: UINT64_MAX, seq: UINT64_MAX });

export function compareIds(a: StreamId, b: StreamId): number {
  if (a.ms !== b.ms) return a.ms < b.ms ? -1 : 1;
  return a.seq === b.seq ? 0 : a.seq < b.seq ? -1 : 1;
}

export const formatId = (id: StreamId): Bytes => `${id.ms}-${id.seq}`;

/** The id right after; null when there is none. */
export function nextId(id: StreamId): StreamId | null {
  const seq = incrementUint64(id.seq);
  if (seq !== null) return { ms: id.ms, seq };
  const ms = incrementUint64(id.ms);
  return ms === null ? null : { ms, seq: 0 };
}

/** The id right before; null when there is none. */
export function previousId(id: StreamId): StreamId | null {
  const seq = decrementUint64(id.seq);
  if (seq !== null) return { ms: id.ms, seq };
  const ms = decrementUint64(id.ms);
  return ms === null ? null : { ms, seq: UINT64_MAX };
}

/** An id as typed to XADD: the sequence may be left to the server with `ms-*`. */
export interface ParsedId {
  readonly id: StreamId;
  readonly seqGiven: boolean;
}

/** Reads `ms` or `ms-seq`; the sequence is `missingSeq` when not given. `-` and `+` are the smallest
 *  and largest id unless `strict`. Null when it is no id. */
export function parseId(
  text: Bytes,
  missingSeq: Int64,
  { strict = false, autoSeq = false } = {},
): ParsedId | null {
  if (text.length > 127) return null;
  if (text === '-' || text === '+') {
    return strict ? null : { id: text === '-' ? ZERO_ID : MAX_ID, seqGiven: true };
  }
  const dash = text.indexOf('-');
  const ms = string2ull(dash < 0 ? text : text.slice(0, dash));
  if (ms === null) return null;
  if (dash < 0) return { id: { ms, seq: missingSeq }, seqGiven: true };
  const rest = text.slice(dash + 1);
  if (autoSeq && rest === '*') return { id: { ms, seq: 0 }, seqGiven: false };
  const seq = string2ull(rest);
  return seq === null ? null : { id: { ms, seq }, seqGiven: true };
}

export const INVALID_ID = error('ERR Invalid stream ID specified as stream command argument');

/** A complete id, where `-` and `+` have no meaning. */
export function parseStrictId(text: Bytes): StreamId | ErrorReply {
  return parseId(text, 0, { strict: true })?.id ?? INVALID_ID;
}

/** One end of a range: an id, `-`, `+`, or `(` and an id that is itself excluded. */
export function parseIntervalEnd(text: Bytes, end: 'start' | 'end'): StreamId | ErrorReply {
  const missingSeq = end === 'start' ? 0 : UINT64_MAX;
  const exclusive = text.length > 1 && text.startsWith('(');
  const parsed = parseId(exclusive ? text.slice(1) : text, missingSeq, { strict: exclusive });
  if (parsed === null) return INVALID_ID;
  if (!exclusive) return parsed.id;
  const inside = end === 'start' ? nextId(parsed.id) : previousId(parsed.id);
  return inside ?? error(`ERR invalid ${end} ID for the interval`);
}
