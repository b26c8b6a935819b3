/* Random draws from a value, for SRANDMEMBER, SPOP, HRANDFIELD and ZRANDMEMBER. */

import type { Bytes } from '#base/bytes.ts';
import { INT64_MIN, string2ll } from '#base/integer.ts';
import type { Prng } from '#base/prng.ts';
import type { ErrorReply } from '#redis/reply.ts';
import { error, parseLong } from '#redis/args.ts';

/** A negative count asks for repetitions, as many as there be. A real server would go on until its memory
 *  is full; here it ends earlier. */
const MAX_REPETITIONS = 1 << 24;

/** The count of a random draw. */
export function parseDrawCount(text: Bytes): number | ErrorReply {
  if (string2ll(text) !== INT64_MIN) return parseLong(text);
  return error('ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807');
}

/** `-count` draws that may repeat each other. */
export function drawRepeatedly<T>(count: number, draw: () => T): T[] | ErrorReply {
  if (-count > MAX_REPETITIONS) return error('ERR value is out of range');
  return Array.from({ length: -count }, draw);
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
