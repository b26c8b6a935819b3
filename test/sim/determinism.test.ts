/* One story of a whole cluster, told in every way in which a world can be run: the same hash each time. */

import { describe, expect, test } from 'vitest';
import type { WorldConfig } from '#session/api.ts';
import { makeSession } from '#session/in-place.ts';
import type { Session } from '#session/session.ts';

const WORLD: Partial<WorldConfig> = {
  seed: 42,
  nodeTimeoutMs: 2000,
  jitterUs: 200,
  loss: 0.01,
  warmUpMs: 8000,
};

async function story(session: Session, config: Partial<WorldConfig> = WORLD): Promise<void> {
  await session.open(config);
  await session.input({ kind: 'openConsole', console: 'console:1', argv: ['redis-cli', '-c', '-p', '7000'] });
  await session.input({ kind: 'client', id: 'a', action: 'start', spec: { rate: 50, keys: 40 } });
  for (const word of ['foo', 'bar', 'hello']) await session.exec('console:1', `SET ${word} ${word}!`);
  await session.advance(2e6);
  await session.input({ kind: 'fault', fault: { kind: 'kill', server: '7001' } });
  await session.advance(8e6);
  await session.input({
    kind: 'fault',
    fault: {
      kind: 'partition',
      groups: [
        ['7000', '7003'],
        ['7002', '7004', '7005'],
      ],
    },
  });
  await session.advance(8e6);
  await session.input({ kind: 'fault', fault: { kind: 'healAll' } });
  await session.input({ kind: 'fault', fault: { kind: 'restart', server: '7001' } });
  await session.advance(10e6);
}

describe('one story of a cluster with a failover, a partition and a return', () => {
  test(
    'has one hash in place, split in 2 and 4, and with bytes at every hop',
    { timeout: 120_000 },
    async () => {
      const inPlace = makeSession();
      await story(inPlace);
      const frame = await inPlace.frame();
      expect(frame.halted).toBeNull();
      const { marks } = await inPlace.history();
      expect(marks.filter(({ kind }) => kind === 'promotion').length).toBeGreaterThan(0);
      for (const parts of [2, 4]) {
        const split = makeSession(parts);
        await story(split);
        expect(await split.hash(), `${parts} parts`).toBe(frame.hash);
      }
      const bytes = makeSession();
      await story(bytes, { ...WORLD, wire: 'bytes' });
      expect(await bytes.hash(), 'bytes').toBe(frame.hash);
      const other = makeSession();
      await story(other, { ...WORLD, seed: 43 });
      expect(await other.hash()).not.toBe(frame.hash);
    },
  );

  test(
    'has the same hash after seeking to and fro, and when it is loaded from its file',
    { timeout: 120_000 },
    async () => {
      const session = makeSession();
      await story(session);
      const end = await session.frame();
      const middle = await session.seek(14e6);
      await session.seek(30e6);
      expect((await session.seek(14e6)).hash).toBe(middle.hash);
      expect((await session.seek(end.now)).hash).toBe(end.hash);
      const loaded = await makeSession().load(JSON.parse(JSON.stringify(await session.save())));
      expect(loaded.hash).toBe(end.hash);
      expect(loaded.ledger.acked).toBe(end.ledger.acked);
    },
  );

  test(
    'ends with a cluster that is well and whose slots all have one master',
    { timeout: 120_000 },
    async () => {
      const session = makeSession();
      await story(session);
      const { servers, ledger, clients } = await session.frame();
      expect(servers.map(({ clusterState }) => clusterState)).toEqual(Array(6).fill('ok'));
      const owned = servers.filter(({ role }) => role === 'master').flatMap(({ slots }) => slots);
      expect(owned.reduce((sum, [first, last]) => sum + last - first + 1, 0)).toBe(16384);
      expect(servers.find(({ name }) => name === '7001')?.role).toBe('replica');
      expect(ledger.acked).toBeGreaterThan(500);
      expect(clients[0]?.errors).toBeGreaterThan(0);
    },
  );
});
