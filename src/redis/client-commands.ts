/* The CLIENT command (after clientCommand in networking.c). Tracking has its own file. */

import type { Bytes } from '#base/bytes.ts';
import { string2ll } from '#base/integer.ts';
import { isWord, NOT_INTEGER, SYNTAX_ERROR } from './args.ts';
import { mayBeUnblocked, replyToBlockedClient } from './blocked.ts';
import {
  type Client,
  CLIENT_CLOSE_AFTER_REPLY,
  CLIENT_NO_EVICT,
  CLIENT_REPLY_OFF,
  CLIENT_REPLY_SKIP,
  CLIENT_REPLY_SKIP_NEXT,
} from './client.ts';
import { catClientInfoString, type ClientType, clientTypeByName, clientTypeOf } from './client-info.ts';
import type { CommandProcs } from './command.ts';
import { BAD_CLIENT_NAME, validClientName } from './connection.ts';
import { help } from './help.ts';
import { freeClient } from './networking.ts';
import { PAUSE_BY_CLIENT_COMMAND, pauseClients, unpauseClients } from './pause.ts';
import { commandStats } from './process-command.ts';
import { ErrorReply, OK, Verbatim, type Reply } from './reply.ts';

function setname(client: Client, argv: readonly Bytes[]): Reply {
  const name = argv[2] as Bytes;
  if (!validClientName(name)) return BAD_CLIENT_NAME;
  client.name = name;
  return OK;
}

function list(client: Client, argv: readonly Bytes[]): Reply {
  const server = client.server;
  let shown = [...server.clients.values()];
  if (argv.length === 4 && isWord(argv[2], 'type')) {
    const type = clientTypeByName(argv[3] as Bytes);
    if (type === null) return new ErrorReply(`ERR Unknown client type '${argv[3]}'`);
    shown = shown.filter((one) => clientTypeOf(one) === type);
  } else if (argv.length > 3 && isWord(argv[2], 'id')) {
    shown = [];
    for (const text of argv.slice(3)) {
      const id = string2ll(text);
      if (id === null) return new ErrorReply('ERR Invalid client ID');
      const one = server.clientsById.get(Number(id));
      if (one !== undefined) shown.push(one);
    }
  } else if (argv.length !== 2) return SYNTAX_ERROR;
  return new Verbatim('txt', shown.map((one) => `${catClientInfoString(one)}\n`).join(''));
}

function replyMode(client: Client, argv: readonly Bytes[]): Reply | undefined {
  if (isWord(argv[2], 'on')) {
    client.flags &= ~(CLIENT_REPLY_SKIP | CLIENT_REPLY_OFF);
    return OK;
  }
  if (isWord(argv[2], 'off')) {
    client.flags |= CLIENT_REPLY_OFF;
    return undefined;
  }
  if (isWord(argv[2], 'skip')) {
    if ((client.flags & CLIENT_REPLY_OFF) === 0) client.flags |= CLIENT_REPLY_SKIP_NEXT;
    return undefined;
  }
  return SYNTAX_ERROR;
}

function noEvict(client: Client, argv: readonly Bytes[]): Reply {
  if (isWord(argv[2], 'on')) client.flags |= CLIENT_NO_EVICT;
  else if (isWord(argv[2], 'off')) client.flags &= ~CLIENT_NO_EVICT;
  else return SYNTAX_ERROR;
  return OK;
}

interface KillFilter {
  addr: Bytes | null;
  laddr: Bytes | null;
  id: number;
  type: ClientType | null;
  user: Bytes | null;
  skipMe: boolean;
}

function parseKillFilter(client: Client, argv: readonly Bytes[]): KillFilter | ErrorReply {
  const filter: KillFilter = { addr: null, laddr: null, id: 0, type: null, user: null, skipMe: true };
  if (argv.length % 2 !== 0) return SYNTAX_ERROR;
  for (let at = 2; at < argv.length; at += 2) {
    const word = (argv[at] as Bytes).toLowerCase();
    const value = argv[at + 1] as Bytes;
    if (word === 'id') {
      const id = string2ll(value);
      if (id === null || id < 1) return new ErrorReply('ERR client-id should be greater than 0');
      filter.id = Number(id);
    } else if (word === 'type') {
      filter.type = clientTypeByName(value);
      if (filter.type === null) return new ErrorReply(`ERR Unknown client type '${value}'`);
    } else if (word === 'addr') filter.addr = value;
    else if (word === 'laddr') filter.laddr = value;
    else if (word === 'user') {
      if (!client.server.users.has(value)) return new ErrorReply(`ERR No such user '${value}'`);
      filter.user = value;
    } else if (word === 'skipme' && isWord(value, 'yes')) filter.skipMe = true;
    else if (word === 'skipme' && isWord(value, 'no')) filter.skipMe = false;
    else return SYNTAX_ERROR;
  }
  return filter;
}

function kill(client: Client, argv: readonly Bytes[]): Reply {
  const old = argv.length === 3;
  const filter: KillFilter | ErrorReply = old
    ? { addr: argv[2] as Bytes, laddr: null, id: 0, type: null, user: null, skipMe: false }
    : parseKillFilter(client, argv);
  if (filter instanceof ErrorReply) return filter;
  let killed = 0;
  for (const one of client.server.clients.values()) {
    if (filter.addr !== null && `${one.peer.ip}:${one.peer.port}` !== filter.addr) continue;
    if (filter.laddr !== null && `${one.local.ip}:${one.local.port}` !== filter.laddr) continue;
    if (filter.type !== null && clientTypeOf(one) !== filter.type) continue;
    if (filter.id !== 0 && one.id !== filter.id) continue;
    if (filter.user !== null && one.user?.name !== filter.user) continue;
    if (one === client && filter.skipMe) continue;
    // The one who asks still gets the answer.
    if (one === client) client.flags |= CLIENT_CLOSE_AFTER_REPLY;
    else {
      // The others are gone at once, with what they have not been sent yet: a replica gets nothing of the
      // transaction that kills it.
      one.output = '';
      freeClient(one);
    }
    killed++;
  }
  if (!old) return killed;
  return killed > 0 ? OK : new ErrorReply('ERR No such client');
}

function unblock(client: Client, argv: readonly Bytes[]): Reply {
  let error = false;
  if (argv.length === 4) {
    if (isWord(argv[3], 'error')) error = true;
    else if (!isWord(argv[3], 'timeout')) {
      return new ErrorReply('ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR');
    }
  }
  const id = string2ll(argv[2] as Bytes);
  if (id === null) return NOT_INTEGER;
  const target = client.server.clientsById.get(Number(id));
  if (target === undefined || !mayBeUnblocked(target)) return 0;
  replyToBlockedClient(
    target,
    error ? new ErrorReply('UNBLOCKED client unblocked via CLIENT UNBLOCK') : undefined,
  );
  // The command of who was not served has failed, whatever its reply.
  if (!error && target.cmd !== null) commandStats(client.server, target.cmd).failedCalls++;
  return 1;
}

function pause(client: Client, argv: readonly Bytes[]): Reply {
  let kind: 'all' | 'write' = 'all';
  if (argv.length === 4) {
    if (isWord(argv[3], 'write')) kind = 'write';
    else if (!isWord(argv[3], 'all')) return new ErrorReply('ERR CLIENT PAUSE mode must be WRITE or ALL');
  }
  const timeout = string2ll(argv[2] as Bytes);
  if (timeout === null) return new ErrorReply('ERR timeout is not an integer or out of range');
  if (timeout < 0) return new ErrorReply('ERR timeout is negative');
  const server = client.server;
  pauseClients(server, PAUSE_BY_CLIENT_COMMAND, server.mstime() + Number(timeout), kind);
  return OK;
}

function unpause(client: Client): Reply {
  unpauseClients(client.server, PAUSE_BY_CLIENT_COMMAND);
  return OK;
}

export const clientCommands: CommandProcs = {
  'client|id': (client) => client.id,
  'client|info': (client) => new Verbatim('txt', `${catClientInfoString(client)}\n`),
  'client|list': list,
  'client|setname': setname,
  'client|getname': (client) => (client.name === '' ? null : client.name),
  'client|reply': replyMode,
  'client|no-evict': noEvict,
  'client|kill': kill,
  'client|unblock': unblock,
  'client|pause': pause,
  'client|unpause': unpause,
  'client|help': help,
};
