/* Clusters that are given, held against clusters whose servers have met: the same world, but for times. */

import { describe, expect, test } from 'vitest';
import type { WorldConfig } from '#session/api.ts';
import { completeConfig, configOfNew } from '#session/config.ts';
import { makeSession } from '#session/in-place.ts';
import type { Session } from '#session/session.ts';
import type { Frame } from '#sim/frame.ts';

const WORLD: Partial<WorldConfig> = {
  masters: 3,
  replicasPerMaster: 2,
  spares: 1,
  seed: 5,
  nodeTimeoutMs: 3000,
  warmUpMs: 12_000,
};
const GIVEN: Partial<WorldConfig> = { ...WORLD, formation: 'given' };

async function opened(config: Partial<WorldConfig>, parts = 1): Promise<[Session, Frame]> {
  const session = makeSession(parts);
  const frame = await session.open(config);
  expect(frame.halted).toBeNull();
  return [session, frame];
}

/** What every server believes of every other, without when it last heard of it. */
function beliefs({ servers }: Frame): unknown {
  return servers.map(({ name, nodeId, role, masterName, clusterState, currentEpoch, slots, view }) => {
    const nodes = view?.map((node) => ({ ...node, pingSentMs: 0, pongReceivedMs: 0, replOffset: 0 }));
    return { name, nodeId, role, masterName, clusterState, currentEpoch, slots, nodes };
  });
}

/** nodes.conf without the order of its lines, and without times. */
async function nodesConf(session: Session, server: string): Promise<string[]> {
  const { files } = await session.files(server);
  const lines = (files['nodes.conf'] ?? '').split('\n');
  return lines.map((line) => line.replace(/ \d+ \d+ (?=\d+ connected)/, ' ')).sort();
}

describe('a given cluster', () => {
  for (const addresses of ['one', 'own', 'nat'] as const) {
    test(`believes what one believes that has met, with addresses: ${addresses}`, async () => {
      const [met, metFrame] = await opened({ ...WORLD, addresses });
      const [given, frame] = await opened({ ...GIVEN, addresses });
      expect(beliefs(frame)).toEqual(beliefs(metFrame));
      for (const server of ['7000', '7005']) {
        expect(await nodesConf(given, server)).toEqual(await nodesConf(met, server));
      }
      const links = frame.servers.flatMap(({ replication }) => replication?.linkState);
      expect(links).toEqual(metFrame.servers.flatMap(({ replication }) => replication?.linkState));
    });
  }

  test('has two connections for each pair, with the ends of one where the other expects them', async () => {
    const [session] = await opened(GIVEN);
    const argv = ['redis-cli', '-p', '7004'];
    await session.input({ kind: 'openConsole', console: 'console:1', argv });
    const links = await session.exec('console:1', 'CLUSTER LINKS');
    expect(links.match(/"to"/g)).toHaveLength(8);
    expect(links.match(/"from"/g)).toHaveLength(8);
    // Everybody answers on them: nobody comes under suspicion, and no connection is made anew.
    await session.advance(30e6);
    const later = await session.exec('console:1', 'CLUSTER LINKS');
    const times = (text: string): string[] => (text.match(/\b17672\d{8}\b/g) ?? []).sort();
    expect(times(links)).toHaveLength(16);
    expect(times(later)).toEqual(times(links));
    const { servers, events } = await session.frame();
    expect(servers.slice(0, 9).every(({ clusterState }) => clusterState === 'ok')).toBe(true);
    expect(events.filter(({ event }) => event.type === 'PFAIL')).toEqual([]);
  });

  test('elects, and takes back a master that returns to the nodes.conf it was given', async () => {
    const [session] = await opened(GIVEN);
    await session.input({ kind: 'fault', fault: { kind: 'kill', server: '7001' } });
    const promoted = await session.runUntil({ event: 'PROMOTED' }, 60e6);
    expect(promoted.stoppedBy).toBe('PROMOTED');
    await session.input({ kind: 'fault', fault: { kind: 'restart', server: '7001' } });
    const { servers } = await session.advance(20e6);
    const back = servers.find(({ name }) => name === '7001');
    expect(back?.role).toBe('replica');
    expect(back?.clusterState).toBe('ok');
    expect(back?.view).toHaveLength(9);
  });

  test(
    'has one hash in place, split in 2 and 4, and with bytes at every hop',
    { timeout: 120_000 },
    async () => {
      const story = async (config: Partial<WorldConfig>, parts: number): Promise<string> => {
        const [session] = await opened({ ...GIVEN, loss: 0.01, ...config }, parts);
        await session.input({ kind: 'fault', fault: { kind: 'kill', server: '7000' } });
        await session.advance(10e6);
        await session.input({ kind: 'fault', fault: { kind: 'restart', server: '7000' } });
        await session.advance(5e6);
        return session.hash();
      };
      const hash = await story({}, 1);
      expect(await story({}, 2)).toBe(hash);
      expect(await story({}, 4)).toBe(hash);
      expect(await story({ wire: 'bytes' }, 1)).toBe(hash);
      expect(await story({ seed: 6 }, 1)).not.toBe(hash);
    },
  );

  test('is saved as one, and comes back to the same moment and hash', async () => {
    const [session] = await opened(GIVEN);
    await session.input({ kind: 'fault', fault: { kind: 'pause', server: '7002' } });
    const { hash, now } = await session.advance(2e6);
    const file = await session.save();
    expect(file.config.formation).toBe('given');
    const other = makeSession();
    expect((await other.load(file)).hash).toBe(hash);
    await other.seek(now - 1e6);
    expect((await other.seek(now)).hash).toBe(hash);
  });
});

describe('which worlds are given', () => {
  test('those of many members, unless somebody says otherwise', () => {
    expect(configOfNew().formation).toBe('met');
    expect(configOfNew({ masters: 30 }).formation).toBe('met');
    expect(configOfNew({ masters: 31 })).toMatchObject({ formation: 'given', warmUpMs: 8000 });
    expect(configOfNew({ masters: 31, warmUpMs: 500 }).warmUpMs).toBe(500);
    expect(configOfNew({ masters: 31, formation: 'met' }).formation).toBe('met');
    expect(configOfNew({ masters: 3, formation: 'given' }).formation).toBe('given');
    expect(configOfNew({ masters: 100, preset: 'empty' }).formation).toBe('met');
  });

  test('a session that was saved before there were any stays what it was', () => {
    expect(completeConfig({ masters: 100 }).formation).toBe('met');
    expect(() => completeConfig({ formation: 'dreamt' })).toThrow('"formation" must be one of met, given.');
  });
});
