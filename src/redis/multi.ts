/* MULTI, EXEC, WATCH (after multi.c).
 *
 * A peer that speaks bytes gets the head of EXEC's array first and each reply when it is made: in the
 * protocol that held at that moment (HELLO may be among the commands), with what was published to it in
 * between, and nothing for what CLIENT REPLY silences. Inside the world EXEC's reply is one value. */

import type { Bytes } from '#base/bytes.ts';
import { handleClientsBlockedOnKeys, unblockClient } from './blocked.ts';
import {
  addReply,
  addReplyArrayLen,
  CLIENT_ASKING,
  CLIENT_BLOCKED,
  CLIENT_CLOSE_AFTER_REPLY,
  CLIENT_DENY_BLOCKING,
  CLIENT_DIRTY_CAS,
  CLIENT_DIRTY_EXEC,
  CLIENT_MULTI,
  type Client,
} from './client.ts';
import type { Command } from './command-table.ts';
import type { CommandProcs } from './command.ts';
import { keyHashSlot } from '#base/crc16.ts';
import { keyIsExpired, type Db } from './db.ts';
import { call, countErrorReply, recordCall } from './process-command.ts';
import { preventCommandPropagation, propagatePendingCommands } from './propagate.ts';
import { aclCheckAllPerm, addAclLogEntry } from './acl.ts';
import { ErrorReply, NULL_ARRAY, OK, type Reply } from './reply.ts';
import { getCommandFlags } from './scripting/command-flags.ts';

/** What a client has queued since MULTI. */
export interface MultiState {
  commands: { cmd: Command; argv: readonly Bytes[] }[];
  /** Union of the flags of the queued commands, and of their absent flags. */
  cmdFlags: number;
  argvBytes: number;
  /** EXEC under way: what it was called as, where the replies of the others go, and how far it has got. */
  run: {
    cmd: Command | null;
    argv: readonly Bytes[];
    outer: Reply[] | null;
    /** Replies leave as they are made; `replies` takes only what nobody is to hear. */
    streams: boolean;
    replies: Reply[];
    next: number;
  } | null;
}

/** Puts the client's current command in its queue. */
export function queueMultiCommand(client: Client): void {
  // What cannot run any more need not be kept.
  if (client.flags & (CLIENT_DIRTY_CAS | CLIENT_DIRTY_EXEC)) return;
  const multi = client.multi as MultiState;
  const cmd = client.cmd as Command;
  multi.commands.push({ cmd, argv: client.argv });
  multi.cmdFlags |= getCommandFlags(client.server, cmd, client.argv);
  for (const arg of client.argv) multi.argvBytes += arg.length;
  // They belong to the transaction now, and weigh once.
  client.argv = [];
}

/** Ends the transaction without running it. */
export function discardTransaction(client: Client): void {
  client.multi = null;
  client.flags &= ~(CLIENT_MULTI | CLIENT_DIRTY_CAS | CLIENT_DIRTY_EXEC);
  unwatchAllKeys(client);
}

/** A command was refused while queueing: EXEC will fail. */
export function flagTransaction(client: Client): void {
  if (client.flags & CLIENT_MULTI) client.flags |= CLIENT_DIRTY_EXEC;
}

/** Ends a transaction that EXEC cannot run for the reason of `error`; what EXEC answers then. */
export function execCommandAbort(client: Client, error: ErrorReply): ErrorReply {
  discardTransaction(client);
  const text = error.text.startsWith('ERR ') ? error.text.slice(4) : error.text;
  return new ErrorReply(`EXECABORT Transaction discarded because of: ${text}`);
}

export function unwatchAllKeys(client: Client): void {
  for (const { db, key } of client.watched) {
    const clients = db.watchedKeys.get(key);
    if (clients === undefined) continue;
    const left = clients.filter((other) => other !== client);
    if (left.length > 0) db.watchedKeys.set(key, left);
    else db.watchedKeys.delete(key);
  }
  client.watched = [];
}

/** Fails the transactions that watch this key. */
export function touchWatchedKey(db: Db, key: Bytes): void {
  const clients = db.watchedKeys.get(key);
  if (clients === undefined) return;
  for (const client of [...clients]) {
    const watched = client.watched.find((entry) => entry.db === db && entry.key === key);
    // A key that had expired when it was watched and is deleted only now did not change.
    if (watched?.expired === true && !existsRaw(db, key)) {
      watched.expired = false;
      continue;
    }
    client.flags |= CLIENT_DIRTY_CAS;
    unwatchAllKeys(client);
  }
}

/** A whole database is emptied or exchanged (`replacement` is what comes). */
export function touchAllWatchedKeysInDb(db: Db, replacement: Db | null): void {
  for (const [key, clients] of [...db.watchedKeys]) {
    const exists = existsRaw(db, key);
    const comes = replacement !== null && existsRaw(replacement, key);
    if (!exists && !comes) continue;
    const comesExpired = comes && keyIsExpired(replacement as Db, key);
    for (const client of clients) {
      const watched = client.watched.find((entry) => entry.db === db && entry.key === key);
      if (watched === undefined) continue;
      if (watched.expired) {
        // It had expired when it was watched: that it is gone now, or still expired, is no change.
        if (!comes) watched.expired = false;
        if (!comes || comesExpired) continue;
      } else if (!exists && comesExpired) {
        watched.expired = true;
        continue;
      }
      client.flags |= CLIENT_DIRTY_CAS;
    }
  }
}

function existsRaw(db: Db, key: Bytes): boolean {
  return db.keys.get(keyHashSlot(key), key) !== undefined;
}

function isWatchedKeyExpired(client: Client): boolean {
  return client.watched.some(({ db, key, expired }) => !expired && keyIsExpired(db, key));
}

function multi(client: Client): Reply {
  if (client.flags & CLIENT_MULTI) return new ErrorReply('ERR MULTI calls can not be nested');
  client.flags |= CLIENT_MULTI;
  client.multi = { commands: [], cmdFlags: 0, argvBytes: 0, run: null };
  return OK;
}

function discard(client: Client): Reply {
  if (!(client.flags & CLIENT_MULTI)) return new ErrorReply('ERR DISCARD without MULTI');
  discardTransaction(client);
  return OK;
}

function exec(client: Client): Reply | undefined {
  if (!(client.flags & CLIENT_MULTI)) return new ErrorReply('ERR EXEC without MULTI');
  if (isWatchedKeyExpired(client)) client.flags |= CLIENT_DIRTY_CAS;
  if (client.flags & (CLIENT_DIRTY_CAS | CLIENT_DIRTY_EXEC)) {
    const aborted = (client.flags & CLIENT_DIRTY_EXEC) !== 0;
    discardTransaction(client);
    return aborted
      ? new ErrorReply('EXECABORT Transaction discarded because of previous errors.')
      : NULL_ARRAY;
  }
  const { cmd, argv, collector: outer } = client;
  const replies: Reply[] = [];
  const multi = client.multi as MultiState;
  const streams = client.parser !== null && outer === null;
  multi.run = { cmd, argv, outer, streams, replies, next: 0 };
  unwatchAllKeys(client);
  client.server.inExec = true;
  if (streams) addReplyArrayLen(client, multi.commands.length);
  else client.collector = replies;
  client.flags |= CLIENT_DENY_BLOCKING;
  continueExec(client);
  return undefined;
}

/** What a user may no longer do. */
const FORBIDDEN = {
  command: 'no permission to execute the command or subcommand',
  key: 'no permission to touch the specified keys',
  channel: 'no permission to access one of the channels used as arguments',
  auth: 'no permission',
} as const;

/** Runs what is left of a transaction. A MIGRATE in it waits for another server, and everybody here for it:
 *  then it goes on later where it stopped. */
export function continueExec(client: Client): void {
  const { commands, run } = client.multi as MultiState;
  if (run === null) return;
  while (run.next < commands.length) {
    const command = commands[run.next++] as { cmd: Command; argv: readonly Bytes[] };
    client.cmd = command.cmd;
    client.argv = command.argv;
    const denied = aclCheckAllPerm(client);
    if (denied !== null) {
      addAclLogEntry(client, denied, 'multi');
      const error = new ErrorReply(
        `NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. This command is no longer allowed for the following reason: ${FORBIDDEN[denied.reason]}`,
      );
      countErrorReply(client.server, error);
      addReply(client, error);
    } else call(client);
    // Who closed himself in the middle hears no more, but all of it happens.
    if (client.flags & CLIENT_CLOSE_AFTER_REPLY) client.collector = run.replies;
    if (client.flags & CLIENT_BLOCKED) break;
  }
  client.cmd = run.cmd;
  client.argv = run.argv;
  // What its commands changed is propagated; a frame around it is put where it is needed.
  preventCommandPropagation(client);
  if (client.flags & CLIENT_BLOCKED) return;
  client.flags &= ~CLIENT_DENY_BLOCKING;
  client.collector = run.outer;
  discardTransaction(client);
  client.server.inExec = false;
  if (run.streams) return;
  // A command with several replies (SUBSCRIBE to several channels) pushes the rest behind the array.
  addReply(client, run.replies.slice(0, commands.length));
  for (const rest of run.replies.slice(commands.length)) addReply(client, rest);
}

/** The reply of a command that kept everybody waiting; the transaction around it goes on. */
export function replyAfterWaiting(client: Client, reply: Reply): void {
  const { server } = client;
  addReply(client, reply);
  unblockClient(client);
  if (server.inExec) continueExec(client);
  if (server.inExec) return;
  if (reply instanceof ErrorReply) countErrorReply(server, reply);
  if (client.cmd !== null) recordCall(server, client.cmd, 0, reply instanceof ErrorReply);
  client.flags &= ~CLIENT_ASKING;
  propagatePendingCommands(server);
  if (server.readyKeys.length > 0) handleClientsBlockedOnKeys(server);
}

function watch(client: Client, argv: readonly Bytes[]): Reply {
  if (client.flags & CLIENT_MULTI) return new ErrorReply('ERR WATCH inside MULTI is not allowed');
  // Nothing to watch for when the transaction fails anyway.
  if (client.flags & CLIENT_DIRTY_CAS) return OK;
  for (const key of argv.slice(1)) watchForKey(client, key);
  return OK;
}

function watchForKey(client: Client, key: Bytes): void {
  const db = client.db;
  if (client.watched.some((entry) => entry.db === db && entry.key === key)) return;
  const clients = db.watchedKeys.get(key);
  if (clients === undefined) db.watchedKeys.set(key, [client]);
  else clients.push(client);
  client.watched.push({ db, key, expired: keyIsExpired(db, key) });
}

function unwatch(client: Client): Reply {
  unwatchAllKeys(client);
  client.flags &= ~CLIENT_DIRTY_CAS;
  return OK;
}

export const multiCommands: CommandProcs = { multi, discard, exec, watch, unwatch };
