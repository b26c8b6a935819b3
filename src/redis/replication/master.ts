/* The master's side: PSYNC, acknowledgements, replicas that come and go (after syncCommand and the slave
 * handling of replication.c). The snapshots they begin with are in snapshot.ts. */

import type { Bytes } from '#base/bytes.ts';
import { isWord, NOT_INTEGER } from '#redis/args.ts';
import { addReply, CLIENT_SLAVE, type Client } from '#redis/client.ts';
import { freeClient } from '#redis/networking.ts';
import { checkChildDone } from '#redis/persistence.ts';
import { ErrorReply, Status, type Reply } from '#redis/reply.ts';
import type { Server } from '#redis/server.ts';
import { promotedByFailover } from './coordinated-failover.ts';
import { sendToReplica, trimBacklog } from './feed.ts';
import { changeReplicationId, clearReplicationId2, createReplicationBacklog } from './ids.ts';
import { beginFullSync, endUselessSnapshot, releaseHeld } from './snapshot.ts';
import { REPL_STATE_CONNECTED, replicaLink, replicaName } from './state.ts';

/** PSYNC and SYNC: begins to serve a replica. */
export function syncCommand(client: Client, argv: readonly Bytes[]): Reply | undefined {
  const { server } = client;
  const { replication } = server;
  if (client.has(CLIENT_SLAVE)) return undefined;
  const isPsync = isWord(argv[0], 'psync');
  if (isPsync && argv.length > 3 && isWord(argv[3], 'failover')) {
    const refusal = promotedByFailover(client, argv[1] as Bytes);
    if (refusal !== null) return refusal;
  }
  if (replication.failover !== null) return new ErrorReply("NOMASTERLINK Can't SYNC while failing over");
  if (replication.masterHost !== null && replication.state !== REPL_STATE_CONNECTED) {
    return new ErrorReply("NOMASTERLINK Can't SYNC while not connected with my master");
  }
  // What is written from now on is held back behind everything else.
  if (client.output !== '') return new ErrorReply('ERR SYNC and PSYNC are invalid with pending output');
  const link = replicaLink(client);
  // A snapshot without some of the data must not become the file on disk.
  if (link.filter !== 'all' && !link.capaEof)
    return new ErrorReply('ERR Filtered replica requires EOF capability');
  const name = replicaName(client);
  server.io.log('notice', `Replica ${name} asks for synchronization`);
  if (isPsync) {
    const offset = /^-?\d{1,19}$/.test(argv[2] as Bytes) ? Number(argv[2]) : null;
    if (offset === null) return NOT_INTEGER;
    if (masterTryPartialResync(client, argv[1] as Bytes, offset)) return undefined;
    if (argv[1] !== '?') server.stats.syncPartialErr++;
  } else {
    link.prePsync = true;
  }
  server.stats.syncFull++;
  link.state = 'waitBgsaveStart';
  addReplica(client);
  if (replication.replicas.length === 1 && replication.backlog === null) {
    changeReplicationId(server);
    clearReplicationId2(server);
    createReplicationBacklog(server);
    server.io.log(
      'notice',
      `Replication backlog created, my new replication IDs are '${replication.replid}' and '${replication.replid2}'`,
    );
  }
  beginFullSync(server, client);
  return undefined;
}

function addReplica(client: Client): void {
  client.flags |= CLIENT_SLAVE;
  client.server.replication.replicas.push(client);
  client.lastInteractionMs = client.server.mstime();
}

/** Continues the stream where the replica stopped, if it is the same history and still held. */
function masterTryPartialResync(client: Client, replid: Bytes, offset: number): boolean {
  const { server } = client;
  const { replication } = server;
  const name = replicaName(client);
  const sameNow = replid.toLowerCase() === replication.replid;
  const sameBefore = replid.toLowerCase() === replication.replid2;
  const mutant = server.cluster?.mutations.includes('continueAlways') ?? false;
  if (!sameNow && !(sameBefore && offset <= replication.secondReplidOffset) && !mutant) {
    logMismatch(server, name, replid, offset, sameBefore);
    return false;
  }
  const { backlog } = replication;
  if (backlog === null || !backlog.covers(offset)) {
    server.io.log(
      'notice',
      `Unable to partial resync with replica ${name} for lack of backlog (Replica request was: ${offset}).`,
    );
    if (offset > replication.masterReplOffset) {
      server.io.log(
        'warning',
        `Warning: replica ${name} tried to PSYNC with an offset that is greater than the master replication offset.`,
      );
    }
    return false;
  }
  const link = replicaLink(client);
  link.state = 'online';
  link.ackTimeS = Math.floor(server.mstime() / 1000);
  link.startOnAck = false;
  addReplica(client);
  addReply(client, new Status(link.capaPsync2 ? `CONTINUE ${replication.replid}` : 'CONTINUE'));
  const data = backlog.since(offset);
  sendToReplica(client, data);
  server.stats.syncPartialOk++;
  server.io.log(
    'notice',
    `Partial resynchronization request from ${name} accepted. Sending ${data.length} bytes of backlog starting from offset ${offset}.`,
  );
  server.io.emit({
    type: 'CONTINUE',
    replica: name,
    via: sameNow ? 'replid' : 'replid2',
    offset,
    bytes: data.length,
  });
  refreshGoodSlavesCount(server);
  return true;
}

function logMismatch(server: Server, name: string, replid: Bytes, offset: number, sameBefore: boolean): void {
  const { replication } = server;
  if (replid === '?') {
    server.io.log('notice', `Full resync requested by replica ${name}`);
  } else if (sameBefore) {
    server.io.log(
      'notice',
      `Partial resynchronization not accepted: Requested offset for second ID was ${offset}, but I can reply up to ${replication.secondReplidOffset}`,
    );
  } else {
    server.io.log(
      'notice',
      `Partial resynchronization not accepted: Replication ID mismatch (Replica asked for '${replid}', my replication IDs are '${replication.replid}' and '${replication.replid2}')`,
    );
  }
}

/** A replica says how far it has got. */
export function replicaAck(replica: Client, offset: number): void {
  const { server } = replica;
  const link = replicaLink(replica);
  link.ackOffset = Math.max(link.ackOffset, offset);
  link.ackTimeS = Math.floor(server.mstime() / 1000);
  // It may have loaded the snapshot before we looked whether the child is done.
  if (link.state === 'waitBgsaveEnd') checkChildDone(server);
  if (!link.startOnAck || link.state !== 'online') return;
  link.startOnAck = false;
  releaseHeld(replica);
  refreshGoodSlavesCount(server);
}

/** Counts the replicas that are close enough behind for min-replicas-to-write. */
export function refreshGoodSlavesCount(server: Server): void {
  const { config, replication } = server;
  if (config.minReplicasToWrite === 0 || config.minReplicasMaxLag === 0) return;
  const nowS = Math.floor(server.mstime() / 1000);
  replication.goodReplicas = replication.replicas.filter((replica) => {
    const link = replicaLink(replica);
    return link.state === 'online' && nowS - link.ackTimeS <= config.minReplicasMaxLag;
  }).length;
}

/** A replica's connection ends: the server forgets it. */
export function freeReplica(client: Client): void {
  const { server } = client;
  const { replication } = server;
  const at = replication.replicas.indexOf(client);
  if (at < 0) return;
  replication.replicas.splice(at, 1);
  if (replication.replicas.length === 0) replication.noSlavesSinceMs = server.mstime();
  refreshGoodSlavesCount(server);
  server.io.log('warning', `Connection with replica ${replicaName(client)} lost.`);
  trimBacklog(server);
  endUselessSnapshot(server);
}

/** Makes every replica connect again, because the history changed. */
export function disconnectSlaves(server: Server): void {
  for (const replica of [...server.replication.replicas]) freeClient(replica);
}
