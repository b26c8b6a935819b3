/* The programs that a console knows without a shell. */

import { machinePrompt } from './machine-prompt.ts';
import { nc } from './nc.ts';
import { ping } from './ping.ts';
import type { Programs } from './program.ts';
import { redisBenchmark } from './redis-benchmark.ts';
import { redisCli } from './redis-cli.ts';
import { sleepProgram } from './sleep.ts';

export const cliPrograms: Programs = {
  'redis-cli': redisCli,
  'redis-benchmark': redisBenchmark,
  nc,
  ping,
  sleep: sleepProgram,
  sh: machinePrompt,
};
