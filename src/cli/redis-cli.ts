/* redis-cli: from the command line to the mode it asks for; the prompt; single commands (after main,
 * repl and noninteractive in redis-cli.c 7.0). */

import type { Bytes } from '#base/bytes.ts';
import { splitArgs } from '#base/split-args.ts';
import { cliConnect, command, formatAddress, newSession } from './connection.ts';
import type { Session } from './connection.ts';
import { fetchedPrograms } from './fetched.ts';
import { UnknownReplyType } from './format.ts';
import { usage, VERSION_LINE } from './help.ts';
import { issueCommandRepeat } from './issue-command.ts';
import * as ops from './ops.ts';
import { Exit, Interrupted } from './ops.ts';
import { parseOptions } from './options.ts';
import type { CliConfig } from './options.ts';
import type { Program, ProgramEnv, ProgramMain, Step } from './program.ts';
import { readStdin } from './stdin.ts';

/** What a prompt remembers. */
interface ReplState {
  session: Session;
  stdinAt: number;
}

export const redisCli: ProgramMain = function* (argv, env, state): Program {
  try {
    if (state !== undefined && isReplState(state)) return yield* prompts(state, env);
    return yield* main(argv, env, state);
  } catch (error) {
    if (error instanceof Exit) return error.code;
    if (error instanceof Interrupted) return 1;
    throw error;
  }
};

function isReplState(state: unknown): state is ReplState {
  return typeof state === 'object' && state !== null && 'stdinAt' in state;
}

function* main(argv: readonly Bytes[], env: ProgramEnv, state: unknown): Step<number> {
  const parsed = parseOptions(argv.slice(1), env.stdoutTty, env.vars);
  if (parsed.kind === 'error') {
    yield* ops.printError(parsed.text);
    return 1;
  }
  if (parsed.kind === 'version') {
    yield* ops.print(VERSION_LINE);
    return 0;
  }
  if (parsed.kind === 'usage') {
    yield parsed.code === 0 ? { op: 'print', text: usage() } : { op: 'print', text: usage(), to: 'stderr' };
    return parsed.code;
  }
  const { config } = parsed;
  if (state === undefined && parsed.warnings !== '') yield* ops.printError(parsed.warnings);
  if (config.askpass && state === undefined) {
    config.auth = (yield* ops.askPassword()) ?? '';
  }
  if (config.manager !== null || config.mode !== null || config.evalFile !== null)
    return yield* otherMode(config, env, state);
  if (config.argv.length > 0) return yield* noninteractive(config, env);
  return yield* startRepl(config, env);
}

/** --cluster, --eval, or a mode of its own. */
function* otherMode(config: CliConfig, env: ProgramEnv, state: unknown): Step<number> {
  const fetched = fetchedPrograms();
  if (fetched === null) return 127;
  if (config.manager !== null) return yield* fetched.clusterManager(config, config.manager, env);
  if (config.mode !== null) return yield* fetched.runMode(config, config.mode, env, state);
  const opened = yield* fetched.evalMode(config, config.evalFile as Bytes, env);
  return typeof opened === 'number' ? opened : yield* prompts({ session: opened, stdinAt: 0 }, env);
}

// -------------------------------------------------------------------- single commands

function* noninteractive(config: CliConfig, env: ProgramEnv): Step<number> {
  const session = newSession(config, env, false);
  const argv = yield* commandFromArguments(config, env);
  yield* cliConnect(session, 'quiet');
  return (yield* issueCommandRepeat(session, argv, config.repeat)) ? 0 : 1;
}

/** The words of the command line, with -x, -X and --quoted-input applied. */
function* commandFromArguments(config: CliConfig, env: ProgramEnv): Step<Bytes[]> {
  let argv = config.argv;
  if (config.quotedInput) {
    argv = [];
    for (const word of config.argv) {
      const words = splitArgs(word);
      if (words === null || words.length !== 1) {
        yield* ops.print('Invalid quoted string\n');
        throw new Exit(1);
      }
      argv.push(words[0] as Bytes);
    }
  }
  if (config.stdinLastArg) return [...argv, yield* readStdin(env)];
  if (config.stdinTag !== null) {
    const at = argv.indexOf(config.stdinTag);
    if (at < 0) {
      yield* ops.printError('Using -X option but stdin tag not match.\n');
      throw new Exit(1);
    }
    return argv.with(at, yield* readStdin(env));
  }
  return argv;
}

// -------------------------------------------------------------------- the prompt

function* startRepl(config: CliConfig, env: ProgramEnv): Step<number> {
  const session = newSession(config, env, true);
  if (env.stdin === null) yield* loadPreferences(session, env);
  // A server that is not there is no reason to stop: every command tries again.
  yield* cliConnect(session, 'if-needed');
  if (session.handle !== null && session.error === null) yield* command(session, ['COMMAND', 'DOCS']);
  return yield* prompts({ session, stdinAt: 0 }, env);
}

/** The prompt, again and again where a script is debugged that is to be restarted. */
function* prompts(state: ReplState, env: ProgramEnv): Step<number> {
  for (;;) {
    const code = yield* repl(state, env);
    if (code !== null) return code;
    const fetched = fetchedPrograms();
    const stopped = fetched === null ? 0 : yield* fetched.restartDebugging(state.session);
    if (stopped !== null) return stopped;
  }
}

/** The preferences in ~/.redisclirc, one `:set` to a line. */
function* loadPreferences(session: Session, env: ProgramEnv): Step<void> {
  const path = env.vars['REDISCLI_RCFILE'] ?? `${env.vars['HOME'] ?? '/root'}/.redisclirc`;
  if (path === '/dev/null') return;
  const file = yield* ops.readFile(path);
  if ('error' in file) return;
  for (const line of file.data.split('\n')) {
    const argv = splitArgs(line);
    if (argv !== null && argv.length > 0) yield* setPreference(session, argv, '.redisclirc: ');
  }
}

/** The exit code, or null when the script that is debugged is to begin anew. */
function* repl(state: ReplState, env: ProgramEnv): Step<number | null> {
  const { session } = state;
  for (;;) {
    yield* ops.checkpoint(state);
    const line = yield* nextLine(state, env);
    if (line === null) return 0;
    const done = yield* runLine(session, line);
    if (done) return done === 'restart' ? null : 0;
  }
}

function* nextLine(state: ReplState, env: ProgramEnv): Step<Bytes | null> {
  if (env.stdin === null) {
    try {
      return yield* ops.ask(promptOf(state.session), { linenoise: state.session.hints ? 'hints' : 'plain' });
    } catch (error) {
      if (error instanceof Interrupted) return null;
      throw error;
    }
  }
  if (state.stdinAt >= env.stdin.length) return null;
  const end = env.stdin.indexOf('\n', state.stdinAt);
  const line = env.stdin.slice(state.stdinAt, end < 0 ? undefined : end);
  state.stdinAt = end < 0 ? env.stdin.length : end + 1;
  return line;
}

/** "127.0.0.1:7000[2](TX)> " */
export function promptOf(session: Session): string {
  if (session.handle === null) return 'not connected> ';
  if (session.ldb && session.config.evalFile !== null) return 'lua debugger> ';
  const address = formatAddress(session.config.host, session.config.port);
  return `${address}${session.db !== 0 ? `[${session.db}]` : ''}${session.inMulti ? '(TX)' : ''}> `;
}

/** Runs one typed line; true when it ends the session, or the word for beginning it anew. */
function* runLine(session: Session, line: Bytes): Step<boolean | 'restart'> {
  if (line === '') return false;
  // Code that is typed for the debugger is left as it is.
  const code = session.ldb ? /^(eval|e) (.*)$/s.exec(line) : null;
  const argv = code === null ? splitArgs(line) : code.slice(1);
  if (argv === null) {
    yield* ops.print('Invalid argument(s)\n');
    return false;
  }
  const first = argv[0];
  if (first === undefined) return false;
  let repeat = 1;
  let words: readonly Bytes[] = argv;
  if (argv.length > 1 && /^[ \t]*[+-]?\d+$/.test(first)) {
    repeat = Number(first);
    if (repeat <= 0 || !Number.isSafeInteger(repeat)) {
      yield* ops.print('Invalid redis-cli repeat command option value.\n');
      return false;
    }
    words = argv.slice(1);
  }
  const name = first.toLowerCase();
  if (name === 'quit' || name === 'exit') return true;
  if (first.startsWith(':')) {
    yield* setPreference(session, argv);
  } else if (name === 'restart') {
    if (session.config.evalFile !== null) return 'restart';
    yield* ops.print("Use 'restart' only in Lua debugging mode.\n");
  } else if (argv.length === 3 && name === 'connect') {
    session.config.host = argv[1] as Bytes;
    session.config.port = Number.parseInt(argv[2] as Bytes, 10) || 0;
    yield* cliConnect(session, 'force');
  } else if (argv.length === 1 && name === 'clear') {
    yield* ops.printControl('\x1b[H\x1b[2J');
  } else {
    yield* timedCommand(session, words, repeat);
  }
  return false;
}

/** Runs a command and says how long it took when it took long. */
function* timedCommand(session: Session, argv: readonly Bytes[], repeat: number): Step<void> {
  const begin = yield* ops.clock();
  try {
    yield* issueCommandRepeat(session, argv, repeat);
  } catch (error) {
    if (error instanceof UnknownReplyType) throw error;
    if (error instanceof Interrupted) throw new Exit(1);
    throw error;
  }
  const fetched = fetchedPrograms();
  if (fetched !== null && session.ldbEnded) yield* fetched.endDebugging(session);
  const elapsedMs = Math.floor(((yield* ops.clock()).micros - begin.micros) / 1000);
  if (elapsedMs >= 500 && session.config.output === 'standard') {
    yield* ops.print(`(${(elapsedMs / 1000).toFixed(2)}s)\n`);
  }
}

/** `:set hints`, `:set nohints`. What it cannot do it says behind `where`. */
function* setPreference(session: Session, argv: readonly Bytes[], where = ''): Step<void> {
  if (argv[0]?.toLowerCase() === ':set' && argv.length >= 2) {
    if (argv[1]?.toLowerCase() === 'hints') session.hints = true;
    else if (argv[1]?.toLowerCase() === 'nohints') session.hints = false;
    else yield* ops.print(`${where}unknown redis-cli preference '${argv[1]}'\n`);
    return;
  }
  yield* ops.print(`${where}unknown redis-cli internal command '${argv[0]}'\n`);
}
