/* The programs that a console knows without a shell, and where those of the shell are found once they have been
 * fetched. */

import { machinePrompt } from './machine-prompt.ts';
import { printError } from './ops.ts';
import type { ProgramMain, Programs } from './program.ts';
import { redisCli } from './redis-cli.ts';
import type * as shellPrograms from './shell-programs.ts';
import { sleepProgram } from './sleep.ts';

/** Code that many worlds share, not state; written once. */
let fetched: typeof shellPrograms | null = null;

export async function loadShellPrograms(): Promise<void> {
  fetched ??= await import('./shell-programs.ts');
}

function ofShell(name: keyof typeof shellPrograms): ProgramMain {
  return function* (argv, env, state) {
    if (fetched !== null) return yield* fetched[name](argv, env, state);
    yield* printError(`${argv[0]}: command not found\n`);
    return 127;
  };
}

export const cliPrograms: Programs = {
  'redis-cli': redisCli,
  'redis-benchmark': ofShell('redisBenchmark'),
  ask: ofShell('ask'),
  nc: ofShell('nc'),
  ping: ofShell('ping'),
  sleep: sleepProgram,
  sh: machinePrompt,
};
