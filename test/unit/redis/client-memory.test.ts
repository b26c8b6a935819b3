/* What clients weigh, and who has to go when all together weigh too much. */

import { expect, test } from 'vitest';
import { clientMemoryUsage } from '#redis/client-info.ts';
import type { Client } from '#redis/client.ts';
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
    lone.feed(socket, `*1\r\n$900000\r\n${'x'.repeat(100_000 * (at + 1))}`);
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
  lone.feed(client, `*1\r\n$9000000\r\n${'x'.repeat(900_000)}`);
  expect(lone.server.clients.has(client)).toBe(true);
  lone.feed(client, 'x'.repeat(200_000));
  expect(lone.server.clients.has(client)).toBe(false);
});
