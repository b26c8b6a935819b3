/* The append only file: every change as a command (after aof.c).
 *
 * As in 7.0 it consists of several files named by a manifest (aof-manifest.ts): a base (the dataset at some
 * moment) and increments of commands since. How a base is made anew is in aof-rewrite.ts, how the files are
 * loaded in aof-load.ts. */

import type { Bytes } from '#base/bytes.ts';
import { timestampAnnotation } from './aof-commands.ts';
import { AofManifest } from './aof-manifest.ts';
import { DiskError } from './io.ts';
import { latencyAddSampleIfNeeded } from './latency.ts';
import { encodeCommand } from './resp.ts';
import { consume, type Server } from './server.ts';

export class AofState {
  /** `wait-rewrite`: switched on, but only the end of the first rewrite makes it complete. */
  state: 'off' | 'on' | 'wait-rewrite' = 'off';
  manifest: AofManifest = new AofManifest();
  /** Commands not yet handed to the disk. */
  buffer: Bytes = '';
  /** Database that the last command in the file was for; -1 = none yet. */
  selectedDb = -1;
  /** Bytes of all files, of the last increment, and of all files after the last rewrite. */
  currentSize = 0;
  incrementSize = 0;
  rewriteBaseSize = 0;
  /** Bytes written but not yet fsynced. */
  unsynced = false;
  lastFsyncMs = 0;
  /** Second of the last timestamp annotation. */
  lastTimestamp = 0;
  /** DEBUG AOF-FLUSH-SLEEP. */
  flushSleepMicros = 0;
  /** The rewrite that runs: its data are those of its start. */
  rewrite: { startedAt: number; finishAtMs: number; data: Bytes; isRdb: boolean } | null = null;
  rewriteScheduled = false;
  lastRewriteSeconds = -1;
  lastRewriteOk = true;
  lastWriteOk = true;
  lastWriteError = '';
  rewrites = 0;
  consecutiveFailures = 0;
  /** After too many failures: no rewrite by itself before this time (Unix ms), and how long the next
   *  pause is. */
  limitedUntilMs = 0;
  limitMinutes = 0;
}

const FSYNC_MICROS = 1000;

export function aofPath(server: Server, file: Bytes): Bytes {
  return `${server.config.appenddirname}/${file}`;
}

export function manifestPath(server: Server): Bytes {
  return aofPath(server, `${server.config.appendfilename}.manifest`);
}

/** Collects changes while the first rewrite runs. */
export function temporaryIncrement(server: Server): Bytes {
  return `temp-${server.config.appendfilename}.incr`;
}

/** Writes the list of files; a crash leaves the old one or the new one. */
export function persistManifest(server: Server, manifest: AofManifest): void {
  const { disk } = server.io;
  const temporary = aofPath(server, `temp-${server.config.appendfilename}.manifest`);
  disk.write(temporary, manifest.format());
  disk.fsync(temporary);
  disk.rename(temporary, manifestPath(server));
}

/** Deletes what the last rewrite made superfluous, unless that is switched off. */
export function deleteHistoryFiles(server: Server): void {
  const { manifest } = server.aof;
  if (server.config.aofDisableAutoGc || manifest.history.length === 0) return;
  for (const { name } of manifest.history) {
    server.io.log('notice', `Removing the history file ${name} in the background`);
    server.io.disk.remove(aofPath(server, name));
  }
  manifest.history = [];
  persistManifest(server, manifest);
}

/** Adds one operation to the buffer that is written before the server sleeps. */
export function feedAppendOnlyFile(server: Server, dbId: number, argv: readonly Bytes[]): void {
  const { aof } = server;
  if (!isWriting(aof)) return;
  const second = Math.floor(server.mstime() / 1000);
  if (server.config.aofTimestampEnabled && aof.lastTimestamp !== second) {
    aof.buffer += timestampAnnotation(server);
    aof.lastTimestamp = second;
  }
  if (dbId !== aof.selectedDb) {
    aof.buffer += encodeCommand(['SELECT', String(dbId)]);
    aof.selectedDb = dbId;
  }
  aof.buffer += encodeCommand(argv);
}

function isWriting(aof: AofState): boolean {
  return aof.state === 'on' || (aof.state === 'wait-rewrite' && aof.rewrite !== null);
}

/** Before sleep and ten times a second: hands the buffer to the disk and syncs by policy. `force`:
 *  everything must be safe when this returns. */
export function flushAppendOnlyFile(server: Server, force = false): void {
  const { aof, config } = server;
  if (!isWriting(aof)) return;
  const last = aof.manifest.increments.at(-1)?.name;
  const file = aofPath(server, aof.state === 'on' ? (last as Bytes) : temporaryIncrement(server));
  if (aof.buffer !== '' && !writeBuffer(server, file)) return;
  if (!aof.unsynced) return;
  const busyRewriting =
    config.noAppendfsyncOnRewrite && (aof.rewrite !== null || server.persistence.bgsave !== null);
  const now = server.mstime();
  const everySecond = config.appendfsync === 'everysec' && now - aof.lastFsyncMs >= 1000;
  if (!force && (busyRewriting || (config.appendfsync !== 'always' && !everySecond))) return;
  server.io.disk.fsync(file);
  aof.unsynced = false;
  aof.lastFsyncMs = now;
  // `everysec` syncs on a thread of its own.
  if (config.appendfsync === 'always' || force) {
    consume(server, FSYNC_MICROS);
    latencyAddSampleIfNeeded(server, 'aof-fsync-always', FSYNC_MICROS / 1000);
  }
}

/** False when the disk refuses: the buffer is kept for the next time, or, where every write was promised
 *  to be safe, the server ends. */
function writeBuffer(server: Server, file: Bytes): boolean {
  const { aof, config, io } = server;
  if (aof.flushSleepMicros > 0) consume(server, aof.flushSleepMicros);
  try {
    io.disk.append(file, aof.buffer);
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    io.log('warning', `Error writing to the AOF file: ${error.message}`);
    if (config.appendfsync === 'always') {
      io.log(
        'warning',
        "Can't recover from AOF write error when the AOF fsync policy is 'always'. Exiting...",
      );
      io.exit(1);
    }
    aof.lastWriteOk = false;
    aof.lastWriteError = error.message;
    return false;
  }
  if (!aof.lastWriteOk) io.log('warning', 'AOF write error looks solved, Redis can write again.');
  aof.lastWriteOk = true;
  aof.currentSize += aof.buffer.length;
  aof.incrementSize += aof.buffer.length;
  consume(server, 2 + aof.buffer.length / 1000);
  aof.buffer = '';
  aof.unsynced = true;
  return true;
}
