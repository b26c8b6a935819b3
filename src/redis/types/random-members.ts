/* Random draws from a value, for SRANDMEMBER, SPOP, HRANDFIELD and ZRANDMEMBER. */

import type { Bytes } from '#base/bytes.ts';
import { INT64_MIN, string2ll } from '#base/integer.ts';
import type { Prng } from '#base/prng.ts';
import type { ErrorReply } from '#redis/reply.ts';
import { error, parseLong } from '#redis/args.ts';
import type { Client } from '#redis/client.ts';
import { closeOnOutputLimit } from '#redis/clients-cron.ts';

/** A negative count asks for repetitions, as many as there be. A real server draws until the client has more
 *  than its output limit, or its own memory is full; here that is believed from here on. */
const MAX_REPETITIONS = 1 << 24;
/** The reply to one draw, when all that is drawn is the empty string. */
const SMALLEST_REPLY = 6;

/** The count of a random draw. */
export function parseDrawCount(text: Bytes): number | ErrorReply {
  if (string2ll(text) !== INT64_MIN) return parseLong(text);
  return error('ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807');
}

const OUT_OF_RANGE = error('ERR value is out of range');

/** What is wrong with a count of pairs, twice which must fit as well, or null. */
export function checkPairCount(text: Bytes): ErrorReply | null {
  const count = string2ll(text) ?? 0;
  return count >= 2 ** 62 || count <= -(2 ** 62) ? OUT_OF_RANGE : null;
}

/** `-count` draws that may repeat each other. Who asks for more than he can be sent is disconnected, as he would
 *  be in the middle of the reply. */
export function drawRepeatedly<T>(client: Client, count: number, draw: () => T): T[] | ErrorReply {
  const limit = client.server.config.clientOutputBufferLimit[0]?.hardBytes || Infinity;
  if (-count <= MAX_REPETITIONS && -count * SMALLEST_REPLY < limit)
    return Array.from({ length: -count }, draw);
  // A script has no connection.
  if (client.socket === null) return OUT_OF_RANGE;
  closeOnOutputLimit(client);
  return [];
}

/** `count` distinct elements out of `size` (count < size). When few are wanted of many and `draw` is
 *  given, draws until enough differ; else walks all and keeps each with the right chance, which also
 *  keeps their order. */
export function drawDistinct<T>(
  all: Iterable<T>,
  size: number,
  count: number,
  chance: Prng,
  draw: (() => T) | null | undefined,
  identity: (item: T) => unknown,
): T[] {
  // Redis takes the same turn at a third: beyond, repeated draws collide too often.
  if (draw && count * 3 <= size) {
    const drawn = new Map<unknown, T>();
    while (drawn.size < count) {
      const item = draw();
      drawn.set(identity(item), item);
    }
    return [...drawn.values()];
  }
  const out: T[] = [];
  let left = size;
  for (const item of all) {
    if (chance.below(left--) < count - out.length) out.push(item);
    if (out.length === count) break;
  }
  return out;
}
