/* The HELP subcommands. */

import type { CommandProc } from './command.ts';
import type { Command } from './command-table.ts';
import { Status } from './reply.ts';
import { helpReply } from './words.ts';

/** A line for each form of a subcommand, and indented ones for what it does. Nothing but the subcommands' names
 *  while the texts have not been fetched. */
export const help: CommandProc = (client) => {
  const { name, subcommands } = (client.cmd as Command).parent as Command;
  const names = [...(subcommands as Map<string, Command>).keys()].filter((one) => one !== 'help');
  const lines = helpReply(name) ?? names.sort().map((one) => one.toUpperCase());
  const first = `${name.toUpperCase()} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`;
  return [first, ...lines, 'HELP', '    Prints this help.'].map((line) => new Status(line));
};
