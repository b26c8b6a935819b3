/* What Tab offers at the prompt of a shell: commands, files, variables, and after the world's own commands
 * what is there in the world (ports, process ids, units).
 *
 * A candidate is a whole line. As in bash, what all candidates have in common is typed first, and only when
 * nothing more is certain do they come one after the other. */

import type { ShellServer } from './world.ts';

/** Where completion looks. */
export interface CompletionPlaces {
  cwd: string;
  /** Names that may stand first in a command. */
  commands(): readonly string[];
  variables(): readonly string[];
  /** Names in a folder, folders with a slash behind them; none when there is no such folder. */
  list(folder: string): Promise<readonly string[]>;
  servers(): Promise<readonly ShellServer[]>;
  /** What redis-cli would complete at its own prompt. */
  redisCommands(line: string): Promise<readonly string[]>;
}

const MANAGER_COMMANDS =
  'create check info fix reshard rebalance add-node del-node call set-timeout import backup help'.split(' ');
const CLI_OPTIONS =
  '-h -p -a -n -r -i -c -x -X -e -u -2 -3 --user --pass --raw --no-raw --csv --json --scan --pattern --bigkeys --memkeys --hotkeys --stat --latency --latency-history --latency-dist --pipe --rdb --eval --cluster --cluster-replicas --cluster-from --cluster-to --cluster-slots --cluster-yes --cluster-slave --cluster-master-id --cluster-use-empty-masters --cluster-weight --cluster-simulate --cluster-threshold'.split(
    ' ',
  );
const SIGNALS = ['-TERM', '-KILL', '-STOP', '-CONT'];
const UNIT_VERBS = ['start', 'stop', 'restart', 'status', 'is-active'];
/** Words after which a command begins again. */
const PREFIXES: readonly string[] = 'if then else elif while until do time ! { sudo watch xargs exec'.split(
  ' ',
);

/** The lines that `line` may become. */
export async function completions(line: string, places: CompletionPlaces): Promise<string[]> {
  const { before, word, words } = lastCommand(line);
  const found = await wordsFor(word, words, places);
  const fitting = [...new Set(found)].filter((one) => one.startsWith(word) && one !== word).sort();
  const [only] = fitting;
  if (only === undefined) return [];
  if (fitting.length === 1) return [before + only + (/[/=:]$/.test(only) ? '' : ' ')];
  const common = commonStart(fitting);
  return common.length > word.length ? [before + common] : fitting.map((one) => before + one);
}

/** The word at the end of a line, all before it, and the words of its command that stand before it. */
function lastCommand(line: string): { before: string; word: string; words: string[] } {
  const word = /(?:[^\s|;&()<>'"\\]|\\.)*$/.exec(line)?.[0] ?? '';
  const before = line.slice(0, line.length - word.length);
  const command = before.split(/\|\||&&|[|;&()]|<\(|\$\(/).at(-1) ?? '';
  const words = command.split(/\s+/).filter((one) => one !== '');
  while (words[0] !== undefined && (PREFIXES.includes(words[0]) || /^\w+=/.test(words[0]))) words.shift();
  return { before, word, words };
}

function wordsFor(
  word: string,
  words: readonly string[],
  places: CompletionPlaces,
): Promise<readonly string[]> {
  if (word.startsWith('$')) return Promise.resolve(places.variables().map((name) => `$${name}`));
  const [name] = words;
  const isFile = word.includes('/') || /[<>]$/.test(words.at(-1) ?? '');
  if (isFile) return files(word, places);
  if (name === undefined) return Promise.resolve(places.commands());
  if (name === 'redis-cli') return afterRedisCli(word, words, places);
  if (name === 'kill') return afterKill(word, places);
  if (name === 'systemctl') return afterSystemctl(words, places);
  return files(word, places);
}

async function afterRedisCli(
  word: string,
  words: readonly string[],
  places: CompletionPlaces,
): Promise<readonly string[]> {
  const last = words.at(-1);
  const servers = await places.servers();
  if (word.startsWith('-')) return CLI_OPTIONS;
  if (last === '-p') return servers.map(({ port }) => String(port));
  if (last === '-h') return ['127.0.0.1'];
  if (last === '--cluster') return MANAGER_COMMANDS;
  if (words.includes('--cluster')) return servers.map(({ port }) => `127.0.0.1:${port}`);
  const commandAt = words.findIndex(
    (one, at) => at > 0 && !one.startsWith('-') && !/^-[hpanriXuU]$/.test(words[at - 1] ?? ''),
  );
  const typed = commandAt < 0 ? [] : words.slice(commandAt);
  const start = [...typed, ''].join(' ');
  if (typed.length === 0 && word === '') return [];
  const lines = await places.redisCommands(start + word);
  const rests = lines.map((line) => line.slice(start.length).split(' ')[0] ?? '');
  return word === word.toLowerCase() ? rests.map((rest) => rest.toLowerCase()) : rests;
}

async function afterKill(word: string, places: CompletionPlaces): Promise<readonly string[]> {
  if (word.startsWith('-')) return SIGNALS;
  const running = (await places.servers()).filter(({ state }) => state !== 'down');
  return running.map(({ pid }) => String(pid));
}

async function afterSystemctl(
  words: readonly string[],
  places: CompletionPlaces,
): Promise<readonly string[]> {
  if (words.length === 1) return UNIT_VERBS;
  return (await places.servers()).map(({ port }) => `redis-server@${port}`);
}

async function files(word: string, { cwd, list }: CompletionPlaces): Promise<readonly string[]> {
  const folder = word.slice(0, word.lastIndexOf('/') + 1);
  const home = folder.replace(/^~\//, '/root/');
  const names = await list(home.startsWith('/') ? home : `${cwd}/${home}`);
  const hidden = word.slice(folder.length).startsWith('.');
  return names.filter((name) => hidden || !name.startsWith('.')).map((name) => folder + escaped(name));
}

/** A name as one word of shell. */
function escaped(name: string): string {
  return name.replace(/[\s'"\\$&|;<>()*?[\]{}!`]/g, String.raw`\$&`);
}

function commonStart(words: readonly string[]): string {
  const [first = ''] = words;
  let length = first.length;
  for (const word of words) while (!word.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length);
}
