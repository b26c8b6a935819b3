/* nc host port: sends what is piped in, and prints what comes back until the other side closes, or until nothing
 * comes for the seconds of -w; with -z it only looks whether somebody accepts the connection, and with -N or -q
 * it does not wait for more than the answer. The connection is made in the world, so it sees the same network
 * as every other client. */

import * as ops from './ops.ts';
import { Interrupted } from './ops.ts';
import type { Handle, Program, ProgramMain, Step } from './program.ts';

/** How long an answer may take when nobody wants to wait for more, ms. */
const ANSWER_MS = 1000;

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
  const [host, port] = wanted?.words ?? [];
  if (wanted === null || wanted.words.length !== 2 || host === undefined || !/^\d{1,5}$/.test(port ?? '')) {
    yield* ops.printError('usage: nc [-Nvz] [-q seconds] [-w seconds] host port\n');
    return 1;
  }
  const { verbose } = wanted;
  try {
    const made = yield* ops.connect(host, Number(port), wanted.timeoutMs);
    if ('error' in made) {
      if (verbose) yield* ops.printError(`nc: connect to ${host} port ${port} (tcp) failed: ${made.error}\n`);
      return 1;
    }
    if (verbose) yield* ops.printError(`Connection to ${host} ${port} port [tcp/*] succeeded!\n`);
    if (!wanted.onlyLook) yield* talk(made.handle, env.stdin ?? '', wanted.patienceMs);
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

function* talk(handle: Handle, stdin: string, patienceMs: number | undefined): Step<void> {
  if (stdin !== '') yield* ops.sendBytes(handle, stdin);
  for (;;) {
    const got = yield* ops.receiveBytes(handle, patienceMs);
    if (!('data' in got)) return;
    yield* ops.print(got.data);
  }
}
