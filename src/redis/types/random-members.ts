/* Random draws from a value, for SRANDMEMBER, SPOP, HRANDFIELD and ZRANDMEMBER. */

import type { Prng } from '#base/prng.ts';

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
