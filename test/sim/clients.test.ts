/* Application clients against real servers of a world. */

import { describe, expect, test } from 'vitest';
import type { ClientFrame } from '#sim/frame.ts';
import type { WorldConfig } from '#session/api.ts';
import { makeSession } from '#session/in-place.ts';
import type { Session } from '#session/session.ts';

async function open(config: Partial<WorldConfig> = {}): Promise<Session> {
  const session = makeSession();
  await session.open({ seed: 11, nodeTimeoutMs: 2000, ...config });
  return session;
}

async function client(session: Session, id: string): Promise<ClientFrame> {
  const found = (await session.frame()).clients.find((candidate) => candidate.id === id);
  if (!found) throw new Error(`no client ${id}`);
  return found;
}

const start = (session: Session, id: string, spec: object): Promise<void> => {
  return session.input({ kind: 'client', id, action: 'start', spec });
};

describe('a cluster client', () => {
  test('learns the map and then asks the right servers', async () => {
    const session = await open();
    await start(session, 'a', { rate: 100, keys: 50 });
    await session.advance(20e6);
    const { ops, errors, redirects, map, latencyUs } = await client(session, 'a');
    expect(ops).toBeGreaterThan(1800);
    expect(errors).toBe(0);
    expect(redirects).toBeLessThan(5);
    expect(map).toEqual([
      [0, 5460, '7000'],
      [5461, 10922, '7001'],
      [10923, 16383, '7002'],
    ]);
    expect(latencyUs.p50).toBeGreaterThan(800);
    expect(latencyUs.p50).toBeLessThan(1300);
  });

  test('that learns anew survives a failover, one that never learns does not', async () => {
    const session = await open();
    await start(session, 'learns', { rate: 50, refresh: 'moved' });
    await start(session, 'never', { rate: 50, refresh: 'never' });
    await session.advance(5e6);
    await session.input({ kind: 'fault', fault: { kind: 'kill', server: '7002' } });
    await session.advance(15e6);
    const before = [await client(session, 'learns'), await client(session, 'never')] as const;
    await session.advance(20e6);
    expect((await client(session, 'learns')).errors).toBe(before[0].errors);
    expect((await client(session, 'never')).errors).toBeGreaterThan(before[1].errors + 100);
    expect((await client(session, 'learns')).map.some(([, , name]) => name === '7002')).toBe(false);
  });

  test('that is told to renew its map from time to time does so from then on', async () => {
    const session = await open();
    // It reads nothing that has moved, so no error tells it anything.
    await start(session, 'a', { rate: 1, keys: 1, prefix: '{hello}', refresh: 'never' });
    await session.advance(5e6);
    await session.input({ kind: 'fault', fault: { kind: 'kill', server: '7002' } });
    await session.advance(15e6);
    const owners = async (): Promise<string[]> => (await client(session, 'a')).map.map(([, , name]) => name);
    expect(await owners()).toContain('7002');
    await session.input({
      kind: 'client',
      id: 'a',
      action: 'set',
      spec: { refresh: 'periodic', refreshMs: 1000 },
    });
    await session.advance(3e6);
    expect(await owners()).toEqual(['7000', '7001', '7005']);
    // And no longer when it is told so.
    await session.input({ kind: 'client', id: 'a', action: 'set', spec: { refresh: 'never' } });
    await session.input({ kind: 'fault', fault: { kind: 'kill', server: '7001' } });
    await session.advance(15e6);
    expect(await owners()).toEqual(['7000', '7001', '7005']);
  });

  test('that reads from replicas tells how old its answers are: as old as the cable is long', async () => {
    const session = await open();
    await start(session, 'reader', { rate: 100, reads: 0.6, keys: 5, readReplicas: true });
    await session.advance(10e6);
    expect((await client(session, 'reader')).figures['age99']).toBeLessThan(10);
    for (const [from, to] of [
      ['7000', '7003'],
      ['7001', '7004'],
      ['7002', '7005'],
    ] as const) {
      await session.input({
        kind: 'fault',
        fault: { kind: 'link', from, to, latencyUs: 300_000, oneWay: true },
      });
    }
    await session.advance(10e6);
    const { figures, staleReads } = await client(session, 'reader');
    expect(figures['age99']).toBeGreaterThan(200);
    expect(figures['age99']).toBeLessThanOrEqual(305);
    expect(staleReads).toBeGreaterThan(20);
    await session.input({ kind: 'fault', fault: { kind: 'healAll' } });
    await session.advance(15e6);
    expect((await client(session, 'reader')).figures['age99']).toBeLessThan(10);
  });

  test('can be stopped, changed and started again, and counts anew then', async () => {
    const session = await open();
    await start(session, 'a', { rate: 100 });
    await session.advance(2e6);
    await session.input({ kind: 'client', id: 'a', action: 'stop' });
    const { ops } = await client(session, 'a');
    await session.advance(5e6);
    expect((await client(session, 'a')).ops - ops).toBeLessThan(3);
    await session.input({ kind: 'client', id: 'a', action: 'start', spec: { rate: 10 } });
    await session.advance(10e6);
    const after = (await client(session, 'a')).ops;
    expect(after).toBeGreaterThan(80);
    expect(after).toBeLessThan(130);
    await expect(session.input({ kind: 'client', id: 'b', action: 'stop' })).rejects.toThrow(
      'no client called "b"',
    );
  });

  test('reads stale values from a replica that lags behind', async () => {
    const session = await open();
    for (const replica of ['7003', '7004', '7005']) {
      const master = String(Number(replica) - 3);
      const fault = { kind: 'link', from: master, to: replica, latencyUs: 300_000 } as const;
      await session.input({ kind: 'fault', fault });
    }
    await start(session, 'a', { rate: 200, keys: 10, readReplicas: true });
    await session.advance(20e6);
    expect((await client(session, 'a')).staleReads).toBeGreaterThan(50);
  });

  test('takes nonsense for settings without harm', async () => {
    const session = await open();
    await start(session, 'a', {
      kind: 'virus',
      rate: -5,
      keys: 'many',
      seeds: ['x', -1],
      pipeline: 1e9,
      reads: NaN,
    });
    await start(session, 'b', null as unknown as object);
    const frame = await session.advance(5e6);
    expect(frame.halted).toBeNull();
    expect(frame.clients.map(({ id, kind }) => [id, kind])).toEqual([
      ['a', 'workload'],
      ['b', 'workload'],
    ]);
  });
});

describe('locks', () => {
  const masters: Partial<WorldConfig> = {
    preset: 'standalone',
    masters: 5,
    replicasPerMaster: 0,
    warmUpMs: 1000,
  };
  const spec = { holdMs: 300, ttlMs: 1000, pauseMs: 50, safeRelease: false };

  /** Longest time for which two clients held the lock together, from what they announced. */
  async function overlapMs(session: Session): Promise<number> {
    return (await session.frame()).ledger.lockOverlapMs;
  }

  test('on one server exclude each other as long as nobody outlives the lock', async () => {
    const session = await open(masters);
    await start(session, 'a', { ...spec, kind: 'lock', cluster: false });
    await start(session, 'b', { ...spec, kind: 'lock', cluster: false });
    await session.advance(30e6);
    expect(await overlapMs(session)).toBe(0);
    const { events } = await session.frame();
    expect(events).toEqual([]);
  });

  test('overlap when a holder is paused for longer than the lock lives', async () => {
    const session = await open(masters);
    await start(session, 'a', { ...spec, kind: 'lock', cluster: false });
    await start(session, 'b', { ...spec, kind: 'lock', cluster: false });
    await session.runUntil({ event: 'LOCK_ACQUIRED' }, 10e6);
    const holder =
      (await session.history()) && (await session.frame()).clients.find(({ note }) => note === 'holding');
    await session.input({ kind: 'fault', fault: { kind: 'pause', server: `client:${holder?.id}` } });
    await session.advance(5e6);
    await session.input({ kind: 'fault', fault: { kind: 'resume', server: `client:${holder?.id}` } });
    await session.advance(5e6);
    expect(await overlapMs(session)).toBeGreaterThan(0);
  });

  test('on five masters still exclude each other with two of them dead', async () => {
    const session = await open(masters);
    await start(session, 'a', { ...spec, kind: 'redlock' });
    await start(session, 'b', { ...spec, kind: 'redlock' });
    await session.advance(5e6);
    await session.input({ kind: 'fault', fault: { kind: 'kill', server: '7001' } });
    await session.input({ kind: 'fault', fault: { kind: 'kill', server: '7003' } });
    let acquired = 0;
    for (let at = 0; at < 30; at++) {
      const { events } = await session.advance(1e6);
      acquired += events.filter(({ event }) => event.type === 'LOCK_ACQUIRED').length;
    }
    expect(acquired).toBeGreaterThan(10);
    expect(await overlapMs(session)).toBe(0);
  });
});

describe('a bank behind a lock', () => {
  const world: Partial<WorldConfig> = {
    preset: 'standalone',
    masters: 2,
    replicasPerMaster: 0,
    warmUpMs: 1000,
  };
  const spec = {
    kind: 'lock',
    cluster: false,
    seeds: [7000],
    holdMs: 300,
    ttlMs: 1000,
    pauseMs: 50,
    bank: 7001,
  };

  /** Two clients spend coupons for a minute and are frozen in turn: how often each coupon was spent. */
  async function spend(more: object): Promise<{ coupons: number[]; rejected: number }> {
    const session = await open(world);
    await start(session, 'a', { ...spec, ...more });
    await start(session, 'b', { ...spec, ...more });
    const coupons: number[] = [];
    const pass = async (us: number): Promise<void> => {
      const { events } = await session.advance(us);
      for (const { event } of events)
        if (event.type === 'COUPON_SPENT') coupons.push(Number(event['coupon']));
    };
    for (let at = 0; at < 10; at++) {
      const server = `client:${at % 2 ? 'b' : 'a'}`;
      await pass(3e6);
      await session.input({ kind: 'fault', fault: { kind: 'pause', server } });
      await pass(3e6);
      await session.input({ kind: 'fault', fault: { kind: 'resume', server } });
    }
    const rejected = (await session.frame()).clients.map(({ figures }) => figures['rejected'] ?? NaN);
    return { coupons, rejected: Math.max(...rejected) };
  }

  test('gives a coupon twice when a holder is frozen for longer than the lock lives', async () => {
    const { coupons, rejected } = await spend({});
    expect(coupons.length).toBeGreaterThan(50);
    expect(new Set(coupons).size).toBeLessThan(coupons.length);
    expect(rejected).toBe(0);
  });

  test('refuses who comes too late when it is told the number of the lock', async () => {
    const { coupons, rejected } = await spend({ fenced: true });
    expect(coupons.length).toBeGreaterThan(50);
    expect(new Set(coupons).size).toBe(coupons.length);
    expect(rejected).toBeGreaterThan(0);
  });

  test('that does not answer spends nothing, and the lock is given back', async () => {
    const session = await open(world);
    await session.input({ kind: 'fault', fault: { kind: 'kill', server: '7001' } });
    await start(session, 'a', { ...spec, fenced: true });
    await session.advance(20e6);
    const { figures } = await client(session, 'a');
    expect(figures).toMatchObject({ spent: 0, holding: 0 });
    expect(figures['rejected']).toBeGreaterThan(2);
  });
});

test('an application falls back on what it knew, and seconds above the limit of the database are counted', async () => {
  const session = await open();
  const spec = { kind: 'cache', rate: 200, keys: 50, reads: 1, ttlMs: 60_000, dbMs: 10, dbLimit: 40 };
  await start(session, 'plain', { ...spec, prefix: 'p:' });
  await start(session, 'careful', { ...spec, prefix: 'c:', fallback: true });
  await session.advance(20e6);
  const figures = async (id: string) => (await client(session, id)).figures as Record<string, number>;
  const [plain, careful] = [await figures('plain'), await figures('careful')];
  expect(careful['local']).toBe(0);
  for (const server of ['7000', '7003'])
    await session.input({ kind: 'fault', fault: { kind: 'kill', server } });
  await session.advance(20e6);
  expect((await figures('plain'))['overloads']).toBeGreaterThan((plain['overloads'] ?? 0) + 5);
  expect((await figures('careful'))['overloads']).toBe(careful['overloads']);
  expect((await figures('careful'))['local']).toBeGreaterThan(100);
});

test('a cache spares the database, and its mutex lets one client fill a key', async () => {
  const session = await open();
  const spec = { kind: 'cache', rate: 100, keys: 5, reads: 1, ttlMs: 1000, dbMs: 200 };
  await start(session, 'plain', { ...spec, prefix: 'p:' });
  await start(session, 'mutex', { ...spec, prefix: 'm:', mutex: true });
  await session.advance(20e6);
  const calls = async (id: string): Promise<number> => (await client(session, id)).figures['queries'] ?? NaN;
  expect(await calls('plain')).toBeGreaterThan(await calls('mutex'));
  expect(await calls('mutex')).toBeLessThan(110);
  expect((await client(session, 'mutex')).errors).toBe(0);
});
