/* redis-cli --eval: a script from a file; and the debugger of scripts that --ldb, or SCRIPT DEBUG at the prompt,
 * turns it into (after evalMode and what repl does for it in redis-cli.c). */

import { utf8Encode, type Bytes } from '#base/bytes.ts';
import { Status, type Reply } from '#redis/reply.ts';
import { cliConnect, cliReadReply, command, newSession, type Session } from '#cli/connection.ts';
import { formatRaw } from '#cli/format.ts';
import { issueCommandRepeat } from '#cli/issue-command.ts';
import * as ops from '#cli/ops.ts';
import type { CliConfig } from '#cli/options.ts';
import type { ProgramEnv, Step } from '#cli/program.ts';
import { sanitize } from '#cli/terminal.ts';

const GREETING = `Lua debugging session started, please use:
quit    -- End the session.
restart -- Restart the script in debug mode again.
help    -- Show Lua script debugging commands.

`;
const END_MARK = '<endsession>';

/** --eval script.lua key1 key2 , arg1 arg2: the exit code, or the session in which the script is debugged. */
export function* evalMode(config: CliConfig, path: string, env: ProgramEnv): Step<number | Session> {
  const session = newSession(config, env, false);
  if (!(yield* cliConnect(session, 'if-needed'))) return 1;
  const code = yield* runFile(session, path);
  return code ?? session;
}

/** The debugged script from its start; an exit code when that is not possible. */
export function* restartDebugging(session: Session): Step<number | null> {
  yield* cliConnect(session, 'force');
  yield* ops.print('\n');
  return yield* runFile(session, session.config.evalFile as string);
}

/** Null when the script is debugged now and its user is to be asked. */
function* runFile(session: Session, path: string): Step<number | null> {
  const { config } = session;
  if (config.ldb) yield* ops.print(GREETING);
  const file = yield* ops.readFile(path);
  if ('error' in file) {
    yield* ops.printError(`Can't open file '${path}': ${file.error}\n`);
    return 1;
  }
  if (config.ldb) {
    yield* command(session, ['SCRIPT', 'DEBUG', config.ldbSync ? 'sync' : 'yes']);
    session.ldbOnEval = true;
  }
  const comma = config.argv.indexOf(',');
  const keys = comma < 0 ? config.argv : config.argv.slice(0, comma);
  const args = comma < 0 ? [] : config.argv.slice(comma + 1);
  const argv = ['EVAL', file.data, String(keys.length), ...keys, ...args];
  const done = yield* issueCommandRepeat(session, argv, config.repeat);
  if (!config.ldb) return done ? 0 : 1;
  session.interactive = true;
  if (session.ldb) return null;
  session.ldbEnded = false;
  yield* ops.print("Eval debugging session can't start:\n");
  yield* cliReadReply(session, false);
  return done ? 0 : 1;
}

/** The session is over: what is left to show is the reply to EVAL. */
export function* endDebugging(session: Session): Step<void> {
  session.ldbEnded = false;
  yield* cliReadReply(session, false);
  const fate = session.config.ldbSync ? '' : ' -- dataset changes rolled back';
  yield* ops.print(`\n(Lua debugging session ended${fate})\n\n`);
  // The server has closed the connection, and here it is found out.
  yield* command(session, ['COMMAND', 'DOCS']);
}

/** What the debugger tells: lines in colours, or that it has ended. */
export function* printLdbReply(session: Session, reply: Reply): Step<void> {
  const lines = (Array.isArray(reply) ? (reply as Reply[]) : [reply]).map((line) => {
    if (!(line instanceof Status)) return formatRaw(line, '\n');
    if (!line.text.startsWith(END_MARK)) return session.colors ? coloured(line.text) : line.text;
    session.ldb = session.ldbOnEval = false;
    session.ldbEnded = true;
    session.config.output = 'standard';
    return '';
  });
  const text = `${lines.join('\n')}\n`;
  if (session.colors) yield* ops.printControl(text);
  else yield* ops.print(text);
}

const BOLD = '1;37';
const COLOURS: Readonly<Record<string, string>> = {
  debug: BOLD,
  hint: BOLD,
  redis: '0;32',
  reply: '0;36',
  error: '0;31',
  value: '0;35',
  retval: '0;35',
};

function coloured(line: Bytes): Bytes {
  const kind = /^<(\w+)>/.exec(line)?.[1] ?? '';
  const isSource = /^.{3}\d/.test(line);
  const ofSource = line[1] === '>' ? '0;33' : line[2] === '#' ? BOLD : undefined;
  const colour = COLOURS[kind] ?? (isSource ? ofSource : undefined) ?? '0;37';
  return `\x1b[${colour};49m${utf8Encode(sanitize(line))}\x1b[0m`;
}
