/* A slow script on a replica: others hear BUSY, what the master sends waits, and nothing of it is lost. */

import { beforeAll, expect, test } from 'vitest';
import { loadLua } from '#node/lua.ts';
import { ClusterWorld } from './cluster-world.ts';

beforeAll(() => loadLua());

/** Takes some seconds of the world's time. */
const LOOP = 'for i = 1, 100000000 do end';

function formed(): ClusterWorld {
  const world = new ClusterWorld({
    servers: 4,
    config: {
      'cluster-node-timeout': '1000',
      'repl-diskless-sync-delay': '0',
      'busy-reply-threshold': '100',
    },
  });
  world.form(3);
  world.must(() => world.server(7003).replication.masterClient !== null, 20_000, 'the replica follows');
  world.run(1500);
  return world;
}

test('on a replica lets the stream of the master wait, and goes on with it', () => {
  const world = formed();
  const offset = (port: number): number => world.server(port).replication.masterReplOffset;
  world.send(7003, 'EVAL', LOOP, '0');
  world.run(300);
  expect(world.server(7003).busyScript).toBe(true);
  const before = offset(7003);
  for (const value of ['1', '2', '3']) world.ok(7000, 'RPUSH', 'hello', value);
  world.run(1500);
  expect(offset(7003)).toBe(before);
  world.must(() => !world.server(7003).busyScript, 20_000, 'the script ends');
  world.run(50);
  expect(offset(7003)).toBe(offset(7000));
  expect(world.server(7003).dbs[0]?.size).toBe(1);
  expect(world.seen('REPL_LINK_DOWN').length).toBe(0);
});

test('keeps a server from its cron: it pings nobody, answers, and is not taken for dead', () => {
  const world = formed();
  const sent = (): number => world.cluster(7000).busMessagesSent[0] as number;
  const answered = (): number => world.cluster(7000).busMessagesSent[1] as number;
  world.send(7000, 'EVAL', LOOP, '0');
  world.run(300);
  const [pings, pongs] = [sent(), answered()];
  world.run(1500);
  expect(world.server(7000).busyScript).toBe(true);
  expect(sent()).toBe(pings);
  expect(answered()).toBeGreaterThan(pongs);
  expect(world.nodeOf(7001, 7000)?.timedOut).toBe(false);
  world.must(() => !world.server(7000).busyScript, 20_000, 'the script ends');
  world.run(1500);
  expect(sent()).toBeGreaterThan(pings);
});
