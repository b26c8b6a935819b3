/* The end of a server: SHUTDOWN, SIGTERM, SIGINT (after prepareForShutdown and finishShutdown in
 * server.c). A master waits a while for its replicas to have everything, then saves if it should. */

import { flushAppendOnlyFile } from './aof.ts';
import { PAUSE_DURING_SHUTDOWN, pauseClients, unpauseClients } from './pause.ts';
import { rdbSaveNow } from './persistence.ts';
import { replicaLink } from './replication/state.ts';
import type { Server } from './server.ts';

export const SHUTDOWN_SAVE = 1;
export const SHUTDOWN_NOSAVE = 2;
export const SHUTDOWN_NOW = 4;
export const SHUTDOWN_FORCE = 8;

/** A shutdown that waits for replicas. */
export interface ShutdownState {
  flags: number;
  deadlineMs: number;
}

/** Ends the process now, or begins to wait for replicas; false when that is not possible. */
export function prepareForShutdown(server: Server, flags: number): boolean {
  if (server.shutdown !== null) return true;
  server.io.log('warning', 'User requested shutdown...');
  const timeout = server.config.shutdownTimeout;
  if ((flags & SHUTDOWN_NOW) === 0 && timeout > 0 && !replicasAreInSync(server)) {
    server.shutdown = { flags, deadlineMs: server.mstime() + timeout * 1000 };
    pauseClients(server, PAUSE_DURING_SHUTDOWN, Number.MAX_SAFE_INTEGER, 'write');
    server.io.log('notice', 'Waiting for replicas before shutting down.');
    return true;
  }
  return finishShutdown(server, flags);
}

function replicasAreInSync(server: Server): boolean {
  const offset = server.replication.masterReplOffset;
  return server.replication.replicas.every((replica) => replicaLink(replica).ackOffset >= offset);
}

/** Ten times a second: begins the shutdown that a signal asked for, ends one that waits. */
export function shutdownCron(server: Server): void {
  const asap = server.shutdownAsap;
  if (asap !== null && server.shutdown === null) {
    server.shutdownAsap = null;
    prepareForShutdown(server, asap);
    return;
  }
  const state = server.shutdown;
  if (state === null) return;
  if (!replicasAreInSync(server) && server.mstime() < state.deadlineMs) return;
  server.shutdown = null;
  if (!finishShutdown(server, state.flags)) unpauseClients(server, PAUSE_DURING_SHUTDOWN);
}

/** SHUTDOWN ABORT: false when no shutdown waits. */
export function abortShutdown(server: Server): boolean {
  if (server.shutdown === null && server.shutdownAsap === null) return false;
  server.shutdownAsap = null;
  if (server.shutdown !== null) unpauseClients(server, PAUSE_DURING_SHUTDOWN);
  server.shutdown = null;
  server.io.log('notice', 'Shutdown manually aborted.');
  return true;
}

function finishShutdown(server: Server, flags: number): boolean {
  const io = server.io;
  const wantsSave =
    (server.config.save.length > 0 && (flags & SHUTDOWN_NOSAVE) === 0) || (flags & SHUTDOWN_SAVE) !== 0;
  if (server.aof.state !== 'off') {
    io.log('notice', 'Calling fsync() on the AOF file.');
    flushAppendOnlyFile(server, true);
  }
  if (wantsSave) {
    io.log('notice', 'Saving the final RDB snapshot before exiting.');
    if (!rdbSaveNow(server) && (flags & SHUTDOWN_FORCE) === 0) {
      io.log('warning', "Error trying to save the DB, can't exit.");
      return false;
    }
  }
  io.log('warning', 'Redis is now ready to exit, bye bye...');
  io.exit(0);
  return true;
}

/** SIGTERM and SIGINT: the next cron begins the shutdown, by their parameters shutdown-on-sigterm and shutdown-on-sigint. */
export function shutdownSignal(server: Server, signal: 'TERM' | 'INT'): void {
  if (signal === 'INT' && (server.shutdownAsap !== null || server.shutdown !== null)) {
    server.io.log('warning', 'You insist... exiting now.');
    server.io.exit(1);
    return;
  }
  const words = signal === 'TERM' ? server.config.shutdownOnSigterm : server.config.shutdownOnSigint;
  server.io.log('warning', `Received SIG${signal} scheduling shutdown...`);
  let flags = 0;
  if (words.includes('nosave')) flags |= SHUTDOWN_NOSAVE;
  else if (words.includes('save')) flags |= SHUTDOWN_SAVE;
  if (words.includes('now')) flags |= SHUTDOWN_NOW;
  if (words.includes('force')) flags |= SHUTDOWN_FORCE;
  server.shutdownAsap = flags;
}
