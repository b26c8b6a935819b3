/* The command line and the pipe of redis-cli: the same words and the same input are given to Debian's
 * redis-cli and to ours, against one real server. Both must print the same to either output and end with the
 * same code. Odd and wrong options are most of it. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runOurs } from '#test/conformance/cli/real-console.ts';
import { freePorts, redisCli, scratchFolder, startRealServer, stopAll } from './processes.ts';

let port: number;
let locked: number;
let folder: string;

beforeAll(async () => {
  port = await freePorts(2);
  locked = port + 1;
  await startRealServer({ port: String(port), 'enable-debug-command': 'yes' });
  await startRealServer({ port: String(locked), requirepass: 'pw' });
  folder = scratchFolder();
  for (const [name, text] of Object.entries(SCRIPTS)) writeFileSync(join(folder, name), text);
});
afterAll(stopAll);

const SCRIPTS: Readonly<Record<string, string>> = {
  'one.lua': 'return {KEYS, ARGV}',
  'bad.lua': 'return {',
  'err.lua': 'return redis.error_reply("MY error")',
};

const LINES = readFileSync(join(import.meta.dirname, 'redis-cli-options.txt'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

/** The variables and words of a line, and what is piped in. */
function parts(line: string): { vars: Record<string, string>; words: string[]; input: string } {
  const moved = line.replaceAll('PORT', String(port)).replaceAll('LOCKED', String(locked));
  const [left = '', input = ''] = moved.split(/ \| ?/);
  const all = left.split(' ');
  const first = all.findIndex((word) => !/^[A-Z_]+=/.test(word));
  return {
    vars: Object.fromEntries(all.slice(0, first).map((pair) => pair.split('=', 2) as [string, string])),
    words: all.slice(first).map((word) => (word === 'EMPTY' ? '' : word.replaceAll(String.raw`\s`, ' '))),
    input: input
      .replaceAll(String.raw`\r`, '\r')
      .replaceAll(String.raw`\0`, '\0')
      .replace(/\\n(?!")/g, '\n'),
  };
}

test.each(LINES)('redis-cli %s', async (line) => {
  const { vars, words, input } = parts(line);
  await redisCli(['-p', port, 'FLUSHALL']);
  const theirs = await redisCli(words, input, { cwd: folder, vars });
  await redisCli(['-p', port, 'FLUSHALL']);
  const ours = await runOurs(['redis-cli', ...words], { tty: false, stdin: input, vars, files: SCRIPTS });
  expect([ours.stdout, ours.stderr, ours.exitCode]).toEqual([theirs.stdout, theirs.stderr, theirs.code]);
});
