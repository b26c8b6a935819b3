/* The end of a server: SHUTDOWN, SIGTERM, SIGINT (after prepareForShutdown and finishShutdown in
 * server.c). A master waits a while for its replicas to have everything, then saves if it should. */

import { flushAppendOnlyFile } from './aof.ts';
import { replyToBlockedClient } from './blocked.ts';
import type { Client } from './client.ts';
import { PAUSE_DURING_SHUTDOWN, pauseClients, unpauseClients } from './pause.ts';
import { rdbSaveNow } from './persistence.ts';
import { replicaLag, replicaLink, replicaName, replicaStateName } from './replication/state.ts';
import { ErrorReply } from './reply.ts';
import type { Server } from './server.ts';

export const SHUTDOWN_SAVE = 1;
export const SHUTDOWN_NOSAVE = 2;
export const SHUTDOWN_NOW = 4;
export const SHUTDOWN_FORCE = 8;

const FAILED = new ErrorReply('ERR Errors trying to SHUTDOWN. Check logs.');

/** A shutdown that waits for replicas. */
export interface ShutdownState {
  flags: number;
  deadlineMs: number;
}

/** Ends the process now, or begins to wait for replicas; false when that is not possible. */
export function prepareForShutdown(server: Server, asked: number): boolean {
  if (server.shutdown !== null) return true;
  const { io } = server;
  // What is half loaded must not take the place of the whole file.
  const flags = server.loading ? (asked & ~SHUTDOWN_SAVE) | SHUTDOWN_NOSAVE : asked;
  io.log('warning', 'User requested shutdown...');
  const timeout = server.config.shutdownTimeout;
  if ((flags & SHUTDOWN_NOW) !== 0 || timeout === 0 || laggingReplicas(server).length === 0) {
    return finishShutdown(server, flags);
  }
  server.shutdown = { flags, deadlineMs: server.mstime() + timeout * 1000 };
  if (server.pause.kind === null) server.replication.askForAck = true;
  pauseClients(server, PAUSE_DURING_SHUTDOWN, Number.MAX_SAFE_INTEGER, 'write');
  io.log('notice', 'Waiting for replicas before shutting down.');
  return true;
}

function laggingReplicas({ replication }: Server): Client[] {
  return replication.replicas.filter(
    (replica) => replicaLink(replica).ackOffset !== replication.masterReplOffset,
  );
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
  if (laggingReplicas(server).length > 0 && server.mstime() < state.deadlineMs) return;
  finishShutdown(server, state.flags);
}

/** SHUTDOWN ABORT: false when no shutdown waits. */
export function abortShutdown(server: Server): boolean {
  if (server.shutdown === null && server.shutdownAsap === null) return false;
  if (server.shutdown !== null) cancelShutdown(server);
  server.shutdownAsap = null;
  server.io.log('notice', 'Shutdown manually aborted.');
  return true;
}

/** Nothing comes of it: who asked for it and waits is told. */
function cancelShutdown(server: Server): void {
  server.shutdown = null;
  server.shutdownAsap = null;
  for (const client of [...server.blockedClients]) {
    if (client.blocked?.kind === 'shutdown') replyToBlockedClient(client, FAILED);
  }
  unpauseClients(server, PAUSE_DURING_SHUTDOWN);
}

function logReplicas(server: Server): void {
  const { io, replication } = server;
  const all = replication.replicas.length;
  if (all === 0) return;
  const lagging = laggingReplicas(server);
  for (const replica of lagging) {
    const link = replicaLink(replica);
    const behind = replication.masterReplOffset - link.ackOffset;
    const lag = replicaLag(link, server.mstime());
    io.log(
      'warning',
      `Lagging replica ${replicaName(replica)} reported offset ${behind} behind master, lag=${lag}, state=${replicaStateName(link)}.`,
    );
  }
  io.log('notice', `${all - lagging.length} of ${all} replicas are in sync when shutting down.`);
}

/** Saves what is to be saved; false when that cannot be done and nobody insists. */
function saveAll(server: Server, flags: number): boolean {
  const { aof, io, persistence } = server;
  const force = (flags & SHUTDOWN_FORCE) !== 0;
  if (persistence.bgsave !== null) io.log('warning', 'There is a child saving an .rdb. Killing it!');
  if (aof.rewrite !== null) {
    // The file that would be the AOF is not there yet.
    if (aof.state === 'wait-rewrite') {
      io.log('warning', `Writing initial AOF${force ? '. Exit anyway.' : ", can't exit."}`);
      if (!force) return false;
    }
    io.log('warning', 'There is a child rewriting the AOF. Killing it!');
  }
  if (aof.state !== 'off') {
    io.log('notice', 'Calling fsync() on the AOF file.');
    flushAppendOnlyFile(server, true);
  }
  const saves = (server.config.save.length > 0 && (flags & SHUTDOWN_NOSAVE) === 0) || flags & SHUTDOWN_SAVE;
  if (!saves) return true;
  io.log('notice', 'Saving the final RDB snapshot before exiting.');
  if (rdbSaveNow(server)) return true;
  io.log('warning', `Error trying to save the DB${force ? '. Exit anyway.' : ", can't exit."}`);
  return force;
}

function finishShutdown(server: Server, flags: number): boolean {
  const { io } = server;
  logReplicas(server);
  if (!saveAll(server, flags)) {
    io.log('warning', 'Errors trying to shut down the server. Check the logs for more information.');
    cancelShutdown(server);
    return false;
  }
  server.shutdown = null;
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
