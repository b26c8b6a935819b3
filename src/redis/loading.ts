/* Loading a snapshot takes time, and the server looks after its connections now and then meanwhile (after
 * startLoading, rdbLoadProgressCallback and processEventsWhileBlocked): most commands get -LOADING, the bus is
 * answered, and nothing periodic happens.
 *
 * A small snapshot is one slice: it is loaded before anybody can ask. */

import type { Bytes } from '#base/bytes.ts';
import { Db, emptyDb } from './db.ts';
import { finishStart } from './life.ts';
import { RdbError } from './rdb-io.ts';
import { RdbLoader } from './rdb-load.ts';
import { snapshotLoaded } from './replication/index.ts';
import { consume, type Server } from './server.ts';

/** Reading and building, bytes per microsecond. */
const LOAD_BYTES_PER_MICRO = 200;

/** How a snapshot comes in: at start, from the master's copy on disk, straight from the connection into
 *  empty databases, or straight into databases that take the place of the present ones at the end. */
export type LoadingKind = 'start' | 'disk' | 'empty-db' | 'swapdb';

export interface Loading {
  kind: LoadingKind;
  /** Null while the bytes are still on their way. */
  loader: RdbLoader | null;
  /** Where the loader writes: the databases of the server, or those that will replace them. */
  dbs: Db[];
  startedMs: number;
  totalBytes: number;
  /** Processor time it has taken so far. */
  micros: number;
  /** The present data are an older state of the same: they are served until the new have come. */
  async: boolean;
}

/** From now on the server is loading. */
export function startLoading(server: Server, kind: LoadingKind, totalBytes: number, async = false): Loading {
  const dbs = kind === 'swapdb' ? server.dbs.map(({ id }) => new Db(server, id)) : server.dbs;
  server.loading = true;
  server.load = { kind, loader: null, dbs, startedMs: server.mstime(), totalBytes, micros: 0, async };
  return server.load;
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
  const before = { at: loader.input.at, keys: loader.keys };
  let why: string | null = null;
  try {
    if (!loader.step(server.config.loadingProcessEventsIntervalBytes)) {
      chargeSlice(server, load, before);
      // Behind whatever arrives while this slice is being read.
      server.io.setTimer('load', server.io.now + Math.ceil(server.workMicros));
      return;
    }
  } catch (error) {
    if (!(error instanceof RdbError)) throw error;
    why = error.message;
  }
  chargeSlice(server, load, before);
  stopLoading(server);
  finish(server, load, why);
}

/** A negative delay is a microsecond for every so many keys. */
export function delayMicros(delay: number, keys: number): number {
  return delay >= 0 ? delay * keys : keys / -delay;
}

function chargeSlice(server: Server, load: Loading, before: { at: number; keys: number }): void {
  const { input, keys } = load.loader as RdbLoader;
  const delay = delayMicros(server.config.keyLoadDelay, keys - before.keys);
  const micros = (input.at - before.at) / LOAD_BYTES_PER_MICRO + delay;
  load.micros += micros;
  consume(server, micros);
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
  if (load.kind === 'start') finishStart(server, load, why);
  else snapshotLoaded(server, load, why);
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
