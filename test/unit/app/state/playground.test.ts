/* The page's state over a real session: what it keeps of a world, what it forgets with it, and what becomes of
 * those who wait when the worker dies. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Playground } from '#app/state/playground.svelte.ts';
import { WorkerSession } from '#app/state/worker-session.ts';
import { makeSession } from '#session/in-place.ts';
import { megabytesUsed } from '#test/memory.ts';

const SMALL = { masters: 1, replicasPerMaster: 1, preset: 'empty' } as const;

beforeEach(() => {
  const matchMedia = () => ({ matches: false, addEventListener: () => undefined });
  vi.stubGlobal('navigator', { language: 'en' });
  vi.stubGlobal('window', { innerWidth: 1440, innerHeight: 900, matchMedia });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

function connect(): { playground: Playground; die: (why: string) => void } {
  const deaths: ((why: string) => void)[] = [];
  const playground = new Playground(() => ({
    session: makeSession(),
    onDeath: (handler) => deaths.push(handler),
    close: () => undefined,
  }));
  return { playground, die: (why) => deaths.at(-1)?.(why) };
}

test('servers hidden in one world are shown in the next, by whatever door it comes', async () => {
  const { playground } = connect();
  await playground.open(SMALL, { bare: true });
  const [first] = playground.servers;
  const hide = () => (playground.hidden = new Set([first!.name]));
  hide();
  const file = await playground.save();
  await playground.advance(500_000);
  await playground.seek(0);
  expect([...playground.hidden]).toEqual([first!.name]);
  await playground.open(SMALL, { bare: true });
  expect([...playground.hidden]).toEqual([]);
  hide();
  await playground.load(file);
  expect([...playground.hidden]).toEqual([]);
  hide();
  await playground.showLed((session) => session.load(file), file);
  expect([...playground.hidden]).toEqual([]);
});

test('a world that cannot be opened leaves the one that was there, with what was hidden in it', async () => {
  const { playground } = connect();
  await playground.open(SMALL, { bare: true });
  const [first] = playground.servers;
  playground.hidden = new Set([first!.name]);
  await expect(playground.open({ masters: 9999 })).rejects.toThrow('1200');
  expect(playground.phase).toBe('ready');
  expect([...playground.hidden]).toEqual([first!.name]);
  expect(playground.servers).toHaveLength(2);
});

test('a dead worker is told to who waits and to who asks later, and a new one answers', async () => {
  const told: string[] = [];
  const deaths: ((why: string) => void)[] = [];
  const worker = new WorkerSession(
    () => ({ session: makeSession(), onDeath: (handler) => deaths.push(handler), close: () => undefined }),
    (why) => told.push(why),
  );
  const old = worker.api;
  expect(await worker.answer(Promise.resolve(7))).toBe(7);
  await expect(worker.answer(Promise.reject(new Error('refused')))).rejects.toThrow('refused');
  const waiting = worker.answer(new Promise(() => undefined));
  deaths[0]?.('out of memory');
  await expect(waiting).rejects.toThrow('out of memory');
  await expect(worker.answer(Promise.resolve(8))).rejects.toThrow('out of memory');
  worker.close();
  worker.restart();
  expect(worker.api).not.toBe(old);
  deaths[0]?.('late news of the first');
  expect(await worker.answer(Promise.resolve(9))).toBe(9);
  expect(told).toEqual(['out of memory']);
});

test('answers are not kept: the page may play for hours', async () => {
  const worker = new WorkerSession(
    () => ({ session: makeSession(), onDeath: () => undefined, close: () => undefined }),
    () => undefined,
  );
  const before = megabytesUsed();
  for (let n = 0; n < 200; n++) await worker.answer(Promise.resolve(new Array(50_000).fill(n)));
  // 200 such answers are 80 MB.
  expect(megabytesUsed() - before).toBeLessThan(20);
});
