/* SAVE, BGSAVE, BGREWRITEAOF, LASTSAVE, SHUTDOWN (after rdb.c, aof.c and db.c). */

import type { Bytes } from '#base/bytes.ts';
import { isWord, SYNTAX_ERROR } from './args.ts';
import { rewriteAppendOnlyFileBackground } from './aof-rewrite.ts';
import { waitForServer } from './blocked.ts';
import { CLIENT_DENY_BLOCKING, type Client } from './client.ts';
import type { CommandProcs } from './command.ts';
import {
  abortShutdown,
  prepareForShutdown,
  SHUTDOWN_FORCE,
  SHUTDOWN_NOSAVE,
  SHUTDOWN_NOW,
  SHUTDOWN_SAVE,
} from './shutdown.ts';
import { rdbSaveBackground, rdbSaveNow } from './persistence.ts';
import { ErrorReply, OK, Status, type Reply } from './reply.ts';
import { busyScriptError } from './scripting-hooks.ts';

function save(client: Client): Reply {
  const server = client.server;
  if (server.persistence.bgsave !== null) return new ErrorReply('ERR Background save already in progress');
  return rdbSaveNow(server) ? OK : new ErrorReply('ERR');
}

function bgsave(client: Client, argv: readonly Bytes[]): Reply {
  const server = client.server;
  const schedule = argv.length === 2 && isWord(argv[1], 'schedule');
  if (argv.length > 1 && !schedule) return SYNTAX_ERROR;
  if (server.persistence.bgsave !== null) return new ErrorReply('ERR Background save already in progress');
  if (server.aof.rewrite !== null || server.inExec) {
    if (!schedule && !server.inExec) {
      return new ErrorReply(
        "ERR Another child process is active (AOF?): can't BGSAVE right now. Use BGSAVE SCHEDULE in order to schedule a BGSAVE whenever possible.",
      );
    }
    server.persistence.bgsaveScheduled = true;
    return new Status('Background saving scheduled');
  }
  rdbSaveBackground(server);
  return new Status('Background saving started');
}

function bgrewriteaof(client: Client): Reply {
  const server = client.server;
  if (server.aof.rewrite !== null) {
    return new ErrorReply('ERR Background append only file rewriting already in progress');
  }
  if (server.persistence.bgsave !== null || server.inExec) {
    server.aof.rewriteScheduled = true;
    // Who asks wants it now.
    server.aof.consecutiveFailures = 0;
    return new Status('Background append only file rewriting scheduled');
  }
  rewriteAppendOnlyFileBackground(server);
  return server.aof.lastRewriteOk || server.aof.rewrite !== null
    ? new Status('Background append only file rewriting started')
    : new ErrorReply(
        "ERR Can't execute an AOF background rewriting. Please check the server logs for more information.",
      );
}

function shutdown(client: Client, argv: readonly Bytes[]): Reply | undefined {
  const server = client.server;
  let flags = 0;
  let abort = false;
  for (const arg of argv.slice(1)) {
    if (isWord(arg, 'nosave')) flags |= SHUTDOWN_NOSAVE;
    else if (isWord(arg, 'save')) flags |= SHUTDOWN_SAVE;
    else if (isWord(arg, 'now')) flags |= SHUTDOWN_NOW;
    else if (isWord(arg, 'force')) flags |= SHUTDOWN_FORCE;
    else if (isWord(arg, 'abort')) abort = true;
    else return SYNTAX_ERROR;
  }
  const contradicts = (flags & SHUTDOWN_NOSAVE) !== 0 && (flags & SHUTDOWN_SAVE) !== 0;
  if (contradicts || (abort && flags !== 0)) return SYNTAX_ERROR;
  if (abort) return abortShutdown(server) ? OK : new ErrorReply('ERR No shutdown in progress.');
  if ((flags & SHUTDOWN_NOW) === 0 && client.has(CLIENT_DENY_BLOCKING)) {
    return new ErrorReply("ERR SHUTDOWN without NOW or ABORT isn't allowed for DENY BLOCKING client");
  }
  if ((flags & SHUTDOWN_NOSAVE) === 0 && server.busyScript) return busyScriptError(server);
  waitForServer(client, 'shutdown');
  prepareForShutdown(server, flags);
  return undefined;
}

export const persistenceCommands: CommandProcs = {
  save,
  bgsave,
  bgrewriteaof,
  lastsave: (client) => client.server.persistence.lastSave,
  shutdown,
};
