/* The checker that halts worlds, in random weather: it has nothing to say against servers that keep the
 * rules, and it notices servers that do not. */

import { describe, expect, test } from 'vitest';
import { Prng } from '#base/prng.ts';
import type { Mutation } from '#redis/cluster/state.ts';
import { Server } from '#redis/server.ts';
import type { Fault } from '#session/api.ts';
import { partOptions } from '#session/processes.ts';
import { Session } from '#session/session.ts';
import type { Frame } from '#sim/frame.ts';
import { WorldHost } from '#sim/host.ts';
import { Part } from '#sim/part.ts';

/** A session whose servers leave out some rules. */
function sessionWithout(mutations: readonly Mutation[]): Session {
  return new Session({
    makeHost: (config) => {
      const options = partOptions(config, 0);
      return new WorldHost([
        new Part({
          ...options,
          factory: (spec, info) => {
            if (spec.kind !== 'server') return options.factory(spec, info);
            const port = spec['port'] as number;
            const settings = spec['config'] as Record<string, string>;
            return new Server({ name: info.name, ip: info.ip, port, config: settings, mutations });
          },
        }),
      ]);
    },
    complete: () => Promise.resolve({ candidates: [], hint: '' }),
  });
}

function drawFault(random: Prng, names: readonly string[]): Fault {
  const server = random.pick(names);
  const other = random.pick(names);
  const third = (_: string, at: number): boolean => at % 3 === 0;
  const faults: Fault[] = [
    { kind: 'kill', server },
    { kind: 'pause', server },
    { kind: 'isolate', server },
    { kind: 'cut', from: server, to: other, oneWay: random.chance(0.5) },
    { kind: 'partition', groups: [names.filter(third), names.filter((name, at) => !third(name, at))] },
    { kind: 'restart', server },
    { kind: 'link', from: server, to: other, latencyUs: random.below(300_000), loss: 0.2 },
    { kind: 'healAll' },
  ];
  return random.pick(faults);
}

/** Lives through random faults, then heals everything and waits. */
async function weather(session: Session, seed: number): Promise<Frame> {
  const random = Prng.stream(seed, 'nemesis');
  const masters = 3 + random.below(3);
  let frame = await session.open({ seed, masters, nodeTimeoutMs: 1000 + random.below(2000) });
  const names = frame.servers.map(({ name }) => name);
  const act = (fault: Fault): Promise<void> => session.input({ kind: 'fault', fault });
  await session.input({ kind: 'client', id: 'a', action: 'start', spec: { rate: 20, keys: 50 } });
  for (let round = 0; round < 10 && !frame.halted; round++) {
    await act(drawFault(random, names));
    frame = await session.advance(1e6 + random.below(8e6));
    if (random.chance(0.5)) await act({ kind: 'resume', server: random.pick(names) });
  }
  await act({ kind: 'healAll' });
  for (const { name, state } of frame.servers) {
    if (state === 'paused') await act({ kind: 'resume', server: name });
    if (state === 'down') await act({ kind: 'restart', server: name });
  }
  return session.advance(60e6);
}

describe('servers that keep the rules', () => {
  test.each([201, 202, 203])(
    'break none in the weather of seed %i, and agree when it is over',
    async (seed) => {
      const frame = await weather(sessionWithout([]), seed);
      expect(frame.halted).toBeNull();
      expect(frame.servers.map(({ clusterState }) => clusterState)).not.toContain('fail');
      const owners = frame.servers.filter(({ role }) => role === 'master').flatMap(({ slots }) => slots);
      expect(owners.reduce((sum, [first, last]) => sum + last - first + 1, 0)).toBe(16384);
      expect(frame.ledger.acked).toBeGreaterThan(100);
    },
  );
});

describe('servers that leave out a rule', () => {
  /** Cuts one master off from the others, but not from its client. */
  async function cutOff(session: Session): Promise<Frame> {
    await session.open({ seed: 9, nodeTimeoutMs: 1000 });
    await session.input({
      kind: 'fault',
      fault: { kind: 'partition', groups: [['7000'], ['7001', '7002', '7003', '7004', '7005']] },
    });
    return session.advance(30e6);
  }

  test('a minority that goes on serving halts the world, with its seed and time', async () => {
    const { halted, now } = await cutOff(sessionWithout(['minorityKeepsServing']));
    expect(halted?.reason).toBe('7000 reaches 1 of 3 masters and still takes writes');
    expect(halted).toMatchObject({ seed: 9, at: now });
    expect((await cutOff(sessionWithout([]))).halted).toBeNull();
  });

  test('a configEpoch that two masters keep halts the world', async () => {
    const session = sessionWithout(['noEpochCollision']);
    await session.open({
      seed: 9,
      nodeTimeoutMs: 1000,
      preset: 'empty',
      masters: 3,
      replicasPerMaster: 0,
      warmUpMs: 1000,
    });
    for (const port of [7000, 7001, 7002]) {
      await session.input({
        kind: 'openConsole',
        console: `console:${port}`,
        argv: ['redis-cli', '-p', String(port)],
      });
    }
    await session.exec('console:7000', 'CLUSTER ADDSLOTSRANGE 0 5000');
    await session.exec('console:7001', 'CLUSTER ADDSLOTSRANGE 5001 10000');
    await session.exec('console:7002', 'CLUSTER ADDSLOTSRANGE 10001 16383');
    for (const port of [7000, 7001, 7002])
      await session.exec(`console:${port}`, 'CLUSTER SET-CONFIG-EPOCH 4');
    for (const port of [7001, 7002]) await session.exec(`console:${port}`, 'CLUSTER MEET 127.0.0.1 7000');
    const { halted } = await session.advance(60e6);
    expect(halted?.reason).toMatch(/^700\d and 700\d are masters and keep the configEpoch 4$/);
  });
});
