/* Stories of replication, in and out of a cluster. */

import { describe, expect, test } from 'vitest';
import { ErrorReply } from '#redis/reply.ts';
import { readStream } from '#redis/replication/link.ts';
import { replicaLink } from '#redis/replication/state.ts';
import { ClusterWorld, follow, offset, standalone } from './cluster-world.ts';
import { contents } from './swarm.ts';

describe('a replica', () => {
  test('gets a snapshot, then the stream, in any of the two ways', () => {
    for (const diskless of ['yes', 'no']) {
      const world = standalone(2, { 'repl-diskless-sync': diskless });
      world.ok(7000, 'SET', 'a', '1');
      world.ok(7000, 'SET', 'b', '2', 'PX', '60000');
      follow(world, 7001, 7000);
      expect(contents(world.server(7001))).toBe('a=1\nb=2');
      expect(world.server(7001).config.replicaof).toBe('127.0.0.1 7000');
      world.ok(7000, 'SET', 'c', '3');
      world.run(50);
      expect(world.ok(7001, 'GET', 'c')).toBe('3');
      expect(offset(world, 7001)).toBe(offset(world, 7000));
      expect(world.server(7001).replication.replid).toBe(world.server(7000).replication.replid);
      expect(world.error(7001, 'SET', 'x', '1')).toBe(
        "READONLY You can't write against a read only replica.",
      );
    }
  });

  test('counts every byte of the stream, in whatever pieces it comes', () => {
    const world = standalone(2);
    follow(world, 7001, 7000);
    const replica = world.server(7001);
    const before = offset(world, 7001);
    const command = '*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n';
    const transaction = `*1\r\n$5\r\nMULTI\r\n${command}*1\r\n$4\r\nEXEC\r\n`;
    const stream = `*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n${command}${transaction}${command}`;
    for (const size of [1, 2, 3, 5, 7, 11, 1000]) {
      const start = offset(world, 7001);
      for (let at = 0; at < stream.length; at += size) {
        readStream(replica, stream.slice(at, at + size));
      }
      expect(offset(world, 7001) - start, `pieces of ${size}`).toBe(stream.length);
      expect(replica.replication.unproxied).toBe('');
    }
    expect(replica.replication.backlog?.since(before + 1)).toBe(stream.repeat(7));
  });

  test('that is paused takes the stream, runs it afterwards, and in its order', () => {
    const world = standalone(2);
    follow(world, 7001, 7000);
    world.ok(7001, 'CLIENT', 'PAUSE', '60000', 'WRITE');
    world.ok(7000, 'SET', 'a', '1');
    world.ok(7000, 'MULTI');
    world.ok(7000, 'APPEND', 'a', '2');
    world.ok(7000, 'APPEND', 'a', '3');
    world.ok(7000, 'EXEC');
    world.ok(7000, 'APPEND', 'a', '4');
    world.run(1500);
    const before = offset(world, 7001);
    expect(before).toBeLessThan(offset(world, 7000));
    expect(world.ok(7001, 'GET', 'a')).toBe(null);
    expect(String(world.ok(7001, 'INFO', 'replication'))).toContain(`slave_repl_offset:${before}\r\n`);
    expect(world.server(7001).replication.unproxied).toContain('EXEC');
    world.ok(7001, 'CLIENT', 'UNPAUSE');
    world.run(1500);
    expect(world.ok(7001, 'GET', 'a')).toBe('1234');
    expect(offset(world, 7001)).toBe(offset(world, 7000));
  });

  test('that may be written to lets its own keys expire by itself, and the others when the master says so', () => {
    const world = standalone(2, { 'replica-read-only': 'no', 'enable-debug-command': 'yes' });
    follow(world, 7001, 7000);
    world.ok(7000, 'DEBUG', 'SET-ACTIVE-EXPIRE', '0');
    world.ok(7000, 'SET', 'theirs', '1', 'PX', '100');
    world.run(500);
    for (const key of ['a', 'b', 'c']) world.ok(7001, 'SET', key, '1', 'PX', '2000');
    world.ok(7001, 'PERSIST', 'c');
    world.run(500);
    expect(String(world.ok(7001, 'INFO', 'stats'))).toContain('slave_expires_tracked_keys:2\r\n');
    world.run(3000);
    expect(world.ok(7001, 'DBSIZE')).toBe(2);
    expect(world.ok(7001, 'EXISTS', 'theirs', 'c')).toBe(1);
    expect(String(world.ok(7001, 'INFO', 'stats'))).toContain('slave_expires_tracked_keys:0\r\n');
  });

  test('tells its log when it cannot do what its master did, and stops if it is told to', () => {
    const world = standalone(2, { 'replica-read-only': 'no', 'enable-debug-command': 'yes' });
    follow(world, 7001, 7000);
    const complaints = (): string[] =>
      (world.world.machine('7001')?.log ?? [])
        .map((line) => String(line))
        .filter((line) => line.includes('== CRITICAL =='));
    world.ok(7000, 'DEBUG', 'REPLICATE', 'nosuch', 'x');
    world.ok(7001, 'SET', 'n', 'text');
    world.ok(7000, 'INCR', 'n');
    world.run(500);
    expect(complaints()).toEqual([
      expect.stringContaining("error to its master: 'ERR unknown command 'nosuch'"),
      expect.stringContaining("or out of range' after processing the command 'incr'"),
    ]);
    expect(String(world.ok(7001, 'INFO', 'stats'))).toContain('unexpected_error_replies:2\r\n');
    world.ok(7001, 'CONFIG', 'SET', 'propagation-error-behavior', 'panic-on-replicas');
    world.ok(7000, 'DEBUG', 'REPLICATE', 'nosuch');
    world.run(500);
    expect(world.isUp(7001)).toBe(false);
  });

  test('waits for the diskless delay before its snapshot begins', () => {
    const world = standalone(2, { 'repl-diskless-sync-delay': '5' });
    world.ok(7001, 'REPLICAOF', '127.0.0.1', '7000');
    const took = world.must(() => world.server(7001).replication.linkUp, 20_000, 'the link is up');
    expect(took).toBeGreaterThan(4000);
    expect(took).toBeLessThan(7000);
  });

  test('continues from the backlog after a short break, and starts anew after a long one', () => {
    const world = standalone(2, { 'repl-timeout': '5' });
    follow(world, 7001, 7000);
    world.fault({ kind: 'cut', from: '7000', to: '7001' });
    for (let at = 0; at < 10; at++) world.ok(7000, 'SET', `k${at}`, 'x'.repeat(100));
    world.run(8000);
    expect(world.server(7001).replication.linkUp).toBe(false);
    world.fault({ kind: 'healAll' });
    world.must(() => world.server(7001).replication.linkUp, 20_000, 'the link is up again');
    expect(world.server(7000).stats.syncPartialOk).toBe(1);
    expect(String(world.ok(7000, 'INFO', 'stats'))).toMatch(/sync_full:1\r\nsync_partial_ok:1\r\n/);
    world.run(300);
    expect(contents(world.server(7001))).toBe(contents(world.server(7000)));
    world.fault({ kind: 'cut', from: '7000', to: '7001' });
    world.ok(7000, 'CONFIG', 'SET', 'repl-backlog-size', '16384');
    for (let at = 0; at < 60; at++) world.ok(7000, 'SET', `k${at}`, 'y'.repeat(1000));
    world.run(8000);
    world.fault({ kind: 'healAll' });
    world.must(() => world.server(7001).replication.linkUp, 20_000, 'the link is up again');
    expect(world.server(7000).stats.syncFull).toBe(2);
    world.run(300);
    expect(contents(world.server(7001))).toBe(contents(world.server(7000)));
  });

  test('of a replica shares its offsets and history', () => {
    const world = standalone(3);
    follow(world, 7001, 7000);
    follow(world, 7002, 7001);
    world.ok(7000, 'SET', 'a', '1');
    world.run(100);
    expect(world.ok(7002, 'GET', 'a')).toBe('1');
    expect([7001, 7002].map((port) => offset(world, port))).toEqual([
      offset(world, 7000),
      offset(world, 7000),
    ]);
    // The middle one is promoted: the last one goes on without a snapshot.
    const full = world.server(7001).stats.syncFull;
    world.ok(7001, 'REPLICAOF', 'NO', 'ONE');
    world.must(() => world.server(7002).replication.linkUp, 10_000, 'the last one is linked');
    expect(world.server(7001).stats.syncFull).toBe(full);
    expect(world.server(7002).replication.replid).toBe(world.server(7001).replication.replid);
    expect(world.server(7002).replication.replid2).toBe(world.server(7000).replication.replid);
  });

  test('that a transaction kills gets nothing of that transaction, and needs a snapshot when the backlog is short', () => {
    const world = standalone(2);
    follow(world, 7001, 7000);
    world.ok(7000, 'CONFIG', 'SET', 'repl-backlog-size', '16384');
    world.ok(7000, 'MULTI');
    world.ok(7000, 'CLIENT', 'KILL', 'TYPE', 'replica');
    for (let at = 0; at < 60; at++) world.ok(7000, 'SET', `k${at}`, 'x'.repeat(1000));
    const before = offset(world, 7001);
    world.ok(7000, 'EXEC');
    world.must(() => !world.server(7001).replication.linkUp, 1000, 'the replica notices');
    expect(offset(world, 7001)).toBe(before);
    world.must(() => world.server(7001).replication.linkUp, 20_000, 'the link is up again');
    expect(world.server(7000).stats.syncFull).toBe(2);
    expect(contents(world.server(7001))).toBe(contents(world.server(7000)));
  });

  test('never shows half a transaction, even when the link breaks inside it', () => {
    const world = standalone(2);
    follow(world, 7001, 7000);
    world.ok(7000, 'MULTI');
    for (let at = 0; at < 5; at++) world.ok(7000, 'SET', `t${at}`, 'x');
    world.ok(7000, 'EXEC');
    world.run(50);
    expect(offset(world, 7001)).toBe(offset(world, 7000));
    expect(contents(world.server(7001))).toBe(contents(world.server(7000)));
  });

  test('hides expired keys at once and deletes them when its master says so', () => {
    const world = standalone(2);
    world.ok(7000, 'SET', 'a', '1', 'PX', '500');
    follow(world, 7001, 7000);
    world.fault({ kind: 'cut', from: '7000', to: '7001' });
    world.run(1000);
    expect(world.ok(7001, 'GET', 'a')).toBe(null);
    expect(world.ok(7001, 'DBSIZE')).toBe(1);
    world.fault({ kind: 'healAll' });
    world.run(3000);
    expect(world.ok(7001, 'DBSIZE')).toBe(0);
  });

  test('refuses reads without its master when told not to serve stale data', () => {
    const world = standalone(2, { 'replica-serve-stale-data': 'no' });
    world.ok(7000, 'SET', 'a', '1');
    follow(world, 7001, 7000);
    expect(world.ok(7001, 'GET', 'a')).toBe('1');
    world.kill(7000);
    world.run(500);
    expect(world.error(7001, 'GET', 'a')).toBe(
      "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    );
  });
});

describe('a master', () => {
  test('answers WAIT when enough replicas have the write, or with the number that has', () => {
    const world = standalone(3);
    follow(world, 7001, 7000);
    follow(world, 7002, 7000);
    world.ok(7000, 'SET', 'a', '1');
    expect(world.ok(7000, 'WAIT', '2', '1000')).toBe(2);
    world.fault({ kind: 'cut', from: '7000', to: '7002' });
    world.ok(7000, 'SET', 'a', '2');
    const asked = world.nowMs;
    expect(world.ok(7000, 'WAIT', '2', '700')).toBe(1);
    expect(world.nowMs - asked).toBeGreaterThanOrEqual(700);
    expect(world.ok(7000, 'WAIT', '1', '700')).toBe(1);
    expect(world.error(7001, 'WAIT', '1', '1')).toContain('ERR WAIT cannot be used with replica instances.');
  });

  test('refuses writes without enough good replicas', () => {
    const world = standalone(2, { 'min-replicas-to-write': '1', 'min-replicas-max-lag': '2' });
    expect(world.error(7000, 'SET', 'a', '1')).toBe('NOREPLICAS Not enough good replicas to write.');
    follow(world, 7001, 7000);
    world.must(() => !(world.call(7000, 'SET', 'a', '1') instanceof ErrorReply), 3000, 'writes are taken');
    world.fault({ kind: 'cut', from: '7000', to: '7001' });
    const took = world.must(
      () => world.call(7000, 'SET', 'a', '2') instanceof ErrorReply,
      6000,
      'writes are refused',
    );
    expect(took).toBeGreaterThan(1000);
    expect(took).toBeLessThan(4100);
    expect(world.ok(7000, 'GET', 'a')).not.toBe(null);
  });

  test('drops a replica that says nothing for the timeout', () => {
    const world = standalone(2, { 'repl-timeout': '3' });
    follow(world, 7001, 7000);
    world.fault({ kind: 'pause', server: '7001' });
    world.run(6000);
    expect(world.server(7000).replication.replicas.length).toBe(0);
    world.fault({ kind: 'resume', server: '7001' });
    world.must(() => world.server(7001).replication.linkUp, 10_000, 'it comes back');
  });

  test('closes a replica whose output grows beyond the limit', () => {
    const world = standalone(2, {
      'client-output-buffer-limit': 'replica 500000 0 0',
      'repl-backlog-size': '16384',
    });
    follow(world, 7001, 7000);
    world.fault({ kind: 'cut', from: '7000', to: '7001' });
    for (let at = 0; at < 60; at++) world.ok(7000, 'SET', 'a', 'x'.repeat(100_000));
    world.run(1500);
    expect(world.server(7000).replication.replicas.length).toBe(0);
    expect(world.seen('REPLICA_OVERFLOW').length).toBe(1);
  });

  test('closes it at once for one command beyond the limit, and sends it nothing of that', () => {
    const world = standalone(2, {
      'client-output-buffer-limit': 'replica 32768 32768 60',
      'repl-backlog-size': '16384',
    });
    follow(world, 7001, 7000);
    world.ok(7000, 'SET', 'a', 'x'.repeat(250_000));
    world.run(100);
    expect(world.seen('REPLICA_OVERFLOW').length).toBe(1);
    follow(world, 7001, 7000);
    const { syncFull, syncPartialOk } = world.server(7000).stats;
    expect([syncFull, syncPartialOk]).toEqual([2, 0]);
    expect(world.server(7001).dbs[0]?.size).toBe(1);
  });

  test.each(['SET b line\r\n', '*1\r\nGET\r\n', '*x\r\n'])('is over when the stream says %j', (garbage) => {
    const world = standalone(2);
    follow(world, 7001, 7000);
    world.ok(7000, 'SET', 'a', '1');
    world.run(100);
    readStream(world.server(7001), `\n\r\n${garbage}`);
    expect(world.server(7001).replication.cachedReplid).toBe(null);
    follow(world, 7001, 7000);
    const { syncFull, syncPartialOk } = world.server(7000).stats;
    expect([syncFull, syncPartialOk]).toEqual([2, 0]);
    expect(world.ok(7001, 'DBSIZE')).toBe(1);
  });

  test('tells its role and that of the other', () => {
    const world = standalone(2);
    follow(world, 7001, 7000);
    world.run(2000);
    const at = offset(world, 7000);
    expect(world.ok(7001, 'ROLE')).toEqual(['slave', '127.0.0.1', 7000, 'connected', offset(world, 7001)]);
    const role = world.ok(7000, 'ROLE') as [string, number, [string, string, string][]];
    expect(role[0]).toBe('master');
    expect(role[1]).toBeGreaterThanOrEqual(at);
    expect(role[2][0]?.slice(0, 2)).toEqual(['127.0.0.1', '7001']);
  });

  test('goes on counting where it stopped when its replica is its master for a while', () => {
    const world = standalone(2);
    follow(world, 7001, 7000);
    world.ok(7000, 'SET', 'a', '1');
    world.run(100);
    world.ok(7001, 'REPLICAOF', 'NO', 'ONE');
    world.ok(7001, 'SET', 'a', '2');
    follow(world, 7000, 7001);
    expect(world.server(7001).stats.syncPartialOk).toBe(1);
    expect(world.ok(7000, 'GET', 'a')).toBe('2');
  });

  test('that wrote something nobody else has starts anew, and its write is gone', () => {
    const world = standalone(2);
    follow(world, 7001, 7000);
    world.ok(7001, 'REPLICAOF', 'NO', 'ONE');
    world.ok(7000, 'SET', 'mine', 'x');
    world.ok(7000, 'SET', 'mine', 'y');
    const { syncFull } = world.server(7001).stats;
    follow(world, 7000, 7001);
    expect(world.server(7001).stats.syncFull).toBe(syncFull + 1);
    expect(world.ok(7000, 'GET', 'mine')).toBe(null);
  });
});

describe('the handshake', () => {
  test('takes garbage from whoever pretends to be a replica', () => {
    const world = standalone(1);
    expect(world.error(7000, 'REPLCONF', 'listening-port')).toBe('ERR syntax error');
    expect(world.error(7000, 'REPLCONF', 'listening-port', 'x')).toBe(
      'ERR value is not an integer or out of range',
    );
    expect(world.error(7000, 'REPLCONF', 'nonsense', 'x')).toBe('ERR Unrecognized REPLCONF option: nonsense');
    world.send(7000, 'REPLCONF', 'ACK', '99');
    world.run(20);
    expect(world.error(7000, 'PSYNC', '?', 'x')).toBe('ERR value is not an integer or out of range');
    expect(world.server(7000).replication.replicas.map(replicaLink)).toEqual([]);
  });

  test('with a master that needs a password', () => {
    const world = new ClusterWorld({
      servers: 2,
      config: { 'cluster-enabled': 'no', 'repl-diskless-sync-delay': '0' },
      configOf: { 7001: { masterauth: 'secret' } },
    });
    world.ok(7000, 'SET', 'a', '1');
    world.ok(7000, 'CONFIG', 'SET', 'requirepass', 'secret');
    follow(world, 7001, 7000);
    expect(world.ok(7001, 'GET', 'a')).toBe('1');
  });
});

describe('a restart', () => {
  test('with an RDB file lets a replica go on with a partial resynchronization', () => {
    const world = standalone(2);
    follow(world, 7001, 7000);
    world.ok(7000, 'SET', 'a', '1');
    world.run(1500);
    world.ok(7001, 'SAVE');
    world.restart(7001);
    world.run(100);
    expect(world.ok(7001, 'GET', 'a')).toBe('1');
    follow(world, 7001, 7000);
    // Outside a cluster a server that was told REPLICAOF forgets it; its history it does not forget.
    expect(world.server(7001).replication.masterReplOffset).toBe(offset(world, 7000));
  });

  test('of a master deletes on its replicas what has expired meanwhile, without a new snapshot', () => {
    const world = standalone(2, { 'enable-debug-command': 'yes' });
    follow(world, 7001, 7000);
    world.ok(7000, 'SET', 'a', '1');
    world.ok(7000, 'SELECT', '3');
    world.ok(7000, 'SET', 'b', '2', 'PX', '2000');
    world.run(1500);
    world.ok(7000, 'SAVE');
    world.fault({ kind: 'kill', server: '7000' });
    world.run(3000);
    world.restart(7000);
    world.run(3000);
    expect(world.server(7000).stats).toMatchObject({ syncPartialOk: 1, syncFull: 0 });
    expect(offset(world, 7001)).toBe(offset(world, 7000));
    expect(
      world
        .server(7001)
        .dbs.map(({ size }) => size)
        .slice(0, 4),
    ).toEqual([1, 0, 0, 0]);
  });

  test('of a replica in a cluster continues its master with what the file says', () => {
    const world = new ClusterWorld({
      servers: 4,
      config: { 'cluster-node-timeout': '5000', 'repl-diskless-sync-delay': '0' },
    });
    world.form(3);
    world.ok(7000, 'SET', 'hello', 'x');
    world.run(2000);
    world.ok(7003, 'SAVE');
    const { syncFull } = world.server(7000).stats;
    world.restart(7003);
    world.must(() => world.server(7003).replication.linkUp, 5000, 'the link is up again');
    expect(world.server(7000).stats.syncFull).toBe(syncFull);
    expect(world.server(7000).stats.syncPartialOk).toBe(1);
    world.ok(7003, 'READONLY');
    expect(world.ok(7003, 'GET', 'hello')).toBe('x');
  });

  test('with keys of a slot that belongs to nobody takes the slot', () => {
    const world = new ClusterWorld({ servers: 1 });
    world.ok(7000, 'CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    world.run(2500);
    world.ok(7000, 'SET', 'hello', 'x');
    world.ok(7000, 'SAVE');
    world.ok(7000, 'CLUSTER', 'DELSLOTS', '866');
    world.run(300);
    world.restart(7000);
    world.run(100);
    expect(world.cluster(7000).myself.numslots).toBe(16384);
  });
});
