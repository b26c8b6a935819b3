/* The append only file: every change as a command (after aof.c).
 *
 * As in 7.0 it consists of several files named by a manifest: a base (an RDB snapshot) and increments
 * of commands since. A rewrite opens a new increment, saves the dataset of that moment as the new
 * base, and then the manifest forgets the old files. Loading is in aof-load.ts. */

import type { Bytes } from '#base/bytes.ts';
import { latencyAddSampleIfNeeded } from './latency.ts';
import { countFork } from './persistence.ts';
import { rdbSave } from './rdb.ts';
import { encodeCommand } from './resp.ts';
import { consume, type Server } from './server.ts';

export class AofState {
  state: 'off' | 'on' | 'wait-rewrite' = 'off';
  /** Commands not yet handed to the disk. */
  buffer: Bytes = '';
  /** Database that the last command in the file was for; -1 = none yet. */
  selectedDb = -1;
  baseSeq = 0;
  incrSeq = 0;
  baseFile = '';
  incrFiles: string[] = [];
  /** Bytes of all files, and of the base after the last rewrite. */
  currentSize = 0;
  rewriteBaseSize = 0;
  /** Bytes written but not yet fsynced. */
  unsynced = false;
  lastFsyncMs = 0;
  /** The rewrite that runs: its data are those of its start. */
  rewrite: { startedAt: number; finishAtMs: number; data: Bytes } | null = null;
  rewriteScheduled = false;
  lastRewriteSeconds = -1;
  lastRewriteOk = true;
  lastWriteOk = true;
  rewrites = 0;
}

const REWRITE_BYTES_PER_MICRO = 100;
const FSYNC_MICROS = 1000;

export function aofPath(server: Server, file: string): string {
  return `${server.config.appenddirname}/${file}`;
}

export function manifestPath(server: Server): string {
  return aofPath(server, `${server.config.appendfilename}.manifest`);
}

/** Writes the list of files that together hold the dataset. */
export function writeManifest(server: Server): void {
  const { aof } = server;
  const lines: string[] = [];
  if (aof.baseFile !== '') lines.push(`file ${aof.baseFile} seq ${aof.baseSeq} type b\n`);
  aof.incrFiles.forEach((file, at) => {
    lines.push(`file ${file} seq ${aof.incrSeq - aof.incrFiles.length + 1 + at} type i\n`);
  });
  const path = manifestPath(server);
  const temporary = aofPath(server, `temp-${server.config.appendfilename}.manifest`);
  server.io.disk.write(temporary, lines.join(''));
  server.io.disk.fsync(temporary);
  server.io.disk.rename(temporary, path);
}

/** Adds one operation to the buffer that is written before the server sleeps. */
export function feedAppendOnlyFile(server: Server, dbId: number, argv: readonly Bytes[]): void {
  const { aof } = server;
  if (aof.state === 'off') return;
  if (server.config.aofTimestampEnabled && aof.buffer === '') {
    aof.buffer += `#TS:${Math.floor(server.mstime() / 1000)}\r\n`;
  }
  if (dbId !== aof.selectedDb) {
    aof.buffer += encodeCommand(['SELECT', String(dbId)]);
    aof.selectedDb = dbId;
  }
  aof.buffer += encodeCommand(argv);
}

/** Before sleep and ten times a second: hands the buffer to the disk and syncs by policy. `force`:
 *  everything must be safe when this returns. */
export function flushAppendOnlyFile(server: Server, force = false): void {
  const { aof, config } = server;
  if (aof.state === 'off') return;
  const file = aofPath(server, aof.incrFiles.at(-1) as string);
  if (aof.buffer !== '') {
    server.io.disk.append(file, aof.buffer);
    aof.currentSize += aof.buffer.length;
    consume(server, 2 + aof.buffer.length / 1000);
    aof.buffer = '';
    aof.unsynced = true;
  }
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

/** Opens a new increment: what changes from now on goes there. */
function openIncrement(server: Server): void {
  const { aof, config } = server;
  aof.incrSeq++;
  const name = `${config.appendfilename}.${aof.incrSeq}.incr.aof`;
  aof.incrFiles.push(name);
  aof.selectedDb = -1;
  server.io.disk.write(aofPath(server, name), '');
}

/** CONFIG SET appendonly yes: the dataset is written as the base, changes follow it. */
export function startAppendOnly(server: Server): void {
  const { aof } = server;
  aof.state = 'wait-rewrite';
  aof.incrFiles = [];
  aof.rewrite = null;
  rewriteAppendOnlyFileBackground(server);
}

/** CONFIG SET appendonly no. */
export function stopAppendOnly(server: Server): void {
  flushAppendOnlyFile(server, true);
  const { aof } = server;
  aof.state = 'off';
  aof.rewrite = null;
  aof.rewriteScheduled = false;
}

/** A fresh server with AOF on and no files yet: an empty base and an increment. */
export function createInitialAof(server: Server): void {
  const { aof, config } = server;
  aof.state = 'on';
  aof.baseSeq = 1;
  aof.baseFile = `${config.appendfilename}.1.base.rdb`;
  const data = rdbSave(server, { aofBase: true });
  server.io.disk.write(aofPath(server, aof.baseFile), data);
  server.io.disk.fsync(aofPath(server, aof.baseFile));
  aof.currentSize = data.length;
  aof.rewriteBaseSize = data.length;
  openIncrement(server);
  writeManifest(server);
}

/** Starts a rewrite; nothing when one runs. */
export function rewriteAppendOnlyFileBackground(server: Server): void {
  const { aof } = server;
  if (aof.rewrite !== null) return;
  aof.rewriteScheduled = false;
  if (aof.state !== 'off') {
    if (aof.incrFiles.length > 0) flushAppendOnlyFile(server, true);
    openIncrement(server);
    if (aof.state === 'on') writeManifest(server);
  }
  const data = rdbSave(server, { aofBase: true });
  const now = server.mstime();
  countFork(server, data.length);
  aof.rewrite = {
    startedAt: Math.floor(now / 1000),
    finishAtMs: now + Math.ceil(data.length / REWRITE_BYTES_PER_MICRO / 1000) + 10,
    data,
  };
  server.io.log('notice', `Background append only file rewriting started by pid ${server.port}`);
}

function finishRewrite(server: Server): void {
  const { aof, config, io } = server;
  const rewrite = aof.rewrite;
  if (rewrite === null) return;
  aof.rewrite = null;
  aof.lastRewriteSeconds = Math.floor(server.mstime() / 1000) - rewrite.startedAt;
  aof.lastRewriteOk = true;
  aof.rewrites++;
  const obsolete = [aof.baseFile, ...aof.incrFiles.slice(0, -1)].filter((file) => file !== '');
  aof.baseSeq++;
  aof.baseFile = `${config.appendfilename}.${aof.baseSeq}.base.rdb`;
  io.disk.write(aofPath(server, aof.baseFile), rewrite.data);
  io.disk.fsync(aofPath(server, aof.baseFile));
  if (aof.state !== 'off') aof.incrFiles = aof.incrFiles.slice(-1);
  writeManifest(server);
  for (const file of obsolete) io.disk.remove(aofPath(server, file));
  const last = aof.incrFiles.at(-1);
  const increment = last === undefined ? 0 : (io.disk.read(aofPath(server, last)) ?? '').length;
  aof.currentSize = rewrite.data.length + increment;
  aof.rewriteBaseSize = aof.currentSize;
  if (aof.state === 'wait-rewrite') aof.state = 'on';
  io.log('notice', 'Background AOF rewrite finished successfully');
}

/** Ten times a second: ends a rewrite that is done, starts one that is due. */
export function aofCron(server: Server): void {
  const { aof, config } = server;
  flushAppendOnlyFile(server);
  if (aof.rewrite !== null) {
    if (aof.rewrite.finishAtMs <= server.mstime()) finishRewrite(server);
    return;
  }
  if (server.persistence.bgsave !== null) return;
  if (aof.rewriteScheduled) {
    rewriteAppendOnlyFileBackground(server);
    return;
  }
  if (aof.state !== 'on' || config.autoAofRewritePercentage === 0) return;
  if (aof.currentSize <= config.autoAofRewriteMinSize) return;
  const base = Math.max(1, aof.rewriteBaseSize);
  const growth = (aof.currentSize * 100) / base - 100;
  if (growth < config.autoAofRewritePercentage) return;
  server.io.log('notice', `Starting automatic rewriting of AOF on ${Math.floor(growth)}% growth`);
  rewriteAppendOnlyFileBackground(server);
}
