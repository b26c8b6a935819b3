/* Other people's clients: what an application does all day must work through them, in a cluster and alone,
 * over RESP2 and RESP3. Each test runs against real servers too, which keeps the tests honest. */

import Redis, { Cluster } from 'ioredis';
import { createClient, createCluster } from 'redis';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startBridge, startRealCluster, startRealServer, stopAll } from './processes.ts';

/** Compares and swaps, as a lock is released. */
const releaseScript =
  "if redis.call('get',KEYS[1]) == ARGV[1] then return redis.call('del',KEYS[1]) end return 0";

describe.each(['real servers', 'simulated servers'])('%s', (kind) => {
  let clusterPort: number;
  let alonePort: number;

  beforeAll(async () => {
    const real = kind === 'real servers';
    clusterPort = real
      ? await startRealCluster(6, 3)
      : (await startBridge('--nodes', '6', '--node-timeout', '5000')).port;
    alonePort = (real ? await startRealServer() : await startBridge('--standalone')).port;
  });
  afterAll(stopAll);

  describe('ioredis', () => {
    let cluster: Cluster;
    let alone: Redis;
    beforeAll(() => {
      cluster = new Cluster([{ host: '127.0.0.1', port: clusterPort }], {
        redisOptions: { maxRetriesPerRequest: 2 },
      });
      alone = new Redis(alonePort, '127.0.0.1', { maxRetriesPerRequest: 2 });
    });
    afterAll(() => {
      cluster.disconnect();
      alone.disconnect();
    });

    test('finds every key of a cluster', async () => {
      const keys = Array.from({ length: 200 }, (_, at) => `key:${at}`);
      await Promise.all(keys.map((key) => cluster.set(key, `value of ${key}`)));
      const values = await Promise.all(keys.map((key) => cluster.get(key)));
      expect(values).toEqual(keys.map((key) => `value of ${key}`));
      const sizes = await Promise.all(cluster.nodes('master').map((node) => node.dbsize()));
      expect(sizes).toHaveLength(3);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeGreaterThanOrEqual(200);
      expect(Math.min(...sizes)).toBeGreaterThan(40);
    });

    test('reads from replicas', async () => {
      await cluster.set('read-me', 'here');
      await cluster.wait(1, 1000).catch(() => {});
      const reader = new Cluster([{ host: '127.0.0.1', port: clusterPort }], { scaleReads: 'slave' });
      await vi.waitFor(async () => expect(await reader.get('read-me')).toBe('here'));
      reader.disconnect();
    });

    test('pipelines, transactions and scripts keep to one slot', async () => {
      const replies = await cluster
        .pipeline()
        .set('{p}a', '1')
        .incr('{p}a')
        .hset('{p}h', 'f', 'v')
        .hgetall('{p}h')
        .exec();
      expect(replies).toEqual([
        [null, 'OK'],
        [null, 2],
        [null, 1],
        [null, { f: 'v' }],
      ]);
      expect(await cluster.multi().lpush('{p}l', 'a', 'b').lrange('{p}l', 0, -1).exec()).toEqual([
        [null, 2],
        [null, ['b', 'a']],
      ]);
      await cluster.set('lock', 'me', 'EX', 30, 'NX');
      expect(await cluster.eval(releaseScript, 1, 'lock', 'you')).toBe(0);
      expect(await cluster.eval(releaseScript, 1, 'lock', 'me')).toBe(1);
      await expect(cluster.mget('a', 'b')).rejects.toThrow(
        "CROSSSLOT Keys in request don't hash to the same slot",
      );
    });

    test('a transaction whose key changed does nothing', async () => {
      await alone.set('watched', '1');
      const other = alone.duplicate();
      await other.watch('watched');
      await alone.set('watched', '2');
      expect(await other.multi().set('watched', '3').exec()).toBeNull();
      expect(await alone.get('watched')).toBe('2');
      other.disconnect();
    });

    test('a blocked pop gets what is pushed later, in the order of arrival', async () => {
      const [one, two] = [alone.duplicate(), alone.duplicate()];
      const first = one.blpop('queue', 20);
      await vi.waitFor(async () => expect(await alone.client('LIST')).toContain('cmd=blpop'));
      const second = two.blpop('queue', 20);
      await vi.waitFor(async () =>
        expect(String(await alone.client('LIST')).match(/cmd=blpop/g)).toHaveLength(2),
      );
      await alone.rpush('queue', 'a', 'b');
      expect([await first, await second]).toEqual([
        ['queue', 'a'],
        ['queue', 'b'],
      ]);
      expect(await one.blpop('queue', 0.05)).toBeNull();
      one.disconnect();
      two.disconnect();
    });

    test('subscribers hear channels, patterns and shard channels', async () => {
      const heard: string[] = [];
      const ear = alone.duplicate();
      ear.on('message', (channel, text) => heard.push(`${channel}=${text}`));
      ear.on('pmessage', (pattern, channel, text) => heard.push(`${pattern}:${channel}=${text}`));
      await ear.subscribe('news');
      await ear.psubscribe('n?ws*');
      expect(await alone.publish('news', 'hello')).toBe(2);
      await vi.waitFor(() => expect(heard).toHaveLength(2));
      expect(heard).toEqual(['news=hello', 'n?ws*:news=hello']);
      ear.disconnect();
    });

    test('messages cross the cluster bus', async () => {
      const heard: string[] = [];
      const far = new Redis(clusterPort + 1, '127.0.0.1');
      far.on('message', (channel, text) => heard.push(`${channel}=${text}`));
      await far.subscribe('everywhere');
      const near = new Redis(clusterPort, '127.0.0.1');
      await near.publish('everywhere', '你好');
      await vi.waitFor(() => expect(heard).toEqual(['everywhere=你好']));
      far.disconnect();
      near.disconnect();
    });

    test('streams with groups: read, claim, acknowledge', async () => {
      await alone.xgroup('CREATE', 'jobs', 'workers', '$', 'MKSTREAM');
      const id = await alone.xadd('jobs', '*', 'task', 'sweep');
      const [[stream, entries]] = (await alone.xreadgroup(
        'GROUP',
        'workers',
        'w1',
        'COUNT',
        1,
        'STREAMS',
        'jobs',
        '>',
      )) as [[string, [string, string[]][]]];
      expect([stream, entries]).toEqual(['jobs', [[id, ['task', 'sweep']]]]);
      expect(await alone.xpending('jobs', 'workers')).toEqual([1, id, id, [['w1', '1']]]);
      expect(await alone.xack('jobs', 'workers', id as string)).toBe(1);
      expect((await alone.xpending('jobs', 'workers'))[0]).toBe(0);
    });

    test('a scan over a changing keyspace meets every key that was there all along', async () => {
      const stay = Array.from({ length: 500 }, (_, at) => `stay:${at}`);
      await alone.mset(stay.flatMap((key) => [key, '1']));
      const seen = new Set<string>();
      let cursor = '0';
      let round = 0;
      do {
        const [next, keys] = await alone.scan(cursor, 'MATCH', 'stay:*', 'COUNT', 50);
        for (const key of keys) seen.add(key);
        cursor = next;
        await alone.mset(Array.from({ length: 300 }, (_, at) => [`come:${round}:${at}`, 'x']).flat());
        if (round > 0) await alone.del(Array.from({ length: 300 }, (_, at) => `come:${round - 1}:${at}`));
        round++;
      } while (cursor !== '0');
      expect(stay.filter((key) => !seen.has(key))).toEqual([]);
    });
  });

  describe.each([2, 3] as const)('node-redis over RESP%i', (RESP) => {
    test('works with a cluster', async () => {
      const cluster = createCluster({ RESP, rootNodes: [{ url: `redis://127.0.0.1:${clusterPort}` }] });
      await cluster.connect();
      const keys = Array.from({ length: 100 }, (_, at) => `node-redis:${RESP}:${at}`);
      await Promise.all(keys.map((key, at) => cluster.set(key, String(at))));
      expect(await Promise.all(keys.map((key) => cluster.get(key)))).toEqual(keys.map((_, at) => String(at)));
      await cluster.hSet('{n}h', { name: 'Ada', born: '1815' });
      expect({ ...(await cluster.hGetAll('{n}h')) }).toEqual({ name: 'Ada', born: '1815' });
      await cluster.zAdd('{n}z', [
        { value: 'a', score: 1.5 },
        { value: 'b', score: -Infinity },
      ]);
      expect(await cluster.zRangeWithScores('{n}z', 0, -1)).toEqual([
        { value: 'b', score: -Infinity },
        { value: 'a', score: 1.5 },
      ]);
      expect(await cluster.multi().incr('{n}c').incr('{n}c').get('{n}c').exec()).toEqual([1, 2, '2']);
      await cluster.del(['{n}c']);
      cluster.destroy();
    });

    test('works with one server', async () => {
      const client = createClient({ socket: { host: '127.0.0.1', port: alonePort }, RESP });
      await client.connect();
      expect(await client.ping()).toBe('PONG');
      expect(await client.eval(releaseScript, { keys: ['nothing'], arguments: ['x'] })).toBe(0);
      expect(await client.set('k', 'v', { condition: 'NX', expiration: { type: 'EX', value: 100 } })).toBe(
        'OK',
      );
      expect(await client.set('k', 'v', { condition: 'NX' })).toBeNull();
      expect(await client.ttl('k')).toBeGreaterThan(90);
      await expect(client.lPush('k', 'x')).rejects.toThrow('WRONGTYPE');
      const heard: string[] = [];
      const ear = client.duplicate();
      await ear.connect();
      await ear.subscribe(`ch${RESP}`, (text) => heard.push(text));
      await client.publish(`ch${RESP}`, 'message');
      await vi.waitFor(() => expect(heard).toEqual(['message']));
      await client.del('k');
      ear.destroy();
      client.destroy();
    });
  });
});
