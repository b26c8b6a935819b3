/* Start, the cron of ten times a second, what happens before each sleep, and the end (after initServer,
 * serverCron, beforeSleep and prepareForShutdown in server.c). */

import { handleBlockedClientsTimeout, handleClientsBlockedOnKeys } from './blocked.ts';
import { clusterBeforeSleep, clusterCron, clusterInit } from './cluster/index.ts';
import { Db } from './db.ts';
import { handleClientsWithPendingWrites, processInput } from './networking.ts';
import { checkPauseTimeout } from './pause.ts';
import { propagatePendingCommands } from './propagate.ts';
import { replicationBeforeSleep, replicationCron, replicationInit } from './replication/index.ts';
import type { Server } from './server.ts';

const CRON_MICROS = 100_000;

/** Brings the server to life: databases, data from disk, cluster, ports, the first cron. */
export function initServer(server: Server): void {
  const io = server.io;
  for (let id = 0; id < server.config.databases; id++) server.dbs.push(new Db(server, id));
  server.runId = io.random.hex(40);
  server.startedAtMs = server.mstime();
  replicationInit(server);
  if (server.config.clusterEnabled && !clusterInit(server)) {
    io.exit(1);
    return;
  }
  io.listen(server.port);
  io.setTimer('cron', io.now + CRON_MICROS);
}

/** Everything periodic. */
export function serverCron(server: Server): void {
  const io = server.io;
  io.setTimer('cron', io.now + CRON_MICROS);
  server.cronLoops++;
  if (server.cronLoops % 10 === 0) replicationCron(server);
  if (server.cluster !== null) clusterCron(server);
}

/** Called at the end of every handler: nothing that was promised waits longer than this. */
export function beforeSleep(server: Server): void {
  if (server.pause.kind !== null) checkPauseTimeout(server);
  handleBlockedClientsTimeout(server);
  if (server.cluster !== null) clusterBeforeSleep(server);
  if (server.readyKeys.length > 0) handleClientsBlockedOnKeys(server);
  while (server.unblockedClients.length > 0) {
    for (const client of server.unblockedClients.splice(0)) processInput(client);
  }
  if (server.pendingOps.length > 0) propagatePendingCommands(server);
  replicationBeforeSleep(server);
  handleClientsWithPendingWrites(server);
  if (server.workMicros > 0) {
    server.io.busy(server.workMicros);
    server.stats.cpuMicros += server.workMicros;
    server.workMicros = 0;
  }
}

/** SIGTERM and SIGINT. */
export function shutdownSignal(server: Server, signal: 'TERM' | 'INT'): void {
  server.io.log('warning', `Received SIG${signal} scheduling shutdown...`);
  server.io.exit(0);
}
