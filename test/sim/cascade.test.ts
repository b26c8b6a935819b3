/* Stories of replicas of replicas: outside cluster mode chains of any length, and what becomes of them
 * when one in the middle dies, starts anew or is promoted; in a cluster, where nobody can ask for one,
 * but one can come to be. What they expect was seen with Redis 7.0.15. */

import { describe, expect, test } from 'vitest';
import { ClusterWorld, follow, offset, standalone } from './cluster-world.ts';

const CHAIN = [7000, 7001, 7002, 7003] as const;

/** 7000 <- 7001 <- 7002 <- 7003. */
function chain(): ClusterWorld {
  const world = standalone(CHAIN.length);
  for (const port of CHAIN.slice(1)) follow(world, port, port - 1);
  return world;
}

/** How often a server served a snapshot, and how often it went on without. */
const syncs = (world: ClusterWorld, port: number): [number, number] => {
  const { syncFull, syncPartialOk } = world.server(port).stats;
  return [syncFull, syncPartialOk];
};

const linkUp = (world: ClusterWorld, port: number): boolean => world.server(port).replication.linkUp;

describe('a chain', () => {
  test('goes on in the database that was selected, whoever begins anew or with the link of its master', () => {
    const world = standalone(3);
    follow(world, 7001, 7000);
    world.ok(7000, 'SELECT', '9');
    world.ok(7000, 'INCR', 'x');
    world.run(300);
    // What the snapshot of a replica says is all that the next in the chain knows of it.
    follow(world, 7002, 7001);
    const step = (value: string, act: () => void): void => {
      act();
      world.must(() => linkUp(world, 7001) && linkUp(world, 7002), 20_000, 'the links are up');
      world.ok(7000, 'SELECT', '9');
      world.ok(7000, 'INCR', 'x');
      world.run(1500);
      for (const port of [7001, 7002]) {
        world.ok(port, 'SELECT', '9');
        expect([port, world.ok(port, 'GET', 'x')]).toEqual([port, value]);
        expect(world.server(port).dbs[0]?.size).toBe(0);
      }
    };
    step('2', () => undefined);
    step('3', () => void world.ok(7000, 'CLIENT', 'KILL', 'TYPE', 'replica'));
    step('4', () => void world.ok(7001, 'CLIENT', 'KILL', 'TYPE', 'replica'));
    expect(syncs(world, 7000)).toEqual([1, 1]);
    expect(syncs(world, 7001)).toEqual([1, 1]);
    // A replica that was shut down remembers it in its snapshot.
    world.ok(7002, 'SAVE');
    step('5', () => {
      world.kill(7002);
      world.ok(7000, 'INCR', 'x');
      world.ok(7000, 'DECR', 'x');
      world.restart(7002);
      world.ok(7002, 'REPLICAOF', '127.0.0.1', '7001');
    });
  });

  test('has one history and one offset from end to end; each knows its neighbours only', () => {
    const world = chain();
    world.ok(7000, 'SET', 'a', '1');
    // WAIT counts those that are linked to the master itself.
    expect(world.ok(7000, 'WAIT', '1', '1000')).toBe(1);
    expect(world.ok(7000, 'WAIT', '3', '300')).toBe(1);
    const same = (): boolean => CHAIN.every((port) => offset(world, port) === offset(world, 7000));
    world.must(same, 3000, 'all have the same offset');
    expect(world.ok(7003, 'GET', 'a')).toBe('1');
    expect(new Set(CHAIN.map((port) => world.server(port).replication.replid)).size).toBe(1);
    for (const port of CHAIN.slice(0, 3)) {
      expect(world.text(port, 'INFO', 'stats')).toContain(
        'sync_full:1\r\nsync_partial_ok:0\r\nsync_partial_err:1\r\n',
      );
    }
    expect(world.ok(7002, 'ROLE')).toEqual(['slave', '127.0.0.1', 7001, 'connected', offset(world, 7002)]);
    expect(world.text(7002, 'INFO', 'replication')).toMatch(
      /role:slave\r\n[^]*connected_slaves:1\r\nslave0:ip=127\.0\.0\.1,port=7003,state=online,/,
    );
    for (const port of CHAIN.slice(1)) {
      expect(world.error(port, 'SET', 'a', '2')).toContain('READONLY');
      expect(world.error(port, 'FAILOVER')).toBe('ERR FAILOVER is not valid when server is a replica.');
    }
  });

  test('that loses one in the middle stands still below it, until the next is told whom to follow', () => {
    const world = chain();
    world.ok(7000, 'SET', 'a', '1');
    world.run(200);
    world.kill(7001);
    world.must(() => !linkUp(world, 7002), 5000, 'the next one notices');
    expect((world.ok(7002, 'ROLE') as unknown[])[4]).toBe(-1);
    world.ok(7000, 'SET', 'a', '2');
    world.run(5000);
    // The last one sees nothing of it: its own master is there.
    expect(linkUp(world, 7003)).toBe(true);
    expect(world.ok(7003, 'GET', 'a')).toBe('1');
    follow(world, 7002, 7000);
    expect(world.ok(7003, 'GET', 'a')).toBe('2');
    expect(syncs(world, 7000)).toEqual([1, 1]);
    expect(syncs(world, 7002)).toEqual([1, 0]);
  });

  test('whose middle is promoted has a new history below it, which the last one goes on with', () => {
    const world = chain();
    world.ok(7000, 'SET', 'a', '1');
    world.run(200);
    const before = world.server(7000).replication.replid;
    world.ok(7002, 'REPLICAOF', 'NO', 'ONE');
    world.must(() => linkUp(world, 7003), 10_000, 'the last one is linked');
    expect(syncs(world, 7002)).toEqual([1, 1]);
    const [middle, last] = [7002, 7003].map((port) => world.server(port).replication);
    expect(last!.replid).toBe(middle!.replid);
    expect(last!.replid).not.toBe(before);
    expect([middle!.replid2, last!.replid2]).toEqual([before, before]);
    expect(last!.secondReplidOffset).toBe(middle!.secondReplidOffset);
  });

  test('whose middle starts anew from a snapshot makes all below it do so, and nobody keeps what it wrote alone', () => {
    const world = chain();
    world.ok(7002, 'REPLICAOF', 'NO', 'ONE');
    world.ok(7002, 'SET', 'own', 'x');
    world.ok(7000, 'SET', 'a', '3');
    world.must(() => linkUp(world, 7003), 10_000, 'the last one is linked');
    expect(world.ok(7003, 'GET', 'own')).toBe('x');
    const full = syncs(world, 7002)[0];
    follow(world, 7002, 7001);
    world.must(() => world.ok(7003, 'GET', 'a') === '3', 10_000, 'the last one has the write');
    expect(world.ok(7003, 'GET', 'own')).toBe(null);
    expect(syncs(world, 7002)[0]).toBe(full + 1);
  });

  test('whose master is told to follow its end is a ring without a master, in which nobody can write', () => {
    const world = chain();
    world.ok(7000, 'SET', 'a', '1');
    world.run(200);
    follow(world, 7000, 7003);
    world.run(5000);
    for (const port of CHAIN) {
      expect((world.ok(port, 'ROLE') as unknown[]).slice(0, 4)).toEqual([
        'slave',
        '127.0.0.1',
        port === 7000 ? 7003 : port - 1,
        'connected',
      ]);
      expect(world.error(port, 'SET', 'a', '2')).toContain('READONLY');
    }
  });
});

describe('in a cluster', () => {
  const T = 2000;

  /** 7000-7002 own the slots, 7003 replicates 7000, 7004 is an empty master that 7005 replicates. */
  function withEmptyMaster(): ClusterWorld {
    const world = new ClusterWorld({
      servers: 6,
      config: { 'cluster-node-timeout': String(T), 'repl-diskless-sync-delay': '0' },
    });
    world.form(3);
    world.ok(7004, 'CLUSTER', 'RESET');
    world.ok(7004, 'CLUSTER', 'MEET', '127.0.0.1', '7000');
    const met = (): boolean =>
      world.ports.every((port) => world.nodeOf(port, 7004)?.isMaster && world.nodeOf(7004, port));
    world.must(met, 20_000, 'everybody knows the empty master');
    world.ok(7005, 'CLUSTER', 'REPLICATE', world.id(7004));
    world.must(() => linkUp(world, 7005), 10_000, '7005 follows the empty master');
    world.run(2 * T);
    return world;
  }

  test('a replica is no master to be had: REPLICATE and REPLICAOF are refused', () => {
    const world = withEmptyMaster();
    for (const replica of [7003, 7005]) {
      expect(world.error(7004, 'CLUSTER', 'REPLICATE', world.id(replica))).toBe(
        'ERR I can only replicate a master, not a replica.',
      );
    }
    expect(world.error(7004, 'REPLICAOF', '127.0.0.1', '7000')).toBe(
      'ERR REPLICAOF not allowed in cluster mode.',
    );
  });

  test('a master that becomes a replica takes its own along, until slots move: then they go to the top', () => {
    const world = withEmptyMaster();
    world.ok(7004, 'CLUSTER', 'REPLICATE', world.id(7000));
    world.must(() => linkUp(world, 7004), 10_000, '7004 follows 7000');
    world.run(3 * T);
    expect(world.cluster(7005).myself.slaveof?.port).toBe(7004);
    expect(linkUp(world, 7005)).toBe(true);
    world.ok(7000, 'SET', 'hello', 'v');
    world.run(200);
    expect(world.server(7005).dbs[0]?.size).toBe(1);
    // It has the key, but its master has not the slot.
    world.ok(7005, 'READONLY');
    expect(world.error(7005, 'GET', 'hello')).toBe('MOVED 866 127.0.0.1:7000');
    expect(world.error(7000, 'CLUSTER', 'REPLICAS', world.id(7004))).toBe(
      'ERR The specified node is not a master',
    );
    world.ok(7002, 'CLUSTER', 'SETSLOT', '6000', 'IMPORTING', world.id(7001));
    world.ok(7002, 'CLUSTER', 'SETSLOT', '6000', 'NODE', world.id(7002));
    world.must(() => world.cluster(7005).myself.slaveof?.port === 7000, 5000, '7005 goes to the top');
    world.must(() => linkUp(world, 7005), 10_000, 'and is linked');
    expect(world.ok(7005, 'GET', 'hello')).toBe('v');
  });
});
