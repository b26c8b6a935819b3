/* The keyspace: snapshots, scanning under change, expiry and eviction. */

import { describe, expect, it } from 'vitest';
import { cloneGraph } from '#base/clone.ts';
import { keyHashSlot } from '#base/crc16.ts';
import { Prng } from '#base/prng.ts';
import { OK, type Reply, type Verbatim } from '#redis/reply.ts';
import { SlotTree } from '#redis/slot-tree.ts';
import { LoneServer } from '#test/conformance/lone-server.ts';

function filledTree(keys: readonly string[]): SlotTree<number> {
  const tree = new SlotTree<number>();
  keys.forEach((key, at) => tree.set(keyHashSlot(key), key, at));
  return tree;
}

describe('the tree of keys', () => {
  it('a snapshot does not see what is written later, on either side', () => {
    const keys = Array.from({ length: 500 }, (_, i) => `{tag}:${i}`);
    const tree = filledTree(keys);
    const snapshot = cloneGraph(tree);
    const slot = keyHashSlot('{tag}:0');
    tree.set(slot, '{tag}:0', -1);
    tree.delete(slot, '{tag}:1');
    snapshot.set(slot, '{tag}:2', -2);
    expect([tree.get(slot, '{tag}:0'), tree.get(slot, '{tag}:1'), tree.get(slot, '{tag}:2')]).toEqual([
      -1,
      undefined,
      2,
    ]);
    expect([
      snapshot.get(slot, '{tag}:0'),
      snapshot.get(slot, '{tag}:1'),
      snapshot.get(slot, '{tag}:2'),
    ]).toEqual([0, 1, -2]);
    expect([tree.size, snapshot.size]).toEqual([499, 500]);
  });

  it('keys that stay are met exactly once by a scan while others come and go', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const random = Prng.stream(seed, 'scan');
      // Half of the keys share one slot, so that its bucket divides while it is scanned.
      const stay = Array.from({ length: 1000 }, (_, i) => (i % 2 ? `key:${i}` : `{one}:${i}`));
      const tree = filledTree(stay);
      const met = new Map<string, number>();
      let cursor = 0;
      let churn = 0;
      do {
        cursor = tree.scan(cursor, 1 + random.below(20), (key) => void met.set(key, (met.get(key) ?? 0) + 1));
        for (let i = 0; i < 10; i++) {
          const key = random.chance(0.5) ? `{one}:new${churn++}` : `new:${churn++}`;
          tree.set(keyHashSlot(key), key, 0);
          const old = `{one}:new${random.below(churn)}`;
          tree.delete(keyHashSlot(old), old);
        }
      } while (cursor !== 0);
      expect(stay.filter((key) => met.get(key) !== 1)).toEqual([]);
    }
  });

  it('counts and lists the keys of a slot, the latest first', () => {
    const tree = filledTree(['{a}1', '{a}2', '{a}3', 'other']);
    const slot = keyHashSlot('{a}1');
    expect(tree.countInSlot(slot)).toBe(3);
    expect(tree.keysInSlot(slot, 2)).toEqual(['{a}3', '{a}2']);
    expect(tree.keysInSlot(slot + 1, 5)).toEqual([]);
  });

  it('a hundred thousand keys in one slot can be added, found, counted and deleted', () => {
    const keys = Array.from({ length: 100_000 }, (_, i) => `{t}${i}`);
    const tree = filledTree(keys);
    const slot = keyHashSlot('{t}');
    expect(tree.countInSlot(slot)).toBe(100_000);
    expect(tree.keysInSlot(slot, 10)).toHaveLength(10);
    expect(keys.filter((key) => !tree.delete(slot, key))).toEqual([]);
    expect([tree.size, tree.countInSlot(slot)]).toEqual([0, 0]);
  });

  it('draws every key by its number, each once', () => {
    const keys = Array.from({ length: 300 }, (_, i) => `${i % 3 ? '{x}' : ''}k${i}`);
    const tree = filledTree(keys);
    const drawn = Array.from({ length: 300 }, (_, index) => tree.at(index)?.[0]);
    expect([...drawn].sort()).toEqual([...keys].sort());
    expect(tree.at(300)).toBeUndefined();
  });
});

describe('a snapshot of a server', () => {
  it('keeps values of every type as they were, whatever is written afterwards', () => {
    const lone = new LoneServer({ save: '' });
    const client = lone.connect();
    lone.run(client, 'SET', 's', 'before');
    lone.run(client, 'RPUSH', 'l', 'a');
    lone.run(client, 'HSET', 'h', 'f', 'v');
    lone.run(client, 'SADD', 'set', 'm');
    lone.run(client, 'ZADD', 'z', '1', 'm');
    lone.run(client, 'XADD', 'x', '1-1', 'f', 'v');
    const digest = lone.server.dbs[0];
    const snapshot = cloneGraph(lone.server);
    const before = describeDataset(snapshot.dbs[0] as NonNullable<typeof digest>);
    lone.run(client, 'APPEND', 's', 'after');
    lone.run(client, 'RPUSH', 'l', 'b');
    lone.run(client, 'HSET', 'h', 'f', 'other', 'g', 'w');
    lone.run(client, 'SREM', 'set', 'm');
    lone.run(client, 'ZINCRBY', 'z', '5', 'm');
    lone.run(client, 'XADD', 'x', '2-1', 'f', 'v');
    lone.advance(5000);
    lone.run(client, 'GET', 's');
    expect(describeDataset(snapshot.dbs[0] as NonNullable<typeof digest>)).toBe(before);
    expect(describeDataset(lone.server.dbs[0] as NonNullable<typeof digest>)).not.toBe(before);
  });
});

/** Everything reachable from the values, access clocks included. */
function describeDataset(db: { keys: SlotTree<object> }): string {
  const lines: string[] = [];
  db.keys.forEach((key, obj) => {
    const seen = new Set<unknown>();
    lines.push(
      `${key} ${JSON.stringify(obj, (name, value: unknown) => {
        if (name === 'owner' || name === 'headerOwner' || name === 'open') return undefined;
        if (typeof value === 'bigint') return String(value);
        if (typeof value === 'object' && value !== null) {
          if (seen.has(value)) return 'seen';
          seen.add(value);
          if (value instanceof Map) return [...(value as Map<unknown, unknown>)];
          if (value instanceof Set) return [...(value as Set<unknown>)];
        }
        return value;
      })}`,
    );
  });
  return lines.join('\n');
}

describe('expiry', () => {
  it('deletes volatile keys that nobody asks for, and leaves at most about a tenth of them stale', () => {
    const lone = new LoneServer({ save: '' });
    const client = lone.connect();
    for (let i = 0; i < 2000; i++) lone.run(client, 'SET', `v${i}`, 'x', 'PX', String(100 + (i % 10)));
    for (let i = 0; i < 100; i++) lone.run(client, 'SET', `p${i}`, 'x');
    lone.advance(300);
    expect(lone.server.dbs[0]?.size).toBeLessThan(400);
    lone.advance(10_000);
    expect(lone.server.dbs[0]?.size).toBe(100);
    expect(lone.server.stats.expiredKeys).toBe(2000);
  });

  it('a key is gone from the millisecond after its time, and not before', () => {
    const lone = new LoneServer({ save: '' });
    const client = lone.connect();
    lone.run(client, 'SET', 'k', 'v', 'PX', '50');
    lone.moveTo(50_000);
    expect(lone.ask(client, 'EXISTS', 'k')).toBe(1);
    lone.moveTo(51_000);
    expect(lone.ask(client, 'EXISTS', 'k')).toBe(0);
  });
});

describe('eviction', () => {
  const fill = (policy: string, each: (lone: LoneServer, client: number, i: number) => void): LoneServer => {
    const lone = new LoneServer({ save: '', maxmemory: '1200000', 'maxmemory-policy': policy });
    const client = lone.connect();
    for (let i = 0; i < 4000; i++) each(lone, client, i);
    return lone;
  };
  const set = (lone: LoneServer, client: number, i: number): Reply =>
    lone.ask(client, 'SET', `k${i}`, 'x'.repeat(100));

  it('noeviction refuses writes that may need memory and still serves reads and deletes', () => {
    const lone = fill('noeviction', () => undefined);
    const client = lone.connect();
    let reply: Reply = null;
    for (let i = 0; i < 4000; i++) reply = set(lone, client, i);
    expect(reply).toMatchObject({ text: "OOM command not allowed when used memory > 'maxmemory'." });
    expect(lone.ask(client, 'GET', 'k0')).toBe('x'.repeat(100));
    expect(lone.ask(client, 'DEL', 'k0')).toBe(1);
  });

  it.each(['allkeys-lru', 'allkeys-lfu', 'allkeys-random'])('%s makes room for every write', (policy) => {
    const lone = fill(policy, (server, client, i) =>
      expect(set(server, client, i)).toMatchObject({ text: 'OK' }),
    );
    expect(lone.server.stats.evictedKeys).toBeGreaterThan(1000);
    expect(lone.server.dbs[0]?.size).toBe(4000 - lone.server.stats.evictedKeys);
  });

  it('allkeys-lru keeps what is used', () => {
    const lone = fill('allkeys-lru', (server, client, i) => {
      set(server, client, i);
      if (i % 20 === 0) {
        server.advance(1000);
        for (let hot = 0; hot < 50; hot++) server.ask(client, 'GET', `k${hot}`);
      }
    });
    const client = lone.connect();
    let kept = 0;
    for (let hot = 0; hot < 50; hot++) if (lone.ask(client, 'EXISTS', `k${hot}`) === 1) kept++;
    expect(kept).toBeGreaterThan(45);
  });

  it('by a lower limit happens after the command or the transaction that sets it', () => {
    const lone = new LoneServer({ save: '', 'maxmemory-policy': 'allkeys-random' });
    const client = lone.connect();
    for (let i = 0; i < 100; i++) set(lone, client, i);
    lone.run(client, 'MULTI');
    lone.run(client, 'INCR', 'n');
    lone.run(client, 'CONFIG', 'SET', 'maxmemory', '1');
    lone.run(client, 'INCR', 'n');
    expect(lone.ask(client, 'EXEC')).toEqual([1, OK, 2]);
    expect(lone.server.dbs[0]?.size).toBe(101);
    lone.advance(1);
    expect(lone.server.dbs[0]?.size).toBe(0);
  });

  it('does not go on because of what it makes clients be told', () => {
    const lone = new LoneServer({ save: '', 'maxmemory-policy': 'allkeys-lru' });
    const trackers = Array.from({ length: 10 }, () => lone.connect());
    for (const socket of trackers) {
      lone.feed(
        socket,
        '*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n*3\r\n$6\r\nCLIENT\r\n$8\r\nTRACKING\r\n$2\r\nON\r\n',
      );
    }
    const client = lone.connect();
    for (let i = 0; i < 300; i++) {
      const key = String(i).padEnd(1000, 'x');
      lone.run(client, 'SET', key, 'x');
      for (const socket of trackers) lone.feed(socket, `*2\r\n$3\r\nGET\r\n$1000\r\n${key}\r\n`);
    }
    const used = /used_memory:(\d+)/.exec((lone.ask(client, 'INFO', 'memory') as Verbatim).text)?.[1];
    lone.run(client, 'CONFIG', 'SET', 'maxmemory', String(Number(used) - 40_000));
    for (const socket of trackers) lone.take(socket);
    lone.server.onTimer('evict');
    expect(lone.server.stats.evictedKeys).toBeGreaterThan(10);
    expect(lone.server.stats.evictedKeys).toBeLessThan(60);
    expect(lone.takeBytes(trackers[0] as number)).toContain('invalidate');
  });

  it('volatile policies touch only keys with an expiry, volatile-ttl the nearest first', () => {
    const lone = new LoneServer({ save: '', maxmemory: '1200000', 'maxmemory-policy': 'volatile-ttl' });
    const client = lone.connect();
    for (let i = 0; i < 300; i++) lone.ask(client, 'SET', `permanent${i}`, 'x'.repeat(100));
    for (let i = 0; i < 3000; i++) {
      lone.ask(client, 'SET', `v${i}`, 'x'.repeat(100), 'EX', String(1000 + ((i * 7919) % 3000)));
    }
    for (let i = 0; i < 300; i++) expect(lone.ask(client, 'EXISTS', `permanent${i}`)).toBe(1);
    const db = lone.server.dbs[0];
    let nearest = Infinity;
    db?.expires.forEach((_key, when) => (nearest = Math.min(nearest, when - lone.wallMs)));
    expect(nearest).toBeGreaterThan(1_000_500);
  });
});
