/* One connection as the server sees it, and replying to it (after client in server.h and
 * networking.c).
 *
 * Replies are values. A peer inside the world gets them as they are; a peer behind a real socket sent
 * us bytes, so it gets bytes, collected until the end of the handler and sent in one piece. */

import type { Bytes } from '#base/bytes.ts';
import {
  CLIENT_CLOSE_ASAP,
  CLIENT_MASTER,
  CLIENT_MASTER_FORCE_REPLY,
  CLIENT_REPLY_OFF,
  CLIENT_REPLY_SKIP,
} from './client-flags.ts';
import { checkOutputLimit } from './clients-cron.ts';
import type { Command } from './command-table.ts';
import type { Db } from './db.ts';
import type { SocketId } from './io.ts';
import { Push, type Reply } from './reply.ts';
import { noteReply } from './client-buffers.ts';
import { encodeReply, type RequestParser } from './resp.ts';
import type { Server } from './server.ts';
import type { MultiState } from './multi.ts';
import type { BlockingState } from './blocked.ts';
import type { User } from './acl-user.ts';
import type { TrackingState } from './tracking.ts';

export * from './client-flags.ts';

export class Client {
  readonly id: number;
  readonly server: Server;
  /** Null for clients without a connection: scripts, loading the AOF. */
  socket: SocketId | null;
  db: Db;
  resp: 2 | 3 = 2;
  name: Bytes = '';
  flags = 0;
  /** Null: everything is allowed (the master link, scripts run by nobody, AOF loading). */
  user: User | null = null;
  authenticated = false;
  /** The command that runs, and its arguments. Effects may rewrite `argv` before propagation. */
  argv: readonly Bytes[] = [];
  cmd: Command | null = null;
  /** Positions in `argv` that logs must not show. */
  redacted: number[] = [];
  lastCmd: Command | null = null;
  /** The word that named `lastCmd`, where it says everything. */
  lastName: Bytes | null = null;
  multi: MultiState | null = null;
  /** Watched keys as "dbId:key". */
  watched: { db: Db; key: Bytes; expired: boolean }[] = [];
  blocked: BlockingState | null = null;
  channels: Set<Bytes> = new Set();
  patterns: Set<Bytes> = new Set();
  shardChannels: Set<Bytes> = new Set();
  tracking: TrackingState | null = null;
  /** Commands that arrived while the client could not run any. */
  pending: (readonly Bytes[])[] = [];
  /** Set once the peer has sent bytes instead of records. */
  parser: RequestParser | null = null;
  /** Encoded replies of this handler call (peers that speak bytes). */
  output: Bytes = '';
  /** While set, replies are collected here instead of being sent (EXEC, scripts). */
  collector: Reply[] | null = null;
  createdAtMs: number;
  lastInteractionMs: number;
  /** Sizes of its two buffers, and the most that was in each of late (client-buffers.ts). */
  queryBuffer = 0;
  queryBufferPeak = 0;
  replyBuffer = 16384;
  replyBufferPeak = 16384;
  replyPeakSinceMs = 0;
  softLimitReachedS = 0;
  peer: { ip: string; port: number };
  local: { ip: string; port: number };
  /** Replication offset of the last write of this client (WAIT). */
  woff = 0;
  /** Owned by replication: the state of a replica's link. Null unless CLIENT_SLAVE/CLIENT_MASTER. */
  replication: unknown = null;

  constructor(server: Server, id: number, socket: SocketId | null, db: Db) {
    this.server = server;
    this.id = id;
    this.socket = socket;
    this.db = db;
    this.createdAtMs = server.mstime();
    this.lastInteractionMs = this.createdAtMs;
    this.peer = socket === null ? { ip: '', port: 0 } : server.io.peerAddress(socket);
    this.local = socket === null ? { ip: '', port: 0 } : server.io.localAddress(socket);
  }

  get dbId(): number {
    return this.db.id;
  }

  /** Whether it speaks from the computer on which the server runs; a Unix socket has no port. */
  get isLocal(): boolean {
    const { ip, port } = this.peer;
    return ip.startsWith('127.') || ip === '::1' || port === 0;
  }

  has(flag: number): boolean {
    return (this.flags & flag) !== 0;
  }
}

/** Keeps an argument of the running command out of MONITOR and the slow log. */
export function redactClientCommandArgument(client: Client, at: number): void {
  client.redacted.push(at);
}

/** The arguments as logs may show them. */
export function shownArguments(client: Client, argv: readonly Bytes[]): readonly Bytes[] {
  return client.redacted.length === 0
    ? argv
    : argv.map((arg, at) => (client.redacted.includes(at) ? '(redacted)' : arg));
}

/** Sends `reply` to the client, or adds it to what EXEC or a script is collecting. */
export function addReply(client: Client, reply: Reply): void {
  const flags = client.flags;
  // What is pushed is no reply, also where the protocol makes no difference between them.
  const silent = (flags & (CLIENT_REPLY_OFF | CLIENT_REPLY_SKIP)) !== 0;
  if (client.collector !== null && !(silent && reply instanceof Push)) {
    client.collector.push(reply);
    return;
  }
  if (silent && !(reply instanceof Push)) return;
  if (hears(client)) sendReply(client, reply);
}

/** The head of an array whose elements follow one by one. Only for a peer that speaks bytes. */
export function addReplyArrayLen(client: Client, length: number): void {
  if ((client.flags & (CLIENT_REPLY_OFF | CLIENT_REPLY_SKIP)) === 0 && hears(client))
    sendBytes(client, `*${length}\r\n`);
}

/** Whether anybody is there who is to have replies. */
function hears({ socket, flags }: Client): boolean {
  if (socket === null || (flags & CLIENT_CLOSE_ASAP) !== 0) return false;
  return (flags & CLIENT_MASTER) === 0 || (flags & CLIENT_MASTER_FORCE_REPLY) !== 0;
}

/** Sends what does not belong to the command that runs: messages, invalidations, MONITOR lines. */
export function addPush(client: Client, push: Push): void {
  if (client.socket === null || (client.flags & (CLIENT_CLOSE_ASAP | CLIENT_MASTER)) !== 0) return;
  sendReply(client, push);
}

/** As much as Redis gives a client before it counts what waits for it. */
const REPLY_CHUNK_BYTES = 16 * 1024;

function sendReply(client: Client, reply: Reply): void {
  if (client.parser !== null) sendBytes(client, encodeReply(reply, client.resp));
  else {
    if (typeof reply === 'string') noteReply(client, reply.length);
    client.server.io.send(client.socket as number, { kind: 'reply', reply, resp: client.resp });
  }
}

function sendBytes(client: Client, bytes: Bytes): void {
  const server = client.server;
  if (client.output === '') server.clientsToFlush.push(client);
  client.output += bytes;
  if (client.output.length > REPLY_CHUNK_BYTES) checkOutputLimit(server, client);
}

/** The database number `id`, or false when there is none. */
export function selectDb(client: Client, id: number): boolean {
  const db = client.server.dbs[id];
  if (db === undefined) return false;
  client.db = db;
  return true;
}
