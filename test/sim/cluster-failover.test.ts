/* Stories of failure detection and elections, with the times their rules give. T is 2 s, tick 0.1 s. */

import { describe, expect, test } from 'vitest';
import { ClusterWorld, type ClusterOptions } from './cluster-world.ts';

const T = 2000;

function formed(servers: number, masters: number, options: Partial<ClusterOptions> = {}): ClusterWorld {
  const world = new ClusterWorld({
    servers,
    ...options,
    config: {
      'cluster-node-timeout': String(T),
      'repl-diskless-sync-delay': '0',
      'repl-ping-replica-period': '1',
      ...options.config,
    },
  });
  world.form(masters);
  world.run(3000);
  return world;
}

const atMs = (world: ClusterWorld, type: string, fromMs: number): number =>
  (world.seen(type, fromMs)[0]?.at ?? NaN) / 1000 - fromMs;

describe('a master crashes', () => {
  test('its replica takes over: PFAIL within T and 1.5 T, then FAIL, then half a second to 1.1 s', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const world = formed(6, 3, { seed });
      const killed = world.nowMs;
      world.kill(7000);
      world.must(() => world.seen('PROMOTED', killed).length > 0, 10_000, 'a replica is promoted');
      const pfail = atMs(world, 'PFAIL', killed);
      const fail = atMs(world, 'FAIL', killed);
      const promoted = atMs(world, 'PROMOTED', killed);
      expect(pfail).toBeGreaterThanOrEqual(T - 100);
      expect(pfail).toBeLessThanOrEqual(1.5 * T + 300);
      expect(fail).toBeGreaterThanOrEqual(pfail);
      expect(promoted - fail).toBeGreaterThanOrEqual(500);
      expect(promoted - fail).toBeLessThanOrEqual(1250);
      expect(world.seen('PROMOTED', killed)[0]?.who).toBe('7003');
      expect(world.cluster(7003).myself.configEpoch).toBe(7);
    }
  });

  test('between FAIL and the promotion every key is refused, then all answer again', () => {
    const world = formed(6, 3);
    world.kill(7000);
    world.must(() => world.seen('FAIL').length > 0, 10_000, 'somebody says FAIL');
    world.run(20);
    expect(world.error(7001, 'GET', 'bar')).toBe('CLUSTERDOWN The cluster is down');
    world.must(() => world.seen('PROMOTED').length > 0, 5000, 'a replica is promoted');
    world.run(20);
    expect(world.error(7001, 'GET', 'hello')).toBe('MOVED 866 127.0.0.1:7003');
    expect(world.ok(7003, 'SET', 'hello', 'x')).toMatchObject({ text: 'OK' });
  });

  test('it comes back as a replica of the one that took its place, within a moment', () => {
    const world = formed(6, 3);
    world.ok(7000, 'SET', 'hello', 'before');
    world.run(100);
    world.kill(7000);
    world.must(() => world.seen('PROMOTED').length > 0, 10_000, 'a replica is promoted');
    world.restart(7000);
    const took = world.must(() => world.cluster(7000).myself.isSlave, 2000, 'the old master gives in');
    expect(took).toBeLessThan(400);
    expect(world.cluster(7000).myself.slaveof?.port).toBe(7003);
    world.must(() => world.settled(), 10_000, 'all is well again');
    world.ok(7000, 'READONLY');
    expect(world.ok(7000, 'GET', 'hello')).toBe('before');
  });

  test('the freshest replica goes first, and the staler one follows it', () => {
    const world = formed(9, 3);
    // 7003 and 7006 replicate 7000; 7006 stops hearing the stream while 7000 writes.
    world.fault({ kind: 'cut', from: '7000', to: '7006' });
    for (let at = 0; at < 5; at++) world.ok(7000, 'SET', 'hello', String(at));
    world.run(300);
    const killed = world.nowMs;
    world.kill(7000);
    world.must(() => world.seen('PROMOTED', killed).length > 0, 12_000, 'a replica is promoted');
    expect(world.seen('PROMOTED', killed)[0]?.who).toBe('7003');
    const scheduled = world.seen('ELECTION_SCHEDULED', killed);
    const rankOf = (who: string): unknown => scheduled.find((event) => event.who === who)?.event['rank'];
    expect(rankOf('7003')).toBe(0);
    expect(rankOf('7006')).toBe(1);
    world.must(() => world.cluster(7006).myself.slaveof?.port === 7003, 5000, '7006 follows 7003');
  });

  test('with a replica that is too old nobody takes over until the factor is lifted', () => {
    const world = formed(6, 3, { config: { 'cluster-replica-validity-factor': '1' } });
    world.fault({ kind: 'cut', from: '7000', to: '7003' });
    // 7003 alone cannot reach its master, so nobody fails over yet; its data grow old.
    world.run(12_000);
    expect(world.nodeOf(7001, 7000)?.failed).toBe(false);
    world.kill(7000);
    world.run(15_000);
    expect(world.seen('PROMOTED')).toEqual([]);
    expect(world.nodeOf(7003, 7000)?.failed).toBe(true);
    world.ok(7003, 'CONFIG', 'SET', 'cluster-replica-validity-factor', '0');
    const asked = world.nowMs;
    world.must(() => world.seen('PROMOTED', asked).length > 0, 3000, '7003 is promoted');
  });

  test('a replica whose link was never up counts as older than any factor allows but 0', () => {
    const world = formed(8, 3, { config: { 'cluster-replica-validity-factor': '100' } });
    // 7003 and 7006 replicate 7000: both start again while their master is gone.
    for (const port of [7000, 7003, 7006]) world.kill(port);
    for (const port of [7003, 7006]) world.restart(port);
    const began = world.nowMs;
    world.must(() => world.nodeOf(7003, 7000)?.failed === true, 10_000, 'the master has failed');
    world.run(20_000);
    expect(world.seen('PROMOTED', began)).toEqual([]);
    expect(world.text(7003, 'INFO', 'replication')).toContain('master_link_down_since_seconds:-1\r\n');
    world.ok(7003, 'CONFIG', 'SET', 'cluster-replica-validity-factor', '0');
    world.must(() => world.seen('PROMOTED', began).length > 0, 3000, '7003 is promoted');
    expect(world.seen('PROMOTED', began)[0]?.who).toBe('7003');
  });

  test('cluster-replica-no-failover keeps a replica from standing, but not from FORCE', () => {
    const world = formed(6, 3, { configOf: { 7003: { 'cluster-replica-no-failover': 'yes' } } });
    expect(world.nodeOf(7001, 7003)?.cantFailover).toBe(true);
    world.kill(7000);
    world.run(12_000);
    expect(world.seen('ELECTION_SCHEDULED')).toEqual([]);
    world.ok(7003, 'CLUSTER', 'FAILOVER', 'FORCE');
    const took = world.must(() => world.seen('PROMOTED').length > 0, 1000, 'FORCE promotes it');
    expect(took).toBeLessThanOrEqual(120);
  });
});

describe('nobody can take over', () => {
  test('a majority of masters dies: PFAIL for ever, state fail, until TAKEOVER', () => {
    const world = formed(6, 3);
    world.kill(7000);
    world.kill(7001);
    world.run(20_000);
    expect(world.seen('FAIL')).toEqual([]);
    expect(world.seen('ELECTION_SCHEDULED')).toEqual([]);
    expect(world.cluster(7002).stateReason).toBe('minority');
    expect(world.nodeOf(7002, 7000)?.timedOut).toBe(true);
    world.ok(7003, 'CLUSTER', 'FAILOVER', 'TAKEOVER');
    const took = world.must(
      () => world.seen('PROMOTED').some(({ who }) => who === '7004'),
      10_000,
      'the other replica is elected with the new majority',
    );
    expect(took).toBeLessThan(4000);
    world.must(() => [7002, 7003, 7004, 7005].every((port) => world.cluster(port).ok), 10_000, 'all say ok');
  });

  test('a master without replica takes the whole cluster down, or only its slots', () => {
    const strict = formed(3, 3);
    strict.kill(7000);
    strict.run(8000);
    expect(strict.error(7001, 'GET', 'bar')).toBe('CLUSTERDOWN The cluster is down');
    const lenient = formed(3, 3, { config: { 'cluster-require-full-coverage': 'no' } });
    lenient.kill(7000);
    lenient.run(8000);
    expect(lenient.error(7001, 'GET', 'hello')).toBe('MOVED 866 127.0.0.1:7000');
    expect(lenient.cluster(7001).ok).toBe(true);
  });

  test('a failed master without replica is trusted again after 2 T, and answers after two seconds', () => {
    const world = formed(3, 3);
    world.kill(7000);
    world.must(() => world.seen('FAIL').length > 0, 8000, 'somebody says FAIL');
    const failedAt = world.nowMs;
    world.restart(7000);
    world.run(1500);
    expect(world.cluster(7000).ok).toBe(false);
    world.must(() => world.seen('FAIL_CLEARED').length > 0, 20_000, 'FAIL is cleared');
    const cleared = (world.seen('FAIL_CLEARED')[0]?.at ?? 0) / 1000 - failedAt;
    expect(cleared).toBeGreaterThan(2 * T - 300);
    world.must(() => world.settled(), 10_000, 'all say ok');
  });

  test('one of two masters dies: the other alone is no majority', () => {
    const world = formed(3, 2);
    world.kill(7000);
    world.run(15_000);
    expect(world.seen('FAIL')).toEqual([]);
    expect(world.nodeOf(7001, 7000)?.timedOut).toBe(true);
  });
});

describe('manual failover', () => {
  test('takes a few milliseconds, pauses writes only, and ends in MOVED for those that waited', () => {
    const world = formed(6, 3);
    world.ok(7000, 'SET', 'hello', '1');
    const asked = world.nowMs;
    world.ok(7003, 'CLUSTER', 'FAILOVER');
    world.send(7000, 'SET', 'hello', '2');
    expect(world.reply(7000)).toMatchObject({ text: 'MOVED 866 127.0.0.1:7003' });
    world.must(() => world.seen('PROMOTED').length > 0, 1000, '7003 is promoted');
    expect(atMs(world, 'PROMOTED', asked)).toBeLessThan(120);
    world.must(() => world.cluster(7000).myself.slaveof?.port === 7003, 1000, '7000 follows');
    world.must(() => world.settled(), 3000, 'all is well');
    expect(world.seen('CONTINUE', asked).length).toBeGreaterThan(0);
    expect(world.ok(7003, 'GET', 'hello')).toBe('1');
  });

  test('reads go on while writes wait', () => {
    const world = formed(6, 3);
    world.ok(7000, 'SET', 'hello', '1');
    // Its replica never gets to the offset: votes cannot come either, so the pause lasts.
    for (const port of [7001, 7002]) world.fault({ kind: 'cut', from: '7003', to: String(port) });
    world.ok(7003, 'CLUSTER', 'FAILOVER');
    world.run(50);
    expect(world.cluster(7000).mfEnd).toBeGreaterThan(0);
    expect(world.ok(7000, 'GET', 'hello')).toBe('1');
    world.send(7000, 'SET', 'hello', '2');
    expect(world.reply(7000, 1000)).toBe('timeout');
    world.run(5000);
    expect(world.seen('MF_TIMEOUT').map(({ who }) => who)).toContain('7000');
    expect(world.reply(7000, 1000)).toMatchObject({ text: 'OK' });
  });

  test('FORCE asks for votes at once; TAKEOVER asks nobody', () => {
    const world = formed(6, 3);
    world.kill(7000);
    world.ok(7003, 'CLUSTER', 'FAILOVER', 'FORCE');
    const forced = world.must(() => world.seen('PROMOTED').length === 1, 1000, 'FORCE promotes');
    expect(forced).toBeLessThanOrEqual(120);
    expect(world.seen('VOTE_GRANTED').length).toBeGreaterThanOrEqual(2);
    world.ok(7004, 'CLUSTER', 'FAILOVER', 'TAKEOVER');
    expect(world.cluster(7004).myself.isMaster).toBe(true);
    world.run(100);
    expect(world.cluster(7001).myself.slaveof?.port).toBe(7004);
  });

  test('is refused in the words of Redis', () => {
    const world = formed(6, 3);
    expect(world.error(7000, 'CLUSTER', 'FAILOVER')).toBe(
      'ERR You should send CLUSTER FAILOVER to a replica',
    );
    expect(world.error(7003, 'CLUSTER', 'FAILOVER', 'NOW')).toBe('ERR syntax error');
    world.kill(7000);
    world.must(() => world.nodeOf(7003, 7000)?.failed === true, 8000, '7000 is FAIL');
    expect(world.error(7003, 'CLUSTER', 'FAILOVER')).toBe(
      'ERR Master is down or failed, please use CLUSTER FAILOVER FORCE',
    );
  });

  test('a second one by the same replica within 2 T wins on stale votes and is reverted', () => {
    const world = formed(6, 3);
    world.ok(7003, 'CLUSTER', 'FAILOVER');
    world.must(() => world.cluster(7000).myself.isSlave, 1000, '7003 took over');
    world.must(() => world.nodeOf(7003, 7000)?.slaveof?.port === 7003, 2000, '7003 knows its replica');
    world.ok(7000, 'CLUSTER', 'FAILOVER');
    // 7000 asks for votes about a new master: nobody has voted about it yet.
    world.must(() => world.cluster(7003).myself.isSlave, 1500, '7000 took it back');
    world.must(() => world.nodeOf(7000, 7003)?.slaveof?.port === 7000, 2000, '7000 knows its replica');
    const before = world.cluster(7001).currentEpoch;
    const again = world.nowMs;
    world.ok(7003, 'CLUSTER', 'FAILOVER');
    world.run(1000);
    // It declared itself the winner with votes of its first election, without a new epoch.
    const won = world.seen('PROMOTED', again).filter(({ who }) => who === '7003');
    expect(won.length).toBe(1);
    expect(won[0]?.event['epoch']).toBeLessThan(before);
    expect(world.cluster(7001).currentEpoch).toBe(before);
    expect(world.cluster(7003).myself.isSlave).toBe(true);
    expect(world.cluster(7000).myself.isMaster).toBe(true);
  });
});

describe('replica migration', () => {
  test('a spare replica goes to a master that lost its last one, five seconds after FAIL', () => {
    const world = formed(7, 3);
    // 7000 has 7003 and 7006, 7001 has 7004 only.
    world.kill(7004);
    world.must(() => world.seen('REPLICA_MIGRATION').length > 0, 20_000, 'a replica migrates');
    const fail = (world.seen('FAIL')[0]?.at ?? 0) / 1000;
    const moved = world.seen('REPLICA_MIGRATION')[0];
    expect((moved?.at ?? 0) / 1000 - fail).toBeGreaterThan(4900);
    expect((moved?.at ?? 0) / 1000 - fail).toBeLessThan(5400);
    const spare = [7003, 7006].map((port) => ({ port, id: world.id(port) }));
    spare.sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(moved?.who).toBe(String(spare[0]?.port));
    expect(moved?.event['name']).toBe('7001');
  });

  test('the barrier and the switch keep it at home', () => {
    for (const config of [
      { 'cluster-migration-barrier': '2' },
      { 'cluster-allow-replica-migration': 'no' },
    ]) {
      const world = formed(7, 3, { config });
      world.kill(7004);
      world.run(15_000);
      expect(world.seen('REPLICA_MIGRATION')).toEqual([]);
      expect(world.nodeOf(7000, 7004)?.failed).toBe(true);
    }
  });
});
