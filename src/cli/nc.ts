/* nc host port: sends what is piped in, and prints what comes back until the other side closes, or until nothing
 * comes for the seconds of -w; with -z it only looks whether somebody accepts the connection, and with -N or -q
 * it does not wait for more than the answer. The connection is made in the world, so it sees the same network
 * as every other client.
 *
 * At a terminal each line is sent as it is typed, and what comes back within a moment is shown, until Ctrl-D.
 * By the name of telnet it speaks as that does. */

import * as ops from './ops.ts';
import { Interrupted } from './ops.ts';
import type { Handle, Program, ProgramMain, Step } from './program.ts';

/** How long an answer may take when nobody wants to wait for more, ms. */
const ANSWER_MS = 1000;
/** How long nothing more comes behind an answer at a terminal, ms. */
const QUIET_MS = 200;

interface Wanted {
  words: string[];
  verbose: boolean;
  onlyLook: boolean;
  timeoutMs: number | undefined;
  /** Ends when nothing comes for so long. */
  patienceMs: number | undefined;
}

export const nc: ProgramMain = function* (argv, env): Program {
  const wanted = read(argv.slice(1));
  const telnet = argv[0] === 'telnet';
  const [host, port] = wanted?.words ?? [];
  if (wanted === null || wanted.words.length !== 2 || host === undefined || !/^\d{1,5}$/.test(port ?? '')) {
    yield* ops.printError(
      telnet ? 'usage: telnet host port\n' : 'usage: nc [-Nvz] [-q seconds] [-w seconds] host port\n',
    );
    return 1;
  }
  const { verbose } = wanted;
  try {
    if (telnet) yield* ops.print(`Trying ${host}...\n`);
    const made = yield* ops.connect(host, Number(port), wanted.timeoutMs);
    if ('error' in made) {
      if (telnet) yield* ops.printError(`telnet: Unable to connect to remote host: ${made.error}\n`);
      if (verbose) yield* ops.printError(`nc: connect to ${host} port ${port} (tcp) failed: ${made.error}\n`);
      return 1;
    }
    if (verbose) yield* ops.printError(`Connection to ${host} ${port} port [tcp/*] succeeded!\n`);
    if (telnet) yield* ops.print(`Connected to ${host}.\nEscape character is '^]'.\n`);
    if (env.stdin === null && !wanted.onlyLook) yield* converse(made.handle, telnet);
    else if (!wanted.onlyLook) yield* talk(made.handle, env.stdin ?? '', wanted.patienceMs);
    yield* ops.disconnect(made.handle);
    return 0;
  } catch (error) {
    if (error instanceof Interrupted) return 130;
    throw error;
  }
};

/** What the words ask for; null when they are not understood. */
function read(args: readonly string[]): Wanted | null {
  const wanted: Wanted = {
    words: [],
    verbose: false,
    onlyLook: false,
    timeoutMs: undefined,
    patienceMs: undefined,
  };
  for (let at = 0; at < args.length; at++) {
    const word = args[at] as string;
    const [, letter, attached] = /^-([wq])(.*)$/.exec(word) ?? [];
    if (letter !== undefined) {
      const ms = Number(attached === '' ? args[++at] : attached) * 1000;
      if (Number.isNaN(ms)) return null;
      if (letter === 'w') wanted.timeoutMs = ms;
      wanted.patienceMs = Math.max(ms, letter === 'q' ? ANSWER_MS : 0);
    } else if (/^-[zvnN]+$/.test(word)) {
      wanted.verbose ||= word.includes('v');
      wanted.onlyLook ||= word.includes('z');
      if (word.includes('N')) wanted.patienceMs ??= ANSWER_MS;
    } else if (word.startsWith('-')) return null;
    else wanted.words.push(word);
  }
  return wanted;
}

/** Line by line, as they are typed. */
function* converse(handle: Handle, telnet: boolean): Step<void> {
  for (let line = yield* ops.ask(''); line !== null; line = yield* ops.ask('')) {
    yield* ops.sendBytes(handle, line + (telnet ? '\r\n' : '\n'));
    for (let patienceMs = ANSWER_MS; ; patienceMs = QUIET_MS) {
      const got = yield* ops.receiveBytes(handle, { timeoutMs: patienceMs });
      if ('timeout' in got) break;
      if (!('data' in got)) {
        if (telnet) yield* ops.print('Connection closed by foreign host.\n');
        return;
      }
      yield* ops.print(got.data);
    }
  }
}

function* talk(handle: Handle, stdin: string, patienceMs: number | undefined): Step<void> {
  if (stdin !== '') yield* ops.sendBytes(handle, stdin);
  for (;;) {
    const got = yield* ops.receiveBytes(handle, { timeoutMs: patienceMs });
    if (!('data' in got)) return;
    yield* ops.print(got.data);
  }
}
