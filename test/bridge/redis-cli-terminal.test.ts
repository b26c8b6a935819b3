/* redis-cli at a terminal: the same lines are typed to Debian's and to ours, on one server each time. Prompts,
 * redirects and answers must look the same, whatever the options are. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { runOurs } from '#test/conformance/cli/real-console.ts';
import { runSteps } from '#test/conformance/run-transcript.ts';
import { outputLines } from '#test/conformance/transcript.ts';
import { startBridge, startRealServer, stopAll } from './processes.ts';

/** Ports, by the letter that stands for one in a story: a lone server, one with a password, three of a cluster. */
const ports: Record<string, number> = {};

beforeAll(async () => {
  ports.L = (await startRealServer({ 'enable-debug-command': 'yes' })).port;
  ports.W = (await startRealServer({ requirepass: 's3cret' })).port;
  const { port } = await startBridge('--nodes', '3', '--replicas', '0');
  for (const [at, letter] of ['A', 'B', 'C'].entries()) ports[letter] = port + at;
});
afterAll(stopAll);

const REPLIES =
  String.raw`set a "x\ny"; get a; get none; hset h f 1 g 2; hgetall h; config get maxmemory; foo; ` +
  String.raw`rpush l 1 "\xff"; lrange l 0 -1; zadd z 1.5 m; zrange z 0 -1 withscores; smembers none; ` +
  'multi; get a; incr a; exec; eval "return {1,{2,{}},false}" 0; client list x; 2 ping';

/** Options, and what is typed. */
const STORIES: readonly (readonly [words: string, lines: string])[] = [
  ['-c -p $A', 'set foo bar; get foo; get hello; multi; get foo; get hello; exec; mget foo hello'],
  [
    '-c -p $A',
    'set foo 1; connect 127.0.0.1 $A; multi; get hello; exec; subscribe; spublish foo x; select 1; connect 127.0.0.1 $A; del foo',
  ],
  ['-c -p $A', 'connect localhost $B; get foo; connect 127.0.0.1; connect 127.0.0.1 1; get foo; connect'],
  ['-c -p $A', 'connect nowhere 1; ping; connect 127.0.0.1 $Cx; ping'],
  ['-p $A', 'get foo; cluster info x; multi; get foo; exec; eval "return 1" 1 foo'],
  ['-p $L -n 3', 'set a 1; get a; select 0; get a; select 99; multi; select 4; set a 1; exec; reset; get a'],
  ['-p $L -n 3', 'dbsize; connect 127.0.0.1 $L; dbsize; multi; connect localhost $L; exec'],
  ['-p $L -n 99', 'get a; select 1; get a'],
  ['-p $L --json', REPLIES],
  ['-p $L --raw', REPLIES],
  ['-p $L --csv', REPLIES],
  ['-p $L -3', `${REPLIES}; reset; hgetall h; zrange z 0 -1 withscores`],
  ['-p $L -3', 'set h 1; client tracking on; get h; del h; get h'],
  ['-p $L -3 --show-pushes no', 'client tracking on; get a; set a 2; get a'],
  ['-p $L -r 2', 'ping'],
  ['-u redis://127.0.0.1:$L/4', 'dbsize'],
  ['-p $W', 'ping; auth wrong; auth s3cret; ping; auth nobody x; auth; connect 127.0.0.1 $W; ping'],
  ['-p $W -a wrong', 'ping; auth s3cret; ping'],
  ['-p $W --user nobody --pass pw', 'ping'],
  ['-p 1', 'help x; :set x; :set nohints; get a; 2 help x; connect 127.0.0.1 $L; 0 ping; 1; restart'],
  ['-p $L', 'client kill type normal skipme no; ping; ping; debug error "a b"; "get"a; get "'],
  ['-c -p $L', 'debug error "MOVED 1 127.0.0.1:1"; ping; connect 127.0.0.1 $L; ping'],
  ['-c -p $L', 'debug error "MOVED 5 :$L"; ping; connect localhost $L; ping'],
];

/** $A is the port of A. */
function filled(text: string): string {
  return text.replace(/\$([LWABC])/g, (_, letter: string) => String(ports[letter]));
}

test.each(STORIES)('redis-cli %s', async (words, lines) => {
  const command = `redis-cli ${filled(words)}`;
  const input = filled(lines).split('; ');
  const fresh = { kind: '$' as const, command: `redis-cli -p ${ports.L} flushall`, input: [], output: [] };
  const step = { kind: '%' as const, command, input, output: [] };
  const setup = { head: [], servers: [], cluster: null, masks: [] };
  const [, theirs] = await runSteps({ ...setup, steps: [fresh, step, fresh] }, 0);
  const { screen } = await runOurs(command.split(' '), { type: input });
  expect(outputLines(screen.replace(/\n[^\n]*> $/, ''), [])).toEqual(theirs);
});
