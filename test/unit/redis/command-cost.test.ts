/* What large values cost: whoever asks for all of one, or deletes it, keeps everybody waiting. */

import { describe, expect, it } from 'vitest';
import { encodeCommand } from '#redis/resp.ts';
import { LoneServer } from '../../conformance/lone-server.ts';

const MANY = 20_000;
const numbers = Array.from({ length: MANY }, (_, at) => `item:${at}`);

function server(config: Record<string, string> = {}): {
  lone: LoneServer;
  /** Microseconds of processor time that a command takes. */
  cost: (...argv: string[]) => number;
} {
  const lone = new LoneServer({ save: '', ...config });
  const client = lone.connect();
  const cost = (...argv: string[]): number => {
    const before = lone.busyMicros;
    lone.feed(client, encodeCommand(argv));
    return lone.busyMicros - before;
  };
  cost('SADD', 'set', ...numbers);
  cost('HSET', 'hash', ...numbers);
  cost('ZADD', 'zset', ...numbers.flatMap((name, at) => [String(at), name]));
  cost('RPUSH', 'list', ...numbers);
  cost('SET', 'long', 'x'.repeat(10_000_000));
  for (const type of ['SADD', 'RPUSH']) cost(type, `small ${type}`, 'a', 'b', 'c');
  return { lone, cost };
}

const info = (lone: LoneServer, name: string): string =>
  String((lone.ask(lone.connect(), 'INFO', 'everything') as { text: string }).text).match(
    new RegExp(`${name}:(.*)`),
  )?.[1] ?? '';

describe('a command on a large value', () => {
  it.each([
    ['SMEMBERS', 'set'],
    ['HGETALL', 'hash'],
    ['HKEYS', 'hash'],
    ['SUNION', 'set', 'small SADD'],
    ['SINTERCARD', '2', 'set', 'set'],
    ['ZUNIONSTORE', 'to', '1', 'zset'],
    ['SORT', 'list', 'ALPHA', 'LIMIT', '0', '1'],
    ['COPY', 'hash', 'other'],
    ['DUMP', 'zset'],
    ['GET', 'long'],
    ['DEL', 'set'],
    ['SET', 'zset', 'overwritten'],
    ['EXPIRE', 'zset', '-1'],
    ['FLUSHALL'],
  ])('takes long: %s %s', (...argv) => {
    expect(server().cost(...argv)).toBeGreaterThan(900);
  });

  it.each([
    ['LRANGE', 'list', '0', '-1'],
    ['ZRANGE', 'zset', '0', '-1'],
    ['LPOS', 'list', 'nosuch'],
    ['LREM', 'list', '-1', 'nosuch'],
    ['LINSERT', 'list', 'BEFORE', 'nosuch', 'x'],
  ])('takes less where the elements lie side by side: %s', (...argv) => {
    const micros = server().cost(...argv);
    expect(micros).toBeGreaterThan(100);
    expect(micros).toBeLessThan(900);
  });

  it('takes no longer than on a small one where only a part is looked at', () => {
    const { cost } = server();
    const small = cost('SISMEMBER', 'small SADD', 'a');
    expect(cost('SISMEMBER', 'set', 'item:7')).toBe(small);
    expect(cost('LRANGE', 'list', '0', '9')).toBe(small);
    expect(cost('SMEMBERS', 'small SADD')).toBe(small);
    expect(cost('RENAME', 'set', 'set2')).toBe(small);
    expect(cost('MOVE', 'set2', '1')).toBe(small);
    // A list is freed by nodes, and a listpack at once.
    expect(cost('DEL', 'small RPUSH')).toBe(small);
  });

  it('is remembered by the slow log, and keeps others waiting', () => {
    const { lone, cost } = server({ 'slowlog-log-slower-than': '5000' });
    cost('SMEMBERS', 'set');
    const [entry] = lone.ask(lone.connect(), 'SLOWLOG', 'GET', '1') as unknown as [
      number,
      number,
      number,
      string[],
    ][];
    expect(entry?.[3]).toEqual(['SMEMBERS', 'set']);
    expect(entry?.[2]).toBeGreaterThan(5000);
  });
});

describe('another thread', () => {
  it('frees what UNLINK takes away, and is counted', () => {
    const { lone, cost } = server();
    const small = cost('UNLINK', 'small SADD');
    expect(cost('UNLINK', 'set')).toBe(small);
    expect(cost('UNLINK', 'hash', 'small RPUSH')).toBe(small);
    expect(info(lone, 'lazyfreed_objects')).toBe('2');
    cost('FLUSHALL', 'ASYNC');
    // zset, list and long.
    expect(info(lone, 'lazyfreed_objects')).toBe('5');
  });

  it.each([
    ['lazyfree-lazy-user-del', ['DEL', 'set']],
    ['lazyfree-lazy-user-flush', ['FLUSHDB']],
    ['lazyfree-lazy-server-del', ['RENAME', 'small SADD', 'set']],
    ['lazyfree-lazy-server-del', ['SET', 'set', 'x']],
    ['lazyfree-lazy-expire', ['PEXPIRE', 'set', '0']],
  ])('does it with %s for %j', (parameter, argv) => {
    expect(server({ [parameter]: 'yes' }).cost(...argv)).toBeLessThan(20);
    expect(server().cost(...argv)).toBeGreaterThan(900);
  });
});

describe('giving up large values', () => {
  /** The events that LATENCY LATEST names. */
  const events = (lone: LoneServer): unknown[] =>
    (lone.ask(lone.connect(), 'LATENCY', 'LATEST') as unknown[][]).map(([event]) => event);
  const config = { save: '', 'latency-monitor-threshold': '1' };
  const many = Array.from({ length: 60_000 }, (_, at) => String(at * 7 + 0.5));

  it('shows as the deletion and as the cycle, when their time is over', () => {
    const lone = new LoneServer(config);
    const client = lone.connect();
    lone.run(client, 'SADD', 'big', ...many);
    lone.run(client, 'LATENCY', 'RESET');
    lone.run(client, 'PEXPIRE', 'big', '5');
    lone.advance(300);
    expect(lone.ask(client, 'DBSIZE')).toBe(0);
    expect(events(lone).sort()).toEqual(['expire-cycle', 'expire-del']);
  });

  it('shows as the eviction and as the cycle, when they have to make room', () => {
    const lone = new LoneServer({ ...config, 'maxmemory-policy': 'allkeys-lru' });
    const client = lone.connect();
    lone.run(client, 'SADD', 'big', ...many);
    lone.run(client, 'LATENCY', 'RESET');
    lone.run(client, 'CONFIG', 'SET', 'maxmemory', '2mb');
    lone.run(client, 'SET', 'k', 'v');
    expect(lone.ask(client, 'EXISTS', 'big')).toBe(0);
    expect(events(lone).sort()).toEqual(['eviction-cycle', 'eviction-del']);
  });
});
