/* Stories of snapshots: a child takes its time to make one, a server takes its time to load one, and both
 * go on with their other work as far as they can. */

import { describe, expect, test } from 'vitest';
import { Prng } from '#base/prng.ts';
import { ClusterWorld } from './cluster-world.ts';
import { contents } from './swarm.ts';

function standalone(servers: number, config: Record<string, string> = {}): ClusterWorld {
  const world = new ClusterWorld({
    servers,
    config: { 'cluster-enabled': 'no', 'repl-diskless-sync-delay': '0', ...config },
  });
  world.run(1000);
  return world;
}

function fill(world: ClusterWorld, port: number, keys: number): void {
  for (let at = 0; at < keys; at++) world.ok(port, 'SET', `k${at}`, valueOf(at));
}

/** 80 characters that cannot be compressed. */
const valueOf = (at: number): string => Prng.stream(at, 'value').hex(80);

function info(world: ClusterWorld, port: number, section: string): Map<string, string> {
  const lines = world.text(port, 'INFO', section).split('\r\n');
  return new Map(lines.map((line) => line.split(':', 2) as [string, string]));
}

const linked = (world: ClusterWorld, port: number) => (): boolean => world.server(port).replication.linkUp;
const forks = (world: ClusterWorld, port: number): number => world.server(port).stats.totalForks;

/** 50 keys of 20 ms each: a second for whoever saves or loads them. */
const slowSave = { 'rdb-key-save-delay': '20000' };
const slowLoad = { 'key-load-delay': '20000', 'loading-process-events-interval-bytes': '1024' };

describe('a snapshot for a replica', () => {
  for (const diskless of ['yes', 'no']) {
    const way = diskless === 'yes' ? 'streamed' : 'by way of the disk';
    test(`${way}: takes its time, and what is written meanwhile follows it`, () => {
      const world = standalone(2, { 'repl-diskless-sync': diskless, ...slowSave });
      fill(world, 7000, 50);
      world.ok(7001, 'REPLICAOF', '127.0.0.1', '7000');
      world.must(() => world.server(7000).persistence.bgsave !== null, 5000, 'a child saves');
      expect(info(world, 7000, 'persistence').get('rdb_bgsave_in_progress')).toBe('1');
      expect(info(world, 7000, 'replication').get('slave0')).toContain('state=wait_bgsave');
      world.ok(7000, 'SET', 'k0', 'newer');
      world.ok(7000, 'DEL', 'k1');
      world.run(500);
      expect(linked(world, 7001)()).toBe(false);
      expect(info(world, 7001, 'replication').get('master_sync_in_progress')).toBe('1');
      const took = world.must(linked(world, 7001), 5000, 'the replica is linked');
      expect(took).toBeGreaterThan(300);
      world.must(() => contents(world.server(7001)) === contents(world.server(7000)), 2000, 'both are equal');
      expect(world.ok(7001, 'GET', 'k0')).toBe('newer');
      expect(info(world, 7000, 'replication').get('slave0')).toContain('state=online');
    });
  }

  test('by way of the disk serves a replica that comes while it is made, a streamed one does not', () => {
    for (const [diskless, expected] of [
      ['no', 1],
      ['yes', 2],
    ] as const) {
      const world = standalone(3, { 'repl-diskless-sync': diskless, ...slowSave });
      fill(world, 7000, 50);
      world.ok(7001, 'REPLICAOF', '127.0.0.1', '7000');
      world.must(() => world.server(7000).persistence.bgsave !== null, 5000, 'a child saves');
      world.ok(7000, 'SET', 'between', 'the two');
      world.ok(7002, 'REPLICAOF', '127.0.0.1', '7000');
      world.must(() => linked(world, 7001)() && linked(world, 7002)(), 20_000, 'both are linked');
      expect(forks(world, 7000)).toBe(expected);
      world.run(500);
      for (const port of [7001, 7002])
        expect(contents(world.server(port))).toBe(contents(world.server(7000)));
    }
  });

  test('that is streamed to nobody any more is given up', () => {
    const world = standalone(2, slowSave);
    fill(world, 7000, 50);
    world.ok(7001, 'REPLICAOF', '127.0.0.1', '7000');
    world.must(() => world.server(7000).persistence.bgsave !== null, 5000, 'a child saves');
    world.kill(7001);
    world.must(() => world.server(7000).persistence.bgsave === null, 500, 'the child is gone');
    expect(world.server(7000).replication.replicas).toEqual([]);
  });

  test('is worthless after FLUSHALL: the replica is told to ask again', () => {
    const world = standalone(2, { 'repl-diskless-sync': 'no', ...slowSave });
    fill(world, 7000, 50);
    world.ok(7001, 'REPLICAOF', '127.0.0.1', '7000');
    world.must(() => world.server(7000).persistence.bgsave !== null, 5000, 'a child saves');
    world.ok(7000, 'FLUSHALL');
    world.must(linked(world, 7001), 20_000, 'the replica is linked');
    expect(world.server(7000).stats.syncFull).toBe(2);
    expect(contents(world.server(7001))).toBe('');
  });

  test('drops a replica whose held stream outgrows its buffer limit', () => {
    const limits = { 'client-output-buffer-limit': 'replica 20000 0 0', 'repl-backlog-size': '16384' };
    const world = standalone(2, { ...limits, ...slowSave });
    fill(world, 7000, 50);
    world.ok(7001, 'REPLICAOF', '127.0.0.1', '7000');
    world.must(() => world.server(7000).persistence.bgsave !== null, 5000, 'a child saves');
    for (let at = 0; at < 30; at++) world.ok(7000, 'SET', 'big', 'x'.repeat(1000));
    world.run(1500);
    expect(world.seen('REPLICA_OVERFLOW').length).toBeGreaterThan(0);
    world.must(linked(world, 7001), 20_000, 'the replica is linked in the end');
    expect(world.server(7000).stats.syncFull).toBeGreaterThan(1);
  });
});

describe('loading', () => {
  test('refuses most commands and answers some; the stream is applied behind it', () => {
    const world = standalone(2, slowLoad);
    fill(world, 7000, 200);
    world.ok(7001, 'REPLICAOF', '127.0.0.1', '7000');
    world.must(() => world.server(7001).loading, 10_000, 'the replica loads');
    world.send(7000, 'SET', 'k0', 'newer');
    expect(world.error(7001, 'GET', 'k0')).toBe('LOADING Redis is loading the dataset in memory');
    const seen = info(world, 7001, 'persistence');
    expect(seen.get('loading')).toBe('1');
    expect(Number(seen.get('loading_loaded_bytes'))).toBeLessThan(Number(seen.get('loading_total_bytes')));
    world.must(linked(world, 7001), 20_000, 'the replica is linked');
    world.must(() => contents(world.server(7001)) === contents(world.server(7000)), 3000, 'both are equal');
    expect(info(world, 7001, 'persistence').get('loading')).toBe('0');
  });

  test('into a second set of databases leaves the old data readable if they are of the same history', () => {
    const world = standalone(2, { 'repl-diskless-load': 'swapdb', 'repl-timeout': '3', ...slowLoad });
    fill(world, 7000, 100);
    world.ok(7001, 'REPLICAOF', '127.0.0.1', '7000');
    world.must(() => world.server(7001).loading, 10_000, 'the replica loads');
    // It has another history: what it had is no earlier state of this.
    expect(world.error(7001, 'GET', 'k0')).toContain('LOADING');
    world.must(linked(world, 7001), 20_000, 'the replica is linked');

    world.ok(7000, 'CONFIG', 'SET', 'repl-backlog-size', '16384');
    world.fault({ kind: 'cut', from: '7000', to: '7001' });
    for (let at = 0; at < 60; at++) world.ok(7000, 'SET', 'big', 'y'.repeat(1000));
    world.ok(7000, 'SET', 'k0', 'newer');
    world.run(8000);
    world.fault({ kind: 'healAll' });
    world.must(() => world.server(7001).load?.async === true, 20_000, 'the replica loads beside its data');
    expect(world.ok(7001, 'GET', 'k0')).toBe(valueOf(0));
    expect(info(world, 7001, 'persistence').get('async_loading')).toBe('1');
    expect(info(world, 7001, 'persistence').get('loading')).toBe('0');
    expect(world.error(7001, 'BGSAVE')).toContain('LOADING');
    world.must(linked(world, 7001), 20_000, 'the replica is linked');
    expect(world.ok(7001, 'GET', 'k0')).toBe('newer');
  });

  test('that is broken off leaves the old data with swapdb, and none without', () => {
    for (const [mode, left] of [
      ['swapdb', 'mine=1'],
      ['disabled', ''],
    ] as const) {
      const world = standalone(2, { 'repl-diskless-load': mode, ...slowLoad });
      fill(world, 7000, 100);
      world.ok(7001, 'SET', 'mine', '1');
      world.ok(7001, 'REPLICAOF', '127.0.0.1', '7000');
      world.must(() => Boolean(world.server(7001).load?.loader), 10_000, 'the replica loads');
      const server = world.server(7001);
      world.run(200);
      world.kill(7000);
      world.must(() => !server.loading, 20_000, 'what had come is loaded');
      expect(contents(server)).not.toBe(left);
      // A second snapshot breaks off in the middle of the transfer.
      world.restart(7000);
      world.run(500);
      world.ok(7001, 'REPLICAOF', 'NO', 'ONE');
      world.ok(7001, 'FLUSHALL');
      world.ok(7001, 'SET', 'mine', '1');
      fill(world, 7000, 100);
      world.ok(7000, 'CONFIG', 'SET', 'rdb-key-save-delay', '20000');
      world.ok(7001, 'REPLICAOF', '127.0.0.1', '7000');
      world.must(() => server.replication.transfer !== null, 10_000, 'the transfer has begun');
      world.kill(7000);
      world.run(1000);
      expect(server.loading).toBe(false);
      expect(contents(server)).toBe('mine=1');
    }
  });

  test('at start keeps a master silent on the bus, and clients hear LOADING', () => {
    const world = new ClusterWorld({
      servers: 4,
      config: { 'cluster-node-timeout': '1000', 'repl-diskless-sync-delay': '0' },
      configOf: { 7000: { save: '3600 1', ...slowLoad, 'key-load-delay': '100000' } },
    });
    world.form(3);
    for (let at = 0; at < 300; at++) world.call(7000, 'SET', `k${at}`, valueOf(at));
    world.run(3000);
    world.ok(7000, 'SAVE');
    world.kill(7000);
    world.restart(7000);
    world.must(() => world.server(7000).loading, 1000, 'it loads');
    world.driver.disconnect(7000);
    expect(world.error(7000, 'DBSIZE')).toContain('LOADING');
    world.must(() => world.cluster(7003).myself.isMaster, 20_000, 'its replica has taken over meanwhile');
    world.must(() => !world.server(7000).loading, 60_000, 'it has loaded');
    world.must(() => world.cluster(7000).myself.isSlave, 20_000, 'it follows the one who took over');
  });
});

describe('a replica’s own files', () => {
  test('the append only file is begun anew after a snapshot: a restart brings the master’s data', () => {
    const world = standalone(2, { appendonly: 'yes', 'repl-timeout': '5' });
    world.ok(7001, 'SET', 'mine', '1');
    fill(world, 7000, 5);
    world.ok(7001, 'REPLICAOF', '127.0.0.1', '7000');
    world.must(linked(world, 7001), 20_000, 'the replica is linked');
    world.ok(7000, 'SET', 'later', '1');
    world.run(3000);
    expect(contents(world.server(7001))).toBe(contents(world.server(7000)));
    const before = contents(world.server(7001));
    world.kill(7000);
    world.kill(7001);
    world.restart(7001);
    world.run(500);
    expect(contents(world.server(7001))).toBe(before);
  });

  test('keys that have expired meanwhile stay until the master says so', () => {
    const world = new ClusterWorld({
      servers: 2,
      config: {
        'cluster-node-timeout': '60000',
        'repl-diskless-sync-delay': '0',
        'enable-debug-command': 'yes',
      },
    });
    world.form(1);
    world.run(3000);
    world.ok(7000, 'DEBUG', 'SET-ACTIVE-EXPIRE', '0');
    world.ok(7000, 'SET', 'short', '1', 'PX', '2000');
    world.run(500);
    world.ok(7001, 'SAVE');
    world.fault({ kind: 'cut', from: '7000', to: '7001' });
    world.kill(7001);
    world.run(3000);
    world.restart(7001);
    world.run(500);
    expect(world.ok(7001, 'DBSIZE')).toBe(1);
  });
});

describe('the link to the master', () => {
  test('is a client of the replica: listed, and killed by its address', () => {
    const world = standalone(2);
    world.ok(7001, 'REPLICAOF', '127.0.0.1', '7000');
    world.must(linked(world, 7001), 20_000, 'the replica is linked');
    const line = world.text(7001, 'CLIENT', 'LIST', 'TYPE', 'master');
    expect(line).toMatch(/addr=127\.0\.0\.1:7000 .*flags=M /);
    expect(world.ok(7001, 'CLIENT', 'KILL', '127.0.0.1:7000')).toEqual(world.ok(7000, 'SET', 'a', '1'));
    world.must(linked(world, 7001), 20_000, 'the replica is linked again');
    expect(world.server(7000).stats.syncPartialOk).toBe(1);
    world.run(100);
    expect(world.ok(7001, 'GET', 'a')).toBe('1');
  });
});
