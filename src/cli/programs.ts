/* The programs of a console. */

import { fetchedPrograms } from './fetched.ts';
import { machinePrompt } from './machine-prompt.ts';
import { printError } from './ops.ts';
import type { ProgramMain, Programs } from './program.ts';
import { redisCli } from './redis-cli.ts';
import { sleepProgram } from './sleep.ts';

/** Programs that only a shell runs. */
function ofShell(name: 'ask' | 'nc' | 'ping' | 'redisBenchmark'): ProgramMain {
  return function* (argv, env, state) {
    const fetched = fetchedPrograms();
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
  telnet: ofShell('nc'),
  ping: ofShell('ping'),
  sleep: sleepProgram,
  sh: machinePrompt,
};
