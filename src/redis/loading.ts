/* Loading a snapshot or an AOF takes time, and the server looks after its connections now and then meanwhile
 * (after startLoading, rdbLoadProgressCallback and processEventsWhileBlocked): most commands get -LOADING, the
 * bus is answered, and nothing periodic happens.
 *
 * A small one is one slice: it is loaded before anybody can ask. */

import type { Bytes } from '#base/bytes.ts';
import { AofError, type AofLoader } from './aof-load.ts';
import { replyToBlockedClient } from './blocked.ts';
import type { Client } from './client.ts';
import { clusterAcceptHeld } from './cluster/index.ts';
import { Db, emptyDb } from './db.ts';
import { finishStart } from './life.ts';
import { RdbError } from './rdb-io.ts';
import { RdbLoader } from './rdb-load.ts';
import { replicationFeedSlaves, replicationRestoreFromRdb, snapshotLoaded } from './replication/index.ts';
import { OK } from './reply.ts';
import { consume, type Server, workSoFar } from './server.ts';

/** What comes in: the server's own snapshot at start, its own AOF, or the master's snapshot: from its copy
 *  on disk, straight from the connection into empty databases, or straight into databases that take the place
 *  of the present ones at the end. */
export type LoadingKind = 'start' | 'aof' | 'disk' | 'empty-db' | 'swapdb';

export interface Loading {
  kind: LoadingKind;
  /** Null while the bytes are still on their way. */
  loader: RdbLoader | AofLoader | null;
  /** Where the loader writes: the databases of the server, or those that will replace them. */
  dbs: Db[];
  startedMs: number;
  totalBytes: number;
  /** Processor time it has taken so far. */
  micros: number;
  /** The present data are an older state of the same: they are served until the new have come. */
  async: boolean;
  /** Who waits for the end of it (DEBUG LOADAOF). */
  client: Client | null;
}

/** Whether the loading has nothing to do with the master. */
export function loadsOwnData({ kind }: Loading): boolean {
  return kind === 'start' || kind === 'aof';
}

/** From now on the server is loading. */
export function startLoading(server: Server, kind: LoadingKind, totalBytes: number, async = false): Loading {
  const dbs = kind === 'swapdb' ? server.dbs.map(({ id }) => new Db(server, id)) : server.dbs;
  server.loading = true;
  const startedMs = server.mstime();
  server.load = { kind, loader: null, dbs, startedMs, totalBytes, micros: 0, async, client: null };
  return server.load;
}

/** Reads the AOF, now if it is small, else slice by slice: at start, or for a client that waits for it. */
export function loadAof(server: Server, loader: AofLoader | null, client: Client | null): void {
  const load = startLoading(server, 'aof', loader?.totalBytes ?? 0);
  load.client = client;
  load.loader = loader;
  if (loader !== null) {
    continueLoading(server);
    return;
  }
  stopLoading(server);
  finish(server, load, null);
}

/** The whole snapshot is here: reads it, now if it is small, else slice by slice. */
export function loadSnapshot(server: Server, load: Loading, data: Bytes): void {
  try {
    load.loader = new RdbLoader(server, data, load.dbs);
  } catch (error) {
    if (!(error instanceof RdbError)) throw error;
    stopLoading(server);
    finish(server, load, error.message);
    return;
  }
  load.totalBytes = data.length;
  continueLoading(server);
}

/** The next slice. */
export function continueLoading(server: Server): void {
  const load = server.load;
  if (!load?.loader) return;
  const { loader } = load;
  const workBefore = workSoFar(server);
  const keysBefore = loader.keys;
  let done = false;
  let why: string | null = null;
  try {
    done = loader.step(server.config.loadingProcessEventsIntervalBytes);
  } catch (error) {
    if (!(error instanceof RdbError || error instanceof AofError)) throw error;
    why = error.message;
  }
  consume(server, delayMicros(server.config.keyLoadDelay, loader.keys - keysBefore));
  load.micros += workSoFar(server) - workBefore;
  if (done || why !== null) {
    stopLoading(server);
    finish(server, load, why);
  } else if (server.scripting.slow === null) {
    // Behind whatever arrives while this slice is being read. A slow script of the AOF goes on by itself.
    server.io.setTimer('load', server.io.now + Math.ceil(server.workMicros));
  }
}

/** A negative delay is a microsecond for every so many keys. */
export function delayMicros(delay: number, keys: number): number {
  return delay >= 0 ? delay * keys : keys / -delay;
}

/** Ends the loading, whatever has been read. */
export function stopLoading(server: Server): void {
  server.load = null;
  server.loading = false;
  // What came in has not been counted key by key.
  server.memoryTracked = false;
  server.io.clearTimer('load');
}

/** The loading is given up: what it has put into the databases of the server goes. */
export function abortLoading(server: Server): void {
  const load = server.load;
  if (load === null) return;
  stopLoading(server);
  if (load.dbs === server.dbs) emptyDb(server);
}

function finish(server: Server, load: Loading, why: string | null): void {
  if (load.kind === 'start') rdbLoaded(server, load, why);
  else if (load.kind === 'aof') aofLoaded(server, load, why);
  else snapshotLoaded(server, load, why);
}

function rdbLoaded(server: Server, load: Loading, why: string | null): void {
  const { io } = server;
  if (why !== null) {
    io.log('warning', `Fatal error loading the DB: ${why}. Exiting.`);
    io.log('warning', 'Terminating server after rdb file reading failure.');
    io.exit(1);
    return;
  }
  const { aux, expired } = load.loader as RdbLoader;
  replicationRestoreFromRdb(server, aux);
  // The replicas that come back have what has expired meanwhile.
  const name = server.config.lazyfreeLazyExpire ? 'UNLINK' : 'DEL';
  for (const { dbId, key } of expired) replicationFeedSlaves(server, dbId, [name, key]);
  io.log('notice', `DB loaded from disk: ${(load.micros / 1e6).toFixed(3)} seconds`);
  finishStart(server);
}

function aofLoaded(server: Server, load: Loading, why: string | null): void {
  const { io } = server;
  const { client } = load;
  // What is wrong is in the log.
  if (why !== null) io.exit(1);
  else if (client === null) {
    if (load.loader !== null) {
      io.log('notice', `DB loaded from append only file: ${(load.micros / 1e6).toFixed(3)} seconds`);
    }
    finishStart(server);
  } else {
    server.dirty = 0;
    if (server.cluster !== null) clusterAcceptHeld(server);
    io.log('warning', 'Append Only File loaded by DEBUG LOADAOF');
    replyToBlockedClient(client, OK);
  }
}

/** The databases that were loaded aside take the place of the present ones. */
export function swapInLoaded(server: Server, load: Loading): void {
  emptyDb(server);
  for (const [at, db] of server.dbs.entries()) {
    const { keys, expires } = load.dbs[at] as Db;
    db.keys = keys;
    db.expires = expires;
  }
}
