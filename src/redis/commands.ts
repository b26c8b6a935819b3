/* The command table joined to the functions that run the commands.
 *
 * Each module contributes its procs; a name that the table does not know is a mistake in the program.
 * A command of the table that nobody contributes answers honestly that it is not available here. */

import type { CommandProcs } from './command.ts';
import { type Command, readCommandTable } from './command-table.ts';
import { InvariantError } from '#base/assert.ts';
import { configCommands } from './config-commands.ts';
import { slowlogCommands } from './slowlog.ts';
import { multiCommands } from './multi.ts';
import { stringCommands } from './t-string.ts';

const MODULES: readonly CommandProcs[] = [multiCommands, configCommands, slowlogCommands, stringCommands];

/** All top-level commands by lower-case name. */
export const commandTable: ReadonlyMap<string, Command> = joinTable();

function joinTable(): Map<string, Command> {
  const table = readCommandTable();
  for (const procs of MODULES) {
    for (const [name, proc] of Object.entries(procs)) {
      const [top, sub] = name.split('|') as [string, string | undefined];
      const command = sub === undefined ? table.get(top) : table.get(top)?.subcommands?.get(sub);
      if (command === undefined) throw new InvariantError(`no row in the command table for ${name}`);
      command.proc = proc;
    }
  }
  return table;
}

/** The command that `argv` names, a subcommand where there are such; null when there is none. */
export function lookupCommand(argv: readonly string[]): Command | null {
  const name = argv[0] as string;
  const command = commandTable.get(name) ?? commandTable.get(name.toLowerCase());
  if (command === undefined) return null;
  if (command.subcommands === null || argv.length === 1) return command;
  return command.subcommands.get((argv[1] as string).toLowerCase()) ?? null;
}
