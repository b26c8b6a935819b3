/* Commands about the connection itself: AUTH, HELLO, PING, ECHO, RESET, QUIT (after networking.c,
 * acl.c and server.c). CLIENT is in client-commands.ts. */

import type { Bytes } from '#base/bytes.ts';
import { string2ll } from '#base/integer.ts';
import { isWord, SYNTAX_ERROR } from './args.ts';
import { aclAuthenticateUser } from './acl.ts';
import {
  type Client,
  CLIENT_ASKING,
  CLIENT_CLOSE_AFTER_REPLY,
  CLIENT_MONITOR,
  CLIENT_NO_EVICT,
  CLIENT_PUBSUB,
  CLIENT_READONLY,
  CLIENT_REPLY_OFF,
  CLIENT_REPLY_SKIP_NEXT,
  CLIENT_SLAVE,
  redactClientCommandArgument,
} from './client.ts';
import type { CommandProcs } from './command.ts';
import { discardTransaction } from './multi.ts';
import { pubsubForgetClient } from './pubsub.ts';
import { ErrorReply, MapReply, OK, PONG, Status, type Reply } from './reply.ts';
import { disableTracking } from './tracking.ts';

/** The version this server speaks like. */
export const REDIS_VERSION = '7.0.15';

const WRONGPASS = new ErrorReply('WRONGPASS invalid username-password pair or user is disabled.');

function auth(client: Client, argv: readonly Bytes[]): Reply {
  if (argv.length > 3) return SYNTAX_ERROR;
  for (let at = 1; at < argv.length; at++) redactClientCommandArgument(client, at);
  const server = client.server;
  if (argv.length === 2 && server.defaultUser.nopass) {
    return new ErrorReply(
      'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
    );
  }
  const [name, password] =
    argv.length === 2 ? ['default', argv[1] as Bytes] : [argv[1] as Bytes, argv[2] as Bytes];
  return aclAuthenticateUser(client, name, password) ? OK : WRONGPASS;
}

/** True when the name can stand in CLIENT LIST without breaking its line. */
export function validClientName(name: Bytes): boolean {
  return /^[!-~]*$/.test(name);
}

export const BAD_CLIENT_NAME = new ErrorReply(
  'ERR Client names cannot contain spaces, newlines or special characters.',
);

interface HelloOptions {
  auth: [Bytes, Bytes] | null;
  name: Bytes | null;
}

function parseHelloOptions(client: Client, argv: readonly Bytes[]): HelloOptions | ErrorReply {
  const options: HelloOptions = { auth: null, name: null };
  for (let at = 2; at < argv.length; at++) {
    const more = argv.length - 1 - at;
    if (isWord(argv[at], 'auth') && more >= 2) {
      redactClientCommandArgument(client, at + 1);
      redactClientCommandArgument(client, at + 2);
      options.auth = [argv[at + 1] as Bytes, argv[at + 2] as Bytes];
      at += 2;
    } else if (isWord(argv[at], 'setname') && more >= 1) {
      options.name = argv[++at] as Bytes;
      if (!validClientName(options.name)) return BAD_CLIENT_NAME;
    } else return new ErrorReply(`ERR Syntax error in HELLO option '${argv[at]}'`);
  }
  return options;
}

function hello(client: Client, argv: readonly Bytes[]): Reply {
  let version = 0;
  if (argv.length >= 2) {
    const asked = string2ll(argv[1] as Bytes);
    if (asked === null) return new ErrorReply('ERR Protocol version is not an integer or out of range');
    if (asked !== 2 && asked !== 3) return new ErrorReply('NOPROTO unsupported protocol version');
    version = asked;
  }
  const options = parseHelloOptions(client, argv);
  if (options instanceof ErrorReply) return options;
  if (options.auth !== null && !aclAuthenticateUser(client, ...options.auth)) return WRONGPASS;
  if (!client.authenticated) {
    return new ErrorReply(
      'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time',
    );
  }
  if (options.name !== null) client.name = options.name;
  if (version === 2 || version === 3) client.resp = version;
  const server = client.server;
  return new MapReply([
    ['server', 'redis'],
    ['version', REDIS_VERSION],
    ['proto', client.resp],
    ['id', client.id],
    ['mode', server.cluster !== null ? 'cluster' : 'standalone'],
    ['role', server.isReplica() ? 'replica' : 'master'],
    ['modules', []],
  ]);
}

function ping(client: Client, argv: readonly Bytes[]): Reply {
  if (argv.length > 2) return new ErrorReply("ERR wrong number of arguments for 'ping' command");
  const text = argv[1];
  if (client.flags & CLIENT_PUBSUB && client.resp === 2) return ['pong', text ?? ''];
  return text ?? PONG;
}

/** Back to the state of a new connection. */
function reset(client: Client): Reply {
  const server = client.server;
  if (client.flags & CLIENT_SLAVE && (client.flags & CLIENT_MONITOR) === 0) {
    return new ErrorReply('ERR can only reset normal client connections');
  }
  server.monitors.delete(client);
  disableTracking(client);
  pubsubForgetClient(client);
  // What it watches is forgotten as well, outside a transaction too.
  discardTransaction(client);
  client.flags &= ~(
    CLIENT_ASKING |
    CLIENT_READONLY |
    CLIENT_MONITOR |
    CLIENT_SLAVE |
    CLIENT_REPLY_OFF |
    CLIENT_REPLY_SKIP_NEXT |
    CLIENT_NO_EVICT
  );
  client.db = server.dbs[0] as typeof client.db;
  client.resp = 2;
  client.name = '';
  client.user = server.defaultUser;
  client.authenticated = server.defaultUser.nopass && server.defaultUser.enabled;
  return new Status('RESET');
}

function quit(client: Client): Reply {
  client.flags |= CLIENT_CLOSE_AFTER_REPLY;
  return OK;
}

export const connectionCommands: CommandProcs = {
  auth,
  hello,
  ping,
  echo: (_client, argv) => argv[1] as Bytes,
  reset,
  quit,
};
