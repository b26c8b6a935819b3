/* The replica's side: following a master (after replicationSetMaster, connectWithMaster,
 * syncWithMaster and the cached master in replication.c).
 *
 * The link speaks bytes, as a real master on the other side of a socket would have it: a handshake of
 * RESP commands and lines, then a snapshot, then the stream. Falling back to SYNC for masters older
 * than 2.8 is left out. */

import {
  CLIENT_CLOSE_AFTER_REPLY,
  CLIENT_CLOSE_ASAP,
  CLIENT_MASTER,
  CLIENT_MULTI,
  CLIENT_PAUSED,
  Client,
  selectDb,
} from '#redis/client.ts';
import type { Db } from '#redis/db.ts';
import { abortLoading, loadsOwnData } from '#redis/loading.ts';
import { replyToBlockedClient } from '#redis/blocked.ts';
import type { CloseReason, Payload, SocketId } from '#redis/io.ts';
import { freeClientAsync } from '#redis/networking.ts';
import { forgetPostponedClient } from '#redis/pause.ts';
import { countErrorReply, processCommand } from '#redis/process-command.ts';
import { ErrorReply } from '#redis/reply.ts';
import { encodeCommand, encodeReply, RequestParser } from '#redis/resp.ts';
import type { Server } from '#redis/server.ts';
import { feedStream } from './feed.ts';
import { createReplicationBacklog, shiftReplicationId } from './ids.ts';
import { readHandshake, sendPing } from './handshake.ts';
import { disconnectSlaves } from './master.ts';
import { REPL_STATE_CONNECT, REPL_STATE_CONNECTED, REPL_STATE_CONNECTING, REPL_STATE_NONE } from './state.ts';

/** What a master may send: anything, but not as lines. */
const FROM_MASTER = { maxBulkLength: Infinity, authRequired: false, fromMaster: true };

/** Begins to replicate the master at an address, or follows it to a new one. */
export function replicationSetMaster(server: Server, host: string, port: number): void {
  const { replication } = server;
  const wasMaster = replication.masterHost === null;
  // Null while the old link goes, so that it is not reconnected.
  replication.masterHost = null;
  dropMasterLink(server);
  disconnectAllBlockedClients(server);
  cancelReplicationHandshake(server);
  replication.masterHost = host;
  server.config.replicaof = `${host} ${port}`;
  replication.masterPort = port;
  if (wasMaster) cacheMasterUsingMyself(server);
  replication.state = REPL_STATE_CONNECT;
  connectWithMaster(server);
}

/** A former master asks its new master for its own history: the two may agree. */
function cacheMasterUsingMyself(server: Server): void {
  const { replication } = server;
  server.io.log(
    'notice',
    'Before turning into a replica, using my own master parameters to synthesize a cached master: I may be able to synchronize with the new master with just a partial transfer.',
  );
  if (replication.backlog === null) createReplicationBacklog(server);
  replication.cachedReplid = replication.replid;
}

/** Stops replicating: this server is a master, with a new history that continues the old one. */
export function replicationUnsetMaster(server: Server): void {
  const { replication } = server;
  if (replication.masterHost === null) return;
  replication.masterHost = null;
  server.config.replicaof = '';
  dropMasterLink(server);
  discardCachedMaster(server);
  cancelReplicationHandshake(server);
  if (server.cluster?.mutations.includes('keepReplidAfterPromotion') !== true) shiftReplicationId(server);
  disconnectSlaves(server);
  replication.state = REPL_STATE_NONE;
  replication.slaveSelDb = -1;
  replication.noSlavesSinceMs = server.mstime();
  replication.downSinceMs = 0;
}

/** Clients blocked in a master must not go on waiting in a replica. */
function disconnectAllBlockedClients(server: Server): void {
  for (const client of [...server.blockedClients]) {
    if (client.blocked?.kind === 'postpone') continue;
    replyToBlockedClient(
      client,
      new ErrorReply(
        'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)',
      ),
    );
    client.flags |= CLIENT_CLOSE_AFTER_REPLY;
    freeClientAsync(client);
  }
}

/** Opens the connection to the master. */
export function connectWithMaster(server: Server): void {
  const { replication } = server;
  server.io.log('notice', `Connecting to MASTER ${replication.masterHost}:${replication.masterPort}`);
  const socket = server.io.connect(replication.masterHost as string, replication.masterPort);
  server.socketKinds.set(socket, 'master');
  replication.masterSocket = socket;
  replication.input = '';
  replication.transferLastIoMs = server.mstime();
  replication.state = REPL_STATE_CONNECTING;
  server.io.log('notice', 'MASTER <-> REPLICA sync started');
}

/** The connection is made: the handshake begins with a PING. */
export function replicationConnected(server: Server, socket: SocketId): void {
  const { replication } = server;
  if (socket !== replication.masterSocket) return;
  server.io.log('notice', 'Non blocking connect for SYNC fired the event.');
  sendPing(server);
}

/** Something arrived from the master. */
export function replicationRead(server: Server, socket: SocketId, payload: Payload): void {
  const { replication } = server;
  if (socket !== replication.masterSocket) return;
  let data = '';
  if (payload.kind === 'bytes') data = payload.data;
  else if (payload.kind === 'reply') data = encodeReply(payload.reply, 2);
  if (replication.state === REPL_STATE_CONNECTED) {
    readStream(server, data);
    return;
  }
  replication.transferLastIoMs = server.mstime();
  replication.input += data;
  if (!server.load?.loader) readHandshake(server);
}

/** The connection to the master ended or could not be made. */
export function replicationClosed(server: Server, socket: SocketId, reason: CloseReason): void {
  const { replication } = server;
  if (socket !== replication.masterSocket) return;
  if (replication.state === REPL_STATE_CONNECTED) {
    masterLinkLost(server);
    return;
  }
  // The snapshot is here: it is loaded first, and the end of the connection noticed afterwards.
  if (server.load?.loader) {
    replication.lostWhileLoading = true;
    return;
  }
  const text =
    reason === 'refused'
      ? 'Connection refused'
      : reason === 'timeout'
        ? 'Connection timed out'
        : 'Connection reset by peer';
  server.io.log('warning', `Error condition on socket for SYNC: ${text}`);
  abortHandshake(server);
}

/** The established link broke: keep what we know, unless it is `worthless`, and connect again at once. */
export function masterLinkLost(server: Server, worthless = false): void {
  const { replication } = server;
  dropMasterLink(server, worthless);
  replication.state = REPL_STATE_CONNECT;
  if (replication.masterHost === null) return;
  server.io.log('notice', `Reconnecting to MASTER ${replication.masterHost}:${replication.masterPort}`);
  connectWithMaster(server);
}

/** Ends the established link, if there is one, and remembers where its stream stopped. */
function dropMasterLink(server: Server, worthless = false): void {
  const { replication } = server;
  if (replication.masterClient === null) return;
  server.io.log('warning', 'Connection with master lost.');
  if (!worthless) server.io.log('notice', 'Caching the disconnected master state.');
  closeMasterSocket(server);
  replication.cachedReplid = worthless ? null : replication.replid;
  replication.streamDb = replication.masterClient.dbId;
  forgetMasterClient(server, replication.masterClient);
  replication.masterClient = null;
  replication.parser = null;
  replication.uncounted = 0;
  replication.unproxied = '';
  replication.downSinceMs = server.mstime();
  server.io.emit({ type: 'REPL_LINK_DOWN', offset: replication.masterReplOffset });
}

function forgetMasterClient(server: Server, client: Client): void {
  if (client.socket !== null) server.clients.delete(client.socket);
  client.socket = null;
  forgetPostponedClient(client);
  client.flags |= CLIENT_CLOSE_ASAP;
  server.clientsById.delete(client.id);
}

/** Ends a connection that has not become a link yet. */
function cancelReplicationHandshake(server: Server): void {
  const { replication } = server;
  closeMasterSocket(server);
  if (server.load !== null && !loadsOwnData(server.load)) abortLoading(server);
  replication.lostWhileLoading = false;
  replication.transfer = null;
  replication.awaiting = [];
  replication.input = '';
}

/** Gives up this attempt; cron makes the next. */
export function abortHandshake(server: Server): void {
  cancelReplicationHandshake(server);
  server.replication.state = REPL_STATE_CONNECT;
}

function closeMasterSocket(server: Server): void {
  const { replication } = server;
  if (replication.masterSocket === null) return;
  server.io.close(replication.masterSocket);
  server.socketKinds.delete(replication.masterSocket);
  replication.masterSocket = null;
}

/** Forgets the history we could have continued. */
export function discardCachedMaster(server: Server): void {
  const { replication } = server;
  if (replication.cachedReplid === null) return;
  server.io.log('notice', 'Discarding previously cached master state.');
  replication.cachedReplid = null;
}

/** The master is a client of ours like any other, except that it gets no replies. */
function createMasterClient(server: Server, socket: SocketId): Client {
  const client = new Client(server, server.nextClientId++, socket, server.dbs[0] as Db);
  client.flags |= CLIENT_MASTER;
  server.clients.set(socket, client);
  server.clientsById.set(client.id, client);
  return client;
}

/** The stream may flow: creates the client that runs it. `offset` is where it continues. */
export function masterLinkUp(server: Server, offset: number): void {
  const { replication } = server;
  const client = createMasterClient(server, replication.masterSocket as SocketId);
  client.authenticated = true;
  selectDb(client, replication.streamDb);
  replication.masterClient = client;
  replication.parser = new RequestParser();
  replication.masterReplOffset = offset;
  replication.masterLastInteractionMs = server.mstime();
  replication.cachedReplid = null;
  replication.downSinceMs = 0;
  replication.state = REPL_STATE_CONNECTED;
  if (replication.backlog === null) createReplicationBacklog(server);
  server.io.emit({
    type: 'REPL_LINK_UP',
    host: replication.masterHost,
    port: replication.masterPort,
    offset,
  });
}

/** Takes more of the stream. */
export function readStream(server: Server, data: string): void {
  const { replication } = server;
  const { parser, masterClient } = replication;
  if (parser === null || masterClient === null) return;
  replication.masterLastInteractionMs = server.mstime();
  masterClient.lastInteractionMs = server.mstime();
  parser.feed(data);
  replication.unproxied += data;
  runStream(server);
}

/** Runs the commands of the stream. What ran is counted and passed on to our own replicas; a
 *  transaction only when it is complete, so that a broken link never resumes in its middle. Writes wait
 *  for the end of a pause like everybody's; and where others hear BUSY, the stream waits for the script's end. */
export function runStream(server: Server): void {
  const { replication } = server;
  const { parser, masterClient } = replication;
  if (parser === null || masterClient === null) return;
  while (!masterClient.has(CLIENT_PAUSED) && !server.busyScript) {
    const before = parser.pendingBytes;
    const argv = masterClient.pending.shift() ?? parser.next(FROM_MASTER);
    // The parser may have taken a part of a command whose rest is still to come.
    replication.uncounted += before - parser.pendingBytes;
    if (argv === null) break;
    if (argv.length > 0) runFromMaster(server, masterClient, argv);
    // The command may have ended the link, e.g. a FLUSHALL never does but a reset could.
    if (replication.masterClient !== masterClient) return;
    if ((masterClient.flags & (CLIENT_MULTI | CLIENT_PAUSED)) !== 0) continue;
    const ran = replication.unproxied.slice(0, replication.uncounted);
    replication.unproxied = replication.unproxied.slice(replication.uncounted);
    replication.uncounted = 0;
    feedStream(server, ran);
  }
  if (parser.error !== null) streamBroken(server, parser.error);
}

/** What came is no stream of commands, so the offset means nothing any more: the next synchronisation is full. */
function streamBroken(server: Server, error: string): void {
  if (!error.includes('inline')) countErrorReply(server, new ErrorReply(`ERR ${error}`));
  server.io.log('warning', error);
  masterLinkLost(server, true);
}

function runFromMaster(server: Server, client: Client, argv: readonly string[]): void {
  client.argv = argv;
  client.cmd = null;
  server.currentClient = client;
  processCommand(client);
  server.currentClient = null;
}

/** Tells the master how far we have got. */
export function replicationSendAck(server: Server): void {
  const { replication } = server;
  if (replication.masterClient === null || replication.masterSocket === null) return;
  const data = encodeCommand(['REPLCONF', 'ACK', String(replication.masterReplOffset)]);
  server.io.send(replication.masterSocket, { kind: 'bytes', data });
}
