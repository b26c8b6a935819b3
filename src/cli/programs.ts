/* The programs that a console knows without a shell. */

import { machinePrompt } from './machine-prompt.ts';
import type { Programs } from './program.ts';
import { redisCli } from './redis-cli.ts';

export const cliPrograms: Programs = { 'redis-cli': redisCli, sh: machinePrompt };
