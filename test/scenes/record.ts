/* Records the frames of the scenes from the real simulation:
 *
 *   npx tsx test/scenes/record.ts            all of them
 *   npx tsx test/scenes/record.ts election   one
 *
 * The frames are kept in test/fixtures/frames so that a picture changes when the drawing changes, and not when a
 * neighbour adds a random number. Record again when frames themselves have changed. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionApi, WorldConfig } from '#session/api.ts';
import { makeSession } from '#session/in-place.ts';
import type { Frame } from '#sim/frame.ts';

interface Recording {
  world: Partial<WorldConfig>;
  play(session: SessionApi): Promise<Frame>;
}

const SECOND = 1e6;
/** Slow enough that a message is caught in flight. */
const stretched: Partial<WorldConfig> = {
  masters: 3,
  replicasPerMaster: 1,
  seed: 7,
  latencyUs: 40_000,
  jitterUs: 10_000,
};

async function until(session: SessionApi, event: string): Promise<void> {
  const frame = await session.runUntil({ event }, 120 * SECOND);
  if (frame.stoppedBy === null) throw new Error(`${event} did not happen`);
}

const recordings: Record<string, Recording> = {
  idle: { world: stretched, play: (session) => session.advance(1 * SECOND) },
  empty: {
    world: { ...stretched, preset: 'empty', masters: 6, replicasPerMaster: 0, warmUpMs: 1000 },
    play: (session) => session.frame(),
  },
  suspected: {
    world: stretched,
    async play(session) {
      await session.input({ kind: 'fault', fault: { kind: 'pause', server: '7002' } });
      await until(session, 'PFAIL');
      return session.advance(30_000);
    },
  },
  election: {
    world: stretched,
    async play(session) {
      await session.input({ kind: 'fault', fault: { kind: 'kill', server: '7002' } });
      await until(session, 'AUTH_REQUEST');
      return session.advance(25_000);
    },
  },
  promoted: {
    world: stretched,
    async play(session) {
      await session.input({ kind: 'fault', fault: { kind: 'kill', server: '7002' } });
      await until(session, 'PROMOTED');
      return session.advance(20_000);
    },
  },
  migration: {
    world: stretched,
    async play(session) {
      const id = async (port: number) =>
        (await session.exec(`c${port}`, 'CLUSTER MYID')).replaceAll(/["\s]/g, '');
      for (const port of [7000, 7001]) {
        await session.input({
          kind: 'openConsole',
          console: `c${port}`,
          argv: ['redis-cli', '-p', String(port)],
        });
      }
      await session.advance(1 * SECOND);
      const [source, target] = [await id(7000), await id(7001)];
      await session.exec('c7000', 'SET {k2}old 1');
      await session.exec('c7001', `CLUSTER SETSLOT 449 IMPORTING ${source}`);
      await session.exec('c7000', `CLUSTER SETSLOT 449 MIGRATING ${target}`);
      await session.input({ kind: 'line', console: 'c7000', line: 'GET {k2}new' });
      return session.advance(60_000);
    },
  },
  partition: {
    world: stretched,
    async play(session) {
      const groups = [
        ['7000', '7003', '7004'],
        ['7001', '7002', '7005'],
      ];
      await session.input({ kind: 'fault', fault: { kind: 'partition', groups } });
      return session.advance(12 * SECOND);
    },
  },
  nat: {
    world: stretched,
    async play(session) {
      await session.input({ kind: 'fault', fault: { kind: 'nat', server: '7002', port: 27002 } });
      await session.input({ kind: 'fault', fault: { kind: 'nat', server: '7003', port: 27003 } });
      await session.input({ kind: 'openConsole', console: 'c', argv: ['redis-cli', '-p', '27003'] });
      await session.exec('c', 'CONFIG SET cluster-announce-port 27003 cluster-announce-bus-port 37003');
      await session.advance(12 * SECOND);
      return session.advance(20_000);
    },
  },
  twelve: {
    world: { ...stretched, masters: 4, replicasPerMaster: 2, spares: 1 },
    play: (session) => session.advance(1 * SECOND),
  },
  hundred: {
    world: { masters: 50, replicasPerMaster: 1, seed: 3, nodeTimeoutMs: 15_000 },
    async play(session) {
      await session.input({ kind: 'fault', fault: { kind: 'kill', server: '7008' } });
      await session.input({ kind: 'fault', fault: { kind: 'pause', server: '7060' } });
      return session.advance(2 * SECOND);
    },
  },
};

const wanted = process.argv.slice(2);
for (const [name, { world, play }] of Object.entries(recordings)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const session = makeSession();
  await session.open(world);
  const frame = await play(session);
  // What a picture of the stage does not need would only make the file long.
  const kept: Frame = {
    ...frame,
    events: [],
    consoles: frame.consoles.map((console) => ({ ...console, output: '' })),
    servers: frame.servers.map((server) => ({ ...server, log: [] })),
  };
  const file = join(import.meta.dirname, '..', 'fixtures', 'frames', `${name}.json`);
  writeFileSync(file, JSON.stringify(kept));
  console.log(
    `${name}: ${frame.servers.length} servers, ${frame.packets.length} messages at ${frame.now / SECOND} s`,
  );
}
