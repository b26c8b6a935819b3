/* Help in redis-cli: the help command, hints behind the cursor, completion, --help (after
 * cliOutputHelp, hintsCallback and completionCallback). The layout is that of 7.0; the words are ours. */

import type { Bytes } from '#base/bytes.ts';
import { utf8Encode } from '#base/bytes.ts';
import { splitArgs } from '#base/split-args.ts';
import type { Command } from '#redis/command-table.ts';
import { commandTable } from '#redis/commands.ts';
import { commandSince, commandSynopsis, commandWords } from '#redis/words.ts';
import { helpText } from './words.ts';

export const VERSION_LINE = 'redis-cli 7.0.15\n';

/** A command that can be asked about. */
interface Topic {
  /** Subcommands stand as "CONFIG GET". */
  readonly name: string;
  readonly command: Command;
}

/** All commands and subcommands, in the order of the table. */
function topics(): Topic[] {
  return [...commandTable().values()]
    .flatMap((command) => [command, ...(command.subcommands?.values() ?? [])])
    .map((command) => ({ name: command.fullName.toUpperCase().replace('|', ' '), command }));
}

/** `help`, `help set`, `help @hash`. */
export function outputHelp(words: readonly Bytes[]): Bytes {
  const first = words[0];
  if (first === undefined) return utf8Encode(helpText('GENERAL_HELP'));
  const found = first.startsWith('@')
    ? topics().filter(({ command }) => command.group === first.slice(1).toLowerCase())
    : topics().filter(({ name }) => name === words.join(' ').toUpperCase());
  if (found.length === 0) return '\r\n';
  return '\r\n' + found.map((topic) => formatEntry(topic, !first.startsWith('@'))).join('\r\n') + '\r\n';
}

function formatEntry({ name, command }: Topic, withGroup: boolean): Bytes {
  const summary = commandWords(name).join(' ');
  let out = `  \x1b[1m${name}\x1b[0m \x1b[90m${commandSynopsis(command)}\x1b[0m\r\n`;
  out += `  \x1b[33msummary:\x1b[0m ${utf8Encode(summary)}\r\n`;
  out += `  \x1b[33msince:\x1b[0m ${commandSince(command)}\r\n`;
  if (withGroup) out += `  \x1b[33mgroup:\x1b[0m ${command.group}\r\n`;
  return out;
}

/** What can follow `line`, as whole lines (Tab). */
export function completionsOf(line: string): string[] {
  const help = /^help +/i.exec(line);
  const from = help === null ? 0 : help[0].length;
  const typed = line.slice(from).toLowerCase();
  if (typed === '' && help === null) return [];
  const all = topics();
  const groups = help === null ? [] : all.map(({ command }) => `@${command.group}`);
  return [...all.map(({ name }) => name), ...new Set(groups.sort())]
    .filter((topic) => topic.toLowerCase().startsWith(typed))
    .map((topic) => line.slice(0, from) + topic);
}

/** The arguments not yet typed, to show in grey after the line; empty when there is no advice, or the texts
 *  about the commands have not been fetched. */
export function hintOf(line: string): string {
  const words = splitArgs(line) ?? [];
  const endSpace = /[ \t]$/.test(line);
  if (words.length === 0) return '';
  const topic = longestMatch(words);
  if (topic === null) return '';
  let rest = commandSynopsis(topic.command);
  for (let left = words.length - topic.name.split(' ').length; left > 0 && rest !== '';) {
    // An optional part may have been left out, so from there on everything stays.
    if (rest.startsWith('[')) break;
    if (rest.startsWith(' ')) left--;
    rest = rest.slice(1);
  }
  return endSpace ? rest : ' ' + rest;
}

function longestMatch(words: readonly string[]): Topic | null {
  const two = `${words[0]} ${words[1] ?? ''}`.toUpperCase();
  const one = (words[0] ?? '').toUpperCase();
  const all = topics();
  return all.find(({ name }) => name === two) ?? all.find(({ name }) => name === one) ?? null;
}

/** --help */
export function usage(): Bytes {
  return utf8Encode(helpText('USAGE'));
}
