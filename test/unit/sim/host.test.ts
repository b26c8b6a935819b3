import { describe, expect, test } from 'vitest';
import { WorldHost } from '#sim/host.ts';
import type { MachineInfo } from '#sim/machine.ts';
import { Part, type Viewer } from '#sim/part.ts';
import { wireCodec } from '#sim/wire.ts';
import { caller, echo, toyFactory } from './toy.ts';

const blind: Viewer = {
  server: () => null,
  console: () => null,
  client: () => null,
  contents: () => [],
  survey: () => null,
  vital: () => null,
  holdings: () => null,
};

function script(count: number, word: string): [number, string][] {
  return Array.from({ length: count }, (_, at) => [2000 + at * 1733, `${word} ${at}`]);
}

/** Four servers and four callers with jitter and loss, on `size` parts. */
async function makeHost(size: number, options: { seed?: number; bytes?: boolean } = {}): Promise<WorldHost> {
  const parts = Array.from({ length: size }, (_, part) => {
    return new Part({
      seed: options.seed ?? 5,
      startWallMs: 0,
      link: { latencyUs: 500, jitterUs: 300, loss: 0.05 },
      factory: toyFactory,
      codec: options.bytes ? wireCodec : undefined,
      viewer: blind,
      part,
    });
  });
  const host = new WorldHost(parts);
  const machines: ((part: number) => MachineInfo)[] = [
    ...[7000, 7001, 7002, 7003].map((port) => (part: number) => echo(port, part)),
    (part) => caller('a', 7000, [[1500, 'TICK'], ...script(60, 'WORK')], part),
    (part) => caller('b', 7001, [[1500, 'TICK'], ...script(60, 'SAY')], part),
    (part) => caller('c', 7002, script(80, 'SAY'), part),
    (part) => caller('d', 7003, [[1500, 'TICK'], ...script(30, 'BLOCK')], part),
  ];
  for (const [at, make] of machines.entries()) {
    await host.apply({ kind: 'add', info: make((at * 7) % size), start: true });
  }
  return host;
}

async function story(host: WorldHost): Promise<string> {
  await host.run(30_000);
  await host.apply({ kind: 'fault', fault: { kind: 'pause', server: '7000' } });
  await host.apply({ kind: 'fault', fault: { kind: 'isolate', server: '7001' } });
  await host.run(60_000);
  await host.apply({ kind: 'fault', fault: { kind: 'kill', server: '7002' } });
  await host.run(90_000);
  await host.apply({ kind: 'fault', fault: { kind: 'resume', server: '7000' } });
  await host.apply({ kind: 'fault', fault: { kind: 'healAll' } });
  await host.run(2_000_000);
  return host.hash();
}

describe('the trace hash', () => {
  test('is the same for every placement, in records and in bytes', async () => {
    const inPlace = await story(await makeHost(1));
    for (const size of [2, 3, 4]) expect(await story(await makeHost(size))).toBe(inPlace);
    expect(await story(await makeHost(1, { bytes: true }))).toBe(inPlace);
    expect(await story(await makeHost(4, { bytes: true }))).toBe(inPlace);
    expect(await story(await makeHost(4, { seed: 6 }))).not.toBe(inPlace);
  });

  test('is the same after going back to a snapshot, in every placement', async () => {
    for (const size of [1, 3]) {
      const host = await makeHost(size);
      await host.run(40_123);
      const snapshot = await host.snapshot();
      await host.run(300_000);
      const first = await host.hash();
      await host.restore(snapshot);
      expect(host.now).toBe(40_123);
      await host.run(300_000);
      expect(await host.hash()).toBe(first);
    }
  });
});

describe('protocol events', () => {
  test('come in the same order from every placement', async () => {
    const events = async (size: number): Promise<string[]> => {
      const host = await makeHost(size);
      await host.run(500_000);
      return (await host.takeEvents()).map(({ at, who, event }) => `${at} ${who} ${JSON.stringify(event)}`);
    };
    const inPlace = await events(1);
    expect(inPlace.length).toBeGreaterThan(500);
    expect(await events(4)).toEqual(inPlace);
  });

  test('stop every placement at the same instant, and it goes on as if it had not stopped', async () => {
    const stops = async (size: number): Promise<[number[], string]> => {
      const host = await makeHost(size);
      const times = [];
      for (let count = 0; count < 5; count++) times.push((await host.run(500_000, { types: ['TICK'] })).now);
      await host.run(500_000);
      return [times, await host.hash()];
    };
    const [times, hash] = await stops(1);
    expect(new Set(times).size).toBe(5);
    expect(await stops(4)).toEqual([times, hash]);
    const unstopped = await makeHost(1);
    await unstopped.run(500_000);
    expect(await unstopped.hash()).toBe(hash);
  });
});
