/* MIGRATE in scripts: the script stands where it is until the target has answered, and so does the server. */

import { beforeAll, expect, test } from 'vitest';
import { loadLua } from '#node/lua.ts';
import { OK, type ErrorReply } from '#redis/reply.ts';
import { ClusterWorld } from './cluster-world.ts';
import { contents } from './swarm.ts';

beforeAll(() => loadLua());

const SLOT = '866';
const KEYS = ['hello', '{hello}1', '{hello}2'] as const;

/** Slot 866 is open from 7000 to 7001. */
function formed(config: Record<string, string> = {}): ClusterWorld {
  const world = new ClusterWorld({
    servers: 6,
    config: { 'cluster-node-timeout': '2000', 'repl-diskless-sync-delay': '0', appendonly: 'yes', ...config },
  });
  world.form(3);
  world.run(3000);
  for (const key of KEYS) world.ok(7000, 'SET', key, key);
  world.ok(7001, 'CLUSTER', 'SETSLOT', SLOT, 'IMPORTING', world.id(7000));
  world.ok(7000, 'CLUSTER', 'SETSLOT', SLOT, 'MIGRATING', world.id(7001));
  return world;
}

const TWO = `
  redis.call('APPEND', KEYS[1], '!')
  local n = redis.call('INCR', KEYS[4])
  local a = redis.call('MIGRATE', '127.0.0.1', '7001', '', '0', '1000', 'KEYS', KEYS[1], KEYS[2])
  local gone = redis.call('EXISTS', KEYS[1], KEYS[2], KEYS[3])
  local b = redis.call('MIGRATE', '127.0.0.1', '7001', KEYS[3], '0', '1000', 'COPY')
  redis.call('RPUSH', KEYS[5], math.random(1000000))
  return {n, a.ok, gone, b.ok, redis.call('MIGRATE', '127.0.0.1', '7001', '{hello}none', '0', '1000').ok}`;

test('a script waits for the answer, does what comes before only once, and goes on with what it was told', () => {
  const world = formed();
  // The source takes new keys again; the target goes on importing.
  world.ok(7000, 'CLUSTER', 'SETSLOT', SLOT, 'STABLE');
  expect(world.ok(7000, 'EVAL', TWO, '5', ...KEYS, '{hello}n', '{hello}list')).toEqual([
    1,
    'OK',
    1,
    'OK',
    'NOKEY',
  ]);
  expect(world.ok(7000, 'GET', '{hello}n')).toBe('1');
  expect(world.ok(7000, 'LLEN', '{hello}list')).toBe(1);
  world.ok(7001, 'ASKING');
  expect(world.ok(7001, 'GET', KEYS[0])).toBe('hello!');
  world.run(200);
  expect(contents(world.server(7003))).toBe(contents(world.server(7000)));
  expect(contents(world.server(7004))).toBe(contents(world.server(7001)));
  const { disk } = world.world.machine('7000')!;
  const aof = disk.list().find((path) => path.endsWith('.incr.aof')) as string;
  const words = disk
    .read(aof)!
    .split('\r\n')
    .filter((line) => /^[A-Z]+$/.test(line));
  expect(words.slice(words.indexOf('MULTI'))).toEqual(['MULTI', 'APPEND', 'INCR', 'DEL', 'RPUSH', 'EXEC']);
});

test('an error of MIGRATE is an error of the script, which pcall catches', () => {
  const world = formed();
  const line = (how: string, port: string): string =>
    `local r = redis.${how}('MIGRATE', '127.0.0.1', '${port}', KEYS[1], '0', '300') return r.err or r.ok`;
  expect(world.error(7000, 'EVAL', line('call', '7002'), '1', 'hello')).toMatch(
    /^ERR Target instance replied with error: MOVED 866 127\.0\.0\.1:7000 script: [0-9a-f]{40}, on @user_script:1\.$/,
  );
  world.fault({ kind: 'pause', server: '7001' });
  expect(world.ok(7000, 'EVAL', line('pcall', '7001'), '1', 'hello')).toBe(
    'IOERR error or timeout reading to target instance',
  );
  expect(world.ok(7000, 'GET', 'hello')).toBe('hello');
  const stats = world.text(7000, 'INFO', 'errorstats', 'commandstats');
  expect(stats).toContain('errorstat_ERR:count=1\r\nerrorstat_IOERR:count=1\r\n');
  expect(stats).toMatch(/cmdstat_eval:calls=2,.*,failed_calls=1\r\n/);
});

test('a coroutine or a pcall around it does not let the script run on', () => {
  const world = formed();
  const script = `
    local co = coroutine.create(function()
      return redis.call('MIGRATE', '127.0.0.1', '7001', KEYS[1], '0', '1000').ok
    end)
    local fine, answer = coroutine.resume(co)
    local again, second = pcall(function()
      return redis.call('MIGRATE', '127.0.0.1', '7001', KEYS[2], '0', '1000').ok
    end)
    redis.call('INCR', KEYS[3])
    return {tostring(fine), answer, tostring(again), second}`;
  world.ok(7000, 'SET', '{hello}2', '1');
  expect(world.ok(7000, 'EVAL', script, '3', ...KEYS)).toEqual(['true', 'OK', 'true', 'OK']);
  expect(world.ok(7000, 'GET', '{hello}2')).toBe('2');
  expect(world.ok(7000, 'CLUSTER', 'COUNTKEYSINSLOT', SLOT)).toBe(1);
});

test('in a transaction the commands behind the script wait as well', () => {
  const world = formed();
  world.ok(7000, 'MULTI');
  world.ok(7000, 'SET', KEYS[0], 'new');
  world.ok(
    7000,
    'EVAL',
    "return redis.call('MIGRATE', '127.0.0.1', '7001', KEYS[1], '0', '1000')",
    '1',
    'hello',
  );
  world.ok(7000, 'EXISTS', ...KEYS);
  expect(world.ok(7000, 'EXEC')).toEqual([OK, OK, 2]);
  world.ok(7001, 'ASKING');
  expect(world.ok(7001, 'GET', 'hello')).toBe('new');
});

test('a function may do it, and one that must not write may not', () => {
  const world = formed();
  const library = `#!lua name=mover
    redis.register_function('move', function(keys) return redis.call('MIGRATE', '127.0.0.1', '7001', keys[1], '0', '1000') end)
    redis.register_function{function_name='look', flags={'no-writes'}, callback=function(keys)
      return redis.call('MIGRATE', '127.0.0.1', '7001', keys[1], '0', '1000') end}`;
  world.ok(7000, 'FUNCTION', 'LOAD', library);
  expect(world.ok(7000, 'FCALL', 'move', '1', 'hello')).toEqual(OK);
  const refused = world.call(7000, 'FCALL', 'look', '1', KEYS[1]);
  expect((refused as ErrorReply).text).toContain('Write commands are not allowed from read-only scripts.');
});
