/* One cluster of three real redis-servers and three simulated ones. Each shard has its master on one side
 * and its replica on the other, so that gossip, replication, votes and migration all cross the border. */

import { Cluster } from 'ioredis';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { formCluster } from '#node/form-cluster.ts';
import { redisCli, startBridge, startRealServer, stopAll, type Running } from './processes.ts';

const keys = Array.from({ length: 1000 }, (_, at) => `key:${at}`);

let real: Running[];
let simulated: Running[];
/** Masters: real, simulated, real. Replicas in the same order: simulated, real, simulated. */
let ports: number[];
let ids: Map<number, string>;

beforeAll(async () => {
  const config = { 'cluster-enabled': 'yes', 'cluster-node-timeout': '3000' };
  real = [];
  simulated = [];
  for (let at = 0; at < 3; at++) {
    real.push(await startRealServer(config));
    simulated.push(
      await startBridge('--nodes', '1', '--empty', '--node-timeout', '3000', '--seed', String(at)),
    );
  }
  const port = (side: Running[], at: number): number => (side[at] as Running).port;
  ports = [
    port(real, 0), port(simulated, 0), port(real, 1),
    port(simulated, 1), port(real, 2), port(simulated, 2),
  ]; // prettier-ignore
  await formCluster(ports, 3, 60_000);
  ids = new Map();
  for (const one of ports) ids.set(one, (await redisCli(['-p', one, 'cluster', 'myid'])).stdout.trim());
});

afterAll(stopAll);

async function ask(port: number, ...argv: string[]): Promise<string> {
  return (await redisCli(['-p', port, ...argv])).stdout;
}

/** Every key through this one server, following its redirects. */
async function readThrough(port: number): Promise<number> {
  const input = keys.map((key) => `get ${key}\n`).join('');
  const { stdout } = await redisCli(['-c', '-p', port], input);
  const answers = stdout.split('\n').filter((line) => !line.startsWith('-> Redirected'));
  return answers.filter((line, at) => line === `value of key:${at}`).length;
}

async function check(port: number): Promise<string> {
  return (await redisCli(['--cluster', 'check', `127.0.0.1:${port}`])).stdout;
}

/** Waits until all of these servers hold the cluster to be whole and the named one is a master. */
async function waitForMaster(port: number, others: number[]): Promise<void> {
  await vi.waitFor(
    async () => {
      expect(await ask(port, 'role')).toMatch(/^master/);
      for (const one of others) expect(await ask(one, 'cluster', 'info')).toContain('cluster_state:ok');
    },
    { timeout: 30_000, interval: 100 },
  );
}

test('forms one cluster that redis-cli --cluster check approves, seen from both sides', async () => {
  for (const port of ports) {
    const report = await check(port);
    expect(report).toContain('[OK] All nodes agree about slots configuration.');
    expect(report).toContain('[OK] All 16384 slots covered.');
  }
});

test('keeps a thousand keys readable through every server, and replicas hold what their masters hold', async () => {
  const cluster = new Cluster([{ host: '127.0.0.1', port: ports[0] as number }]);
  await Promise.all(keys.map((key) => cluster.set(key, `value of ${key}`)));
  cluster.disconnect();
  for (const port of ports) expect(await readThrough(port)).toBe(1000);
  for (const at of [0, 1, 2]) {
    const [master, replica] = [ports[at] as number, ports[at + 3] as number];
    await vi.waitFor(async () => expect(await ask(replica, 'dbsize')).toBe(await ask(master, 'dbsize')));
    expect(await ask(replica, 'info', 'replication')).toContain('master_link_status:up');
  }
});

test.each([
  ['from a real master to a simulated one', 0, 1],
  ['from a simulated master to a real one', 1, 2],
])('moves slots with their keys %s', async (_, from, to) => {
  const { stdout, code } = await redisCli([
    '--cluster', 'reshard', `127.0.0.1:${ports[0]}`, '--cluster-yes', '--cluster-slots', '400',
    '--cluster-from', ids.get(ports[from] as number) as string,
    '--cluster-to', ids.get(ports[to] as number) as string,
  ]); // prettier-ignore
  expect([code, stdout.slice(-300)]).toEqual([0, expect.stringContaining('Moving slot')]);
  await vi.waitFor(
    async () => expect(await check(ports[0] as number)).toContain('[OK] All 16384 slots covered.'),
    {
      timeout: 20_000,
    },
  );
  for (const port of ports) expect(await readThrough(port)).toBe(1000);
});

test('survives the kill of a real master: its simulated replica takes over', async () => {
  const [victim, heir] = [ports[0] as number, ports[3] as number];
  await real[0]?.stop('SIGKILL');
  const left = ports.filter((port) => port !== victim);
  await waitForMaster(heir, left);
  for (const port of left) expect(await readThrough(port)).toBe(1000);
});

test('survives the kill of a simulated master: its real replica takes over', async () => {
  const [victim, heir] = [ports[1] as number, ports[4] as number];
  await simulated[0]?.stop('SIGKILL');
  const left = ports.filter((port) => port !== victim && port !== ports[0]);
  await waitForMaster(heir, left);
  for (const port of left) expect(await readThrough(port)).toBe(1000);
  expect(await ask(heir, 'cluster', 'nodes')).toMatch(new RegExp(`:${victim}@\\d+ master,fail `));
});
