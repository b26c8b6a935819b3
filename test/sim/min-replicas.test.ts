/* Stories of min-replicas-to-write in a cluster: which commands it refuses and which errors come
 * before it, what it does to a slot that is being moved, and how it bounds what a master that is cut
 * off can lose. What they expect was seen with Redis 7.0.15. */

import { beforeAll, expect, test } from 'vitest';
import { loadLua } from '#node/lua.ts';
import { ErrorReply } from '#redis/reply.ts';
import { ClusterWorld } from './cluster-world.ts';

beforeAll(() => loadLua());

const T = 5000;
const REFUSED = 'NOREPLICAS Not enough good replicas to write.';

/** 7000-7002 are masters, 7003 replicates 7000, 7004 7001; 7002 has no replica. */
function formed(config: Record<string, string> = {}): ClusterWorld {
  const world = new ClusterWorld({
    servers: 5,
    config: {
      'cluster-node-timeout': String(T),
      'repl-diskless-sync-delay': '0',
      'repl-ping-replica-period': '1',
      'min-replicas-max-lag': '2',
      'cluster-allow-replica-migration': 'no',
      ...config,
    },
  });
  world.form(3);
  world.run(3000);
  return world;
}

/** A master that has as many replicas as before, and wants one more. */
function wanting(port: number, replicas: string): ClusterWorld {
  const world = formed();
  world.ok(port, 'SET', port === 7000 ? 'hello' : 'foo', 'v');
  world.ok(port, 'CONFIG', 'SET', 'min-replicas-to-write', replicas);
  world.run(1500);
  return world;
}

test('replicas are counted as soon as it is wanted, not a second later', () => {
  const world = formed();
  world.ok(7000, 'CONFIG', 'SET', 'min-replicas-to-write', '1');
  expect(world.text(7000, 'INFO', 'replication')).toContain('min_slaves_good_slaves:1');
  expect(world.ok(7000, 'SET', 'hello', 'v')).toMatchObject({ text: 'OK' });
});

test('writes of any kind are refused, reads and messages are not, and the cluster calls itself well', () => {
  const world = wanting(7000, '2');
  for (const write of [
    ['SET', 'hello', 'x'],
    ['DEL', '{hello}none'],
    ['BLPOP', '{hello}list', '1'],
    ['MIGRATE', '127.0.0.1', '7001', 'hello', '0', '1000'],
    ['FLUSHALL'],
  ]) {
    expect(world.error(7000, ...write), write[0]).toBe(REFUSED);
  }
  expect(world.ok(7000, 'GET', 'hello')).toBe('v');
  expect(world.ok(7000, 'SPUBLISH', 'hello', 'm')).toBe(0);
  expect(world.text(7000, 'CLUSTER', 'INFO')).toContain('cluster_state:ok');
  // Who has the slot is asked first.
  expect(world.error(7000, 'SET', 'foo', '1')).toBe('MOVED 12182 127.0.0.1:7002');
  expect(world.ok(7002, 'SET', 'foo', '1')).toMatchObject({ text: 'OK' });
});

test('a transaction with a write is refused when the write is queued; a script when it writes', () => {
  const world = wanting(7000, '2');
  world.ok(7000, 'MULTI');
  world.ok(7000, 'GET', 'hello');
  expect(world.error(7000, 'SET', 'hello', 'y')).toBe(REFUSED);
  expect(world.error(7000, 'EXEC')).toBe('EXECABORT Transaction discarded because of previous errors.');
  world.ok(7000, 'MULTI');
  world.ok(7000, 'GET', 'hello');
  expect(world.ok(7000, 'EXEC')).toEqual(['v']);
  const set = "return redis.call('set',KEYS[1],'z')";
  expect(world.error(7000, 'EVAL', set, '1', 'hello')).toMatch(
    new RegExp(`^${REFUSED.replace('.', '\\.')} script: [0-9a-f]{40}, on @user_script:1\\.$`),
  );
  const attempt = "return redis.pcall('set',KEYS[1],'z').err";
  expect(world.ok(7000, 'EVAL', attempt, '1', 'hello')).toBe(REFUSED);
  expect(world.ok(7000, 'EVAL', "return redis.call('get',KEYS[1])", '1', 'hello')).toBe('v');
});

test('a slot cannot be moved to a master without enough replicas: the key stays where it is', () => {
  const world = wanting(7002, '0');
  world.ok(7001, 'CONFIG', 'SET', 'min-replicas-to-write', '2');
  world.run(1500);
  world.ok(7001, 'CLUSTER', 'SETSLOT', '12182', 'IMPORTING', world.id(7002));
  world.ok(7002, 'CLUSTER', 'SETSLOT', '12182', 'MIGRATING', world.id(7001));
  const migrate = ['MIGRATE', '127.0.0.1', '7001', 'foo', '0', '1000'];
  expect(world.error(7002, ...migrate)).toBe(`ERR Target instance replied with error: ${REFUSED}`);
  expect(world.ok(7002, 'GET', 'foo')).toBe('v');
  world.ok(7001, 'CONFIG', 'SET', 'min-replicas-to-write', '0');
  expect(world.ok(7002, ...migrate)).toMatchObject({ text: 'OK' });
});

test('a master that is cut off refuses writes long before it knows that it is in the minority', () => {
  const world = formed({ 'min-replicas-to-write': '1' });
  world.must(() => !(world.call(7000, 'SET', 'hello', '1') instanceof ErrorReply), 5000, 'writes are taken');
  const cut = world.nowMs;
  world.fault({ kind: 'isolate', server: '7000' });
  const lastWrite = world.must(
    () => world.error(7000, 'SET', 'hello', '2') === REFUSED,
    T,
    'the write is refused',
  );
  expect(lastWrite).toBeGreaterThan(1000);
  expect(lastWrite).toBeLessThan(4100);
  expect(world.cluster(7000).ok).toBe(true);
  // Down is said before it.
  world.must(() => !world.cluster(7000).ok, 2 * T, 'it is in the minority');
  expect(world.error(7000, 'SET', 'hello', '3')).toBe('CLUSTERDOWN The cluster is down');
  // The one that takes over has no replica: it serves reads only, until the old master is back.
  world.must(() => world.seen('PROMOTED', cut).length > 0, 3 * T, '7003 is promoted');
  world.must(() => world.cluster(7003).ok, T, 'the cluster is well again');
  expect(world.error(7003, 'SET', 'hello', '4')).toBe(REFUSED);
  expect(world.ok(7003, 'GET', 'hello')).toBe('1');
  world.fault({ kind: 'rejoin', server: '7000' });
  const taken = (): boolean => !(world.call(7003, 'SET', 'hello', '5') instanceof ErrorReply);
  world.must(taken, 60_000, 'writes are taken again');
  expect(world.cluster(7000).myself.slaveof?.port).toBe(7003);
});

test('a replica is not asked: it sends writers away as it always does', () => {
  const world = wanting(7000, '0');
  world.ok(7003, 'CONFIG', 'SET', 'min-replicas-to-write', '1');
  world.run(1500);
  expect(world.error(7003, 'SET', 'hello', 'x')).toBe('MOVED 866 127.0.0.1:7000');
});
