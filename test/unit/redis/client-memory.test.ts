/* What clients weigh, and who has to go when all together weigh too much. */

import { describe, expect, test } from 'vitest';
import { clientMemoryUsage } from '#redis/client-info.ts';
import type { Client } from '#redis/client.ts';
import { OK } from '#redis/reply.ts';
import { LoneServer } from '#test/conformance/lone-server.ts';

const clientOf = (lone: LoneServer, socket: number): Client => lone.server.clients.get(socket) as Client;

/** How many bytes more the client weighs after `act`. */
function growth(lone: LoneServer, socket: number, act: () => void): number {
  const before = clientMemoryUsage(clientOf(lone, socket));
  act();
  return clientMemoryUsage(clientOf(lone, socket)) - before;
}

test('a client weighs what waits in it: half a command, queued commands, what it watches and hears', () => {
  const lone = new LoneServer();
  const client = lone.connect();
  const grows = (act: () => void): number => growth(lone, client, act);
  const large = 'x'.repeat(100_000);
  // The first one leaves a buffer behind that has room for the next.
  expect(grows(() => lone.run(client, 'SET', 'k', large))).toBeGreaterThan(100_000);
  expect(grows(() => lone.run(client, 'SET', 'k', large))).toBe(0);
  expect(grows(() => lone.run(client, 'WATCH', 'a', 'b', 'c'))).toBeGreaterThan(100);
  expect(grows(() => lone.run(client, 'UNWATCH'))).toBeLessThan(-100);
  lone.run(client, 'MULTI');
  expect(grows(() => lone.run(client, 'SET', 'k', large))).toBeGreaterThan(100_000);
  expect(grows(() => lone.run(client, 'EXEC'))).toBeLessThan(-100_000);
  expect(grows(() => lone.run(client, 'BLPOP', large, '0'))).toBeGreaterThan(100_000);
  const half = lone.connect();
  expect(growth(lone, half, () => lone.feed(half, `*3\r\n$3\r\nSET\r\n$100000\r\n${large}`))).toBeGreaterThan(
    79_000,
  );
  expect(growth(lone, half, () => lone.feed(half, '\r\n$1\r\n'))).toBeGreaterThan(10_000);
  expect(growth(lone, half, () => lone.feed(half, 'v\r\n'))).toBeLessThan(-99_000);
  const heard = lone.connect();
  expect(growth(lone, heard, () => lone.run(heard, 'SUBSCRIBE', 'a', 'b'))).toBeGreaterThan(60);
});

test('the greediest go first, only as many as must, and never one that asked to stay', () => {
  const lone = new LoneServer();
  const [boss, ...others] = Array.from({ length: 5 }, () => lone.connect()) as [number, ...number[]];
  lone.run(boss, 'CLIENT', 'NO-EVICT', 'ON');
  for (const [at, socket] of [...others, boss].entries()) {
    lone.feed(socket, `*1\r\n$${100_000 * (at + 1)}\r\nx`);
  }
  const alive = (): boolean[] => others.map((socket) => lone.server.clients.has(socket));
  const asker = lone.connect();
  lone.run(asker, 'CLIENT', 'NO-EVICT', 'ON');
  lone.run(asker, 'CONFIG', 'SET', 'maxmemory-clients', '800000');
  expect(alive()).toEqual([true, true, true, false]);
  lone.run(asker, 'CONFIG', 'SET', 'maxmemory-clients', '150000');
  expect(alive()).toEqual([true, false, false, false]);
  lone.run(asker, 'CONFIG', 'SET', 'maxmemory-clients', '1');
  expect(alive()).toEqual([false, false, false, false]);
  expect(lone.server.clients.has(boss)).toBe(true);
  expect(lone.server.stats.evictedClients).toBe(4);
  expect(lone.logLines.filter((line) => line.includes('Evicting client: id='))).toHaveLength(4);
});

test('a command too large for all clients together does not run, and its client goes without a reply', () => {
  const lone = new LoneServer({ 'maxmemory-clients': '1mb' });
  const client = lone.connect();
  expect(lone.run(client, 'SET', 'k', 'x'.repeat(2_000_000))).toEqual([]);
  expect(lone.server.clients.has(client)).toBe(false);
  expect(lone.ask(lone.connect(), 'EXISTS', 'k')).toBe(0);
});

test('a share of maxmemory is a limit too', () => {
  const lone = new LoneServer({ maxmemory: '10mb', 'maxmemory-clients': '10%' });
  const client = lone.connect();
  lone.feed(client, `*1\r\n$900000\r\n${'x'.repeat(900_000)}`);
  expect(lone.server.clients.has(client)).toBe(true);
  // There is room for all of an argument as soon as it is announced.
  const other = lone.connect();
  lone.feed(other, '*1\r\n$1100000\r\n');
  expect(lone.server.clients.has(other)).toBe(false);
});

test('what a transaction has queued weighs once', () => {
  const lone = new LoneServer({ 'maxmemory-clients': '3000000' });
  const client = lone.connect();
  lone.run(client, 'MULTI');
  for (let at = 0; at < 2; at++) lone.run(client, 'SET', 'k', 'v'.repeat(750_000));
  expect(lone.server.clients.has(client)).toBe(true);
  for (let at = 0; at < 3; at++) lone.run(client, 'SET', 'k', 'v'.repeat(750_000));
  expect(lone.server.clients.has(client)).toBe(false);
});

describe('the buffers of a client', () => {
  /** The named fields of its line in CLIENT LIST. */
  function fieldsOf(lone: LoneServer, socket: number, ...names: string[]): number[] {
    const line = lone.server.clientInfo(clientOf(lone, socket));
    return names.map((name) => Number(new RegExp(` ${name}=(\\d+)`).exec(line)?.[1]));
  }

  const bulk = (length: number): string => `*2\r\n$4\r\nECHO\r\n$${length}\r\n${'x'.repeat(length)}\r\n`;

  // The figures are those of Redis 7.0.15.
  test('for requests grows with what comes, shrinks with less, and goes when the client is idle', () => {
    const lone = new LoneServer();
    const socket = lone.connect();
    const seen = (): number[] => fieldsOf(lone, socket, 'qbuf', 'qbuf-free');
    expect(seen()).toEqual([0, 0]);
    lone.feed(socket, bulk(10));
    expect(seen()).toEqual([0, 20474]);
    lone.feed(socket, bulk(400_000));
    expect(seen()).toEqual([0, 458_742]);
    for (let second = 0; second < 3; second++) {
      lone.feed(socket, bulk(10));
      lone.advance(1000);
    }
    expect(seen()).toEqual([0, 20474]);
    lone.feed(socket, bulk(100_000).slice(0, 50_000));
    lone.advance(4000);
    const [waiting] = seen();
    expect(waiting).toBeGreaterThan(49_000);
    expect(seen()[1]).toBe(0);
    lone.feed(socket, bulk(100_000).slice(50_000));
    lone.advance(4000);
    expect(Math.max(...seen())).toBeLessThan(10);
    expect(fieldsOf(lone, socket, 'tot-mem')[0]).toBeLessThan(2000);
  });

  test('for replies shrinks while they are short and grows with those that do not fit', () => {
    const lone = new LoneServer({ 'enable-debug-command': 'yes' });
    const socket = lone.connect();
    const seen = (): number[] => fieldsOf(lone, socket, 'rbs', 'rbp');
    expect(seen()).toEqual([16384, 16384]);
    lone.advance(1000);
    expect(seen()).toEqual([1024, 0]);
    lone.feed(socket, bulk(3000));
    expect(seen()).toEqual([1024, 1024]);
    lone.advance(300);
    expect(seen()).toEqual([2048, 1024]);
    lone.advance(7000);
    expect(seen()).toEqual([1024, 0]);
    expect(lone.ask(lone.connect(), 'DEBUG', 'REPLYBUFFER', 'PEAK-RESET-TIME', 'never')).toBe(OK);
    for (let time = 0; time < 5; time++) {
      lone.feed(socket, bulk(30_000));
      lone.advance(1000);
    }
    lone.advance(10_000);
    expect(seen()).toEqual([16384, 16384]);
    lone.run(lone.connect(), 'DEBUG', 'REPLYBUFFER', 'PEAK-RESET-TIME', 'reset');
    lone.run(lone.connect(), 'DEBUG', 'REPLYBUFFER', 'RESIZING', '0');
    lone.advance(10_000);
    expect(seen()).toEqual([16384, 16384]);
  });
});
