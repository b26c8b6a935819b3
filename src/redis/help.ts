/* The HELP subcommands: form as in Redis, words our own, in both languages. */

import type { CommandProc } from './command.ts';
import type { Command } from './command-table.ts';
import { Status } from './reply.ts';
import { subcommandHelp } from './words.ts';

/** One line for each subcommand with its arguments, and one, indented, for what it does. Nothing but the
 *  subcommands' names while the texts have not been fetched. */
export const help: CommandProc = (client) => {
  const { name, subcommands } = (client.cmd as Command).parent as Command;
  const lines = [`${name.toUpperCase()} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`];
  const sorted = [...(subcommands as Map<string, Command>).values()].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  for (const command of sorted) lines.push(...subcommandHelp(command));
  return lines.map((line) => new Status(line));
};
