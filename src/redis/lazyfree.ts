/* What it costs to give up values (after lazyfree.c): a large one is many allocations, and whoever deletes it
 * waits until the last of them is free, unless another thread does it. Here the memory is free at once in
 * either case; what differs is who waits. */

import type { Obj } from './object.ts';
import { consume, type Server } from './server.ts';

/** Up to so many allocations it is quicker not to bother another thread. */
const LAZYFREE_THRESHOLD = 64;
const FREE_MICROS_PER_ALLOCATION = 0.05;

/** A value has left the keyspace; `lazily`: another thread frees it, if it is worth the trouble. */
export function freeObj(server: Server, obj: Obj, lazily: boolean): void {
  const effort = obj.freeEffort();
  if (effort <= LAZYFREE_THRESHOLD) return;
  if (lazily) server.stats.lazyfreedObjects++;
  else consume(server, effort * FREE_MICROS_PER_ALLOCATION);
}

/** So many keys have left with their values, all that were in `objects`. */
export function freeDatabase(
  server: Server,
  keys: number,
  objects: { forEach(visit: (key: string, obj: Obj) => void): void },
  lazily: boolean,
): void {
  if (lazily) {
    server.stats.lazyfreedObjects += keys;
    return;
  }
  if (keys > LAZYFREE_THRESHOLD) consume(server, keys * FREE_MICROS_PER_ALLOCATION);
  objects.forEach((_key, obj) => freeObj(server, obj, false));
}
