/* The line CLIENT LIST prints for a client (after catClientInfoString in networking.c). */

import type { Bytes } from '#base/bytes.ts';
import { queryBufferMemory } from './client-buffers.ts';
import type { Client } from './client.ts';
import {
  CLIENT_BLOCKED,
  CLIENT_CLOSE_AFTER_REPLY,
  CLIENT_CLOSE_ASAP,
  CLIENT_DIRTY_CAS,
  CLIENT_MASTER,
  CLIENT_MONITOR,
  CLIENT_MULTI,
  CLIENT_NO_EVICT,
  CLIENT_PUBSUB,
  CLIENT_READONLY,
  CLIENT_SLAVE,
  CLIENT_TRACKING,
  CLIENT_UNBLOCKED,
} from './client-flags.ts';
import { encodeCommand } from './resp.ts';

const FLAG_LETTERS: readonly (readonly [flag: number, letter: string])[] = [
  [CLIENT_MASTER, 'M'],
  [CLIENT_PUBSUB, 'P'],
  [CLIENT_MULTI, 'x'],
  [CLIENT_BLOCKED, 'b'],
  [CLIENT_TRACKING, 't'],
  [CLIENT_DIRTY_CAS, 'd'],
  [CLIENT_CLOSE_AFTER_REPLY, 'c'],
  [CLIENT_UNBLOCKED, 'u'],
  [CLIENT_CLOSE_ASAP, 'A'],
  [CLIENT_READONLY, 'r'],
  [CLIENT_NO_EVICT, 'e'],
];

/** One of the blocks in which replies wait that the reply buffer does not hold. */
const REPLY_BLOCK = 16384;
/** The client itself, and what it takes to remember one thing more for it. */
const CLIENT_STRUCT = 768;
const WATCHED_KEY = 56;
const SUBSCRIPTION = 32;
const PREFIX_NODE = 32;

function flagLetters(client: Client): string {
  let letters = '';
  if (client.flags & CLIENT_SLAVE) letters += client.flags & CLIENT_MONITOR ? 'O' : 'S';
  else if (client.flags & CLIENT_MONITOR) letters += 'O';
  for (const [flag, letter] of FLAG_LETTERS) {
    if (client.flags & flag) letters += letter;
    if (letter === 't' && client.flags & CLIENT_TRACKING) {
      if (client.tracking?.brokenRedirect === true) letters += 'R';
      if (client.tracking?.bcast === true) letters += 'B';
    }
  }
  return letters === '' ? 'N' : letters;
}

/** Bytes of memory a client takes, for maxmemory-clients and the list. */
export function clientMemoryUsage(client: Client): number {
  return (
    CLIENT_STRUCT +
    queryBufferMemory(client) +
    client.replyBuffer +
    argvMemory(client) +
    (client.multi?.argvBytes ?? 0) +
    client.watched.length * WATCHED_KEY +
    (client.channels.size + client.patterns.size + client.shardChannels.size) * SUBSCRIPTION +
    (client.tracking?.prefixes.length ?? 0) * PREFIX_NODE +
    outputMemory(client)
  );
}

/** What the client has been sent and has not taken. */
export function outputMemory(client: Client): number {
  if (client.socket === null) return 0;
  return client.output.length + client.server.io.outputPending(client.socket);
}

/** Arguments of the command that runs or waits, or of one that has arrived in part. */
function argvMemory(client: Client): number {
  let bytes = client.parser?.argumentBytes ?? 0;
  if (client.server.currentClient !== client && !client.has(CLIENT_BLOCKED)) return bytes;
  for (const arg of client.argv) bytes += arg.length;
  return bytes;
}

/** One line about the client, without a line end. */
export function catClientInfoString(client: Client): Bytes {
  const server = client.server;
  const now = server.mstime();
  const current = server.currentClient === client;
  const { parser } = client;
  // What was read at once stays in the buffer until all of it has run.
  let query = (current ? parser?.buffer.length : parser?.pendingBytes) ?? 0;
  if (current && parser === null) query = encodeCommand(client.argv).length;
  const output = outputMemory(client);
  const fields: [string, string | number][] = [
    ['id', client.id],
    ['addr', `${client.peer.ip}:${client.peer.port}`],
    ['laddr', `${client.local.ip}:${client.local.port}`],
    ['fd', client.socket === null ? -1 : client.socket + 7],
    ['name', client.name],
    ['age', Math.floor((now - client.createdAtMs) / 1000)],
    ['idle', Math.floor((now - client.lastInteractionMs) / 1000)],
    ['flags', flagLetters(client)],
    ['db', client.db.id],
    ['sub', client.channels.size],
    ['psub', client.patterns.size],
    ['ssub', client.shardChannels.size],
    ['multi', client.flags & CLIENT_MULTI ? (client.multi?.commands.length ?? 0) : -1],
    ['qbuf', query],
    ['qbuf-free', Math.max(0, client.queryBuffer - query)],
    ['argv-mem', argvMemory(client)],
    ['multi-mem', client.multi?.argvBytes ?? 0],
    ['rbs', client.replyBuffer],
    ['rbp', client.replyBufferPeak],
    ['obl', 0],
    ['oll', output > 0 ? Math.ceil(output / REPLY_BLOCK) : 0],
    ['omem', output],
    ['tot-mem', clientMemoryUsage(client)],
    ['events', output > 0 ? 'rw' : 'r'],
    ['cmd', client.lastCmd?.fullName ?? 'NULL'],
    ['user', client.user?.name ?? '(superuser)'],
    ['redir', client.flags & CLIENT_TRACKING ? (client.tracking?.redirect ?? 0) : -1],
    ['resp', client.resp],
  ];
  return fields.map(([name, value]) => `${name}=${value}`).join(' ');
}

/** What CLIENT LIST TYPE and CLIENT KILL TYPE ask for. */
export type ClientType = 'normal' | 'master' | 'replica' | 'pubsub';

export function clientTypeOf(client: Client): ClientType {
  if (client.flags & CLIENT_MASTER) return 'master';
  if (client.flags & CLIENT_SLAVE && (client.flags & CLIENT_MONITOR) === 0) return 'replica';
  return client.flags & CLIENT_PUBSUB ? 'pubsub' : 'normal';
}

/** The type that a word of a client names, or null. */
export function clientTypeByName(word: Bytes): ClientType | null {
  const name = word.toLowerCase();
  if (name === 'slave') return 'replica';
  return name === 'normal' || name === 'master' || name === 'replica' || name === 'pubsub' ? name : null;
}
