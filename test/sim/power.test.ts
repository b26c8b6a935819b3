/* Stories of endings: a signal that lets a server say goodbye, a death that leaves the kernel alive, and a loss
 * of power that leaves nothing but what was synced to the disk. */

import { describe, expect, test } from 'vitest';
import { slotOwner } from '#redis/cluster/state.ts';
import { ClusterWorld } from './cluster-world.ts';

function alone(config: Record<string, string>, servers = 1): ClusterWorld {
  const world = new ClusterWorld({ servers, config: { 'cluster-enabled': 'no', ...config } });
  world.run(1000);
  return world;
}

const powerLoss = (world: ClusterWorld, port: number): void =>
  world.fault({ kind: 'powerLoss', server: String(port) });

describe('a loss of power', () => {
  test('takes what was not synced: all since the start, the last second, or nothing', () => {
    for (const [policy, left] of [
      ['no', null],
      ['everysec', 'second'],
      ['always', 'third'],
    ] as const) {
      const world = alone({ appendonly: 'yes', appendfsync: policy });
      world.ok(7000, 'SET', 'k', 'first');
      world.run(3000);
      // The first write for a second is synced as it comes, those right behind it are not.
      world.ok(7000, 'SET', 'k', 'second');
      world.run(100);
      world.ok(7000, 'SET', 'k', 'third');
      powerLoss(world, 7000);
      world.run(1000);
      world.restart(7000);
      world.driver.disconnect(7000);
      world.run(500);
      expect(world.ok(7000, 'GET', 'k'), policy).toBe(left);
    }
  });

  test('takes only what the kernel has not written back: that is done after half a minute', () => {
    const world = alone({ appendonly: 'yes', appendfsync: 'no' });
    world.ok(7000, 'SET', 'k', 'old');
    world.run(31_000);
    world.ok(7000, 'SET', 'k', 'new');
    world.run(1000);
    powerLoss(world, 7000);
    world.restart(7000);
    world.driver.disconnect(7000);
    world.run(500);
    expect(world.ok(7000, 'GET', 'k')).toBe('old');
  });

  test('makes a server forget whom it follows: nodes.conf is synced for epochs and votes only', () => {
    const world = new ClusterWorld({ servers: 4, config: { 'cluster-node-timeout': '2000', save: '' } });
    world.form(3);
    powerLoss(world, 7003);
    world.run(1000);
    world.restart(7003);
    world.run(5000);
    const { myself } = world.cluster(7003);
    expect([myself.isMaster, myself.numslots]).toEqual([true, 0]);
    world.driver.disconnect(7003);
    // Once the kernel has written it back it is remembered.
    world.ok(7003, 'CLUSTER', 'REPLICATE', world.id(7000));
    world.run(31_000);
    powerLoss(world, 7003);
    world.run(1000);
    world.restart(7003);
    world.run(5000);
    expect(world.cluster(7003).myself.slaveof?.port).toBe(7000);
  });

  test('makes a server forget a slot it took without a new epoch: nobody claims it any more', () => {
    const world = new ClusterWorld({ servers: 3, config: { 'cluster-node-timeout': '2000', save: '' } });
    world.form(3);
    const take = (slot: string): void => {
      world.ok(7001, 'CLUSTER', 'SETSLOT', slot, 'IMPORTING', world.id(7000));
      world.ok(7001, 'CLUSTER', 'SETSLOT', slot, 'NODE', world.id(7001));
      world.run(3000);
    };
    const owner = (viewer: number, slot: number): number | undefined =>
      slotOwner(world.cluster(viewer), slot)?.port;
    // The first one brings a new epoch, and with it the file to the disk.
    take('0');
    take('1');
    powerLoss(world, 7001);
    world.run(6000);
    world.restart(7001);
    world.run(10_000);
    expect([7000, 7001, 7002].map((viewer) => owner(viewer, 0))).toEqual([7001, 7001, 7001]);
    expect([7000, 7001, 7002].map((viewer) => owner(viewer, 1))).toEqual([7001, 7000, 7001]);
  });

  test('takes nothing that was written when only the process dies', () => {
    const world = alone({ appendonly: 'yes', appendfsync: 'no' });
    world.ok(7000, 'SET', 'k', 'v');
    world.kill(7000);
    world.restart(7000);
    world.driver.disconnect(7000);
    world.run(500);
    expect(world.ok(7000, 'GET', 'k')).toBe('v');
  });

  test('is silent: no connection ends, new ones are not refused, and a failover follows all the same', () => {
    const world = new ClusterWorld({
      servers: 6,
      config: { 'cluster-node-timeout': '2000', 'repl-diskless-sync-delay': '0' },
    });
    world.form(3);
    world.run(3000);
    powerLoss(world, 7000);
    world.run(1000);
    // After a kill the replica would have heard of the end at once.
    expect(world.server(7003).replication.linkUp).toBe(true);
    world.send(7000, 'PING');
    world.run(5000);
    expect(world.driver.replies.get(7000) ?? []).toEqual([]);
    world.must(() => world.cluster(7003).myself.isMaster, 20_000, 'its replica takes over');
    world.restart(7000);
    world.must(() => world.isUp(7000) && world.settled(), 60_000, 'all is well again');
    expect(world.cluster(7000).myself.isSlave).toBe(true);
  });

  test('leaves a node its identity and its vote, which are synced before they count', () => {
    const world = new ClusterWorld({ servers: 3, config: { 'cluster-node-timeout': '2000' } });
    world.form(3);
    world.run(3000);
    const before = { id: world.id(7000), slots: world.cluster(7000).myself.numslots };
    powerLoss(world, 7000);
    world.restart(7000);
    world.run(200);
    expect({ id: world.id(7000), slots: world.cluster(7000).myself.numslots }).toEqual(before);
  });
});

describe('SIGTERM', () => {
  const terminate = (world: ClusterWorld): void => world.fault({ kind: 'terminate', server: '7000' });

  test('saves as configured and ends', () => {
    const world = alone({ save: '3600 1' });
    world.ok(7000, 'SET', 'k', 'v');
    terminate(world);
    world.run(500);
    expect(world.isUp(7000)).toBe(false);
    world.restart(7000);
    world.driver.disconnect(7000);
    world.run(500);
    expect(world.ok(7000, 'GET', 'k')).toBe('v');
  });

  test('waits for a replica that lags, as long as shutdown-timeout allows', () => {
    const world = alone({ 'repl-diskless-sync-delay': '0', 'shutdown-timeout': '3' }, 2);
    world.ok(7001, 'REPLICAOF', '127.0.0.1', '7000');
    world.must(() => world.server(7001).replication.linkUp, 20_000, 'the replica is linked');
    world.fault({ kind: 'pause', server: '7001' });
    world.ok(7000, 'SET', 'k', 'v');
    terminate(world);
    world.run(2000);
    expect(world.isUp(7000)).toBe(true);
    world.run(2000);
    expect(world.isUp(7000)).toBe(false);
  });

  test('means nothing to a paused process until it goes on', () => {
    const world = alone({});
    world.fault({ kind: 'pause', server: '7000' });
    terminate(world);
    world.run(1000);
    expect(world.isUp(7000)).toBe(false);
    expect(world.world.machine('7000')?.state).toBe('paused');
    world.fault({ kind: 'resume', server: '7000' });
    world.run(1000);
    expect(world.world.machine('7000')?.state).toBe('down');
  });
});
