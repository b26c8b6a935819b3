/* Replies to the corpus, compared with what a real cluster of redis-server 7.0.15 said. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Reply } from '#redis/reply.ts';
import { ClusterWorld } from '../../sim/cluster-world.ts';
import { mask, normalize, parseLine } from './compare.ts';

const expected = JSON.parse(readFileSync(new URL('./expected.json', import.meta.url), 'utf8')) as [
  string,
  string,
][];

test('every reply of the corpus is the one a real cluster gave', () => {
  const world = new ClusterWorld({
    servers: 4,
    config: { 'repl-diskless-sync-delay': '0', 'cluster-node-timeout': '5000' },
  });
  world.form(3);
  world.run(5000);
  const ids = world.ports.map((port) => world.id(port));
  const differences: string[] = [];
  for (const [line, wanted] of expected) {
    const [index, argv] = parseLine(line, ids, world.ports);
    const reply = world.call(world.ports[index] as number, ...argv) as Reply;
    const got = mask(line, normalize(reply, ids, world.ports));
    if (got !== wanted) differences.push(`${line}\n  real: ${wanted}\n  ours: ${got}`);
    world.run(/SETSLOT|ADDSLOTS|DELSLOTS|FLUSHALL|^.: SET/.test(line) ? 150 : 5);
  }
  expect(expected.length).toBeGreaterThan(250);
  expect(differences).toEqual([]);
});
