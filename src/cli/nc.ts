/* nc -z host port: does somebody accept connections there? The connection is made in the world, so it
 * sees the same network as every other client. Only -z, -v and -w seconds are known. */

import * as ops from './ops.ts';
import { Interrupted } from './ops.ts';
import type { Program, ProgramMain } from './program.ts';

export const nc: ProgramMain = function* (argv): Program {
  let verbose = false;
  let timeoutMs: number | undefined;
  const words: string[] = [];
  for (let at = 1; at < argv.length; at++) {
    const word = argv[at] as string;
    if (word === '-w') timeoutMs = Number(argv[++at]) * 1000;
    else if (/^-[zvn]+$/.test(word)) verbose ||= word.includes('v');
    else if (word.startsWith('-')) return yield* usage();
    else words.push(word);
  }
  const [host, port] = words;
  if (words.length !== 2 || host === undefined || !/^\d{1,5}$/.test(port ?? '') || Number.isNaN(timeoutMs)) {
    return yield* usage();
  }
  try {
    const made = yield* ops.connect(host, Number(port), timeoutMs);
    if ('error' in made) {
      if (verbose) yield* ops.printError(`nc: connect to ${host} port ${port} (tcp) failed: ${made.error}\n`);
      return 1;
    }
    yield* ops.disconnect(made.handle);
    if (verbose) yield* ops.printError(`Connection to ${host} ${port} port [tcp/*] succeeded!\n`);
    return 0;
  } catch (error) {
    if (error instanceof Interrupted) return 130;
    throw error;
  }
};

function* usage(): Program {
  yield* ops.printError('usage: nc -z [-v] [-w seconds] host port\n');
  return 1;
}
