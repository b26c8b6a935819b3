/* How long a failover takes at a node timeout of 5 s, over many worlds: the spread that the rules give,
 * and that a real cluster of 7.0.15 on one machine shows (6.5 to 9.6 s until all live servers say ok).
 * FAILOVER_SEEDS chooses how many worlds; FAILOVER_SHOW=1 prints the figures. */

import { expect, test } from 'vitest';
import { Prng } from '#base/prng.ts';
import { ClusterWorld } from './cluster-world.ts';

const SEEDS = Number(process.env['FAILOVER_SEEDS'] ?? 30);

interface Times {
  pfail: number;
  fail: number;
  promoted: number;
  ok: number;
}

function failover(seed: number): Times {
  const world = new ClusterWorld({ servers: 6, seed, config: { 'cluster-node-timeout': '5000' } });
  world.form(3);
  world.run(10_000 + Prng.stream(seed, 'moment').below(10_000));
  const killed = world.nowMs;
  world.kill(7000);
  const live = world.ports.slice(1);
  const mended = (): boolean =>
    live.every((port) => world.cluster(port).ok && (world.nodeOf(port, 7003)?.numslots ?? 0) > 0);
  const ok = world.must(mended, 30_000, 'the cluster is ok again');
  const first = (type: string): number => (world.seen(type, killed)[0]?.at ?? NaN) / 1000 - killed;
  return { pfail: first('PFAIL'), fail: first('FAIL'), promoted: first('PROMOTED'), ok };
}

test('a failover takes what the rules and a real cluster say', () => {
  const rows = Array.from({ length: SEEDS }, (_, index) => failover(index + 1));
  const spread = (key: keyof Times): [min: number, median: number, max: number] => {
    const sorted = rows.map((row) => row[key]).sort((a, b) => a - b);
    return [sorted[0] as number, sorted[Math.floor(sorted.length / 2)] as number, sorted.at(-1) as number];
  };
  if (process.env['FAILOVER_SHOW']) {
    for (const key of ['pfail', 'fail', 'promoted', 'ok'] as const)
      console.log(key, spread(key).map(Math.round));
  }
  expect(spread('pfail')[0]).toBeGreaterThanOrEqual(5000);
  expect(spread('pfail')[2]).toBeLessThanOrEqual(7700);
  expect(spread('ok')[0]).toBeGreaterThanOrEqual(5500);
  expect(spread('ok')[1]).toBeGreaterThan(6900);
  expect(spread('ok')[1]).toBeLessThan(8900);
  expect(spread('ok')[2]).toBeLessThan(10_700);
}, 900_000);
