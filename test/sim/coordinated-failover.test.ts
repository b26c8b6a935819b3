/* FAILOVER: a master without a cluster hands over to a replica. */

import { describe, expect, test } from 'vitest';
import { ClusterWorld } from './cluster-world.ts';
import { contents } from './swarm.ts';

/** A master on 7000, replicas behind it. */
function masterAndReplicas(): ClusterWorld {
  const world = new ClusterWorld({
    servers: 3,
    config: { 'cluster-enabled': 'no', 'repl-diskless-sync-delay': '0' },
  });
  world.run(1000);
  for (const replica of [7001, 7002]) {
    world.ok(replica, 'REPLICAOF', '127.0.0.1', '7000');
    world.must(() => world.server(replica).replication.linkUp, 20_000, `${replica} follows 7000`);
  }
  world.ok(7000, 'SET', 'a', '1');
  world.run(1500);
  return world;
}

const role = (world: ClusterWorld, port: number): unknown => (world.ok(port, 'ROLE') as unknown[])[0];
const state = (world: ClusterWorld, port: number): string | undefined =>
  /master_failover_state:(\S+)/.exec(String(world.ok(port, 'INFO', 'replication')))?.[1];

function ends(world: ClusterWorld, port: number): void {
  world.must(() => state(world, port) === 'no-failover', 20_000, `the failover of ${port} ends`);
}

describe('a failover', () => {
  test('to a named replica swaps the two, needs no snapshot and loses nothing', () => {
    const world = masterAndReplicas();
    const fullSyncs = world.server(7000).stats.syncFull;
    world.ok(7000, 'SET', 'new', '1');
    world.ok(7000, 'FAILOVER', 'TO', '127.0.0.1', '7001');
    expect(state(world, 7000)).toBe('waiting-for-sync');
    ends(world, 7000);
    expect([role(world, 7000), role(world, 7001)]).toEqual(['slave', 'master']);
    world.must(() => world.server(7000).replication.linkUp, 20_000, '7000 follows 7001');
    world.ok(7001, 'SET', 'b', '2');
    world.run(500);
    expect(contents(world.server(7000))).toBe('a=1\nb=2\nnew=1');
    expect(world.server(7001).stats.syncPartialOk).toBe(1);
    expect(world.server(7001).stats.syncFull).toBe(0);
    expect(world.server(7000).stats.syncFull).toBe(fullSyncs);
    expect(world.error(7000, 'SET', 'x', '1')).toMatch(/^READONLY/);
  });

  test('to any takes one that has everything', () => {
    const world = masterAndReplicas();
    world.fault({ kind: 'pause', server: '7001' });
    world.ok(7000, 'SET', 'b', '2');
    world.ok(7000, 'FAILOVER');
    ends(world, 7000);
    expect([role(world, 7000), role(world, 7002)]).toEqual(['slave', 'master']);
  });

  test('gives up in time when the replica lags, or hands over all the same when it is forced', () => {
    for (const force of [false, true]) {
      const world = masterAndReplicas();
      world.fault({ kind: 'pause', server: '7001' });
      world.ok(7000, 'SET', 'b', '2');
      const argv = ['FAILOVER', 'TO', '127.0.0.1', '7001', 'TIMEOUT', '500', ...(force ? ['FORCE'] : [])];
      world.ok(7000, ...argv);
      world.run(300);
      expect(state(world, 7000)).toBe('waiting-for-sync');
      expect(world.ok(7000, 'GET', 'b')).toBe('2');
      world.run(600);
      expect(state(world, 7000)).toBe(force ? 'failover-in-progress' : 'no-failover');
      expect(role(world, 7000)).toBe(force ? 'slave' : 'master');
      world.fault({ kind: 'resume', server: '7001' });
      ends(world, 7000);
      expect(role(world, 7001)).toBe(force ? 'master' : 'slave');
      if (!force) expect(world.ok(7000, 'SET', 'c', '3')).toBeTruthy();
    }
  });

  test('is taken back by ABORT, and by a replica that refuses', () => {
    const world = masterAndReplicas();
    world.fault({ kind: 'pause', server: '7001' });
    world.ok(7000, 'SET', 'b', '2');
    world.ok(7000, 'FAILOVER', 'TO', '127.0.0.1', '7001');
    expect(world.error(7000, 'FAILOVER')).toBe('ERR FAILOVER already in progress.');
    expect(world.error(7000, 'REPLICAOF', 'NO', 'ONE')).toBe('ERR REPLICAOF not allowed while failing over.');
    expect(world.error(7000, 'SYNC')).toBe("NOMASTERLINK Can't SYNC while failing over");
    world.ok(7000, 'FAILOVER', 'ABORT');
    expect(state(world, 7000)).toBe('no-failover');
    world.fault({ kind: 'resume', server: '7001' });
    world.ok(7001, 'ACL', 'SETUSER', 'default', '-psync');
    world.ok(7000, 'FAILOVER', 'TO', '127.0.0.1', '7001');
    ends(world, 7000);
    expect([role(world, 7000), role(world, 7001)]).toEqual(['master', 'slave']);
  });
});

test('nonsense is refused in the words of the real server', () => {
  const world = masterAndReplicas();
  const error = (...argv: string[]): string => world.error(7000, 'FAILOVER', ...argv);
  expect(error('ABORT')).toBe('ERR No failover in progress.');
  expect(error('FORCE')).toBe(
    'ERR FAILOVER with force option requires both a timeout and target HOST and IP.',
  );
  expect(error('TIMEOUT', '0')).toBe('ERR FAILOVER timeout must be greater than 0');
  expect(error('TIMEOUT', 'x')).toBe('ERR value is not an integer or out of range');
  expect(error('TO', '127.0.0.1', 'x')).toBe('ERR value is not an integer or out of range');
  expect(error('TO', '127.0.0.1', '1')).toBe('ERR FAILOVER target HOST and PORT is not a replica.');
  expect(error('TIMEOUT', '10', 'TIMEOUT', '10')).toBe('ERR syntax error');
  expect(error('ABORT', 'x')).toBe('ERR syntax error');
  expect(world.error(7001, 'FAILOVER')).toBe('ERR FAILOVER is not valid when server is a replica.');
  expect(world.error(7000, 'PSYNC', 'x', '1', 'FAILOVER')).toBe(
    "ERR PSYNC FAILOVER can't be sent to a master.",
  );
  expect(world.error(7001, 'PSYNC', 'x', '1', 'FAILOVER')).toBe(
    'ERR PSYNC FAILOVER replid must match my replid.',
  );
});
