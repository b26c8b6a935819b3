/* The access clock of values, and making room when maxmemory is reached (after evict.c). */

import type { Bytes } from '#base/bytes.ts';
import { keyHashSlot } from '#base/crc16.ts';
import { CLIENT_CLOSE_ASAP, CLIENT_MASTER, CLIENT_NO_EVICT, CLIENT_SLAVE, type Client } from './client.ts';
import { catClientInfoString, clientMemoryUsage } from './client-info.ts';
import { type Db, dbDelete, notifyKeyspaceEvent, signalModifiedKey } from './db.ts';
import { latencyAddWorkSince } from './latency.ts';
import { memoryForEviction, tableOverhead, trackMemory } from './info-memory.ts';
import { freeClientAsync } from './networking.ts';
import type { Obj } from './object.ts';
import { alsoPropagate, propagatePendingCommands } from './propagate.ts';
import { consume, workSoFar, type Server } from './server.ts';
import type { SlotTree } from './slot-tree.ts';

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

/** Best candidates seen so far, worst first, kept between calls: sampling gets better with time. */
export interface EvictionCandidate {
  score: number;
  key: Bytes;
  db: Db;
}

const POOL_SIZE = 16;
const EVICTION_MICROS = 2;

/** Frees memory until maxmemory is respected; false when that is not possible. */
export function performEvictions(server: Server): boolean {
  const limit = server.config.maxmemory;
  if (limit === 0 || server.loading || server.pause.kind !== null) return true;
  if (server.isReplica() && server.config.replicaIgnoreMaxmemory) return true;
  trackMemory(server);
  const excess = memoryForEviction(server) - limit;
  if (excess <= 0) return true;
  const policy = server.config.maxmemoryPolicy;
  if (policy === 'noeviction') return false;
  // What the deletions make others be told is not counted, or more would have to go for it, and so on.
  const enough = keysMemory(server) - excess;
  const before = workSoFar(server);
  let freed = true;
  while (freed && keysMemory(server) > enough) {
    const victim = policy.endsWith('random') ? randomVictim(server, policy) : pooledVictim(server, policy);
    if (victim === null) freed = false;
    else evictKey(server, victim.db, victim.key);
  }
  latencyAddWorkSince(server, 'eviction-cycle', before);
  return freed;
}

const keysMemory = (server: Server): number => server.datasetBytes + tableOverhead(server);

function evictKey(server: Server, db: Db, key: Bytes): void {
  const before = workSoFar(server);
  dbDelete(db, key, server.config.lazyfreeLazyEviction);
  latencyAddWorkSince(server, 'eviction-del', before);
  server.stats.evictedKeys++;
  signalModifiedKey(null, db, key);
  notifyKeyspaceEvent(server, 'e', 'evicted', key, db.id);
  alsoPropagate(server, db.id, [server.config.lazyfreeLazyEviction ? 'UNLINK' : 'DEL', key]);
  if (server.callDepth === 0) {
    // Each eviction leaves on its own, before the command that needed the room.
    server.propagateNoMulti = true;
    propagatePendingCommands(server);
    server.propagateNoMulti = false;
  }
  consume(server, EVICTION_MICROS);
}

/** Keys from which a policy chooses. */
function candidatesOf(db: Db, policy: string): SlotTree<Obj> | SlotTree<number> {
  return policy.startsWith('allkeys') ? db.keys : db.expires;
}

function randomVictim(server: Server, policy: string): { db: Db; key: Bytes } | null {
  for (let tries = 0; tries < server.dbs.length; tries++) {
    const db = server.dbs[server.nextEvictionDb % server.dbs.length] as Db;
    server.nextEvictionDb++;
    const tree = candidatesOf(db, policy);
    if (tree.size === 0) continue;
    const [key] = tree.at(server.io.random.below(tree.size)) as [Bytes, unknown];
    return { db, key };
  }
  return null;
}

function pooledVictim(server: Server, policy: string): { db: Db; key: Bytes } | null {
  for (;;) {
    let total = 0;
    for (const db of server.dbs) {
      const size = candidatesOf(db, policy).size;
      if (size === 0) continue;
      total += size;
      fillPool(server, db, policy);
    }
    if (total === 0) return null;
    for (let best = server.evictionPool.pop(); best !== undefined; best = server.evictionPool.pop()) {
      const slot = keyHashSlot(best.key);
      // The candidate may be gone since it was put into the pool.
      if (candidatesOf(best.db, policy).get(slot, best.key) !== undefined) return best;
    }
  }
}

function fillPool(server: Server, db: Db, policy: string): void {
  const tree = candidatesOf(db, policy);
  const pool = server.evictionPool;
  for (let drawn = 0; drawn < server.config.maxmemorySamples; drawn++) {
    const [key] = tree.at(server.io.random.below(tree.size)) as [Bytes, unknown];
    if (pool.some((candidate) => candidate.key === key && candidate.db === db)) continue;
    const score = evictionScore(server, db, key, policy);
    if (pool.length >= POOL_SIZE && score <= (pool[0] as EvictionCandidate).score) continue;
    const at = pool.findIndex((candidate) => candidate.score > score);
    pool.splice(at < 0 ? pool.length : at, 0, { score, key, db });
    if (pool.length > POOL_SIZE) pool.shift();
  }
}

/** The greater, the better to evict. */
function evictionScore(server: Server, db: Db, key: Bytes, policy: string): number {
  const slot = keyHashSlot(key);
  if (policy === 'volatile-ttl') return Number.MAX_SAFE_INTEGER - (db.expires.get(slot, key) ?? 0);
  const obj = db.keys.get(slot, key);
  if (obj === undefined) return 0;
  return policy.endsWith('lfu') ? 255 - lfuDecrAndReturn(server, obj) : estimateObjectIdleTime(server, obj);
}

/** Ends the connections of the greediest clients while all together exceed maxmemory-clients. */
export function evictClients(server: Server): void {
  const setting = server.config.maxmemoryClients;
  const limit = setting < 0 ? (-setting * server.config.maxmemory) / 100 : setting;
  if (limit === 0) return;
  const exempt = CLIENT_NO_EVICT | CLIENT_SLAVE | CLIENT_MASTER | CLIENT_CLOSE_ASAP;
  const evictable: { client: Client; bytes: number }[] = [];
  let total = 0;
  for (const client of server.clients.values()) {
    if ((client.flags & exempt) !== 0) continue;
    const bytes = clientMemoryUsage(client);
    evictable.push({ client, bytes });
    total += bytes;
  }
  if (total <= limit) return;
  evictable.sort((a, b) => b.bytes - a.bytes);
  for (const { client, bytes } of evictable) {
    if (total <= limit) return;
    total -= bytes;
    server.stats.evictedClients++;
    server.io.log('notice', `Evicting client: ${catClientInfoString(client)}`);
    freeClientAsync(client);
    client.output = '';
  }
}
