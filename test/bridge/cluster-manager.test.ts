/* redis-cli --cluster reshapes a cluster while applications write to it: no acknowledged write is lost. Runs
 * against real servers too, so that what is asked of ours is what real ones do. */

import { Cluster } from 'ioredis';
import { createCluster } from 'redis';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  redisCli,
  startBridge,
  startRealCluster,
  startRealServer,
  stopAll,
  type Finished,
} from './processes.ts';

/** Writes rising numbers to its keys, one write at a time each, and remembers what was acknowledged. */
class Writer {
  readonly acknowledged = new Map<string, number>();
  readonly errors: string[] = [];
  private stopped = false;
  private loops: Promise<void>[] = [];

  constructor(name: string, set: (key: string, value: string) => Promise<unknown>) {
    for (let at = 0; at < 20; at++) this.loops.push(this.write(`${name}:${at}`, set));
  }

  private async write(key: string, set: (key: string, value: string) => Promise<unknown>): Promise<void> {
    for (let value = 1; !this.stopped; value++) {
      try {
        await set(key, String(value));
        this.acknowledged.set(key, value);
      } catch (error) {
        this.errors.push(String(error));
      }
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.loops);
  }
}

describe.each(['real servers', 'simulated servers'])('%s', (kind) => {
  const isReal = kind === 'real servers';
  let port: number;
  let spare: number;
  let ioredis: Cluster;
  let nodeRedis: ReturnType<typeof createCluster>;
  let writers: Writer[];

  beforeAll(async () => {
    const timeout = ['--node-timeout', '5000'];
    port = isReal ? await startRealCluster(6, 3) : (await startBridge('--nodes', '6', ...timeout)).port;
    const config = { 'cluster-enabled': 'yes', 'cluster-node-timeout': '5000' };
    spare = (
      isReal ? await startRealServer(config) : await startBridge('--nodes', '1', '--empty', ...timeout)
    ).port;
    ioredis = new Cluster([{ host: '127.0.0.1', port }]);
    nodeRedis = createCluster({ rootNodes: [{ url: `redis://127.0.0.1:${port}` }] });
    await nodeRedis.connect();
    writers = [
      new Writer('ioredis', (key, value) => ioredis.set(key, value)),
      new Writer('node-redis', (key, value) => nodeRedis.set(key, value)),
    ];
  });

  afterAll(async () => {
    await Promise.all(writers.map((writer) => writer.stop()));
    ioredis.disconnect();
    nodeRedis.destroy();
    await stopAll();
  });

  async function id(of: number): Promise<string> {
    return (await redisCli(['-p', of, 'cluster', 'myid'])).stdout.trim();
  }

  async function manage(command: string, ...options: (string | number)[]): Promise<Finished> {
    return await redisCli(['--cluster', command, ...options]);
  }

  /** Waits for the word to get round, then asks every server. */
  async function expectWhole(masters: number): Promise<void> {
    await vi.waitFor(
      async () => {
        const { stdout, code } = await manage('check', `127.0.0.1:${port}`);
        expect(stdout).toContain('[OK] All nodes agree about slots configuration.');
        expect(stdout).toContain('[OK] All 16384 slots covered.');
        expect(stdout).not.toContain('[WARNING]');
        expect(stdout.match(/^M: /gm)).toHaveLength(masters);
        expect(code).toBe(0);
      },
      { timeout: 30_000, interval: 200 },
    );
  }

  async function slotsOf(of: number): Promise<number> {
    const { stdout } = await manage('info', `127.0.0.1:${of}`);
    return Number(new RegExp(`:${of} .* \\| (\\d+) slots`).exec(stdout)?.[1]);
  }

  test('reshard moves slots from one master to another', async () => {
    const { code, stdout } = await manage(
      'reshard', `127.0.0.1:${port}`, '--cluster-from', await id(port), '--cluster-to', await id(port + 1),
      '--cluster-slots', 300, '--cluster-yes',
    ); // prettier-ignore
    expect([code, stdout.slice(-200)]).toEqual([0, expect.stringMatching(/Moving slot \d+ from/)]);
    await expectWhole(3);
    expect(await slotsOf(port)).toBe(5461 - 300);
  });

  test('add-node and rebalance give a new master its share', async () => {
    const added = await manage('add-node', `127.0.0.1:${spare}`, `127.0.0.1:${port}`);
    expect(added.stdout).toContain('[OK] New node added correctly.');
    await expectWhole(4);
    // redis-cli waits neither until all know the newcomer nor until the newcomer takes keys.
    for (const one of [spare, ...Array.from({ length: 6 }, (_, at) => port + at)]) {
      await vi.waitFor(
        async () => {
          const { stdout } = await redisCli(['-p', one, 'cluster', 'info']);
          expect(stdout).toMatch(/cluster_state:ok[^]*cluster_known_nodes:7/);
        },
        { timeout: 30_000, interval: 100 },
      );
    }
    const moved = await manage('rebalance', `127.0.0.1:${port}`, '--cluster-use-empty-masters');
    expect([moved.code, moved.stdout]).toEqual([0, expect.stringContaining('Moving 1')]);
    await expectWhole(4);
    expect(await slotsOf(spare)).toBe(4096);
  });

  test('fix closes a slot that was left open', async () => {
    const slot = (await redisCli(['-p', spare, 'cluster', 'slots'])).stdout.split('\n')[0] as string;
    await redisCli(['-p', spare, 'cluster', 'setslot', slot, 'migrating', await id(port)]);
    await redisCli(['-p', port, 'cluster', 'setslot', slot, 'importing', await id(spare)]);
    expect((await manage('check', `127.0.0.1:${port}`)).stdout).toContain('in migrating state');
    const { code, stdout } = await manage('fix', `127.0.0.1:${port}`);
    expect([code, stdout]).toEqual([0, expect.stringContaining(`>>> Fixing open slot ${slot}`)]);
    await expectWhole(4);
  });

  test('a drained master follows the one that took its last slot, and can be deleted', async () => {
    await manage('rebalance', `127.0.0.1:${port}`, '--cluster-weight', `${await id(spare)}=0`);
    await expectWhole(3);
    await vi.waitFor(async () => expect((await redisCli(['-p', spare, 'role'])).stdout).toMatch(/^slave/));
    const { stdout } = await manage('del-node', `127.0.0.1:${port}`, await id(spare));
    expect(stdout).toContain('>>> Sending CLUSTER RESET SOFT to the deleted node.');
    await vi.waitFor(async () => {
      const { stdout: nodes } = await redisCli(['-p', port, 'cluster', 'nodes']);
      expect(nodes.trim().split('\n')).toHaveLength(6);
    });
    await expectWhole(3);
  });

  test('every acknowledged write of either client is still there', async () => {
    await Promise.all(writers.map((writer) => writer.stop()));
    for (const { acknowledged, errors } of writers) {
      expect(errors).toEqual([]);
      expect(acknowledged.size).toBe(20);
      for (const [key, value] of acknowledged)
        expect([key, await ioredis.get(key)]).toEqual([key, String(value)]);
    }
  });
});
