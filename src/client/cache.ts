/* Cache-aside: read the cache, on a miss ask the slow database and fill the cache; write to the
 * database and then delete from the cache. With the dangers that this has: many misses at once for one
 * key (the mutex is the cure), and keys that expire together (jitter is).
 *
 * When the cache does not answer, the application may fall back on what it knew last; else it asks the database.
 *
 * Ids that exist nowhere are never found in the cache, unless the answer "nothing" is cached as well.
 *
 * The database is a part of the client: a version number for each key, and a delay for each query. */

import type { Bytes } from '#base/bytes.ts';
import { keyHashSlot } from '#base/crc16.ts';
import { ErrorReply, Status, type Reply } from '#redis/reply.ts';
import type { App, AppHost } from './app.ts';
import type { Request } from './cluster-client.ts';
import { workAtRate } from './pace.ts';

/** A mutex is asked for again after so long. */
const MUTEX_RETRY_US = 50_000;
const MUTEX_TTL_MS = 3000;
const WARM_AFTER_US = 500_000;
/** So many different ids are asked for that exist nowhere. */
const GHOST_IDS = 50;
const NOTHING = 'nothing';

interface Query {
  at: number;
  key: Bytes;
  /** What follows: fill the cache, change the row, or look at the cache again. */
  then: 'fill' | 'update' | 'again';
}

export class CacheApp implements App {
  note = '';
  /** `peak`: the most database queries in one second; `overloads`: seconds with more than its limit;
   *  `local`: answers of the application's own. */
  readonly figures = { hits: 0, misses: 0, queries: 0, peak: 0, overloads: 0, local: 0 };
  /** Queries in the current second. */
  private second = { number: 0, queries: 0 };
  private readonly host: AppHost;
  private readonly versions = new Map<Bytes, number>();
  private queries: Query[] = [];
  /** Keys whose value the application has had in its hands. */
  private readonly known = new Set<Bytes>();

  constructor(host: AppHost) {
    this.host = host;
  }

  start(): void {
    const { io, settings } = this.host;
    // What is loaded at the start goes to the right servers once the map is there.
    if (settings.warm) io.setTimer('warm', io.now + WARM_AFTER_US);
    else workAtRate(this.host);
  }

  changed(): void {
    workAtRate(this.host);
  }

  onTimer(timer: string): void {
    const { settings, io } = this.host;
    if (timer === 'warm') {
      for (let at = 0; at < settings.keys; at++) this.fill(settings.prefix + at);
      workAtRate(this.host);
    } else if (timer === 'work') {
      const ghost = settings.ghosts > 0 && io.random.chance(settings.ghosts);
      const id = ghost ? `${NOTHING}:${io.random.below(GHOST_IDS)}` : io.random.below(settings.keys);
      const key = settings.prefix + id;
      if (ghost) this.read(key);
      else if (io.random.chance(settings.reads)) this.read(key);
      else this.query(key, 'update');
      workAtRate(this.host);
    } else if (timer === 'db') this.answerQueries();
    const { hits, misses, queries } = this.figures;
    this.note = `hits ${hits}, misses ${misses}, database ${queries}`;
  }

  private command(argv: readonly Bytes[], key: Bytes, step: string): void {
    const slot = this.host.settings.cluster ? keyHashSlot(key) : -1;
    const note = { step, key, version: this.versions.get(key) ?? 0 };
    this.host.submit({ argv, slot, isRead: step === 'read', fixed: '', note });
  }

  private read(key: Bytes): void {
    this.command(['GET', key], key, 'read');
  }

  onResult({ note }: Request, reply: Reply): void {
    const key = note['key'] as Bytes;
    if (note['step'] === 'mutex') {
      if (reply instanceof Status) this.query(key, 'fill');
      else this.later(key, 'again', MUTEX_RETRY_US);
      return;
    }
    if (note['step'] !== 'read') return;
    if (reply instanceof ErrorReply && this.host.settings.fallback && this.known.has(key)) {
      this.figures.local++;
      return;
    }
    if (typeof reply === 'string') {
      this.figures.hits++;
      this.known.add(key);
      if (Number(reply) < (note['version'] as number)) this.host.countStaleRead();
      return;
    }
    this.figures.misses++;
    // Without a cache the database must answer, whatever that costs it.
    if (this.host.settings.mutex && !(reply instanceof ErrorReply)) {
      this.command(['SET', mutexOf(key), '1', 'NX', 'PX', String(MUTEX_TTL_MS)], key, 'mutex');
    } else this.query(key, 'fill');
  }

  private query(key: Bytes, then: 'fill' | 'update'): void {
    this.figures.queries++;
    const number = Math.floor(this.host.io.now / 1e6);
    if (this.second.number !== number) this.second = { number, queries: 0 };
    this.figures.peak = Math.max(this.figures.peak, ++this.second.queries);
    if (this.second.queries === this.host.settings.dbLimit + 1) this.figures.overloads++;
    this.later(key, then, this.host.settings.dbMs * 1000);
  }

  private later(key: Bytes, then: Query['then'], us: number): void {
    const { io } = this.host;
    this.queries.push({ at: io.now + Math.max(1, Math.round(us)), key, then });
    this.setQueryTimer();
  }

  private setQueryTimer(): void {
    const next = this.queries.reduce((least, { at }) => Math.min(least, at), Infinity);
    if (next < Infinity) this.host.io.setTimer('db', next);
  }

  private answerQueries(): void {
    const { io } = this.host;
    const due = this.queries.filter(({ at }) => at <= io.now);
    this.queries = this.queries.filter(({ at }) => at > io.now);
    for (const { key, then } of due) {
      if (then === 'again') this.read(key);
      else if (then === 'update') {
        this.versions.set(key, (this.versions.get(key) ?? 0) + 1);
        this.command(['DEL', key], key, 'delete');
      } else this.fill(key);
    }
    this.setQueryTimer();
  }

  /** Puts what the database has said into the cache. */
  private fill(key: Bytes): void {
    const { io, settings } = this.host;
    const nothing = key.startsWith(`${settings.prefix}${NOTHING}:`);
    this.known.add(key);
    if (nothing && !settings.cacheNothing) return;
    const ttl = settings.ttlMs + io.random.below(Math.floor(settings.ttlJitterMs) + 1);
    const value = nothing ? NOTHING : String(this.versions.get(key) ?? 0);
    this.command(['SET', key, value, 'PX', String(Math.round(ttl))], key, 'fill');
    if (settings.mutex) this.command(['DEL', mutexOf(key)], key, 'free');
  }
}

/** The tag puts the mutex into the slot of its key. */
function mutexOf(key: Bytes): Bytes {
  return `mutex:{${key}}`;
}
