/* EVAL, EVALSHA, their _RO forms, and SCRIPT (after eval.c). */

import type { Bytes } from '#base/bytes.ts';
import { feedMonitors } from '#redis/monitor.ts';
import { string2ll } from '#base/integer.ts';
import { sha1Hex } from '#base/sha1.ts';
import type { Client } from '#redis/client.ts';
import type { CommandProcs } from '#redis/command.ts';
import { help } from '#redis/help.ts';
import { ErrorReply, OK, type Reply } from '#redis/reply.ts';
import { interpreter } from './interpreter.ts';
import { debugScript, isDebugged, scriptDebugCommand } from './ldb.ts';
import { killScript, runScript } from './slow-script.ts';
import { parseShebang } from './shebang.ts';
import type { CachedScript, ScriptCall, ScriptingState } from './state.ts';

const fail = (text: string): ErrorReply => new ErrorReply(`ERR ${text}`);

/** Compiles a script and puts it in the cache. */
function createScript(client: Client, sha: Bytes, body: Bytes): CachedScript | ErrorReply {
  const known = client.server.scripting.scripts.get(sha);
  if (known) return known;
  const parsed = parseShebang(body);
  if (parsed instanceof ErrorReply) return parsed;
  const problem = interpreter().compileError(parsed.code);
  if (problem !== null) return fail(`Error compiling script (new function): ${problem}`);
  const script: CachedScript = { body, flags: parsed.flags };
  client.server.scripting.scripts.set(sha, script);
  return script;
}

/** Reads numkeys and splits what follows. */
export function splitKeys(
  argv: readonly Bytes[],
  badNumber: ErrorReply,
): { keys: readonly Bytes[]; args: readonly Bytes[] } | ErrorReply {
  const count = string2ll(argv[2] as Bytes);
  if (count === null) return badNumber;
  if (count > argv.length - 3) return fail("Number of keys can't be greater than number of args");
  if (count < 0) return fail("Number of keys can't be negative");
  return { keys: argv.slice(3, 3 + Number(count)), args: argv.slice(3 + Number(count)) };
}

function scriptSha(scripting: ScriptingState, body: Bytes): Bytes {
  if (scripting.lastHashed.body !== body || body === '') {
    scripting.lastHashed = { body, sha: sha1Hex(body) };
  }
  return scripting.lastHashed.sha;
}

function evalWith(bySha: boolean, readOnly: boolean) {
  return (client: Client, argv: readonly Bytes[]): Reply | undefined => {
    const text = argv[1] as Bytes;
    // Told before it runs, so that the commands of a script stand below it.
    feedMonitors(client, argv);
    if (bySha && text.length !== 40) return NO_SCRIPT;
    if (isDebugged(client)) {
      if (bySha) return fail('Please use EVAL instead of EVALSHA for debugging');
      return debugScript(client, (home) => scriptCall(home, argv, bySha, readOnly));
    }
    const call = scriptCall(client, argv, bySha, readOnly);
    return call instanceof ErrorReply ? call : runScript(client, call);
  };
}

/** What EVAL is to run, which is in the cache then. */
function scriptCall(
  client: Client,
  argv: readonly Bytes[],
  bySha: boolean,
  readOnly: boolean,
): ScriptCall | ErrorReply {
  const text = argv[1] as Bytes;
  const split = splitKeys(argv, fail('value is not an integer or out of range'));
  if (split instanceof ErrorReply) return split;
  const sha = bySha ? text.toLowerCase() : scriptSha(client.server.scripting, text);
  const script = bySha ? client.server.scripting.scripts.get(sha) : createScript(client, sha, text);
  if (script === undefined) return NO_SCRIPT;
  if (script instanceof ErrorReply) return script;
  const parsed = parseShebang(script.body);
  if (parsed instanceof ErrorReply) return parsed;
  const { flags } = script;
  return { kind: 'eval', name: sha, body: parsed.code, library: null, flags, readOnly, ...split, argv };
}

const NO_SCRIPT = new ErrorReply('NOSCRIPT No matching script. Please use EVAL.');

/** SCRIPT LOAD script */
function loadCommand(client: Client, argv: readonly Bytes[]): Reply {
  const body = argv[2] as Bytes;
  const sha = scriptSha(client.server.scripting, body);
  const script = createScript(client, sha, body);
  return script instanceof ErrorReply ? script : sha;
}

/** SCRIPT EXISTS sha1 [sha1 ...] */
function existsCommand(client: Client, argv: readonly Bytes[]): Reply {
  const { scripts } = client.server.scripting;
  return argv.slice(2).map((sha) => (scripts.has(sha.toLowerCase()) ? 1 : 0));
}

/** SCRIPT FLUSH [ASYNC|SYNC] */
function flushCommand(client: Client, argv: readonly Bytes[]): Reply {
  const mode = argv[2]?.toLowerCase();
  if (argv.length > 3 || (mode !== undefined && mode !== 'sync' && mode !== 'async')) {
    return fail('SCRIPT FLUSH only support SYNC|ASYNC option');
  }
  const { scripting } = client.server;
  scripting.scripts.clear();
  // With the interpreter goes what scripts have set in it.
  delete scripting.cjson.eval;
  return OK;
}

export const evalCommands: CommandProcs = {
  eval: evalWith(false, false),
  eval_ro: evalWith(false, true),
  evalsha: evalWith(true, false),
  evalsha_ro: evalWith(true, true),
  'script|load': loadCommand,
  'script|exists': existsCommand,
  'script|flush': flushCommand,
  'script|debug': scriptDebugCommand,
  'script|kill': (client) => killScript(client.server, 'eval'),
  'script|help': help,
};
