/* Clients that wait: for keys, for replicas, for the end of a pause (after blocked.c).
 *
 * A client that finds nothing is put in the queue of each key it waits for. When a key gets data, the
 * command runs again, clients in order of arrival, once the command that brought the data is done.
 * Where Redis keeps one serving function per type, here the command itself serves. */

import type { Bytes } from '#base/bytes.ts';
import { keyHashSlot } from '#base/crc16.ts';
import {
  addReply,
  CLIENT_BLOCKED,
  CLIENT_DENY_BLOCKING,
  CLIENT_REEXECUTING,
  CLIENT_REPLY_SKIP,
} from './client.ts';
import type { Client } from './client.ts';
import type { Db } from './db.ts';
import type { ObjType } from './object.ts';
import { call, commandStats, countErrorReply, recordCall } from './process-command.ts';
import { propagatePendingCommands } from './propagate.ts';
import { ErrorReply, type Reply } from './reply.ts';
import type { Server } from './server.ts';

/** Why a client waits and until when. */
export interface BlockingState {
  kind: 'keys' | 'wait' | 'postpone' | 'shutdown';
  /** Unix ms; 0 = for ever. */
  deadlineMs: number;
  timeoutReply: Reply;
  db: Db;
  keys: readonly Bytes[];
  /** Only a value of this type wakes the client. */
  type: ObjType;
  /** The key that got data, while the command runs again: only that one may serve it. */
  readyKey?: Bytes;
}

const TYPE_OF_GROUP: Readonly<Record<string, ObjType>> = { 'sorted-set': 'zset', stream: 'stream' };

/** Makes the client wait for data in one of `keys`. To be returned by the command: undefined when the
 *  client waits now, the timeout's reply where blocking is not allowed (MULTI, scripts). */
export function blockForKeys(
  client: Client,
  keys: readonly Bytes[],
  deadlineMs: number,
  timeoutReply: Reply,
): Reply | undefined {
  if (client.flags & CLIENT_DENY_BLOCKING) return timeoutReply;
  // Its turn came but somebody before it took the data: it keeps its place and its deadline.
  if (client.flags & CLIENT_REEXECUTING) {
    client.flags |= CLIENT_BLOCKED;
    return undefined;
  }
  const type = TYPE_OF_GROUP[client.cmd?.group ?? ''] ?? 'list';
  const unique = [...new Set(keys)];
  for (const key of unique) {
    const queue = client.db.blockingKeys.get(key);
    if (queue === undefined) client.db.blockingKeys.set(key, [client]);
    else queue.push(client);
  }
  blockClient(client, { kind: 'keys', deadlineMs, timeoutReply, db: client.db, keys: unique, type });
  return undefined;
}

/** Makes the client wait; what it sends meanwhile is kept for later. */
export function blockClient(client: Client, state: BlockingState): void {
  client.flags |= CLIENT_BLOCKED;
  client.blocked = state;
  if (state.kind !== 'postpone') client.server.blockedClients.add(client);
}

/** Makes the client wait for another server, as everybody here does meanwhile, or for the end of this one. */
export function waitForServer(client: Client, kind: 'postpone' | 'shutdown' = 'postpone'): void {
  blockClient(client, { kind, deadlineMs: 0, timeoutReply: null, db: client.db, keys: [], type: 'string' });
}

/** Whether a client that waits may be told to go on (CLIENT UNBLOCK). */
export function mayBeUnblocked({ blocked }: Client): boolean {
  return blocked?.kind === 'keys' || blocked?.kind === 'wait';
}

/** Ends the waiting without a reply; what the client sent meanwhile is run before the server sleeps. */
export function unblockClient(client: Client): void {
  const state = client.blocked;
  if (state === null) return;
  for (const key of state.keys) {
    const left = (state.db.blockingKeys.get(key) ?? []).filter((other) => other !== client);
    if (left.length > 0) state.db.blockingKeys.set(key, left);
    else state.db.blockingKeys.delete(key);
  }
  client.blocked = null;
  client.flags &= ~(CLIENT_BLOCKED | CLIENT_REPLY_SKIP);
  client.server.blockedClients.delete(client);
  client.server.unblockedClients.push(client);
}

/** Ends the waiting with the reply of a timeout, or with `reply`. */
export function replyToBlockedClient(client: Client, reply?: Reply): void {
  const state = client.blocked;
  if (state === null) return;
  const failed = reply instanceof ErrorReply;
  if (failed) countErrorReply(client.server, reply);
  // Who waits for keys was counted when he began to.
  if (client.cmd !== null && state.kind === 'postpone') recordCall(client.server, client.cmd, 0, failed);
  else if (client.cmd !== null && failed) commandStats(client.server, client.cmd).failedCalls++;
  addReply(client, reply === undefined ? state.timeoutReply : reply);
  unblockClient(client);
}

/** Remembers that somebody's key may have data now (see signalKeyAsReady). */
export function blockedKeyReady(db: Db, key: Bytes): void {
  if (!db.blockingKeys.has(key)) return;
  const ready = db.server.readyKeys;
  if (!ready.some((entry) => entry.db === db && entry.key === key)) ready.push({ db, key });
}

/** Serves clients whose keys got data, until no key is left that could serve anybody. */
export function handleClientsBlockedOnKeys(server: Server): void {
  while (server.readyKeys.length > 0) {
    const ready = server.readyKeys;
    server.readyKeys = [];
    for (const { db, key } of ready) {
      for (const client of [...(db.blockingKeys.get(key) ?? [])]) serveClient(client, db, key);
    }
  }
}

function serveClient(client: Client, db: Db, key: Bytes): void {
  const state = client.blocked;
  if (state === null) return;
  const obj = db.keys.get(keyHashSlot(key), key);
  const readsGroup = client.cmd?.name === 'xreadgroup';
  if (obj === undefined || obj.type !== state.type) {
    if (readsGroup) {
      replyToBlockedClient(client, new ErrorReply('UNBLOCKED the stream key no longer exists'));
    }
    return;
  }
  const server = client.server;
  client.flags = (client.flags & ~CLIENT_BLOCKED) | CLIENT_REEXECUTING;
  state.readyKey = key;
  const argv = client.argv;
  const { currentClient: caller, stats } = server;
  const { keyspaceHits, keyspaceMisses } = stats;
  server.currentClient = client;
  call(client);
  server.currentClient = caller;
  // It was counted what the command found when it was given.
  Object.assign(stats, { keyspaceHits, keyspaceMisses });
  client.flags &= ~CLIENT_REEXECUTING;
  if (client.flags & CLIENT_BLOCKED) client.argv = argv;
  else unblockClient(client);
  propagatePendingCommands(server);
}

/** Ends the waiting of clients whose time is over. */
export function handleBlockedClientsTimeout(server: Server): void {
  if (server.blockedClients.size === 0) return;
  const now = server.mstime();
  for (const client of [...server.blockedClients]) {
    const deadline = client.blocked?.deadlineMs ?? 0;
    if (deadline !== 0 && deadline <= now) replyToBlockedClient(client);
  }
}
