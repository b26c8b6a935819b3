/* The commands of scripts and functions, for the table of commands. */

import type { CommandProcs } from '#redis/command.ts';
import { evalCommands } from './eval.ts';
import { functionCommands } from './function-commands.ts';

/** The procs of both modules. A function, since modules import each other and are complete only later. */
export const scriptingCommands = (): CommandProcs[] => [evalCommands, functionCommands];
