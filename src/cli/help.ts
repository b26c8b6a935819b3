/* Help in redis-cli: the help command, hints behind the cursor, completion, --help (after
 * cliOutputHelp, hintsCallback and completionCallback). The layout is that of 7.0; the words are ours. */

import type { Bytes } from '#base/bytes.ts';
import { utf8Encode } from '#base/bytes.ts';
import { splitArgs } from '#base/split-args.ts';
import { commandWords } from '#redis/words.ts';
import { COMMAND_HELP } from './command-help.ts';
import type { HelpRow } from './command-help.ts';
import { helpText } from './words.ts';

export const VERSION_LINE = 'redis-cli 7.0.15\n';

const GROUPS: readonly string[] = [...new Set(COMMAND_HELP.map((row) => row[3]))].sort();

/** `help`, `help set`, `help @hash`. */
export function outputHelp(words: readonly Bytes[]): Bytes {
  const first = words[0];
  if (first === undefined) return utf8Encode(helpText('GENERAL_HELP'));
  const rows = first.startsWith('@')
    ? COMMAND_HELP.filter((row) => row[3] === first.slice(1).toLowerCase())
    : COMMAND_HELP.filter((row) => row[0].toLowerCase() === words.join(' ').toLowerCase());
  if (rows.length === 0) return '\r\n';
  return '\r\n' + rows.map((row) => formatEntry(row, !first.startsWith('@'))).join('\r\n') + '\r\n';
}

function formatEntry([name, args, since, group]: HelpRow, withGroup: boolean): Bytes {
  const summary = commandWords(name).join(' ');
  let out = `  \x1b[1m${name}\x1b[0m \x1b[90m${args}\x1b[0m\r\n`;
  out += `  \x1b[33msummary:\x1b[0m ${utf8Encode(summary)}\r\n`;
  out += `  \x1b[33msince:\x1b[0m ${since}\r\n`;
  if (withGroup) out += `  \x1b[33mgroup:\x1b[0m ${group}\r\n`;
  return out;
}

/** What can follow `line`, as whole lines (Tab). */
export function completionsOf(line: string): string[] {
  const help = /^help /i.exec(line);
  const from = help === null ? 0 : help[0].length;
  const typed = line.slice(from).toLowerCase();
  if (typed === '' && help === null) return [];
  const topics = [
    ...COMMAND_HELP.map((row) => row[0]),
    ...(help === null ? [] : GROUPS.map((name) => '@' + name)),
  ];
  return topics
    .filter((topic) => topic.toLowerCase().startsWith(typed))
    .map((topic) => line.slice(0, from) + topic);
}

/** The arguments not yet typed, to show in grey after the line; empty when there is no advice. */
export function hintOf(line: string): string {
  const words = splitArgs(line) ?? [];
  const endSpace = /[ \t]$/.test(line);
  if (words.length === 0) return '';
  const row = longestMatch(words);
  if (row === null) return '';
  let rest = row[1];
  for (let left = words.length - row[0].split(' ').length; left > 0 && rest !== '';) {
    // An optional part may have been left out, so from there on everything stays.
    if (rest.startsWith('[')) break;
    if (rest.startsWith(' ')) left--;
    rest = rest.slice(1);
  }
  return endSpace ? rest : ' ' + rest;
}

function longestMatch(words: readonly string[]): HelpRow | null {
  const two = `${words[0]} ${words[1] ?? ''}`.toUpperCase();
  const one = (words[0] ?? '').toUpperCase();
  return COMMAND_HELP.find((row) => row[0] === two) ?? COMMAND_HELP.find((row) => row[0] === one) ?? null;
}

/** --help */
export function usage(): Bytes {
  return utf8Encode(helpText('USAGE'));
}
