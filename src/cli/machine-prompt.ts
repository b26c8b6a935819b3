/* The prompt of the machine on which redis-cli runs: what is left when redis-cli ends, and what a
 * console shows until the shell is loaded. It runs the few programs it knows, with quoting but
 * without any of a shell's language. */

import type { Bytes } from '#base/bytes.ts';
import { splitArgs } from '#base/split-args.ts';
import * as ops from './ops.ts';
import { Exit, Interrupted } from './ops.ts';
import type { Program, ProgramEnv, ProgramMain, Programs, Step } from './program.ts';
import { redisCli } from './redis-cli.ts';
import { sleepProgram } from './sleep.ts';

const PROGRAMS: Programs = { 'redis-cli': redisCli, sleep: sleepProgram };

export const machinePrompt: ProgramMain = function* (_argv, env, state): Program {
  const resumed = state as { line: Bytes[]; inner: unknown } | null | undefined;
  if (resumed) yield* runLine(resumed.line, env, resumed.inner);
  for (;;) {
    yield* ops.checkpoint(null);
    let line: Bytes | null;
    try {
      line = yield* ops.ask('$ ');
    } catch (error) {
      if (error instanceof Interrupted) continue;
      throw error;
    }
    if (line === null) return 0;
    const words = splitArgs(line);
    if (words === null) yield* ops.print('unbalanced quotes\n');
    else if (words[0] === 'exit') return 0;
    else if (words.length > 0) yield* runLine(words, env, undefined);
  }
};

function* runLine(words: Bytes[], env: ProgramEnv, state: unknown): Step<void> {
  if (words[0] === 'clear') {
    yield* ops.printControl('\x1b[H\x1b[2J');
    return;
  }
  const main = PROGRAMS[words[0] ?? ''];
  if (main === undefined) {
    yield* ops.print(`${words[0]}: command not found\n`);
    return;
  }
  const run = main(words, env, state);
  try {
    // A checkpoint of the inner program is one of this prompt too.
    let step = run.next(null);
    while (!step.done) {
      const op = step.value;
      const answer = yield op.op === 'checkpoint'
        ? { op: 'checkpoint', state: { line: words, inner: op.state } }
        : op;
      step = run.next(answer);
    }
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
  }
}
