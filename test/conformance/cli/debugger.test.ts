/* The debugger of scripts in our redis-cli: what a terminal and a pipe show is what Debian's redis-cli showed
 * against a real server (transcripts/debugger.txt; test/bridge/transcripts.test.ts runs Debian's against ours). */

import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { loadLua } from '#node/lua.ts';
import { splitArgs } from '#base/split-args.ts';
import { outputLines, parseTranscript } from '../transcript.ts';
import { CliWorld } from './cli-world.ts';

const folder = new URL('../transcripts/', import.meta.url);
const transcript = parseTranscript(readFileSync(new URL('debugger.txt', folder), 'utf8'));
const files = Object.fromEntries(
  ['debugged.lua', 'debugger.txt'].map((name) => [
    `test/conformance/transcripts/${name}`,
    readFileSync(new URL(name, folder), 'utf8'),
  ]),
);

beforeAll(() => loadLua());

test.each([false, true])('the transcript, in a world that is cloned at every step: %s', (paranoid) => {
  const cli = new CliWorld({ ports: [7000], paranoid });
  for (const { kind, command, input, output } of transcript.steps) {
    const argv = splitArgs(command.replace(/ 2>.*/, '')) as string[];
    const typed = { type: input };
    const piped = { tty: false, stdin: input.map((line) => `${line}\n`).join('') };
    const result = cli.run(argv, { files, ...(kind === '%' ? typed : piped) });
    const { stdout, stderr, screen } = result;
    const shown = command.includes('>/dev/null') ? stderr : stdout + stderr;
    // The last prompt waits for more, and ends with the recording.
    const lines = outputLines(kind === '%' ? screen.replace(/\n[^\n]*> $/, '') : shown, transcript.masks);
    expect([command, ...lines]).toEqual([command, ...output]);
  }
});

test('an xterm gets colours, and nothing in a value steers it', () => {
  const cli = new CliWorld({ ports: [7000] });
  const script = 'local a = 1\nredis.call("set", "k", "v")\nredis.debug(a)\nreturn a';
  const { stdout } = cli.run(['redis-cli', '-p', '7000', '--ldb', '--eval', 'f.lua'], {
    files: { 'f.lua': script },
    stdin: 'b 3\nn\np a\nn\nn\ne error("\\27[2J", 0)\nc\n',
    tty: false,
    vars: { TERM: 'xterm' },
  });
  const lines = stdout.replaceAll('\x1b', '\\e').trimEnd().split('\n');
  expect(lines.slice(5)).toEqual([
    '\\e[0;37;49m* Stopped at 1, stop reason = step over\\e[0m',
    '\\e[0;33;49m-> 1   local a = 1\\e[0m',
    '\\e[0;37;49m   2   redis.call("set", "k", "v")\\e[0m',
    '\\e[1;37;49m  #3   redis.debug(a)\\e[0m',
    '\\e[0;37;49m   4   return a\\e[0m',
    '\\e[0;37;49m* Stopped at 2, stop reason = step over\\e[0m',
    '\\e[0;33;49m-> 2   redis.call("set", "k", "v")\\e[0m',
    '\\e[0;35;49m<value> 1\\e[0m',
    '\\e[0;32;49m<redis> set k v\\e[0m',
    '\\e[0;36;49m<reply> "+OK"\\e[0m',
    '\\e[0;37;49m* Stopped at 3, stop reason = break point\\e[0m',
    '\\e[0;33;49m->#3   redis.debug(a)\\e[0m',
    '\\e[1;37;49m<debug> line 3: 1\\e[0m',
    '\\e[0;37;49m* Stopped at 4, stop reason = step over\\e[0m',
    '\\e[0;33;49m-> 4   return a\\e[0m',
    '\\e[0;31;49m<error> ^[[2J\\e[0m',
    '',
    '(integer) 1',
    '',
    '(Lua debugging session ended -- dataset changes rolled back)',
  ]);
});
