/* A typed line and its messages: where the line stands in what a console shows, and which messages are its. */

import { expect, test } from 'vitest';
import { isChosen, sameSelection, type Selection } from '#app/state/selection.ts';
import { makeSession } from '#session/in-place.ts';
import type { ConsoleFrame, PacketFrame } from '#sim/frame.ts';

const CONSOLE = 'console:7000';

test('every typed line says where it begins and when, and its messages are those until the next one', async () => {
  const session = makeSession();
  let frame = await session.open({ masters: 3, replicasPerMaster: 0, warmUpMs: 10_000 });
  await session.input({ kind: 'openConsole', console: CONSOLE, argv: ['redis-cli', '-p', '7000'] });
  let shown = '';
  const typed: { from: number; at: number }[] = [];
  const packets = new Map<number, PacketFrame>();
  const take = (part: ConsoleFrame | undefined): void => {
    for (const { from, at } of part?.typed ?? []) typed.push({ from: shown.length + from, at });
    shown += part?.output ?? '';
  };
  const pass = async (): Promise<void> => {
    for (let step = 0; step < 50; step++) {
      frame = await session.advance(1000);
      take(frame.consoles.find(({ id }) => id === CONSOLE));
      for (const packet of frame.packets) packets.set(packet.id, packet);
    }
  };
  await pass();
  for (const line of ['SET hello 1', 'GET foo', 'PING']) {
    await session.input({ kind: 'line', console: CONSOLE, line });
    await pass();
  }
  expect(typed.map(({ from }) => /^\S+> (.*)\n/.exec(shown.slice(from))?.[1])).toEqual([
    'SET hello 1',
    'GET foo',
    'PING',
  ]);
  const labels = typed.map(({ at }, n) => {
    const exchange: Selection = {
      kind: 'exchange',
      console: CONSOLE,
      from: at,
      until: typed[n + 1]?.at ?? null,
    };
    return [...packets.values()]
      .filter((packet) => isChosen(packet, exchange))
      .sort((a, b) => a.sentAt - b.sentAt)
      .map(({ label }) => label);
  });
  expect(labels).toEqual([
    ['set', 'ok'],
    ['get', 'moved'],
    ['ping', 'pong'],
  ]);
  // After a jump the lines are told again.
  frame = await session.seek(frame.now);
  await session.input({ kind: 'line', console: CONSOLE, line: 'PING' });
  frame = await session.seek(frame.now - 20_000);
  expect(frame.consoles.find(({ id }) => id === CONSOLE)?.typed).toHaveLength(3);
});

test('an exchange is the same when console and line are', () => {
  const one: Selection = { kind: 'exchange', console: CONSOLE, from: 5, until: null };
  expect(sameSelection(one, { ...one, until: 7 })).toBe(true);
  expect(sameSelection(one, { ...one, from: 6 })).toBe(false);
});
