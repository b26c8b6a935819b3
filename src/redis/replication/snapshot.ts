/* The snapshot a replica begins with, on the master's side (after startBgsaveForReplication,
 * replicationSetupSlaveForFullResync, updateSlavesWaitingBgsave and rdbPipeReadHandler).
 *
 * A child process makes it and takes its time. What is written meanwhile is held back for the replicas that
 * wait: to disk first and then sent whole, or straight into the connections of those who were there when
 * it began. */

import { addReply, type Client } from '#redis/client.ts';
import { flushClient, freeClient } from '#redis/networking.ts';
import { countFork, rdbSaveBackground, snapshotMicros, type SnapshotChild } from '#redis/persistence.ts';
import { rdbSave } from '#redis/rdb.ts';
import { Status } from '#redis/reply.ts';
import type { Server } from '#redis/server.ts';
import { sendToReplica } from './feed.ts';
import { refreshGoodSlavesCount } from './master.ts';
import { type ReplicaState, replicaLink, replicaName } from './state.ts';

function replicasIn(server: Server, state: ReplicaState): Client[] {
  return server.replication.replicas.filter((replica) => replicaLink(replica).state === state);
}

function childIsActive(server: Server): boolean {
  return server.persistence.bgsave !== null || server.aof.rewrite !== null;
}

/** A replica needs everything: it joins the snapshot that is being made for others, starts one, or waits. */
export function beginFullSync(server: Server, replica: Client): void {
  const { config } = server;
  const child = server.persistence.bgsave;
  if (child?.target === 'disk') {
    if (!joinSnapshot(server, replica))
      server.io.log(
        'notice',
        "Can't attach the replica to the current BGSAVE. Waiting for next BGSAVE for SYNC",
      );
  } else if (child?.target === 'sockets') {
    server.io.log('notice', 'Current BGSAVE has socket target. Waiting for next BGSAVE for SYNC');
  } else if (config.replDisklessSync && replicaLink(replica).capaEof && config.replDisklessSyncDelay > 0) {
    server.io.log('notice', 'Delay next BGSAVE for diskless SYNC');
  } else if (childIsActive(server)) {
    server.io.log(
      'notice',
      'No BGSAVE in progress, but another BG operation is active. BGSAVE for replication delayed',
    );
  } else startBgsaveForReplication(server);
}

/** What another replica waits for will do for this one too, with the stream that was held for it. */
function joinSnapshot(server: Server, replica: Client): boolean {
  const { filter, rdbOnly } = replicaLink(replica);
  const theirs = replicasIn(server, 'waitBgsaveEnd')
    .map(replicaLink)
    .find((link) => rdbOnly || !link.rdbOnly);
  if (theirs?.filter !== filter) return false;
  replicaLink(replica).held = theirs.held;
  setupForFullResync(server, replica, theirs.initialOffset);
  server.io.log('notice', 'Waiting for end of BGSAVE for SYNC');
  return true;
}

function setupForFullResync(server: Server, replica: Client, offset: number): void {
  const { replication } = server;
  const link = replicaLink(replica);
  link.initialOffset = offset;
  link.state = 'waitBgsaveEnd';
  // What follows must name its database: the replica starts anew.
  replication.slaveSelDb = -1;
  if (!link.prePsync) addReply(replica, new Status(`FULLRESYNC ${replication.replid} ${offset}`));
}

/** Those who wait for a snapshot to begin, and want the same of it as the first of them. */
function waitingForOne(server: Server): Client[] {
  const waiting = replicasIn(server, 'waitBgsaveStart');
  const filters = waiting.map((replica) => replicaLink(replica).filter);
  return waiting.filter((_, at) => filters[at] === filters[0]);
}

/** Whether the replicas that wait for a snapshot have waited long enough for one. */
export function shouldStartBgsave(server: Server): boolean {
  const { config } = server;
  if (childIsActive(server)) return false;
  const nowS = Math.floor(server.mstime() / 1000);
  const waiting = waitingForOne(server);
  if (waiting.length === 0) return false;
  const idle = waiting.map((replica) => nowS - Math.floor(replica.lastInteractionMs / 1000));
  const enough =
    config.replDisklessSyncMaxReplicas > 0 && waiting.length >= config.replDisklessSyncMaxReplicas;
  return !config.replDisklessSync || enough || Math.max(...idle) >= config.replDisklessSyncDelay;
}

/** Starts a snapshot for every replica that waits for one like it. */
export function startBgsaveForReplication(server: Server): void {
  const { config, replication, persistence } = server;
  const waiting = waitingForOne(server);
  if (waiting.length === 0) return;
  const { filter } = replicaLink(waiting[0] as Client);
  const diskless =
    (config.replDisklessSync || filter !== 'all') && waiting.every((replica) => replicaLink(replica).capaEof);
  const target = diskless ? 'replicas sockets' : 'disk';
  server.io.log('notice', `Starting BGSAVE for SYNC with target: ${target}`);
  const offset = replication.masterReplOffset;
  const streamDb = replication.masterClient?.dbId ?? Math.max(replication.slaveSelDb, 0);
  const info = { replid: replication.replid, offset, streamDb, filter };
  if (diskless) startStreaming(server, rdbSave(server, info));
  else rdbSaveBackground(server, info);
  const bytes = persistence.bgsave?.data.length ?? 0;
  for (const replica of waiting) {
    setupForFullResync(server, replica, offset);
    const { replid } = replication;
    server.io.emit({ type: 'FULLRESYNC', replica: replicaName(replica), replid, offset, bytes });
  }
}

function startStreaming(server: Server, rdb: string): void {
  const now = server.mstime();
  const mark = server.io.random.hex(40);
  countFork(server, rdb.length);
  const lastsMs = Math.ceil(snapshotMicros(server, rdb.length) / 1000);
  server.persistence.bgsave = {
    target: 'sockets',
    startedMs: now,
    finishAtMs: now + lastsMs,
    data: `$EOF:${mark}\r\n${rdb}${mark}`,
    sent: 0,
    dirtyBefore: server.dirty,
  };
  server.io.setTimer('child', server.io.now + lastsMs * 1000);
  server.io.log('notice', `Background RDB transfer started by pid ${server.port}`);
}

/** Passes on what the child has written so far, if the replicas take it. */
export function streamSnapshot(server: Server): void {
  const child = server.persistence.bgsave;
  if (child?.target !== 'sockets') return;
  const receivers = replicasIn(server, 'waitBgsaveEnd');
  const { io } = server;
  if (receivers.some(({ socket }) => socket !== null && io.outputPending(socket) > 0)) return;
  const share = (server.mstime() - child.startedMs) / (child.finishAtMs - child.startedMs);
  const upTo = Math.min(child.data.length, Math.floor(child.data.length * share));
  if (upTo <= child.sent) return;
  const part = child.data.slice(child.sent, upTo);
  child.sent = upTo;
  for (const replica of receivers) sendToReplica(replica, part);
  if (upTo < child.data.length) return;
  io.log('warning', `Diskless rdb transfer, done reading from pipe, ${receivers.length} replicas still up.`);
}

/** The child has ended: those who waited for it get their snapshot, or are told to ask again. */
export function updateSlavesWaitingBgsave(server: Server, child: SnapshotChild, ok: boolean): void {
  for (const replica of replicasIn(server, 'waitBgsaveEnd')) {
    const link = replicaLink(replica);
    if (!ok) {
      server.io.log('warning', 'SYNC failed. BGSAVE child returned an error');
      freeClient(replica);
    } else if (child.target === 'disk') {
      link.state = 'sendBulk';
      sendToReplica(replica, `$${child.data.length}\r\n${child.data}`);
      flushClient(replica);
      putSentOnline(server, replica);
    } else {
      // The replica loads it first, and says so with its first acknowledgement.
      link.startOnAck = !link.prePsync;
      server.io.log(
        'notice',
        `Streamed RDB transfer with replica ${replicaName(replica)} succeeded (socket). Waiting for REPLCONF ACK from slave to enable streaming`,
      );
      putSlaveOnline(server, replica);
    }
  }
}

/** Ten times a second: replicas that have taken the whole file go on with the stream. */
export function finishSending(server: Server): void {
  for (const replica of replicasIn(server, 'sendBulk')) putSentOnline(server, replica);
}

function putSentOnline(server: Server, replica: Client): void {
  if (replica.socket === null || server.io.outputPending(replica.socket) > 0) return;
  putSlaveOnline(server, replica);
}

function putSlaveOnline(server: Server, replica: Client): void {
  const link = replicaLink(replica);
  if (link.rdbOnly) {
    server.io.log(
      'notice',
      `RDB transfer completed, rdb only replica (${replicaName(replica)}) should be disconnected asap`,
    );
    freeClient(replica);
    return;
  }
  link.state = 'online';
  link.ackTimeS = Math.floor(server.mstime() / 1000);
  refreshGoodSlavesCount(server);
  server.io.log('notice', `Synchronization with replica ${replicaName(replica)} succeeded`);
  if (!link.startOnAck) releaseHeld(replica);
}

/** Sends the part of the stream that was held back behind a snapshot. */
export function releaseHeld(replica: Client): void {
  const link = replicaLink(replica);
  const { held } = link;
  link.held = '';
  sendToReplica(replica, held);
}

/** The last replica that a snapshot was streamed to is gone: nobody reads what the child writes. */
export function endUselessSnapshot(server: Server): void {
  const { persistence } = server;
  if (persistence.bgsave?.target !== 'sockets' || replicasIn(server, 'waitBgsaveEnd').length > 0) return;
  server.io.log('warning', 'Diskless rdb transfer, last replica dropped, killing fork child.');
  server.io.clearTimer('child');
  persistence.bgsave = null;
}
