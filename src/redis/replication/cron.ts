/* What replication does once a second and at the end of every handler (after replicationCron in
 * replication.c). */

import { migrateCloseTimedoutSockets } from '#redis/cluster/migrate.ts';
import { checkOutputLimit } from '#redis/clients-cron.ts';
import { freeClient } from '#redis/networking.ts';
import { isPaused } from '#redis/pause.ts';
import type { Server } from '#redis/server.ts';
import { updateFailoverStatus } from './coordinated-failover.ts';
import { NO_DB, replicationFeedSlaves, sendToReplica } from './feed.ts';
import { changeReplicationId, clearReplicationId2 } from './ids.ts';
import { abortHandshake, connectWithMaster, masterLinkLost, replicationSendAck } from './link.ts';
import { refreshGoodSlavesCount } from './master.ts';
import { shouldStartBgsave, startBgsaveForReplication } from './snapshot.ts';
import { ReplicationState, replicaLink, replicaName } from './state.ts';
import { serveWaitingClients } from './wait.ts';

/** Gives the server its replication state; a configured master is connected to by the first cron. */
export function replicationInit(server: Server): void {
  server.replication = new ReplicationState();
  changeReplicationId(server);
  server.replication.noSlavesSinceMs = server.mstime();
  const [host, port] = server.config.replicaof.split(' ');
  if (!host || !port) return;
  server.replication.masterHost = host;
  server.replication.masterPort = Number(port);
  server.replication.state = 'connect';
}

/** The periodic work, every second. */
export function replicationCron(server: Server): void {
  const { replication } = server;
  updateFailoverStatus(server);
  if (replication.masterHost !== null) cronAsReplica(server);
  cronAsMaster(server);
  migrateCloseTimedoutSockets(server);
  if (shouldStartBgsave(server)) startBgsaveForReplication(server);
  refreshGoodSlavesCount(server);
  replication.cronLoops++;
}

function cronAsReplica(server: Server): void {
  const { replication } = server;
  const now = server.mstime();
  const timeoutMs = server.config.replTimeout * 1000;
  if (replication.state === 'connected') {
    if (now - replication.masterLastInteractionMs > timeoutMs) {
      server.io.log('warning', 'MASTER timeout: no data nor PING received...');
      masterLinkLost(server);
    } else {
      replicationSendAck(server);
    }
    return;
  }
  if (replication.state !== 'connect' && now - replication.transferLastIoMs > timeoutMs) {
    server.io.log(
      'warning',
      replication.state === 'transfer'
        ? "Timeout receiving bulk data from MASTER... If the problem persists try to set the 'repl-timeout' parameter in redis.conf to a larger value."
        : 'Timeout connecting to the MASTER...',
    );
    abortHandshake(server);
  }
  if (replication.state === 'connect') connectWithMaster(server);
}

function cronAsMaster(server: Server): void {
  const { config, replication } = server;
  const now = server.mstime();
  if (replication.cronLoops % config.replPingReplicaPeriod === 0 && replication.replicas.length > 0) {
    // While paused for a manual failover the offset must not move.
    const manual = (server.cluster?.mfEnd ?? 0) !== 0 || replication.failover !== null;
    if (!manual || !isPaused(server, true)) replicationFeedSlaves(server, NO_DB, ['ping']);
  }
  for (const replica of [...replication.replicas]) {
    const link = replicaLink(replica);
    const waits =
      link.state === 'waitBgsaveStart' ||
      (link.state === 'waitBgsaveEnd' && server.persistence.bgsave?.target === 'disk');
    if (waits) sendToReplica(replica, '\n');
    else if (
      link.state === 'online' &&
      !link.prePsync &&
      Math.floor(now / 1000) - link.ackTimeS > config.replTimeout
    ) {
      server.io.log('warning', `Disconnecting timedout replica (streaming sync): ${replicaName(replica)}`);
      freeClient(replica);
      continue;
    }
    checkOutputLimit(server, replica);
  }
  freeIdleBacklog(server, now);
}

function freeIdleBacklog(server: Server, now: number): void {
  const { config, replication } = server;
  const idle =
    replication.replicas.length === 0 && replication.backlog !== null && replication.masterHost === null;
  if (!idle || config.replBacklogTtl === 0) return;
  if (now - replication.noSlavesSinceMs <= config.replBacklogTtl * 1000) return;
  changeReplicationId(server);
  clearReplicationId2(server);
  replication.backlog = null;
  server.io.log(
    'notice',
    `Replication backlog freed after ${config.replBacklogTtl} seconds without connected replicas.`,
  );
}

/** End of a handler: clients in WAIT are served, replicas asked for acknowledgements. */
export function replicationBeforeSleep(server: Server): void {
  const { replication } = server;
  if (replication.waiting.length > 0) serveWaitingClients(server);
  // Not where the acknowledgement is read, for this ends connections.
  if (replication.failover !== null) updateFailoverStatus(server);
  if (!replication.askForAck) return;
  replication.askForAck = false;
  replicationFeedSlaves(server, NO_DB, ['REPLCONF', 'GETACK', '*']);
}
