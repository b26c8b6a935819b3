/* Connections of clients: accepting, reading commands, sending replies, closing (after networking.c). */

import type { Bytes } from '#base/bytes.ts';
import {
  addReply,
  Client,
  CLIENT_ASKING,
  CLIENT_BLOCKED,
  CLIENT_CLOSE_AFTER_REPLY,
  CLIENT_CLOSE_ASAP,
  CLIENT_MASTER,
  CLIENT_MONITOR,
  CLIENT_MULTI,
  CLIENT_PAUSED,
  CLIENT_REPLY_OFF,
  CLIENT_REPLY_SKIP,
  CLIENT_REPLY_SKIP_NEXT,
  CLIENT_SLAVE,
} from './client.ts';
import { unblockClient } from './blocked.ts';
import { growQueryBuffer, noteReply } from './client-buffers.ts';
import { checkOutputLimit } from './clients-cron.ts';
import type { Command } from './command-table.ts';
import type { Db } from './db.ts';
import type { Payload, SocketId } from './io.ts';
import { discardTransaction, unwatchAllKeys } from './multi.ts';
import { forgetPostponedClient } from './pause.ts';
import { authRequired, countErrorReply, processCommand } from './process-command.ts';
import { pubsubForgetClient } from './pubsub.ts';
import { freeReplica, masterLinkLost, runStream } from './replication/index.ts';
import { ErrorReply } from './reply.ts';
import { RequestParser } from './resp.ts';
import type { Server } from './server.ts';
import { disableTracking } from './tracking.ts';

/** A client without a connection: for scripts, loading, the master's stream. */
export function createFakeClient(server: Server): Client {
  return new Client(server, server.nextClientId++, null, server.dbs[0] as Db);
}

const DENIED = new ErrorReply(
  'DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the ' +
    'default user: only connections from its own computer are accepted. Set a password, or turn protected-mode ' +
    'off if nobody else can reach this address.',
);

/** A connection to the client port. */
export function acceptClient(server: Server, socket: SocketId): void {
  if (server.clients.size >= server.config.maxclients) {
    server.stats.rejectedConnections++;
    const reply = new ErrorReply('ERR max number of clients reached');
    server.io.send(socket, { kind: 'reply', reply, resp: 2 });
    server.io.close(socket);
    return;
  }
  const client = new Client(server, server.nextClientId++, socket, server.dbs[0] as Db);
  if (server.config.protectedMode && server.defaultUser.nopass && !client.isLocal) {
    server.stats.rejectedConnections++;
    server.io.send(socket, { kind: 'reply', reply: DENIED, resp: 2 });
    server.io.close(socket);
    return;
  }
  client.user = server.defaultUser;
  client.authenticated = server.defaultUser.nopass && server.defaultUser.enabled;
  server.socketKinds.set(socket, 'client');
  server.clients.set(socket, client);
  server.clientsById.set(client.id, client);
  server.stats.connectionsReceived++;
}

/** Something arrived from a client. */
export function readFromClient(server: Server, client: Client, payload: Payload): void {
  client.lastInteractionMs = server.mstime();
  server.stats.readsProcessed++;
  server.workMicros += READ_MICROS;
  if (payload.kind === 'command') {
    const { argv } = payload;
    let bytes = 14 * argv.length;
    for (let at = 0; at < argv.length; at++) bytes += (argv[at] as Bytes).length;
    server.stats.netInputBytes += bytes;
    growQueryBuffer(client, bytes);
    runOrQueue(client, argv);
  } else if (payload.kind === 'bytes') {
    server.stats.netInputBytes += payload.data.length;
    client.parser ??= new RequestParser();
    client.parser.feed(payload.data);
    growQueryBuffer(client, client.parser.pendingBytes);
    processInput(client);
  }
}

/** One read() and one write() of a small request, as the kernel charges them. */
const READ_MICROS = 8;

const LARGE_ARGUMENT = 32 * 1024;

/** Runs the commands that have arrived completely, as long as the client can run any. */
export function processInput(client: Client): void {
  if (client.has(CLIENT_MASTER)) {
    runStream(client.server);
    return;
  }
  while (canRun(client) && client.pending.length > 0) {
    runCommand(client, client.pending.shift() as readonly Bytes[]);
  }
  const parser = client.parser;
  if (parser === null) return;
  const server = client.server;
  while (canRun(client)) {
    const argv = parser.next({
      maxBulkLength: server.config.protoMaxBulkLen,
      authRequired: authRequired(client),
    });
    if (argv === null) break;
    runCommand(client, argv);
  }
  // There is room at once for all of a large argument that is on its way.
  if (parser.bulkLength >= LARGE_ARGUMENT) growQueryBuffer(client, parser.bulkLength + 2);
  if (parser.error !== null && !client.has(CLIENT_CLOSE_AFTER_REPLY)) {
    const error = new ErrorReply(`ERR ${parser.error}`);
    countErrorReply(server, error);
    addReply(client, error);
    client.flags |= CLIENT_CLOSE_AFTER_REPLY;
    closeAfterReply(client);
  }
  if (parser.pendingBytes > server.config.clientQueryBufferLimit) freeClientAsync(client);
}

/** Closes who was told so. Who has switched replies off was told nothing, and stays, unheard, unless a message
 *  is on its way to him. */
function closeAfterReply(client: Client): void {
  const told = (client.flags & (CLIENT_REPLY_OFF | CLIENT_REPLY_SKIP)) === 0 || client.output !== '';
  if (told && client.has(CLIENT_CLOSE_AFTER_REPLY)) freeClientAsync(client);
}

function canRun(client: Client): boolean {
  return (
    (client.flags & (CLIENT_BLOCKED | CLIENT_PAUSED | CLIENT_CLOSE_AFTER_REPLY | CLIENT_CLOSE_ASAP)) === 0
  );
}

function runOrQueue(client: Client, argv: readonly Bytes[]): void {
  if (canRun(client) && client.pending.length === 0) runCommand(client, argv);
  else if (!client.has(CLIENT_CLOSE_AFTER_REPLY)) client.pending.push(argv);
}

function runCommand(client: Client, argv: readonly Bytes[]): void {
  const server = client.server;
  if (argv.length === 0) return;
  client.argv = argv;
  client.cmd = null;
  server.currentClient = client;
  processCommand(client);
  server.currentClient = null;
  // ASKING holds for one command, or for the transaction that follows it.
  if ((client.cmd as Command | null)?.name !== 'asking' && !client.has(CLIENT_MULTI))
    client.flags &= ~CLIENT_ASKING;
  // So does CLIENT CACHING; what is asked of the connection itself does not count.
  if (client.tracking?.caching === true && !client.has(CLIENT_MULTI) && !isAboutClients(client.cmd))
    client.tracking.caching = false;
  closeAfterReply(client);
  // CLIENT REPLY SKIP holds for the command after it, however long that waits.
  if (client.has(CLIENT_BLOCKED)) return;
  const next = client.flags & CLIENT_REPLY_SKIP_NEXT && CLIENT_REPLY_SKIP;
  client.flags = (client.flags & ~(CLIENT_REPLY_SKIP | CLIENT_REPLY_SKIP_NEXT)) | next;
}

const isAboutClients = (cmd: Command | null): boolean => cmd?.parent?.fullName === 'client';

/** Closes the connection before the server sleeps, after what was written. */
export function freeClientAsync(client: Client): void {
  if (client.has(CLIENT_CLOSE_ASAP)) return;
  client.flags |= CLIENT_CLOSE_ASAP;
  client.server.clientsToClose.push(client);
}

/** The peer is gone. */
export function clientClosed(server: Server, socket: SocketId): void {
  const client = server.clients.get(socket);
  if (client !== undefined) freeClient(client);
}

/** Forgets the client and closes its connection. */
export function freeClient(client: Client): void {
  const { server, socket } = client;
  if (socket === null || server.clients.get(socket) !== client) return;
  if (client.flags & CLIENT_MASTER) {
    masterLinkLost(server);
    return;
  }
  releaseClient(client);
  server.io.close(socket);
}

/** Forgets the client; its connection stays. */
export function releaseClient(client: Client): void {
  const { server } = client;
  const socket = client.socket as SocketId;
  flushClient(client);
  server.clients.delete(socket);
  server.clientsById.delete(client.id);
  server.socketKinds.delete(socket);
  if (client.flags & CLIENT_BLOCKED) unblockClient(client);
  if (client.flags & CLIENT_MULTI) discardTransaction(client);
  forgetPostponedClient(client);
  unwatchAllKeys(client);
  pubsubForgetClient(client);
  disableTracking(client);
  server.monitors.delete(client);
  if (client.flags & CLIENT_SLAVE && (client.flags & CLIENT_MONITOR) === 0) freeReplica(client);
  client.socket = null;
  client.flags |= CLIENT_CLOSE_ASAP;
}

/** Sends the bytes collected for a client. */
export function flushClient(client: Client): void {
  if (client.output === '' || client.socket === null) return;
  client.server.stats.netOutputBytes += client.output.length;
  client.server.stats.writesProcessed++;
  noteReply(client, client.output.length);
  client.server.io.send(client.socket, { kind: 'bytes', data: client.output });
  client.output = '';
  checkOutputLimit(client.server, client);
}

/** Sends what the handler has collected, and closes who is to be closed. */
export function handleClientsWithPendingWrites(server: Server): void {
  while (server.clientsToFlush.length > 0 || server.clientsToClose.length > 0) {
    for (const client of server.clientsToFlush.splice(0)) flushClient(client);
    for (const client of server.clientsToClose.splice(0)) freeClient(client);
  }
}
