/* The page in bad company: text that would become markup, a browser that keeps nothing, a tab put to sleep, a
 * new version while it is open, and hours at full speed. */

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CDPSession } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serveFolder, type StaticServer } from '#node/static-server.ts';
import { App, startApp } from './harness.ts';
import { waitForPrompt } from './page-helpers.ts';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

test('where the browser has Trusted Types, text becomes neither markup nor a script', async () => {
  const page = await app.open({ expectedMessages: /Trusted ?(Type|HTML|Script)/i });
  const tried = await page.evaluate(() => {
    const attempts: Record<string, () => unknown> = {
      markup: () => (document.createElement('div').innerHTML = '<img src=x onerror=alert(1)>'),
      script: () => (document.createElement('script').text = 'alert(1)'),
      worker: () => new Worker('https://elsewhere.example/a.js'),
      policy: () =>
        (window as unknown as { trustedTypes: { createPolicy(name: string, rules: object): object } })
          .trustedTypes.createPolicy('another', {}), // prettier-ignore
    };
    return Object.entries(attempts).map(([name, attempt]) => {
      try {
        attempt();
        return `${name}: let in`;
      } catch (error) {
        return `${name}: ${(error as Error).name}`;
      }
    });
  });
  expect(tried).toEqual(['markup: TypeError', 'script: TypeError', 'worker: TypeError', 'policy: TypeError']);
  await app.closePage(page);
});

test.each([
  [
    'forbids to keep anything',
    (): void => {
      const refuse = (): never => {
        throw new DOMException('The operation is insecure.', 'SecurityError');
      };
      for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches'])
        Object.defineProperty(window, name, { get: refuse });
      Object.defineProperty(navigator, 'serviceWorker', { get: () => ({ register: refuse }) });
    },
  ],
  [
    'has no room left',
    (): void => {
      Storage.prototype.setItem = () => {
        throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
      };
    },
  ],
])('a browser that %s runs the page, its choices and a lesson', async (_, spoil) => {
  const page = await app.openRaw();
  await page.addInitScript(spoil);
  await page.goto(`${app.server.url}?lesson=1`);
  await page.waitForFunction(() => 'playground' in window);
  await page.evaluate(() => window.playground.ready);
  await waitForPrompt(page);
  expect(await page.evaluate(() => window.playground.exec('SET a b', { console: '7000c' }))).toContain('OK');
  await page.getByRole('button', { name: '中', exact: true }).click();
  await page.getByRole('heading', { name: '为什么' }).first().waitFor();
  await page.getByRole('button', { name: '主题' }).click();
  await page.getByRole('menuitemradio', { name: '深色' }).click();
  await expect.poll(() => page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
  await app.closePage(page);
});

test('a tab that slept goes on where it was, without a leap', async () => {
  const page = await app.open();
  // Each animation frame notes when it was, really and virtually.
  await page.evaluate(() => {
    const frames: [number, number][] = [];
    const note = (): void => {
      frames.push([performance.now(), window.playground.clock.now()]);
      requestAnimationFrame(note);
    };
    Object.assign(window, { frames });
    requestAnimationFrame(note);
    window.playground.clock.speed(1);
    window.playground.clock.play();
  });
  const frames = (): Promise<[number, number][]> =>
    page.evaluate(() => (window as unknown as { frames: [number, number][] }).frames);
  await expect.poll(async () => (await frames()).length, { timeout: 60_000 }).toBeGreaterThan(10);
  // The debugger holds the page as a sleeping computer does: nothing in it runs, and the clocks go on.
  const session = await page.context().newCDPSession(page);
  await session.send('Debugger.enable');
  const asleep = new Promise((resolve) => session.once('Debugger.paused', resolve));
  await session.send('Debugger.pause');
  await asleep;
  const since = performance.now();
  await expect.poll(() => performance.now() - since, { timeout: 60_000 }).toBeGreaterThan(4000);
  await session.send('Debugger.disable');
  const before = await frames();
  await expect
    .poll(async () => (await frames()).length, { timeout: 60_000 })
    .toBeGreaterThan(before.length + 10);
  const seen = await frames();
  const woke = seen.findIndex(([at], index) => index > 0 && at - (seen[index - 1]?.[0] ?? at) > 3500);
  expect(woke).toBeGreaterThan(0);
  // Two answers may have been under way; each frame is worth at most 100 ms.
  expect((seen[woke + 2]?.[1] ?? NaN) - (seen[woke - 1]?.[1] ?? NaN)).toBeLessThan(500);
  expect(seen.at(-1)?.[1]).toBeGreaterThan(seen[woke]?.[1] ?? NaN);
  await app.closePage(page);
});

test('a session file of a month opens as far as one cares to wait', async () => {
  const page = await app.open();
  const month = 31 * 86_400_000;
  const opened = page.evaluate(async (playhead) => {
    const { playground } = window;
    const file = (await playground.save()) as object;
    await playground.load({ ...file, playhead: playhead * 1000 });
  }, month);
  await page.getByRole('button', { name: 'Stop here' }).click();
  await opened;
  const stopped = await page.evaluate(() => window.playground.clock.now());
  expect(stopped).toBeGreaterThan(15_000);
  expect(stopped).toBeLessThan(month);
  await page.getByRole('button', { name: 'Stop here' }).waitFor({ state: 'detached' });
  await page.evaluate(() => window.playground.clock.advance(1000));
  expect(await page.evaluate(() => window.playground.clock.now())).toBe(stopped + 1000);
  await app.closePage(page);
});

test('a new version is fetched and announced, and takes nothing away from the open page', async () => {
  const copy = mkdtempSync(join(tmpdir(), 'page-update-'));
  cpSync(join(import.meta.dirname, '..', '..', 'dist'), copy, { recursive: true });
  const first = await serveFolder(copy, { port: 0 });
  const other = new App(first, app.browser);
  const page = await other.open();
  let second: StaticServer | null = null;
  try {
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
      await window.playground.exec('SET kept 1', { console: '7000c' });
    });
    const worker = join(copy, 'sw.js');
    writeFileSync(worker, readFileSync(worker, 'utf8').replace(/VERSION = "/, 'VERSION = "newer-'));
    // The server is started anew, as one is that gets a new version.
    await first.close();
    second = await serveFolder(copy, { port: Number(new URL(first.url).port) });
    await page.evaluate(async () => void (await (await navigator.serviceWorker.getRegistration())?.update()));
    await page.getByText('A new version was loaded').waitFor({ timeout: 60_000 });
    await page.screenshot({ path: join(import.meta.dirname, '../output/update-notice.png') });
    expect(await page.evaluate(() => window.playground.exec('GET kept', { console: '7000c' }))).toContain(
      '1',
    );
    const waits = await page.evaluate(
      async () => (await navigator.serviceWorker.getRegistration())?.waiting !== null,
    );
    expect(waits).toBe(true);
  } finally {
    await other.closePage(page);
    await (second ?? first).close();
    rmSync(copy, { recursive: true, force: true });
  }
});

test('two hours of virtual time at full speed do not make page and worker grow', async () => {
  const page = await app.open();
  const session = await page.context().newCDPSession(page);
  const worker = await attachWorker(session);
  await page.evaluate(() => {
    window.playground.clock.speed(1000);
    window.playground.clock.play();
  });
  const atHour = async (hours: number): Promise<Memory> => {
    await expect
      .poll(() => page.evaluate(() => window.playground.clock.now()), { timeout: 500_000, interval: 500 })
      .toBeGreaterThan(hours * 3600e3);
    return await measureMemory(session, worker);
  };
  // By then what is kept on purpose (snapshots, events, the text of consoles) has reached its limits.
  const first = await atHour(0.75);
  const last = await atHour(2);
  const grown = { page: last.page - first.page, worker: last.worker - first.worker };
  expect(grown.page, JSON.stringify([first, last])).toBeLessThan(8);
  expect(grown.worker, JSON.stringify([first, last])).toBeLessThan(20);
  expect(last.worker).toBeLessThan(300);
  expect(last.nodes - first.nodes).toBeLessThan(2000);
  await app.closePage(page);
}, 1_200_000);

// --- Memory -----------------------------------------------------------------------------------------

/** Megabytes in use after a collection, and how many nodes the document has. */
interface Memory {
  page: number;
  worker: number;
  nodes: number;
}

type Ask = (method: string) => Promise<{ usedSize?: number }>;

/** Sends questions to the worker in which the world lives. */
async function attachWorker(session: CDPSession): Promise<Ask> {
  const answers = new Map<number, (result: { usedSize?: number }) => void>();
  session.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id, result } = JSON.parse(message) as { id: number; result: { usedSize?: number } };
    answers.get(id)?.(result);
  });
  const attached = new Promise<string>((resolve) => {
    session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      if (targetInfo.type === 'worker') resolve(sessionId);
    });
  });
  await session.send('Target.setAutoAttach', {
    autoAttach: true,
    waitForDebuggerOnStart: false,
    flatten: false,
  });
  const sessionId = await attached;
  let asked = 0;
  return async (method) => {
    const id = ++asked;
    const answer = new Promise<{ usedSize?: number }>((resolve) => answers.set(id, resolve));
    await session.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method }) });
    return await answer;
  };
}

async function measureMemory(session: CDPSession, worker: Ask): Promise<Memory> {
  await session.send('HeapProfiler.collectGarbage');
  await worker('HeapProfiler.collectGarbage');
  const page = await session.send('Runtime.getHeapUsage');
  const { usedSize = NaN } = await worker('Runtime.getHeapUsage');
  const { nodes } = await session.send('Memory.getDOMCounters');
  return { page: page.usedSize / 1e6, worker: usedSize / 1e6, nodes };
}
