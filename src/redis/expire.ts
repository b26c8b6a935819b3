/* The active expiry cycle: keys whose time has passed are deleted although nobody asks for them (after
 * activeExpireCycle in expire.c).
 *
 * Ten times a second a master looks at twenty keys with an expiry; as long as more than a tenth of
 * them had expired it looks on, for a quarter of the processor at most. So stale keys may hold about
 * a tenth of the memory of volatile keys, and the work follows the need. */

import type { Bytes } from '#base/bytes.ts';
import { type Db, deleteExpiredKeyAndPropagate, getExpire } from './db.ts';
import { latencyAddWorkSince } from './latency.ts';
import { propagatePendingCommands } from './propagate.ts';
import { consume, workSoFar, type Server } from './server.ts';

const KEYS_PER_LOOP = 20;
const OWN_KEYS_PER_CYCLE = 64;
const SLOW_TIME_PERCENT = 25;
const ACCEPTABLE_STALE_PERCENT = 10;
/** Looking at one key, and deleting one. */
const LOOK_MICROS = 0.2;
const DELETE_MICROS = 1.5;

/** One cycle over all databases; only a master that is not paused deletes by itself, and a writable replica
 *  what was written there. */
export function activeExpireCycle(server: Server): void {
  if (!server.activeExpireEnabled || !server.mayExpire) return;
  server.mayExpire = server.dbs.some(({ expires, ownVolatile }) => expires.size + ownVolatile.size > 0);
  if (!server.iAmMaster()) {
    for (const db of server.dbs) if (db.ownVolatile.size > 0) expireOwnKeys(db);
    return;
  }
  if (server.pause.kind !== null) return;
  const effort = server.config.activeExpireEffort - 1;
  const perLoop = KEYS_PER_LOOP + (KEYS_PER_LOOP / 4) * effort;
  const percent = SLOW_TIME_PERCENT + 2 * effort;
  const limitMicros = (percent * 1_000_000) / server.config.hz / 100;
  const stalePercent = ACCEPTABLE_STALE_PERCENT - effort;
  const before = workSoFar(server);
  let spent = 0;
  let sampled = 0;
  let expired = 0;
  for (const db of server.dbs) {
    while (db.expires.size > 0) {
      const result = expireSome(server, db, perLoop);
      sampled += result.sampled;
      expired += result.expired;
      spent += result.sampled * LOOK_MICROS + result.expired * DELETE_MICROS;
      if (spent > limitMicros) {
        server.stats.expiredTimeCapReached++;
        break;
      }
      if (result.sampled === 0 || (result.expired * 100) / result.sampled <= stalePercent) break;
    }
  }
  if (sampled === 0) return;
  server.stats.expiredStalePerc = (expired / sampled) * 0.05 + server.stats.expiredStalePerc * 0.95;
  server.stats.expireCycleMicros += spent;
  consume(server, spent);
  latencyAddWorkSince(server, 'expire-cycle', before);
  // The keys have nothing to do with each other: no transaction around them.
  server.propagateNoMulti = true;
  propagatePendingCommands(server);
  server.propagateNoMulti = false;
}

/** Looks at some of the keys that clients of this replica let expire, those longest not looked at first. */
function expireOwnKeys(db: Db): void {
  const now = db.server.mstime();
  for (const key of [...db.ownVolatile].slice(0, OWN_KEYS_PER_CYCLE)) {
    db.ownVolatile.delete(key);
    const when = getExpire(db, key);
    if (when !== -1 && when < now) deleteExpiredKeyAndPropagate(db, key);
    else if (when !== -1) db.ownVolatile.add(key);
  }
  propagatePendingCommands(db.server);
}

function expireSome(server: Server, db: Db, count: number): { sampled: number; expired: number } {
  const now = server.mstime();
  const due: Bytes[] = [];
  let sampled = 0;
  let ttlSum = 0;
  let alive = 0;
  db.expiresCursor = db.expires.scan(db.expiresCursor, Math.min(count, db.expires.size), (key, when) => {
    sampled++;
    if (when < now) due.push(key);
    else {
      ttlSum += when - now;
      alive++;
    }
  });
  for (const key of due) deleteExpiredKeyAndPropagate(db, key);
  if (alive > 0) {
    const average = ttlSum / alive;
    db.avgTtlMs = db.avgTtlMs === 0 ? average : (db.avgTtlMs * 49 + average) / 50;
  }
  return { sampled, expired: due.length };
}
