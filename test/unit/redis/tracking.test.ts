/* Client-side caching: when the messages leave, and what a script counts as. */

import { beforeAll, describe, expect, test } from 'vitest';
import { loadLua } from '#node/lua.ts';
import { Push, type Reply } from '#redis/reply.ts';
import { LoneServer } from '#test/conformance/lone-server.ts';

beforeAll(() => loadLua());

/** A client that speaks RESP3 and tracks. */
function tracking(lone: LoneServer, ...options: string[]): number {
  const client = lone.connect();
  lone.run(client, 'HELLO', '3');
  lone.run(client, 'CLIENT', 'TRACKING', 'ON', ...options);
  return client;
}

const invalidated = (...keys: string[]): Reply => new Push(['invalidate', keys]);
const EVERYTHING = new Push(['invalidate', null]);

describe('a script', () => {
  const read = "return redis.call('get', 'other')";

  test('that reads anything makes its client a reader of the keys that it was given', () => {
    const lone = new LoneServer();
    const [client, other] = [tracking(lone), lone.connect()];
    lone.run(client, 'EVAL', read, '2', 'a', 'b');
    lone.run(other, 'MSET', 'a', '1', 'b', '2', 'other', '3');
    expect(lone.take(client)).toEqual([invalidated('a'), invalidated('b')]);
  });

  test('that reads nothing makes it a reader of nothing, read-only or not', () => {
    const lone = new LoneServer();
    const [client, other] = [tracking(lone), lone.connect()];
    lone.run(client, 'EVAL', "redis.call('set', 'c', 1)", '1', 'a');
    lone.run(client, 'EVAL_RO', "return redis.call('ping')", '1', 'a');
    lone.run(other, 'SET', 'a', '1');
    expect(lone.take(client)).toEqual([]);
  });
});

describe('an invalidation', () => {
  test('that the command of the client itself caused comes behind its reply', () => {
    const lone = new LoneServer();
    const client = tracking(lone);
    lone.run(client, 'GET', 'a');
    expect(lone.run(client, 'INCR', 'a')).toEqual([1, invalidated('a')]);
    lone.run(client, 'MULTI');
    lone.run(client, 'FLUSHDB');
    const replies = lone.run(client, 'EXEC');
    expect(replies).toHaveLength(2);
    expect(replies[1]).toEqual(EVERYTHING);
  });

  test('that making room for a command caused comes before its reply', () => {
    const lone = new LoneServer();
    const [client, boss] = [tracking(lone), lone.connect()];
    lone.run(boss, 'CONFIG', 'SET', 'maxmemory-policy', 'volatile-random');
    lone.run(boss, 'SET', 'gone', 'x', 'EX', '1000');
    lone.run(client, 'GET', 'gone');
    lone.server.config.maxmemory = 1;
    expect(lone.run(client, 'PING')[0]).toEqual(invalidated('gone'));
  });

  test('that a smaller table caused comes before the next reply, and one key stays', () => {
    const lone = new LoneServer();
    const [client, boss] = [tracking(lone), lone.connect()];
    lone.run(client, 'MGET', 'a', 'b');
    lone.run(client, 'MULTI');
    lone.run(boss, 'CONFIG', 'SET', 'tracking-table-max-keys', '1');
    const told = lone.take(client).concat(lone.run(client, 'PING'));
    expect(told.filter((reply) => reply instanceof Push)).toHaveLength(1);
    expect(lone.server.tracking.keys.size).toBe(1);
  });
});

test('a flushed server remembers no reader, even of clients that have stopped tracking', () => {
  const lone = new LoneServer();
  const client = tracking(lone);
  lone.run(client, 'GET', 'a');
  lone.run(client, 'CLIENT', 'TRACKING', 'OFF');
  lone.run(client, 'FLUSHALL');
  expect(lone.server.tracking.keys.size).toBe(0);
  expect(lone.server.tracking.items).toBe(0);
});
