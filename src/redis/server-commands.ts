/* Small commands about the server: TIME, LOLWUT, MODULE LIST (after server.c, lolwut.c, module.c). */

import type { Bytes } from '#base/bytes.ts';
import { string2ll } from '#base/integer.ts';
import { isWord, NOT_INTEGER } from './args.ts';
import type { CommandProcs } from './command.ts';
import { REDIS_VERSION } from './connection.ts';
import { help } from './help.ts';
import { ErrorReply, Verbatim, type Reply } from './reply.ts';
import type { Client } from './client.ts';

function time(client: Client): Reply {
  const micros = Math.floor(client.server.io.wallMs * 1000);
  return [String(Math.floor(micros / 1_000_000)), String(micros % 1_000_000)];
}

function lolwut(_client: Client, argv: readonly Bytes[]): Reply {
  if (argv.length > 2 && isWord(argv[1], 'version') && string2ll(argv[2] as Bytes) === null)
    return NOT_INTEGER;
  return new Verbatim('txt', `Redis ver. ${REDIS_VERSION}\n`);
}

function loadModule(): Reply {
  return new ErrorReply('ERR Error loading the extension. Please check the server logs.');
}

export const serverCommands: CommandProcs = {
  time,
  lolwut,
  'module|list': () => [],
  'module|load': loadModule,
  'module|loadex': loadModule,
  'module|unload': () => new ErrorReply('ERR Error unloading module: no such module with that name'),
  'module|help': help,
};
