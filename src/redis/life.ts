/* Start, the cron of ten times a second, and what happens before each sleep (after initServer,
 * serverCron and beforeSleep in server.c). The end is in shutdown.ts. */

import { loadAclFromConfig } from './acl-file.ts';
import { aofCron, openAppendOnlyFile } from './aof-rewrite.ts';
import { deleteHistoryFiles, flushAppendOnlyFile } from './aof.ts';
import { handleBlockedClientsTimeout, handleClientsBlockedOnKeys } from './blocked.ts';
import {
  clusterAcceptHeld,
  clusterBeforeSleep,
  clusterCron,
  clusterInit,
  verifyClusterConfigWithData,
} from './cluster/index.ts';
import { clientsCron } from './clients-cron.ts';
import { loadConfigText } from './config-load.ts';
import { Db } from './db.ts';
import { evictClients } from './evict.ts';
import { activeExpireCycle } from './expire.ts';
import { handleClientsWithPendingWrites, processInput } from './networking.ts';
import { sampleMemory } from './info-memory.ts';
import { checkPauseTimeout } from './pause.ts';
import { loadDataFromDisk, persistenceCron } from './persistence.ts';
import { propagatePendingCommands } from './propagate.ts';
import { replicationBeforeSleep, replicationCron, replicationInit } from './replication/index.ts';
import { spendWork, type Server } from './server.ts';
import { shutdownCron } from './shutdown.ts';
import { trackingBroadcastInvalidationMessages, trackingLimitUsedSlots } from './tracking.ts';

const CRON_MICROS = 100_000;

/** Brings the server to life: parameters, databases, data from disk, cluster, ports, the first cron. */
export function initServer(server: Server): void {
  const io = server.io;
  const file = server.configFile === '' ? undefined : io.disk.read(server.configFile);
  loadConfigText(server, `${file ?? ''}\n${server.configLines}`, io.disk);
  const why = readSettings(server);
  if (why !== null) {
    io.log('warning', why);
    io.exit(1);
    return;
  }
  for (let id = 0; id < server.config.databases; id++) server.dbs.push(new Db(server, id));
  server.runId = io.random.hex(40);
  server.startedAtMs = server.mstime();
  server.persistence.lastSave = Math.floor(server.startedAtMs / 1000);
  logBanner(server);
  replicationInit(server);
  // The node's identity comes before its data; whether data and slots agree is checked at the end.
  if (server.config.clusterEnabled && !clusterInit(server)) {
    io.exit(1);
    return;
  }
  const mode = server.cluster !== null ? 'cluster' : 'standalone';
  if (server.config.alwaysShowLogo) io.log('notice', logo(mode, server));
  else io.log('notice', `Running mode=${mode}, port=${server.port}.`);
  if (server.port !== 0 && !io.listen(server.port)) {
    io.log(
      'warning',
      `Could not create server TCP listening socket *:${server.port}: bind: Address already in use`,
    );
    io.log('warning', 'Failed listening on port, aborting.');
    io.exit(1);
    return;
  }
  io.log('warning', 'Server initialized');
  // Clients may connect already; while there is much to load they are told so.
  loadDataFromDisk(server);
}

/** The data are there: the second half of the start. */
export function finishStart(server: Server): void {
  const { io } = server;
  if (server.cluster !== null && !verifyClusterConfigWithData(server)) {
    io.log('warning', "You can't have keys in a DB different than DB 0 when in Cluster mode. Exiting.");
    io.exit(1);
    return;
  }
  if (server.config.appendonly) openAppendOnlyFile(server);
  deleteHistoryFiles(server);
  if (server.cluster !== null) clusterAcceptHeld(server);
  io.log('notice', 'Ready to accept connections');
  io.setTimer('cron', io.now + CRON_MICROS);
}

/** The first lines of the log. */
function logBanner(server: Server): void {
  const { io } = server;
  io.log('warning', 'oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo');
  io.log(
    'warning',
    `Redis version=7.0.15, bits=64, commit=00000000, modified=0, pid=${server.pid}, just started`,
  );
  io.log('warning', 'Configuration loaded');
}

/** A cube, and what the lines beside Redis's own logo say. */
function logo(mode: string, server: Server): string {
  return [
    '',
    '     .-------.',
    '    /  o o  /|     Redis 7.0.15 (simulated) 64 bit',
    '   /-------/ |',
    '   |  o o  | |     Running in ' + mode + ' mode',
    '   |       | /     Port: ' + server.port,
    '   |_______|/      PID: ' + server.pid,
    '',
  ].join('\n');
}

/** What must be right before anything starts; returns what is wrong, or null. */
function readSettings(server: Server): string | null {
  if (server.configErrors.length > 0) {
    return `*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\n${server.configErrors.join('\n')}`;
  }
  if (server.config.clusterEnabled && server.config.replicaof !== '') {
    return '*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\nreplicaof directive not allowed in cluster mode';
  }
  server.config.port = server.port;
  server.isLfuPolicy = server.config.maxmemoryPolicy.includes('lfu');
  const { disk } = server.io;
  const why = disk.chdir?.(server.config.dir) ?? null;
  if (why !== null) return `Can't chdir to '${server.config.dir}': ${why}`;
  if (disk.cwd !== undefined) server.config.dir = disk.cwd();
  return loadAclFromConfig(server);
}

/** Everything periodic. */
export function serverCron(server: Server): void {
  const io = server.io;
  io.setTimer('cron', io.now + CRON_MICROS);
  if (server.cronPaused) return;
  // During a slow script a server reads and answers, but has no time of its own, except to end.
  if (server.busyScript) {
    if (server.shutdown !== null) shutdownCron(server);
    return;
  }
  // The very first cron is one of those that do the work of a second.
  const everySecond = server.cronLoops % 10 === 0;
  server.cronLoops++;
  server.stats.rates.track(server.mstime(), server.stats);
  if (server.load !== null) return;
  shutdownCron(server);
  clientsCron(server);
  activeExpireCycle(server);
  persistenceCron(server);
  aofCron(server);
  if (everySecond || server.replication.failover !== null) replicationCron(server);
  if (everySecond) sampleMemory(server);
  if (server.cluster !== null) clusterCron(server);
  if (server.trackingClients > 0) trackingLimitUsedSlots(server);
}

/** Called at the end of every handler: nothing that was promised waits longer than this. */
export function beforeSleep(server: Server): void {
  // In the midst of a loading or of a slow script only replies leave: what the script has done so far is not done.
  if (server.load?.loader || server.busyScript) {
    handleClientsWithPendingWrites(server);
    spendWork(server);
    server.spentMicros = 0;
    return;
  }
  if (server.pause.kind !== null) checkPauseTimeout(server);
  if (server.blockedClients.size > 0) handleBlockedClientsTimeout(server);
  if (server.cluster !== null) clusterBeforeSleep(server);
  if (server.readyKeys.length > 0) handleClientsBlockedOnKeys(server);
  while (server.unblockedClients.length > 0) {
    for (const client of server.unblockedClients.splice(0)) processInput(client);
  }
  if (server.pendingOps.length > 0) propagatePendingCommands(server);
  if (server.tracking.prefixes.size > 0) trackingBroadcastInvalidationMessages(server);
  if (server.aof.buffer !== '') flushAppendOnlyFile(server);
  replicationBeforeSleep(server);
  if (server.clientsToFlush.length > 0 || server.clientsToClose.length > 0)
    handleClientsWithPendingWrites(server);
  if (server.config.maxmemoryClients !== 0) {
    evictClients(server);
    handleClientsWithPendingWrites(server);
  }
  spendWork(server);
  server.spentMicros = 0;
}
