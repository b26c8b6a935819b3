/* Programs on top of the cluster client: a counter, a transfer, a monitor with alert rules. */

import { describe, expect, test } from 'vitest';
import { holds, readRules } from '#client/monitor.ts';
import type { ClientFrame } from '#sim/frame.ts';
import { loadLua } from '#node/lua.ts';
import { makeSession } from '#session/in-place.ts';
import type { Session } from '#session/session.ts';

await loadLua();

async function open(): Promise<Session> {
  const session = makeSession();
  await session.open({ seed: 12, nodeTimeoutMs: 2000, latencyUs: 5000, jitterUs: 1000 });
  return session;
}

async function client(session: Session, id: string): Promise<ClientFrame> {
  const found = (await session.frame()).clients.find((candidate) => candidate.id === id);
  if (!found) throw new Error(`no client ${id}`);
  return found;
}

const start = (session: Session, id: string, spec: object): Promise<void> =>
  session.input({ kind: 'client', id, action: 'start', spec });

async function stop(session: Session, ...ids: string[]): Promise<void> {
  for (const id of ids) await session.input({ kind: 'client', id, action: 'stop' });
  await session.advance(2e6);
}

async function number(session: Session, key: string): Promise<number> {
  const console = `console:${key.replace(/\W/g, '')}`;
  await session.input({ kind: 'openConsole', console, argv: ['redis-cli', '-c', '-p', '7000'] });
  const text = await session.exec(console, `GET ${key}`);
  return Number(/"(-?\d+)"/.exec(text)?.[1]);
}

async function countTogether(session: Session, watch: boolean): Promise<{ done: number; conflicts: number }> {
  const spec = { kind: 'counter', prefix: `visits${watch}`, rate: 20, watch };
  await start(session, `a${watch}`, spec);
  await start(session, `b${watch}`, spec);
  await session.advance(20e6);
  await stop(session, `a${watch}`, `b${watch}`);
  const both = [await client(session, `a${watch}`), await client(session, `b${watch}`)];
  const sum = (name: string): number =>
    both.reduce((total, { figures }) => total + (figures[name] ?? NaN), 0);
  expect(sum('failed')).toBe(0);
  return { done: sum('done'), conflicts: sum('conflicts') };
}

describe('a counter', () => {
  test('with WATCH counts every round, however often two of them collide', async () => {
    const session = await open();
    const { done, conflicts } = await countTogether(session, true);
    expect(conflicts).toBeGreaterThan(10);
    expect(await number(session, 'visitstrue')).toBe(done);
  });

  test('without WATCH loses increments', async () => {
    const session = await open();
    const { done, conflicts } = await countTogether(session, false);
    expect(conflicts).toBe(0);
    expect(await number(session, 'visitsfalse')).toBeLessThan(done);
  });

  test('goes on with the new master after a failover', async () => {
    const session = await open();
    await start(session, 'a', { kind: 'counter', prefix: 'foo', rate: 10 });
    await session.advance(3e6);
    await session.input({ kind: 'fault', fault: { kind: 'kill', server: '7002' } });
    await session.advance(20e6);
    const before = (await client(session, 'a')).figures['done'] ?? NaN;
    await session.advance(10e6);
    expect((await client(session, 'a')).figures['done']).toBeGreaterThan(before + 50);
    expect((await client(session, 'a')).figures['failed']).toBeGreaterThan(0);
  });
});

test.each([false, true])('a transfer keeps the sum of two accounts (script: %s)', async (script) => {
  const session = await open();
  for (const id of ['a', 'b'])
    await start(session, id, { kind: 'transfer', prefix: 'bank', rate: 20, script });
  await session.advance(10e6);
  await stop(session, 'a', 'b');
  const [from, to] = [await number(session, '{bank}a'), await number(session, '{bank}b')];
  expect(to).toBeGreaterThan(100);
  expect(from + to).toBe(0);
  expect((await client(session, 'a')).errors).toBe(0);
});

describe('a monitor', () => {
  test('reads rules, and leaves out lines that are none', () => {
    const rules = readRules('down: up == 0 for 5s\n\nnonsense\n内存: used_memory >= 1.5 \nx: a ~ 3\n');
    expect(rules.map(({ name }) => name)).toEqual(['down', '内存']);
    expect(rules[0]).toEqual({ name: 'down', field: 'up', op: '==', value: '0', forUs: 5e6 });
    const fields = new Map([['used_memory', '2']]);
    expect(rules.map((rule) => holds(rule, fields))).toEqual([false, true]);
  });

  test('fires when a server is gone for long enough, and ends when it is back', async () => {
    const session = await open();
    const rules = 'down: up == 0 for 5s\nlonely: connected_slaves == 0 for 3s\nstate: cluster_state == fail';
    await start(session, 'm', { kind: 'monitor', rules });
    await session.advance(10e6);
    expect((await client(session, 'm')).figures).toMatchObject({ up: 6, down: 0, firing: 3, fired: 3 });
    await session.input({ kind: 'client', id: 'm', action: 'set', spec: { rules: 'down: up == 0 for 5s' } });
    await session.input({ kind: 'fault', fault: { kind: 'kill', server: '7001' } });
    const { events } = await session.advance(4e6);
    expect(events.filter(({ event }) => event.type === 'ALERT_FIRING')).toEqual([]);
    const { events: later } = await session.advance(6e6);
    const fired = later.flatMap(({ event }) => (event.type === 'ALERT_FIRING' ? [event] : []));
    expect(fired).toEqual([{ type: 'ALERT_FIRING', rule: 'down', server: '7001' }]);
    await session.input({ kind: 'fault', fault: { kind: 'restart', server: '7001' } });
    const { events: last } = await session.advance(10e6);
    expect(last.some(({ event }) => event.type === 'ALERT_ENDED')).toBe(true);
    expect((await client(session, 'm')).figures).toMatchObject({ up: 6, firing: 0, fired: 4 });
  });

  test('names the slowest command of all servers', async () => {
    const session = await open();
    await session.input({ kind: 'openConsole', console: 'console:t', argv: ['redis-cli', '-p', '7001'] });
    await session.exec('console:t', 'CONFIG SET slowlog-log-slower-than 0');
    await session.exec('console:t', 'KEYS *');
    await start(session, 'm', { kind: 'monitor' });
    await session.advance(3e6);
    const { note, figures } = await client(session, 'm');
    expect(note).toMatch(/^7001: .+ \d+ µs$/);
    expect(figures['slowest']).toBeGreaterThan(0);
    expect(figures['memory']).toBeGreaterThan(100_000);
  });
});
