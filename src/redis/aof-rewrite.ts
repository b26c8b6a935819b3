/* Rewriting the append only file (after the rewrite part of aof.c).
 *
 * A rewrite opens a new increment, saves the dataset of that moment as the new base, and then the manifest
 * forgets the old files. While the AOF is only being switched on, changes go to a temporary increment that
 * joins the manifest with the first base: until then the files on disk are those of before, or none. */

import { datasetAsCommands } from './aof-commands.ts';
import {
  aofPath,
  deleteHistoryFiles,
  flushAppendOnlyFile,
  persistManifest,
  temporaryIncrement,
} from './aof.ts';
import { DiskError } from './io.ts';
import { countFork, snapshotMicros } from './persistence.ts';
import { rdbSave } from './rdb.ts';
import type { Server } from './server.ts';

/** Failures in a row after which rewrites that start by themselves are put off. */
const FAILURES_UNTIL_LIMIT = 3;
const LONGEST_LIMIT_MINUTES = 60;

/** CONFIG SET appendonly yes: the dataset is written as the base, changes follow it. */
export function startAppendOnly(server: Server): void {
  const { aof, io } = server;
  aof.state = 'wait-rewrite';
  if (server.persistence.bgsave !== null) {
    aof.rewriteScheduled = true;
    const text = 'AOF was enabled but there is already another background operation.';
    io.log('warning', `${text} An AOF background was scheduled to start when possible.`);
  } else if (server.inExec) {
    aof.rewriteScheduled = true;
    const text = 'AOF was enabled during a transaction.';
    io.log('warning', `${text} An AOF background was scheduled to start when possible.`);
  } else {
    if (aof.rewrite !== null) {
      const text = 'AOF was enabled but there is already an AOF rewriting in background.';
      io.log('warning', `${text} Stopping background AOF and starting a rewrite now.`);
      killRewrite(server);
    }
    rewriteAppendOnlyFileBackground(server);
  }
  aof.lastWriteOk = true;
}

/** CONFIG SET appendonly no. */
export function stopAppendOnly(server: Server): void {
  const { aof } = server;
  flushAppendOnlyFile(server, true);
  if (aof.rewrite !== null) killRewrite(server);
  aof.state = 'off';
  aof.selectedDb = -1;
  aof.rewriteScheduled = false;
  aof.lastWriteOk = true;
  aof.buffer = '';
}

function killRewrite(server: Server): void {
  const { aof } = server;
  server.io.log('notice', `Killing running AOF rewrite child: ${server.pid}`);
  aof.rewrite = null;
  if (aof.state === 'wait-rewrite') dropTemporaryIncrement(server);
}

function dropTemporaryIncrement(server: Server): void {
  const file = temporaryIncrement(server);
  server.aof.buffer = '';
  server.io.log('notice', `Removing the temp incr aof file ${file} in the background`);
  server.io.disk.remove(aofPath(server, file));
}

/** At start, when the AOF is on and everything is loaded: a base if there is nothing yet, and the increment
 *  to be written. */
export function openAppendOnlyFile(server: Server): void {
  const { aof, config, io } = server;
  const { manifest } = aof;
  aof.state = 'on';
  if (manifest.isEmpty()) {
    const name = manifest.startBase(config.appendfilename, config.aofUseRdbPreamble);
    const data = baseData(server);
    io.disk.write(aofPath(server, name), data);
    io.disk.fsync(aofPath(server, name));
    aof.currentSize = data.length;
    aof.rewriteBaseSize = data.length;
    io.log('notice', `Creating AOF base file ${name} on server start`);
  }
  const known = manifest.increments.at(-1)?.name;
  const name = known ?? manifest.startIncrement(config.appendfilename);
  if (known === undefined) createEmpty(server, name);
  aof.incrementSize = io.disk.read(aofPath(server, name))?.length ?? 0;
  persistManifest(server, manifest);
  io.log('notice', `${known === undefined ? 'Creating' : 'Opening'} AOF incr file ${name} on server start`);
}

function baseData(server: Server): string {
  return server.config.aofUseRdbPreamble ? rdbSave(server, { aofBase: true }) : datasetAsCommands(server);
}

/** The folder is synced along with the manifest: a loss of power leaves the file, if empty. */
function createEmpty(server: Server, name: string): void {
  server.io.disk.write(aofPath(server, name), '');
  server.io.disk.fsync(aofPath(server, name));
}

/** What changes from now on goes to a new increment. */
function openIncrement(server: Server): void {
  const { aof, config, io } = server;
  if (aof.state === 'off') return;
  flushAppendOnlyFile(server, true);
  let name = temporaryIncrement(server);
  if (aof.state === 'on') {
    const manifest = aof.manifest.copy();
    name = manifest.startIncrement(config.appendfilename);
    createEmpty(server, name);
    persistManifest(server, manifest);
    aof.manifest = manifest;
  } else createEmpty(server, name);
  io.log('notice', `Creating AOF incr file ${name} on background rewrite`);
  aof.incrementSize = 0;
  aof.unsynced = false;
  aof.selectedDb = -1;
  aof.lastTimestamp = 0;
}

/** Starts a rewrite; nothing when a child of whatever kind runs, or when the disk refuses. */
export function rewriteAppendOnlyFileBackground(server: Server): void {
  const { aof, io } = server;
  if (aof.rewrite !== null || server.persistence.bgsave !== null) return;
  try {
    openIncrement(server);
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    io.log('warning', `Can't open the append-only file: ${error.message}`);
    failed(server);
    return;
  }
  aof.rewrites++;
  aof.rewriteScheduled = false;
  const data = baseData(server);
  const now = server.mstime();
  countFork(server, data.length);
  aof.rewrite = {
    startedAt: Math.floor(now / 1000),
    finishAtMs: now + Math.ceil(snapshotMicros(server, data.length) / 1000),
    data,
    isRdb: server.config.aofUseRdbPreamble,
  };
  io.log('notice', `Background append only file rewriting started by pid ${server.pid}`);
}

function failed(server: Server): void {
  server.aof.lastRewriteOk = false;
  server.aof.consecutiveFailures++;
}

function finishRewrite(server: Server): void {
  const { aof, io } = server;
  const rewrite = aof.rewrite;
  if (rewrite === null) return;
  io.log('notice', 'Background AOF rewrite terminated with success');
  try {
    adoptBase(server, rewrite);
    aof.lastRewriteOk = true;
    aof.consecutiveFailures = 0;
    io.log('notice', 'Background AOF rewrite finished successfully');
    aof.state = aof.state === 'wait-rewrite' ? 'on' : aof.state;
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    io.log('warning', `Error writing the AOF base file: ${error.message}`);
    failed(server);
  }
  aof.rewrite = null;
  aof.lastRewriteSeconds = Math.floor(server.mstime() / 1000) - rewrite.startedAt;
  if (aof.state === 'wait-rewrite') {
    dropTemporaryIncrement(server);
    aof.rewriteScheduled = true;
  }
}

/** Puts the new base into its place, and with it, if the AOF is being switched on, the increment. */
function adoptBase(server: Server, rewrite: NonNullable<Server['aof']['rewrite']>): void {
  const { aof, config, io } = server;
  const manifest = aof.manifest.copy();
  const base = manifest.startBase(config.appendfilename, rewrite.isRdb);
  const temporary = `temp-rewriteaof-bg-${server.pid}.aof`;
  io.disk.write(temporary, rewrite.data);
  io.disk.fsync(temporary);
  io.disk.rename(temporary, aofPath(server, base));
  io.log('notice', `Successfully renamed the temporary AOF base file ${temporary} into ${base}`);
  if (aof.state === 'wait-rewrite') {
    flushAppendOnlyFile(server, true);
    const from = temporaryIncrement(server);
    const name = manifest.startIncrement(config.appendfilename);
    io.disk.rename(aofPath(server, from), aofPath(server, name));
    io.log('notice', `Successfully renamed the temporary AOF incr file ${from} into ${name}`);
  }
  manifest.retireIncrements(aof.state !== 'off');
  persistManifest(server, manifest);
  aof.manifest = manifest;
  if (aof.state !== 'off') {
    aof.currentSize = rewrite.data.length + aof.incrementSize;
    aof.rewriteBaseSize = aof.currentSize;
  }
  deleteHistoryFiles(server);
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
    if (!rewriteLimited(server)) rewriteAppendOnlyFileBackground(server);
    return;
  }
  if (aof.state !== 'on' || config.autoAofRewritePercentage === 0) return;
  if (aof.currentSize <= config.autoAofRewriteMinSize) return;
  const base = Math.max(1, aof.rewriteBaseSize);
  const growth = (aof.currentSize * 100) / base - 100;
  if (growth < config.autoAofRewritePercentage || rewriteLimited(server)) return;
  server.io.log('notice', `Starting automatic rewriting of AOF on ${Math.floor(growth)}% growth`);
  rewriteAppendOnlyFileBackground(server);
}

/** True while rewrites that failed again and again are put off: a minute, then two, four ... */
function rewriteLimited(server: Server): boolean {
  const { aof } = server;
  const now = server.mstime();
  if (aof.consecutiveFailures < FAILURES_UNTIL_LIMIT) {
    aof.limitedUntilMs = 0;
    aof.limitMinutes = 0;
    return false;
  }
  if (aof.limitedUntilMs !== 0) {
    if (now < aof.limitedUntilMs) return true;
    aof.limitedUntilMs = 0;
    return false;
  }
  aof.limitMinutes = Math.min(LONGEST_LIMIT_MINUTES, aof.limitMinutes === 0 ? 1 : 2 * aof.limitMinutes);
  aof.limitedUntilMs = now + aof.limitMinutes * 60_000;
  const text = 'Background AOF rewrite has repeatedly failed and triggered the limit, will retry in';
  server.io.log('warning', `${text} ${aof.limitMinutes} minutes`);
  return true;
}
