/* `npm run sim`, as somebody types it. */

import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { run, stopAll } from './processes.ts';

afterAll(stopAll);

const program = join(import.meta.dirname, '..', '..', 'src', 'node', 'headless.ts');

async function sim(...options: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return await run(process.execPath, ['--import', 'tsx', program, ...options]);
}

interface Report {
  hash: string;
  packets: number;
  commands: number;
  halted: unknown;
  servers: { name: string; role: string; state: string; clusterState: string; currentEpoch: number }[];
}

async function report(...options: string[]): Promise<Report> {
  const { code, stdout, stderr } = await sim('--json', ...options);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Report;
}

test('six servers gossip for a minute, and all is well', async () => {
  const { servers, packets, halted } = await report('--seed', '7', '--nodes', '6', '--for', '60s');
  expect(halted).toBeNull();
  expect(servers.map(({ name, role, clusterState }) => `${name} ${role} ${clusterState}`)).toEqual([
    ...['7000', '7001', '7002'].map((name) => `${name} master ok`),
    ...['7003', '7004', '7005'].map((name) => `${name} replica ok`),
  ]);
  // Real servers of that number send 12 bus packets a second at a timeout of 15 s, more at 5 s.
  expect(packets).toBeGreaterThan(600);
  expect(packets).toBeLessThan(6000);
});

test('one seed gives one hash, with records or bytes, whole or in parts; another seed another', async () => {
  const story = [
    '--for',
    '30s',
    '--node-timeout',
    '2000',
    '--fault',
    '3s:kill:7002',
    '--fault',
    '20s:restart:7002',
  ];
  const { hash } = await report('--seed', '7', ...story);
  expect((await report('--seed', '7', ...story)).hash).toBe(hash);
  expect((await report('--seed', '7', '--bytes', ...story)).hash).toBe(hash);
  expect((await report('--seed', '7', '--parts', '3', ...story)).hash).toBe(hash);
  expect((await report('--seed', '8', ...story)).hash).not.toBe(hash);
});

test('a killed master is replaced by its replica', async () => {
  const { servers } = await report('--for', '30s', '--fault', '1s:kill:7001');
  expect(servers.find(({ name }) => name === '7001')?.state).toBe('down');
  expect(servers.find(({ name }) => name === '7004')?.role).toBe('master');
});

test('people get words', async () => {
  const { code, stdout } = await sim('--for', '5s', '--standalone', '--nodes', '2');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^virtual time .*\n.*\npackets {8}\d+\ncommands {7}\d+\n/);
  expect(stdout).toMatch(/\nhash {11}[0-9a-f]{16}\n$/);
});

test('a swarm of random worlds keeps the rules', async () => {
  const { code, stdout } = await sim('--swarm', '2', '--seed', '5');
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(/^2 worlds from seed 5: 0 broke a rule; \d+ promotions in \d+ virtual/),
  ]);
  const powerless = await sim('--swarm', '1', '--seed', '401', '--power');
  expect([powerless.code, powerless.stdout]).toEqual([0, expect.stringContaining('0 broke a rule')]);
});

test.each([
  [['--for', 'soon'], '--for must be a time such as 500ms, 60s or 2m, not "soon".'],
  [['--nodes', '7'], '7 servers cannot be shared out to masters with 1 replicas each.'],
  [['--fault', 'kill it'], 'A fault looks like 5s:kill:7002, not "kill it".'],
  [['--fault', '90s:kill:7000', '--for', '1s'], 'A fault at 90000 ms comes after the end.'],
  [['--swarm', 'many'], '--swarm must be a whole number from 1 to 9007199254740991, not "many".'],
])('%j is refused in a sentence', async (options, message) => {
  const { code, stderr } = await sim(...options);
  expect([code, stderr.split('\n')[0]]).toEqual([1, message]);
});
