/* Stories of partitions, pauses and heals. */

import { describe, expect, test } from 'vitest';
import { ClusterWorld } from './cluster-world.ts';

const T = 2000;

function formed(servers: number, masters: number, config: Record<string, string> = {}): ClusterWorld {
  const world = new ClusterWorld({
    servers,
    config: { 'cluster-node-timeout': String(T), 'repl-diskless-sync-delay': '0', ...config },
  });
  world.form(masters);
  world.run(3000);
  return world;
}

describe('a master is cut off with the minority', () => {
  test('it takes writes for T to 1.5 T, then refuses; after healing it follows its successor and its writes are gone', () => {
    const world = formed(6, 3);
    world.ok(7000, 'SET', 'hello', 'before');
    world.run(100);
    const cut = world.nowMs;
    world.fault({ kind: 'isolate', server: '7000' });
    let lastAck = 0;
    let refusal = '';
    for (let at = 0; at < 600 && refusal === ''; at++) {
      world.send(7000, 'SET', 'hello', `lost ${at}`);
      const reply = world.reply(7000);
      if (reply !== 'timeout' && reply !== 'closed' && (reply as { text: string }).text === 'OK')
        lastAck = world.nowMs;
      else refusal = (reply as { text: string }).text;
      world.run(10);
    }
    expect(refusal).toBe('CLUSTERDOWN The cluster is down');
    expect(lastAck - cut).toBeGreaterThan(T - 100);
    expect(lastAck - cut).toBeLessThan(1.5 * T + 400);
    world.must(() => world.cluster(7003).myself.isMaster, 5000, 'the majority elects 7003');
    world.run(500);
    world.fault({ kind: 'healAll' });
    const healed = world.nowMs;
    world.must(() => world.cluster(7000).myself.isSlave, 5000, '7000 gives in');
    expect(world.nowMs - healed).toBeLessThan(1500);
    world.must(() => world.settled(), 15_000, 'all is well');
    expect(world.ok(7003, 'GET', 'hello')).toBe('before');
    expect(world.error(7000, 'SET', 'hello', 'x')).toBe('MOVED 866 127.0.0.1:7003');
    world.ok(7000, 'READONLY');
    expect(world.ok(7000, 'GET', 'hello')).toBe('before');
  });

  test('a cut shorter than T changes nothing', () => {
    const world = formed(6, 3);
    world.fault({ kind: 'isolate', server: '7000' });
    world.run(T - 300);
    world.fault({ kind: 'healAll' });
    world.run(10_000);
    expect(world.seen('FAIL')).toEqual([]);
    expect(world.seen('PROMOTED')).toEqual([]);
    expect(world.settled()).toBe(true);
    expect([...world.cluster(7001).nodes.list].some((node) => node.timedOut || node.failed)).toBe(false);
  });

  test('back in the majority it waits for the rejoin delay before it answers', () => {
    // No replicas: nobody takes over, the master only has to come back.
    const world = formed(3, 3);
    world.fault({ kind: 'isolate', server: '7000' });
    world.must(() => !world.cluster(7000).ok, 6000, '7000 stops');
    world.run(500);
    world.fault({ kind: 'healAll' });
    const reached = (): boolean =>
      world.cluster(7000).nodes.list.filter((node) => !node.timedOut && !node.failed).length >= 2;
    world.must(reached, 5000, '7000 sees a majority');
    const took = world.must(() => world.cluster(7000).ok, 20_000, '7000 answers again');
    expect(took).toBeGreaterThanOrEqual(T - 200);
  });
});

describe('two halves', () => {
  test('TAKEOVER in both with one epoch: after healing the smaller id wins the slots', () => {
    const world = formed(6, 2);
    // 7002 and 7004 replicate 7000. The master dies; each half promotes one of them.
    world.kill(7000);
    world.fault({
      kind: 'partition',
      groups: [
        ['7001', '7002', '7003'],
        ['7004', '7005'],
      ],
    });
    world.run(300);
    world.ok(7002, 'CLUSTER', 'FAILOVER', 'TAKEOVER');
    world.ok(7004, 'CLUSTER', 'FAILOVER', 'TAKEOVER');
    expect(world.cluster(7002).myself.configEpoch).toBe(world.cluster(7004).myself.configEpoch);
    world.run(1000);
    world.fault({ kind: 'healAll' });
    const [small, large] = world.id(7002) < world.id(7004) ? [7002, 7004] : [7004, 7002];
    world.must(() => world.cluster(large).myself.isSlave, 20_000, 'the greater id gives in');
    expect(world.cluster(large).myself.slaveof?.port).toBe(small);
    expect(world.seen('CONFIG_EPOCH_COLLISION').length).toBeGreaterThan(0);
    world.must(() => world.settled(), 20_000, 'all agree');
  });
});

describe('a process is stopped', () => {
  test('it is failed like a dead one, and follows its successor when it wakes', () => {
    const world = formed(6, 3);
    world.fault({ kind: 'pause', server: '7000' });
    world.must(() => world.cluster(7003).myself.isMaster, 10_000, '7003 is elected');
    // The kernel of a stopped process still accepts connections.
    world.must(() => world.nodeOf(7001, 7000)?.link?.connected === true, 300, 'a connection is made');
    world.run(1000);
    world.fault({ kind: 'resume', server: '7000' });
    const took = world.must(() => world.cluster(7000).myself.isSlave, 3000, '7000 gives in');
    expect(took).toBeLessThan(300);
    world.must(() => world.settled(), 15_000, 'all is well');
  });
});

describe('a replica is cut off', () => {
  test('it serves stale reads to READONLY clients until it sees no majority', () => {
    const world = formed(6, 3);
    world.ok(7000, 'SET', 'hello', 'old');
    world.run(100);
    world.fault({ kind: 'isolate', server: '7003' });
    world.ok(7000, 'SET', 'hello', 'new');
    world.ok(7003, 'READONLY');
    expect(world.ok(7003, 'GET', 'hello')).toBe('old');
    world.must(() => !world.cluster(7003).ok, 6000, '7003 sees that it is alone');
    expect(world.error(7003, 'GET', 'hello')).toBe('CLUSTERDOWN The cluster is down');
    world.ok(7003, 'CONFIG', 'SET', 'cluster-allow-reads-when-down', 'yes');
    expect(world.ok(7003, 'GET', 'hello')).toBe('old');
    expect(world.error(7003, 'SET', 'hello', 'x')).toBe(
      'CLUSTERDOWN The cluster is down and only accepts read commands',
    );
  });
});

describe('a restart without data', () => {
  test('a master that returns empty before it is missed empties its replica too', () => {
    const world = formed(6, 3);
    world.ok(7000, 'SET', 'hello', 'x');
    world.run(200);
    world.restart(7000);
    world.run(1000);
    expect(world.cluster(7000).myself.isMaster).toBe(true);
    world.must(() => world.settled(), 15_000, 'all is well');
    expect(world.ok(7000, 'GET', 'hello')).toBe(null);
    world.ok(7003, 'READONLY');
    expect(world.ok(7003, 'GET', 'hello')).toBe(null);
    expect(world.seen('PROMOTED')).toEqual([]);
  });
});
