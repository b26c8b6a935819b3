/* What redis-cli and the HELP subcommands of a server say of themselves, as recorded. */

import { beforeAll, expect, test } from 'vitest';
import { loadHelpWords } from '#cli/words.ts';
import { loadPieces } from '#node/pieces.ts';

import { CliWorld } from './cli-world.ts';
import { golden, goldenErrors } from './golden.ts';

const CONTAINERS = [
  ...['acl', 'client', 'command', 'config', 'function', 'latency', 'memory', 'module', 'object'],
  ...['pubsub', 'script', 'slowlog', 'xgroup', 'xinfo'],
];

let world: CliWorld;
beforeAll(async () => {
  await Promise.all([loadPieces(), loadHelpWords()]);
  world = new CliWorld({ ports: [7000], cluster: true, config: { 'enable-debug-command': 'yes' } });
});

const run = (...words: string[]): ReturnType<CliWorld['run']> =>
  world.run(['redis-cli', ...words], { tty: false, stdin: '' });

test.for(CONTAINERS)('%s HELP', (name) => {
  const { stdout } = run('-p', '7000', '--no-raw', name.toUpperCase(), 'HELP');
  expect(stdout).toBe(golden(`38-help-${name}.txt`));
});

test('CLUSTER HELP', () => {
  expect(run('-p', '7000', '--no-raw', 'CLUSTER', 'HELP').stdout).toBe(golden('111-cluster-help.txt'));
});

test.for([
  ['00-help.txt', '--help'],
  ['00-cluster-help.txt', '--cluster', 'help'],
  ['100-help.txt', '--cluster', 'help'],
  ['100-no-subcommand.txt', '--cluster'],
] as const)('%s', ([name, ...words]) => {
  const { stdout, stderr } = run(...words);
  expect([stdout, stderr]).toEqual([golden(name), goldenErrors(name)]);
});
