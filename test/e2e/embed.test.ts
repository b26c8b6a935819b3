/* The page inside a page of another origin. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type App } from './harness.ts';

let app: App;
let host: Server;
let hostOrigin: string;
beforeAll(async () => {
  app = await startApp();
  host = createServer((_, response) =>
    response.setHeader('Content-Type', 'text/html').end('<!doctype html><p>Course'),
  );
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  hostOrigin = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
});
afterAll(async () => {
  host.close();
  await app.stop();
});

test('a page of another origin shows the stage and steers it when the address allows it', async () => {
  const context = await app.browser.newContext({ locale: 'en-GB' });
  const page = await context.newPage();
  await page.goto(hostOrigin);
  const results = await page.evaluate(async (url) => {
    const open = (search: string): HTMLIFrameElement => {
      const frame = document.createElement('iframe');
      frame.src = `${url}?${search}`;
      frame.width = '800';
      frame.height = '600';
      document.body.append(frame);
      return frame;
    };
    const heard: { source: unknown; data: Record<string, unknown> }[] = [];
    let wake: () => void = () => undefined;
    addEventListener('message', ({ source, data }) => {
      heard.push({ source, data: data as Record<string, unknown> });
      wake();
    });
    const waitFor = async (
      frame: HTMLIFrameElement,
      key: string,
      value: unknown,
    ): Promise<Record<string, unknown>> => {
      for (;;) {
        const found = heard.find(({ source, data }) => source === frame.contentWindow && data[key] === value);
        if (found) return found.data;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    };
    const allowed = open(`embed=stage&allow=${encodeURIComponent(location.origin)}`);
    const stranger = open('embed=stage&allow=https%3A%2F%2Fother.example');
    await waitFor(allowed, 'event', 'ready');
    const ask = (id: number, request: object): Promise<Record<string, unknown>> => {
      for (const frame of [stranger, allowed])
        frame.contentWindow?.postMessage({ playground: 1, id, ...request }, '*');
      return waitFor(allowed, 'id', id);
    };
    const answers = [
      await ask(1, { do: 'pause' }),
      await ask(2, { do: 'seek', ms: 20_000 }),
      await ask(3, { do: 'state' }),
      await ask(4, { do: 'exec', line: 'SET a b' }),
    ];
    return { answers, fromStranger: heard.filter(({ source }) => source === stranger.contentWindow).length };
  }, app.server.url);
  expect(results.answers.slice(0, 2)).toEqual([
    { playground: 1, id: 1, ok: true, value: null },
    { playground: 1, id: 2, ok: true, value: 20_000 },
  ]);
  expect(results.answers[2]).toMatchObject({ ok: true, value: { time: 20_000, playing: false } });
  expect(results.answers[3]).toMatchObject({
    ok: false,
    error: expect.stringContaining('only to look at') as string,
  });
  expect(results.fromStranger).toBe(0);
  await context.close();
});

test('what is shown to look at is not changed: no undo, no fork, no command', async () => {
  const page = await app.open({ path: '?embed=stage' });
  const inputs = (): Promise<string> =>
    page.evaluate(async () => JSON.stringify((await window.playground.save()) as object));
  await page.evaluate(() => window.playground.clock.pause());
  const before = await inputs();
  for (const key of ['u', 'f']) await page.keyboard.press(key);
  const refused = await page.evaluate(() =>
    window.playground.exec('SET a b').then(
      () => null,
      (error: unknown) => String(error),
    ),
  );
  expect(refused).toContain('only to look at');
  expect(await inputs()).toBe(before);
  await app.closePage(page);
});
