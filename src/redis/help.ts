/* The replies of the HELP subcommands: form as in Redis, words our own. */

import { Status, type Reply } from './reply.ts';

/** One line for each subcommand and one, indented, for what it does. */
export function helpReply(
  command: string,
  lines: readonly (readonly [usage: string, does: string])[],
): Reply {
  const out = [`${command} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`];
  for (const [usage, does] of [...lines, ['HELP', 'This text.'] as const]) out.push(usage, `    ${does}`);
  return out.map((line) => new Status(line));
}
