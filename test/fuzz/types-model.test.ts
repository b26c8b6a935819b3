/* Random commands on each type against the plainest possible models, with snapshots taken all along: what a
 * snapshot holds must not move when the world goes on. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cloneGraph } from '#base/clone.ts';
import type { Bytes } from '#base/bytes.ts';
import type { Db } from '#redis/db.ts';
import type { Reply } from '#redis/reply.ts';
import { SetReply } from '#redis/reply.ts';
import { LoneServer } from '../conformance/lone-server.ts';

const runs = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 40) };
/** Limits so low that every run crosses from the small encodings to the large ones. */
const LOW = {
  'hash-max-listpack-entries': '8',
  'zset-max-listpack-entries': '8',
  'set-max-intset-entries': '8',
  'hash-max-listpack-value': '10',
};

const member = fc.oneof(
  fc.nat(30).map(String),
  fc.integer().map(String),
  fc.string({ unit: 'binary-ascii', maxLength: 14 }),
  fc.constantFrom('9223372036854775807', '-9223372036854775808', '', '007'),
);

interface Harness {
  ask(...argv: Bytes[]): Reply;
  /** Remembers what a key holds now, to be compared in the end. */
  snapshot(read: () => unknown, readFrom: (ask: Harness['ask']) => unknown): void;
  check(): void;
}

function harness(): Harness {
  const lone = new LoneServer(LOW);
  const socket = lone.connect();
  const kept: { db: Db; expected: unknown; readFrom: (ask: Harness['ask']) => unknown }[] = [];
  const ask = (...argv: Bytes[]): Reply => lone.ask(socket, ...argv);
  return {
    ask,
    snapshot: (read, readFrom) => {
      const db = lone.server.dbs[0] as Db;
      const copy = { keys: cloneGraph(db.keys), expires: cloneGraph(db.expires) } as Db;
      kept.push({ db: copy, expected: structuredClone(read()), readFrom });
    },
    check: () => {
      const db = lone.server.dbs[0] as Db;
      for (const { db: old, expected, readFrom } of kept) {
        Object.assign(db, { keys: old.keys, expires: old.expires });
        expect(readFrom(ask)).toEqual(expected);
      }
    },
  };
}

const items = (reply: Reply): Bytes[] => [...((reply instanceof SetReply ? reply.items : reply) as Bytes[])];

describe('against a model', () => {
  test('lists do what arrays do', () => {
    const step = fc.tuple(
      fc.constantFrom('LPUSH', 'RPUSH', 'LPOP', 'RPOP', 'LSET', 'LREM', 'LTRIM', 'LINSERT', 'snap'),
      member,
      fc.integer({ min: -12, max: 12 }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { ask, snapshot, check } = harness();
        let model: string[] = [];
        const read = (a: Harness['ask']): unknown => a('LRANGE', 'k', '0', '-1');
        for (const [name, value, n] of steps) {
          if (name === 'snap') snapshot(() => model, read);
          if (name === 'LPUSH') expect(ask(name, 'k', value)).toBe(model.unshift(value));
          if (name === 'RPUSH') expect(ask(name, 'k', value)).toBe(model.push(value));
          if (name === 'LPOP') expect(ask(name, 'k')).toBe(model.shift() ?? null);
          if (name === 'RPOP') expect(ask(name, 'k')).toBe(model.pop() ?? null);
          if (name === 'LSET' && model.at(n) !== undefined) {
            ask(name, 'k', String(n), value);
            model[n < 0 ? n + model.length : n] = value;
          }
          if (name === 'LINSERT') {
            ask(name, 'k', 'BEFORE', value, 'new');
            if (model.includes(value)) model.splice(model.indexOf(value), 0, 'new');
          }
          if (name === 'LREM') {
            ask(name, 'k', '0', value);
            model = model.filter((one) => one !== value);
          }
          if (name === 'LTRIM' && n > 3) {
            ask(name, 'k', '0', String(n));
            model = model.slice(0, n + 1);
          }
          expect(ask('LLEN', 'k')).toBe(model.length);
        }
        expect(read(ask)).toEqual(model);
        check();
      }),
      runs,
    );
  });

  test('hashes do what maps do, in any encoding', () => {
    const step = fc.tuple(fc.constantFrom('HSET', 'HSET', 'HDEL', 'HSETNX', 'snap'), member, member);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const { ask, snapshot, check } = harness();
        const model = new Map<string, string>();
        const read = (a: Harness['ask']): unknown =>
          new Map((a('HGETALL', 'k') as { pairs: [string, string][] } & object).pairs);
        for (const [name, field, value] of steps) {
          if (name === 'snap') snapshot(() => model, read);
          if (name === 'HSET') expect(ask(name, 'k', field, value)).toBe(model.has(field) ? 0 : 1);
          if (name === 'HSETNX') expect(ask(name, 'k', field, value)).toBe(model.has(field) ? 0 : 1);
          if (name === 'HSET' || (name === 'HSETNX' && !model.has(field))) model.set(field, value);
          if (name === 'HDEL') expect(ask(name, 'k', field)).toBe(model.delete(field) ? 1 : 0);
          expect(ask('HGET', 'k', field)).toBe(model.get(field) ?? null);
        }
        expect(read(ask)).toEqual(model);
        check();
      }),
      runs,
    );
  });

  test('sets do what sets do, in any encoding', () => {
    const step = fc.tuple(fc.constantFrom('SADD', 'SADD', 'SREM', 'SPOP', 'SMOVE', 'snap'), member);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const { ask, snapshot, check } = harness();
        const model = new Set<string>();
        const read = (a: Harness['ask']): unknown => new Set(items(a('SMEMBERS', 'k')));
        for (const [name, value] of steps) {
          if (name === 'snap') snapshot(() => model, read);
          if (name === 'SADD') expect(ask(name, 'k', value)).toBe(model.has(value) ? 0 : 1);
          if (name === 'SADD') model.add(value);
          if (name === 'SREM') expect(ask(name, 'k', value)).toBe(model.delete(value) ? 1 : 0);
          if (name === 'SMOVE') expect(ask(name, 'k', 'other', value)).toBe(model.delete(value) ? 1 : 0);
          if (name === 'SPOP') {
            const popped = ask('SPOP', 'k');
            expect(popped === null).toBe(model.size === 0);
            if (popped !== null) expect(model.delete(popped as string)).toBe(true);
          }
          expect(ask('SISMEMBER', 'k', value)).toBe(model.has(value) ? 1 : 0);
        }
        expect(read(ask)).toEqual(model);
        check();
      }),
      runs,
    );
  });

  test('sorted sets keep the order of scores, then of bytes', () => {
    const score = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ noNaN: true }));
    const step = fc.tuple(
      fc.constantFrom('ZADD', 'ZADD', 'ZREM', 'ZINCRBY', 'ZPOPMIN', 'ZREMRANGEBYSCORE', 'snap'),
      member,
      score,
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const { ask, snapshot, check } = harness();
        const model = new Map<string, number>();
        const sorted = (): string[] =>
          [...model].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1)).map(([one]) => one);
        const read = (a: Harness['ask']): unknown => a('ZRANGE', 'k', '0', '-1');
        for (const [name, value, number] of steps) {
          if (name === 'snap') snapshot(sorted, read);
          if (name === 'ZADD') expect(ask(name, 'k', String(number), value)).toBe(model.has(value) ? 0 : 1);
          if (name === 'ZADD') model.set(value, number);
          if (name === 'ZREM') expect(ask(name, 'k', value)).toBe(model.delete(value) ? 1 : 0);
          if (name === 'ZINCRBY' && Math.abs(number) < 1e300) {
            const next = (model.get(value) ?? 0) + number;
            if (!Number.isNaN(next)) {
              ask(name, 'k', String(number), value);
              model.set(value, next);
            }
          }
          if (name === 'ZPOPMIN') {
            const first = sorted()[0];
            const [popped] = ask(name, 'k') as Reply[];
            expect(popped).toBe(first);
            if (first !== undefined) model.delete(first);
          }
          if (name === 'ZREMRANGEBYSCORE') {
            ask(name, 'k', '(0', '1');
            for (const [one, at] of model) if (at > 0 && at <= 1) model.delete(one);
          }
          const rank = sorted().indexOf(value);
          expect(ask('ZRANK', 'k', value)).toBe(rank < 0 ? null : rank);
        }
        expect(read(ask)).toEqual(sorted());
        check();
      }),
      runs,
    );
  });

  test('streams keep entries, and deliver each new one to one consumer', () => {
    const step = fc.tuple(
      fc.constantFrom('XADD', 'XADD', 'XADD', 'XDEL', 'XTRIM', 'read', 'ack', 'snap'),
      fc.nat(40),
      member,
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const { ask, snapshot, check } = harness();
        let model: [string, string[]][] = [];
        let last = 0;
        const pending = new Set<string>();
        let delivered = 0;
        const read = (a: Harness['ask']): unknown => a('XRANGE', 'k', '-', '+');
        ask('XGROUP', 'CREATE', 'k', 'g', '0', 'MKSTREAM');
        for (const [name, n, value] of steps) {
          if (name === 'snap') snapshot(() => model, read);
          if (name === 'XADD') {
            last += 1 + (n % 3);
            expect(ask('XADD', 'k', `${last}-${n}`, 'f', value)).toBe(`${last}-${n}`);
            model.push([`${last}-${n}`, ['f', value]]);
          }
          const some = model[n % Math.max(1, model.length)];
          if (name === 'XDEL' && some) {
            expect(ask('XDEL', 'k', some[0])).toBe(1);
            model = model.filter((one) => one !== some);
          }
          if (name === 'XTRIM') {
            expect(ask('XTRIM', 'k', 'MAXLEN', String(n))).toBe(Math.max(0, model.length - n));
            if (model.length > n) model = model.slice(model.length - n);
          }
          if (name === 'read') {
            const found = ask('XREADGROUP', 'GROUP', 'g', `c${n % 3}`, 'COUNT', '3', 'STREAMS', 'k', '>') as [
              string,
              [string, string[]][],
            ][];
            const fresh = model.filter(([id]) => Number(id.split('-')[0]) > delivered).slice(0, 3);
            const got = Array.isArray(found) ? (found[0]?.[1] ?? []) : [];
            expect(got).toEqual(fresh);
            for (const [id] of fresh) pending.add(id);
            delivered = Number(fresh.at(-1)?.[0].split('-')[0] ?? delivered);
          }
          const waiting = [...pending][n % Math.max(1, pending.size)];
          if (name === 'ack' && waiting !== undefined) {
            expect(ask('XACK', 'k', 'g', waiting)).toBe(1);
            pending.delete(waiting);
          }
          expect((ask('XPENDING', 'k', 'g') as Reply[])[0]).toBe(pending.size);
        }
        expect(read(ask)).toEqual(model);
        check();
      }),
      runs,
    );
  });
});
