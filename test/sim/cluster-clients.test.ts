/* Stories of clients of a cluster: messages, waiting, scripts and transactions while slots move. */

import { describe, expect, test } from 'vitest';
import { ClusterWorld, messages } from './cluster-world.ts';

const CONFIG = { 'cluster-node-timeout': '2000', 'repl-diskless-sync-delay': '0' };

function formed(servers = 6, masters = 3): ClusterWorld {
  const world = new ClusterWorld({ servers, config: CONFIG });
  world.form(masters);
  world.run(3000);
  return world;
}

describe('messages', () => {
  test('of PUBLISH reach subscribers on every server; the reply counts those at hand', () => {
    const world = formed();
    for (const port of [7001, 7004]) world.call(port, 'SUBSCRIBE', 'news');
    expect(world.ok(7000, 'PUBLISH', 'news', 'hello')).toBe(0);
    world.run(20);
    for (const port of [7001, 7004]) expect(messages(world, port)).toEqual([['message', 'news', 'hello']]);
    const { busMessagesSent } = world.cluster(7000);
    expect(busMessagesSent[4]).toBe(5);
  });
});

describe('a client that waits for a key', () => {
  test('is told where to go when the slot goes', () => {
    const world = formed();
    world.send(7000, 'BLPOP', 'hello', '0');
    world.run(50);
    world.ok(7001, 'CLUSTER', 'SETSLOT', '866', 'IMPORTING', world.id(7000));
    world.ok(7001, 'CLUSTER', 'SETSLOT', '866', 'NODE', world.id(7001));
    expect(world.reply(7000, 3000)).toMatchObject({ text: 'MOVED 866 127.0.0.1:7001' });
  });

  test('is told that the cluster is down', () => {
    const world = formed(3, 3);
    world.send(7000, 'BLPOP', 'hello', '0');
    world.run(50);
    world.kill(7001);
    world.kill(7002);
    expect(world.reply(7000, 10_000)).toMatchObject({ text: 'CLUSTERDOWN The cluster is down' });
  });

  test('is unblocked when its master becomes a replica', () => {
    const world = formed();
    world.send(7000, 'BLPOP', 'hello', '0');
    world.run(50);
    world.ok(7003, 'CLUSTER', 'FAILOVER');
    const reply = world.reply(7000, 3000);
    expect(reply).toMatchObject({
      text: expect.stringMatching(/^(UNBLOCKED force unblock|MOVED 866)/) as string,
    });
  });
});

describe('a transaction under migration', () => {
  test('is judged when it is queued, and once more as a whole', () => {
    const world = formed();
    world.ok(7000, 'SET', 'hello', 'x');
    world.ok(7001, 'CLUSTER', 'SETSLOT', '866', 'IMPORTING', world.id(7000));
    world.ok(7000, 'CLUSTER', 'SETSLOT', '866', 'MIGRATING', world.id(7001));
    world.ok(7000, 'MULTI');
    world.ok(7000, 'GET', 'hello');
    expect(world.error(7000, 'GET', '{hello}none')).toBe('ASK 866 127.0.0.1:7001');
    expect(world.error(7000, 'EXEC')).toBe('EXECABORT Transaction discarded because of previous errors.');
    world.ok(7000, 'MULTI');
    world.ok(7000, 'GET', 'hello');
    world.ok(7000, 'SET', 'hello', 'y');
    expect(world.ok(7000, 'EXEC')).toEqual(['x', { text: 'OK' }]);
    // The slot moves between the queueing and EXEC.
    world.ok(7000, 'MULTI');
    world.ok(7000, 'GET', 'hello');
    world.ok(7001, 'CLUSTER', 'SETSLOT', '866', 'NODE', world.id(7001));
    world.run(200);
    expect(world.error(7000, 'EXEC')).toMatch(/MOVED 866 127\.0\.0\.1:7001/);
  });
});
