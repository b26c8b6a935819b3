/* Saving and loading the dataset: when, where, and with what result (after the part of rdb.c and
 * server.c around rdbSave). The format itself is in rdb.ts, the append only file in aof.ts.
 *
 * A background save holds the dataset as it was at its start, as fork does, and takes time; its file
 * takes the place of the old one only at its end. */

import type { Bytes } from '#base/bytes.ts';
import { AofError, loadManifest, openAofFiles } from './aof-load.ts';
import { DiskError } from './io.ts';
import { finishStart } from './life.ts';
import { delayMicros, loadAof, loadSnapshot, startLoading } from './loading.ts';
import { RdbLoader, type RdbLoadMode } from './rdb-load.ts';
import { rdbSave, RdbError, type RdbSaveInfo } from './rdb.ts';
import {
  finishSending,
  rdbPopulateSaveInfo,
  replicationRestoreFromRdb,
  streamSnapshot,
  updateSlavesWaitingBgsave,
} from './replication/index.ts';
import { ErrorReply } from './reply.ts';
import { consume, type Server } from './server.ts';

const MISCONF = new ErrorReply(
  "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. Commands that may modify the data set are disabled, because this instance is configured to report errors during writes if RDB snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the RDB error.",
);

const BGSAVE_RETRY_DELAY_S = 5;
/** Serializing and writing, bytes per microsecond. */
const SAVE_BYTES_PER_MICRO = 100;
const FORK_MICROS = 500;
/** From the fork of a child to its end, whatever there is to save. */
const CHILD_MICROS = 10_000;

/** A child that makes a snapshot: its data are those of its start. */
export interface SnapshotChild {
  /** The dump file, or the connections of the replicas that wait for it. */
  target: 'disk' | 'sockets';
  startedMs: number;
  finishAtMs: number;
  data: Bytes;
  /** Bytes that were passed on to the replicas so far. */
  sent: number;
  dirtyBefore: number;
}

export class PersistenceState {
  /** The child that saves in the background. */
  bgsave: SnapshotChild | null = null;
  /** Unix seconds. */
  lastSave = 0;
  lastTry = 0;
  lastBgsaveOk = true;
  lastBgsaveSeconds = -1;
  saves = 0;
  loadedKeys = 0;
  loadedExpired = 0;
  /** BGSAVE SCHEDULE: begin as soon as the rewrite of the AOF ends. */
  bgsaveScheduled = false;
  /** The disk refuses to be written (a fault of the world). */
  diskFull = false;
}

export function rdbPath(server: Server): string {
  return server.config.dbfilename;
}

/** The error for writes while the disk refuses to save, or null. */
export function diskErrorMessage(server: Server): ErrorReply | null {
  const { aof, config, persistence } = server;
  if (persistence.lastBgsaveOk && aof.lastWriteOk) return null;
  if (server.isReplica() && config.replicaIgnoreDiskWriteErrors) return null;
  if (config.stopWritesOnBgsaveError && config.save.length > 0 && !persistence.lastBgsaveOk) return MISCONF;
  if (aof.state === 'off' || aof.lastWriteOk) return null;
  return new ErrorReply(`MISCONF Errors writing to the AOF file: ${aof.lastWriteError}`);
}

function writeRdb(server: Server, data: Bytes): boolean {
  if (server.persistence.diskFull) {
    server.io.log('warning', 'Write error saving DB on disk(rdbSaveRio): No space left on device');
    return false;
  }
  const disk = server.io.disk;
  const temporary = `temp-${server.pid}.rdb`;
  try {
    disk.write(temporary, data);
    disk.fsync(temporary);
    disk.rename(temporary, rdbPath(server));
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    server.io.log('warning', `Write error saving DB on disk: ${error.message}`);
    return false;
  }
  return true;
}

/** SAVE: everything waits until the file is written. */
export function rdbSaveNow(server: Server): boolean {
  const data = rdbSave(server, rdbPopulateSaveInfo(server));
  consume(server, data.length / SAVE_BYTES_PER_MICRO + 200);
  if (!writeRdb(server, data)) return false;
  server.io.log('notice', 'DB saved on disk');
  server.dirty = 0;
  server.persistence.lastSave = Math.floor(server.mstime() / 1000);
  server.persistence.lastBgsaveOk = true;
  server.persistence.saves++;
  return true;
}

/** How long a child takes for a snapshot of so many bytes. */
export function snapshotMicros(server: Server, bytes: number): number {
  const keys = server.dbs.reduce((sum, db) => sum + db.size, 0);
  return CHILD_MICROS + bytes / SAVE_BYTES_PER_MICRO + delayMicros(server.config.rdbKeySaveDelay, keys);
}

/** Starts a background save; false when one runs already. */
export function rdbSaveBackground(server: Server, info?: RdbSaveInfo): boolean {
  const state = server.persistence;
  if (state.bgsave !== null || server.aof.rewrite !== null) return false;
  const now = server.mstime();
  const data = rdbSave(server, info ?? rdbPopulateSaveInfo(server));
  state.lastTry = Math.floor(now / 1000);
  state.bgsave = {
    target: 'disk',
    startedMs: now,
    finishAtMs: now + Math.ceil(snapshotMicros(server, data.length) / 1000),
    data,
    sent: 0,
    dirtyBefore: server.dirty,
  };
  countFork(server, data.length);
  server.io.log('notice', `Background saving started by pid ${server.pid}`);
  return true;
}

/** A fork copies page tables: the more memory, the longer. */
export function countFork(server: Server, bytes: number): void {
  const micros = FORK_MICROS + Math.floor(bytes / 10_000);
  server.stats.totalForks++;
  server.stats.latestForkUsec = micros;
  consume(server, micros);
}

/** Ends a child whose time is over; true when none runs any more. */
export function checkChildDone(server: Server): boolean {
  const state = server.persistence;
  const child = state.bgsave;
  if (child === null) return true;
  const streaming = child.target === 'sockets';
  if (streaming) streamSnapshot(server);
  if (child.finishAtMs > server.mstime() || (streaming && child.sent < child.data.length)) return false;
  state.bgsave = null;
  const now = Math.floor(server.mstime() / 1000);
  state.lastBgsaveSeconds = now - Math.floor(child.startedMs / 1000);
  let ok = true;
  if (streaming) server.io.log('notice', 'Background RDB transfer terminated with success');
  else ok = endSaveToDisk(server, child, now);
  updateSlavesWaitingBgsave(server, child, ok);
  return true;
}

function endSaveToDisk(server: Server, child: SnapshotChild, now: number): boolean {
  const state = server.persistence;
  state.lastBgsaveOk = writeRdb(server, child.data);
  if (!state.lastBgsaveOk) {
    server.io.log('warning', 'Background saving error');
    return false;
  }
  server.io.log('notice', 'Background saving terminated with success');
  server.dirty -= child.dirtyBefore;
  state.lastSave = now;
  state.saves++;
  return true;
}

/** Stops the child, whose snapshot is of no use any more. */
export function killRdbChild(server: Server): void {
  const child = server.persistence.bgsave;
  if (child === null) return;
  server.persistence.bgsave = null;
  server.io.clearTimer('child');
  server.io.log('warning', 'Background saving terminated by signal 10');
  updateSlavesWaitingBgsave(server, child, false);
}

/** Ten times a second: ends a save that is done, starts one that is due. */
export function persistenceCron(server: Server): void {
  const { config, persistence: state } = server;
  const now = server.mstime();
  finishSending(server);
  if (state.bgsave !== null) {
    checkChildDone(server);
    return;
  }
  if (server.aof.rewrite !== null) return;
  if (state.bgsaveScheduled) {
    state.bgsaveScheduled = false;
    rdbSaveBackground(server);
    return;
  }
  if (server.dirty === 0) return;
  const seconds = Math.floor(now / 1000);
  for (const point of config.save) {
    const due = server.dirty >= point.changes && seconds - state.lastSave > point.seconds;
    if (!due || (!state.lastBgsaveOk && seconds - state.lastTry <= BGSAVE_RETRY_DELAY_S)) continue;
    server.io.log('notice', `${point.changes} changes in ${point.seconds} seconds. Saving...`);
    rdbSaveBackground(server);
    return;
  }
}

/** FLUSHALL leaves an empty dump file behind where snapshots are configured. */
export function saveAfterFlush(server: Server): void {
  killRdbChild(server);
  if (server.config.save.length > 0) rdbSaveNow(server);
}

/** At start: the AOF when it is on, else the dump file. */
export function loadDataFromDisk(server: Server): void {
  const { io, config } = server;
  if (loadManifest(server) !== null) io.exit(1);
  else if (config.appendonly) {
    // What cannot be used is in the log.
    try {
      loadAof(server, openAofFiles(server), null);
    } catch (error) {
      if (!(error instanceof AofError)) throw error;
      io.exit(1);
    }
  } else {
    const data = io.disk.read(rdbPath(server));
    if (data === undefined) finishStart(server);
    else loadSnapshot(server, startLoading(server, 'start', data.length), data);
  }
}

/** Loads an RDB file at once; what is wrong with it, or null. */
export function loadRdb(server: Server, data: Bytes, mode: RdbLoadMode): string | null {
  server.loading = true;
  try {
    const loader = new RdbLoader(server, data, server.dbs, mode);
    loader.step(Infinity);
    replicationRestoreFromRdb(server, loader.aux);
    return null;
  } catch (error) {
    if (error instanceof RdbError) return error.message;
    throw error;
  } finally {
    server.loading = false;
  }
}
