/* Stories of slots that move: what clients hear, what MIGRATE does, what is left after a crash. */

import { beforeAll, describe, expect, test } from 'vitest';
import { loadLua } from '#node/lua.ts';
import { ErrorReply, OK, Status } from '#redis/reply.ts';
import { ClusterWorld } from './cluster-world.ts';
import { contents } from './swarm.ts';

beforeAll(() => loadLua());

const CONFIG = { 'cluster-node-timeout': '2000', 'repl-diskless-sync-delay': '0' };
/** Keys of slot 866, which 7000 owns at first. */
const KEYS = ['hello', '{hello}1', '{hello}2', '{hello}3'] as const;
const SLOT = '866';

function formed(servers = 6, masters = 3, config: Record<string, string> = {}): ClusterWorld {
  const world = new ClusterWorld({ servers, config: { ...CONFIG, ...config } });
  world.form(masters);
  world.run(3000);
  return world;
}

function open(world: ClusterWorld): void {
  world.ok(7001, 'CLUSTER', 'SETSLOT', SLOT, 'IMPORTING', world.id(7000));
  world.ok(7000, 'CLUSTER', 'SETSLOT', SLOT, 'MIGRATING', world.id(7001));
}

function migrate(world: ClusterWorld, ...keys: string[]): unknown {
  return world.call(7000, 'MIGRATE', '127.0.0.1', '7001', '', '0', '1000', 'KEYS', ...keys);
}

describe('a slot under migration', () => {
  test('the source serves what it still has and sends the rest on with ASK', () => {
    const world = formed();
    for (const key of KEYS.slice(0, 3)) world.ok(7000, 'SET', key, key);
    open(world);
    expect(world.ok(7000, 'GET', 'hello')).toBe('hello');
    expect(world.error(7000, 'GET', KEYS[3])).toBe('ASK 866 127.0.0.1:7001');
    expect(world.error(7000, 'SET', KEYS[3], 'new')).toBe('ASK 866 127.0.0.1:7001');
    expect(world.ok(7000, 'MGET', KEYS[0], KEYS[1])).toEqual([KEYS[0], KEYS[1]]);
    expect(world.error(7000, 'MGET', KEYS[0], KEYS[3])).toBe(
      'TRYAGAIN Multiple keys request during rehashing of slot',
    );
    expect(migrate(world, KEYS[0])).toMatchObject({ text: 'OK' });
    expect(world.error(7000, 'GET', KEYS[0])).toBe('ASK 866 127.0.0.1:7001');
    expect(world.error(7000, 'DEL', KEYS[0])).toBe('ASK 866 127.0.0.1:7001');
  });

  test('the target serves it to those who were asked to ask, one command long', () => {
    const world = formed();
    world.ok(7000, 'SET', 'hello', 'x');
    open(world);
    migrate(world, 'hello');
    expect(world.error(7001, 'GET', 'hello')).toBe('MOVED 866 127.0.0.1:7000');
    world.ok(7001, 'ASKING');
    expect(world.ok(7001, 'GET', 'hello')).toBe('x');
    expect(world.error(7001, 'GET', 'hello')).toBe('MOVED 866 127.0.0.1:7000');
    world.ok(7001, 'ASKING');
    expect(world.error(7001, 'MGET', 'hello', KEYS[1])).toBe(
      'TRYAGAIN Multiple keys request during rehashing of slot',
    );
    world.ok(7001, 'ASKING');
    world.ok(7001, 'MULTI');
    expect(world.ok(7001, 'GET', 'hello')).toMatchObject({ text: 'QUEUED' });
    expect(world.ok(7001, 'EXEC')).toEqual(['x']);
  });

  test('keys of two slots are refused even when the cluster is down', () => {
    const world = formed(3, 3);
    expect(world.error(7000, 'MGET', 'hello', 'foo')).toBe(
      "CROSSSLOT Keys in request don't hash to the same slot",
    );
    world.ok(7000, 'CLUSTER', 'DELSLOTS', '0');
    world.run(200);
    expect(world.error(7000, 'MGET', 'hello', 'foo')).toBe(
      "CROSSSLOT Keys in request don't hash to the same slot",
    );
  });

  test('when it is finished the target claims it with a new epoch and everybody learns at once', () => {
    const world = formed();
    world.ok(7000, 'SET', 'hello', 'x');
    open(world);
    migrate(world, 'hello');
    const epoch = world.cluster(7001).currentEpoch;
    world.ok(7001, 'CLUSTER', 'SETSLOT', SLOT, 'NODE', world.id(7001));
    world.ok(7000, 'CLUSTER', 'SETSLOT', SLOT, 'NODE', world.id(7001));
    expect(world.cluster(7001).myself.configEpoch).toBe(epoch + 1);
    world.run(20);
    expect(world.error(7002, 'GET', 'hello')).toBe('MOVED 866 127.0.0.1:7001');
    expect(world.ok(7001, 'GET', 'hello')).toBe('x');
    // The next slot to the same target needs no further epoch.
    world.ok(7001, 'CLUSTER', 'SETSLOT', '867', 'IMPORTING', world.id(7000));
    world.ok(7001, 'CLUSTER', 'SETSLOT', '867', 'NODE', world.id(7001));
    expect(world.cluster(7001).myself.configEpoch).toBe(epoch + 1);
  });

  test('a failover of the source forgets that it is open; a restart does not', () => {
    const world = formed();
    for (const key of KEYS) world.ok(7000, 'SET', key, key);
    open(world);
    migrate(world, KEYS[0], KEYS[1]);
    world.run(200);
    world.kill(7000);
    world.must(() => world.cluster(7003).myself.isMaster, 10_000, '7003 takes over');
    world.run(100);
    expect(world.cluster(7003).migratingTo.size).toBe(0);
    expect(world.ok(7003, 'GET', KEYS[0])).toBe(null);
    expect(world.ok(7003, 'GET', KEYS[2])).toBe(KEYS[2]);
    expect(world.cluster(7001).importingFrom.get(866)?.port).toBe(7000);
  });
});

describe('MIGRATE', () => {
  test('deletes at the source, its replica and nowhere else what the target has acknowledged', () => {
    const world = formed();
    for (const key of KEYS) world.ok(7000, 'SET', key, key, 'PX', '100000');
    open(world);
    expect(migrate(world, ...KEYS, '{hello}none')).toMatchObject({ text: 'OK' });
    expect(world.ok(7000, 'CLUSTER', 'COUNTKEYSINSLOT', SLOT)).toBe(0);
    expect(world.ok(7001, 'CLUSTER', 'COUNTKEYSINSLOT', SLOT)).toBe(4);
    world.ok(7001, 'ASKING');
    const ttl = world.ok(7001, 'PTTL', KEYS[1]) as number;
    expect(ttl).toBeGreaterThan(99_000);
    expect(ttl).toBeLessThanOrEqual(100_000);
    world.run(200);
    expect(world.ok(7003, 'CLUSTER', 'COUNTKEYSINSLOT', SLOT)).toBe(0);
    expect(world.ok(7004, 'CLUSTER', 'COUNTKEYSINSLOT', SLOT)).toBe(4);
  });

  test('in a transaction keeps the commands behind it waiting, and replicas get the whole at once', () => {
    const world = formed(6, 3, { appendonly: 'yes' });
    for (const key of KEYS) world.ok(7000, 'SET', key, key);
    open(world);
    for (const argv of [
      ['MULTI'],
      ['SET', KEYS[0], 'new'],
      ['MIGRATE', '127.0.0.1', '7001', '', '0', '1000', 'KEYS', KEYS[0], KEYS[1]],
      ['MIGRATE', '127.0.0.1', '7001', KEYS[2], '0', '1000', 'COPY'],
      ['EXISTS', ...KEYS],
      ['INCR', KEYS[3]],
    ])
      world.ok(7000, ...argv);
    expect(world.ok(7000, 'EXEC')).toEqual([
      OK,
      OK,
      OK,
      2,
      new ErrorReply('ERR value is not an integer or out of range'),
    ]);
    world.run(200);
    expect(contents(world.server(7003))).toBe(contents(world.server(7000)));
    world.ok(7001, 'ASKING');
    expect(world.ok(7001, 'GET', KEYS[0])).toBe('new');
    const { disk } = world.world.machine('7000')!;
    const aof = disk.list().find((path) => path.endsWith('.incr.aof')) as string;
    const words = disk
      .read(aof)!
      .split('\r\n')
      .filter((line) => /^[A-Za-z{}1]+$/.test(line));
    expect(words.slice(words.indexOf('MULTI')).join(' ')).toBe('MULTI SET hello new DEL hello {hello}1 EXEC');
    // And the server goes on as ever.
    expect(world.ok(7000, 'PING')).toEqual(new Status('PONG'));
    expect(world.ok(7000, 'SET', KEYS[3], '1')).toBe(OK);
  });

  test('in a transaction gives up in time when the target does not answer', () => {
    const world = formed(2, 2, { 'cluster-require-full-coverage': 'no' });
    for (const key of KEYS) world.ok(7000, 'SET', key, key);
    open(world);
    world.fault({ kind: 'pause', server: '7001' });
    world.ok(7000, 'MULTI');
    world.ok(7000, 'MIGRATE', '127.0.0.1', '7001', KEYS[0], '0', '300');
    world.ok(7000, 'GET', KEYS[0]);
    expect(world.ok(7000, 'EXEC')).toEqual([
      new ErrorReply('IOERR error or timeout reading to target instance'),
      KEYS[0],
    ]);
    expect(world.ok(7000, 'GET', KEYS[1])).toBe(KEYS[1]);
  });

  test('says what went wrong, and keeps the keys', () => {
    const world = formed();
    const [a, b] = KEYS;
    world.ok(7000, 'SET', a, '1');
    const text = (...argv: string[]): unknown => world.error(7000, 'MIGRATE', ...argv);
    expect(world.call(7000, 'MIGRATE', '127.0.0.1', '7001', 'hello9', '0', '10')).toMatchObject({
      text: expect.stringMatching(/^(NOKEY|MOVED)/) as string,
    });
    expect(world.call(7000, 'MIGRATE', '127.0.0.1', '7001', b, '0', '10')).toMatchObject({ text: 'NOKEY' });
    expect(text('127.0.0.1', '7001', a, '0', '1000')).toBe(
      'ERR Target instance replied with error: MOVED 866 127.0.0.1:7000',
    );
    expect(text('127.0.0.1', '7001', a, '0', 'x')).toBe('ERR value is not an integer or out of range');
    expect(text('127.0.0.1', '7001', a, '0', '10', 'NOW')).toBe('ERR syntax error');
    expect(text('127.0.0.1', '7001', a, '0', '10', 'KEYS', b)).toBe(
      'ERR When using MIGRATE KEYS option, the key argument must be set to the empty string',
    );
    open(world);
    world.ok(7001, 'ASKING');
    world.ok(7001, 'SET', a, 'other');
    expect(text('127.0.0.1', '7001', a, '0', '1000')).toBe(
      'ERR Target instance replied with error: BUSYKEY Target key name already exists.',
    );
    expect(world.ok(7000, 'GET', a)).toBe('1');
    expect(world.ok(7000, 'MIGRATE', '127.0.0.1', '7001', a, '0', '1000', 'COPY', 'REPLACE')).toMatchObject({
      text: 'OK',
    });
    expect(world.ok(7000, 'GET', a)).toBe('1');
    expect(text('127.0.0.1', '7001', a, '3', '1000', 'REPLACE')).toBe(
      'ERR Target instance replied with error: ERR SELECT is not allowed in cluster mode',
    );
  });

  test('blocks the whole server until a hung target has had its time', () => {
    const world = formed();
    world.ok(7000, 'SET', 'hello', 'x');
    open(world);
    world.fault({ kind: 'pause', server: '7001' });
    world.send(7000, 'MIGRATE', '127.0.0.1', '7001', 'hello', '0', '700');
    world.send(7000, 'PING');
    world.run(500);
    expect(world.driver.replies.get(7000) ?? []).toEqual([]);
    expect(world.reply(7000)).toMatchObject({ text: 'IOERR error or timeout reading to target instance' });
    expect(world.reply(7000)).toMatchObject({ text: 'PONG' });
    expect(world.ok(7000, 'GET', 'hello')).toBe('x');
  });

  test('to a port where nobody listens fails as a write does', () => {
    const world = formed(3, 3);
    world.ok(7000, 'SET', 'hello', 'x');
    world.kill(7001);
    world.run(100);
    expect(world.error(7000, 'MIGRATE', '127.0.0.1', '7001', 'hello', '0', '1000')).toBe(
      'IOERR error or timeout writing to target instance',
    );
  });
});

describe('losing slots', () => {
  test('a master that loses some deletes their keys and stays a master; nobody tells its replica', () => {
    const world = formed();
    const offset = (): number => world.server(7000).replication.masterReplOffset;
    world.ok(7000, 'SET', 'hello', 'x');
    world.ok(7000, 'SET', 'b', 'keep');
    world.ok(7001, 'CLUSTER', 'DELSLOTS', SLOT);
    world.ok(7001, 'CLUSTER', 'ADDSLOTS', SLOT);
    world.ok(7001, 'CLUSTER', 'BUMPEPOCH');
    world.must(() => world.cluster(7000).myself.numslots === 5460, 3000, '7000 hears of it');
    world.run(50);
    expect(world.ok(7000, 'CLUSTER', 'COUNTKEYSINSLOT', SLOT)).toBe(0);
    expect(world.cluster(7000).myself.isMaster).toBe(true);
    const sent = offset();
    world.run(1500);
    expect(offset()).toBe(sent);
    expect(world.ok(7003, 'CLUSTER', 'COUNTKEYSINSLOT', SLOT)).toBe(1);
    expect(world.ok(7003, 'DBSIZE')).toBe(2);
  });
});

describe('a script that says it may write', () => {
  test('is sent to the master by a replica that would serve a read', () => {
    const world = formed();
    world.must(() => world.server(7003).replication.linkUp, 10_000, '7003 follows 7000');
    world.ok(7003, 'READONLY');
    const script = '#!lua\nreturn redis.call("del", KEYS[1])';
    expect(world.error(7003, 'EVAL', script, '1', 'hello')).toBe(`MOVED ${SLOT} 127.0.0.1:7000`);
    expect(world.error(7003, 'EVALSHA', '0'.repeat(40), '1', 'hello')).toContain('NOSCRIPT');
  });
});
