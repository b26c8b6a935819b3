/* Help in redis-cli: the help command, hints behind the cursor, completion, --help (after
 * cliOutputHelp, hintsCallback and completionCallback). The layout is that of 7.0; the words are ours. */

import type { Bytes } from '#base/bytes.ts';
import { utf8Encode } from '#base/bytes.ts';
import { splitArgs } from '#base/split-args.ts';
import { commandWords } from '#redis/words.ts';
import { COMMAND_HELP } from './command-help.ts';
import type { HelpRow } from './command-help.ts';

export const VERSION_LINE = 'redis-cli 7.0.15\n';

const GROUPS: readonly string[] = [...new Set(COMMAND_HELP.map((row) => row[3]))].sort();

/** `help`, `help set`, `help @hash`. */
export function outputHelp(words: readonly Bytes[]): Bytes {
  const first = words[0];
  if (first === undefined) return GENERAL_HELP;
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

const GENERAL_HELP = utf8Encode(`redis-cli 7.0.15
Ask about Redis commands:
      "help @<group>"   lists the commands of a group, e.g. help @string
      "help <command>"  explains one command, e.g. help set
      "help <tab>"      walks through everything there is help for
      "quit"            leaves

Preferences:
      ":set hints"      shows arguments behind the cursor while you type
      ":set nohints"    does not
`);

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
  return utf8Encode(USAGE);
}

const USAGE = `redis-cli 7.0.15

Usage: redis-cli [OPTIONS] [cmd [arg [arg ...]]]
Without a command, redis-cli opens a prompt.

Connection
  -h <host>            Server to connect to (127.0.0.1).
  -p <port>            Its port (6379).
  -u <uri>             All in one: redis://user:password@host:port/database
  -a, --pass <secret>  Password; the variable REDISCLI_AUTH does the same without showing it.
  --user <name>        User of the access control list, together with -a.
  --askpass            Ask for the password.
  --no-auth-warning    Do not warn that a password on the command line is visible.
  -n <db>              Database number.
  -2, -3               Speak RESP2 or RESP3.
  -c                   Cluster mode: follow MOVED and ASK.

Commands
  -r <n>               Run the command n times (-1: for ever).
  -i <seconds>         Wait that long between runs, e.g. 0.1; also paces --scan, --stat and key sampling.
  -x                   Take the last argument from standard input.
  -X <tag>             Take the argument that equals <tag> from standard input.
  --eval <file>        Run a Lua script: --eval script.lua key1 key2 , arg1 arg2
  --quoted-input       Arguments are written as quoted strings ("\\x00").
  -e                   Exit with an error code when the command fails.

Output
  --raw, --no-raw      Replies as they are, or formatted for people (the default on a terminal).
  --csv, --json        Replies as CSV or JSON; --quoted-json keeps JSON in ASCII.
  -d <text>, -D <text> Delimiter between elements, and between replies, in raw form.
  --show-pushes <yn>   Print RESP3 pushes (yes on a terminal).

Looking at a server
  --stat               One line of statistics per second.
  --latency            Round-trip times; --latency-history in rows of 15 s; --latency-dist as a spectrum.
  --intrinsic-latency <s>  How long this machine itself stops.
  --scan               All keys, with SCAN; --pattern <glob>, --quoted-pattern <text>.
  --bigkeys            Sample for keys with many elements.
  --memkeys            Sample for keys that take much memory; --memkeys-samples <n>.
  --hotkeys            Sample for keys often used (needs an LFU policy).
  --lru-test <keys>    A cache workload where 20% of the keys get 80% of the requests.
  --replica            Follow the server's replication stream.
  --rdb <file>         Fetch a snapshot; --functions-rdb <file> only its functions.
  --pipe               Send raw protocol from standard input; --pipe-timeout <s>.

Cluster
  --cluster <command> [args...] [opts...]   See redis-cli --cluster help.

Other
  --verbose  --help  --version
`;
