/* Who may embed the page, and what its messages may do. */

import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { listenToParent } from '#app/embed/messages.ts';
import { embedOptions } from '#app/embed/options.ts';

afterEach(() => vi.unstubAllGlobals());

test('only whole origins may steer, and nobody unless the address says so', () => {
  expect(embedOptions('?lesson=1')).toBe(null);
  expect(embedOptions('?embed=stage')).toMatchObject({ readOnly: true, play: true, lang: null });
  expect([...(embedOptions('?embed=stage')?.allow ?? ['?'])]).toEqual([]);
  const allow =
    'https://course.example,http://127.0.0.1:8080,*,null,https://x.example/path,javascript:alert(1),file:///';
  const options = embedOptions(`?embed=console&lang=zh&theme=dark&play=0&allow=${encodeURIComponent(allow)}`);
  expect(options).toMatchObject({ readOnly: false, lang: 'zh', theme: 'dark', play: false });
  expect([...(options?.allow ?? [])]).toEqual(['https://course.example', 'http://127.0.0.1:8080']);
});

/** A page with a parent window, and a world that only takes notes; it looks again when `refreshed` holds. */
function embeddedPage(refreshed = Promise.resolve()): {
  send(data: unknown, from?: { origin?: string; source?: unknown }): Promise<unknown[]>;
  done: string[];
} {
  const answers: unknown[] = [];
  const done: string[] = [];
  const parent = { postMessage: (message: unknown) => answers.push(structuredClone(message)) };
  let listener: (event: unknown) => void = () => undefined;
  vi.stubGlobal('location', { ancestorOrigins: ['https://course.example'] });
  vi.stubGlobal('window', {
    parent,
    addEventListener: (_: string, handler: (event: unknown) => void) => (listener = handler),
    removeEventListener: () => undefined,
  });
  const playground = {
    begun: new Promise(() => undefined),
    clock: { speed: 1, setSpeed: (speed: number) => done.push(`speed ${speed}`) },
    server: (name: string) => (name === '7000' ? {} : undefined),
    play: () => done.push('play'),
    pause: () => done.push('pause'),
    seek: (to: number) => Promise.resolve({ now: to }),
    refresh: () => refreshed,
    load: () => Promise.resolve(),
    fault: () => Promise.reject(new Error('only to look at')),
    refuseReadOnly: () => {
      throw new Error('only to look at');
    },
  };
  const doors = {
    exec: () => Promise.resolve('OK'),
    state: () => ({}) as never,
    hash: () => Promise.resolve('h'),
  };
  const options = embedOptions('?embed=stage&allow=https://course.example');
  if (!options) throw new Error('not embedded');
  listenToParent(playground as unknown as Parameters<typeof listenToParent>[0], doors, options);
  return {
    done,
    async send(data, { origin = 'https://course.example', source = parent } = {}) {
      answers.length = 0;
      listener({ data, origin, source });
      await new Promise((resolve) => setImmediate(resolve));
      return [...answers];
    },
  };
}

test('the parent from an allowed origin is obeyed and answered; nobody else is', async () => {
  const { send, done } = embeddedPage();
  const play = { playground: 1, id: 7, do: 'play' };
  expect(await send(play, { origin: 'https://evil.example' })).toEqual([]);
  expect(await send(play, { source: {} })).toEqual([]);
  expect(await send({ id: 7, do: 'play' })).toEqual([]);
  expect(done).toEqual([]);
  expect(await send(play)).toEqual([{ playground: 1, id: 7, ok: true, value: null }]);
  expect(done).toEqual(['play']);
});

test('a stage that is only to look at runs no command and takes no fault', async () => {
  const { send } = embeddedPage();
  const refused = [{ playground: 1, id: 1, ok: false, error: 'only to look at' }];
  expect(await send({ playground: 1, id: 1, do: 'exec', line: 'FLUSHALL' })).toEqual(refused);
  expect(await send({ playground: 1, id: 1, do: 'fault', fault: { kind: 'kill', server: '7000' } })).toEqual(
    refused,
  );
});

test('a page that floods is told so, and is heard again when what it asked for is done', async () => {
  let finish: () => void = () => undefined;
  const { send } = embeddedPage(new Promise((resolve) => (finish = resolve)));
  const look = { playground: 1, do: 'lens', server: null };
  for (let id = 0; id < 32; id++) expect(await send({ ...look, id })).toEqual([]);
  for (let id = 32; id < 200; id++)
    expect(await send({ ...look, id })).toEqual([
      { playground: 1, id, ok: false, error: 'too many messages at once' },
    ]);
  finish();
  // The answers to all that waited come together, before anything else is heard.
  expect(await send(null)).toHaveLength(32);
  expect(await send({ ...look, id: 'again' })).toEqual([
    { playground: 1, id: 'again', ok: true, value: null },
  ]);
});

test('any message is answered in words or not at all', async () => {
  const { send } = embeddedPage();
  const known = fc.constantFrom(
    'state',
    'seek',
    'speed',
    'select',
    'lens',
    'open',
    'exec',
    'fault',
    '__proto__',
  );
  const message = fc.oneof(
    fc.anything(),
    fc.record({
      playground: fc.constant(1),
      id: fc.anything(),
      do: fc.oneof(known, fc.anything()),
      ms: fc.anything(),
      speed: fc.anything(),
      server: fc.oneof(fc.constant('7000'), fc.anything()),
      link: fc.oneof(fc.string(), fc.constant('s=1.AAAA')),
      line: fc.anything(),
      fault: fc.anything(),
    }),
  );
  await fc.assert(
    fc.asyncProperty(message, async (data) => {
      for (const answer of await send(data)) {
        const { ok, error } = answer as { ok: boolean; error?: unknown };
        expect(ok || (typeof error === 'string' && error.length > 0)).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});
