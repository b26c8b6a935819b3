/* Without a network: after one visit the page starts, runs a world and opens a lesson, from any folder. */

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type App } from './harness.ts';
import { typeLine, waitForPrompt, waitForTerminal } from './page-helpers.ts';

let app: App;
beforeAll(async () => {
  app = await startApp('/some/folder/');
});
afterAll(() => app.stop());

/** Until the service worker has stored so many files whose address matches. */
async function waitUntilKept(page: Page, like: RegExp, least = 1): Promise<void> {
  const kept = (source: string): Promise<number> =>
    page.evaluate(async (pattern) => {
      const [name] = await caches.keys();
      const stored = name === undefined ? [] : await (await caches.open(name)).keys();
      return stored.filter(({ url }) => new RegExp(pattern, 'i').test(url)).length;
    }, source);
  await expect.poll(() => kept(like.source), { timeout: 120_000 }).toBeGreaterThanOrEqual(least);
}

test('after one visit the page works without a network, with the lessons of its language', async () => {
  const page = await app.open({ lang: 'zh' });
  await page.evaluate(() => navigator.serviceWorker.ready);
  // The lessons are fetched one after the other behind the reader's back.
  await waitUntilKept(page, /\/lesson-\d\d-zh-/, 22);
  await page.context().setOffline(true);
  await page.goto(`${app.server.url}?lesson=1`);
  await page.evaluate(() => window.playground.ready);
  await waitForPrompt(page);
  await page.getByRole('heading', { name: '为什么' }).first().waitFor();
  expect(await page.evaluate(() => window.playground.exec('SET a b', { console: '7000c' }))).toContain('OK');
  expect(await page.evaluate(() => caches.keys())).toHaveLength(1);
  await app.closePage(page);
});

test('Lua and the shell, used on the first visit, are there without a network', async () => {
  const page = await app.open();
  const use = async (): Promise<void> => {
    await waitForPrompt(page);
    const lua = page.evaluate(() => window.playground.exec('EVAL "return 6*7" 0'));
    expect(await lua).toContain('42');
    await page.getByRole('button', { name: 'Open a console' }).click();
    await page.getByRole('menuitem', { name: 'shell', exact: true }).click();
    await waitForTerminal(page, 'root@redis:~#');
    await typeLine(page, 'echo $((6*7)) $(redis-cli -p 7000 ping)');
    await waitForTerminal(page, '42 PONG');
  };
  // At once: the service worker may not be there yet.
  await use();
  await waitUntilKept(page, /shell-door-/);
  await waitUntilKept(page, /\.wasm$|lua/i);
  await page.context().setOffline(true);
  await page.reload();
  await page.evaluate(() => window.playground.ready);
  await use();
  await app.closePage(page);
});

test('everything is stored when it is asked for, and works without a network though it was never used', async () => {
  const page = await app.open();
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.getByRole('button', { name: 'World', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Use without a network …' }).click();
  await page.getByRole('button', { name: 'Store everything' }).click();
  await page.getByText(/^✓ All \d+ files are stored/).waitFor({ timeout: 120_000 });
  await page.context().setOffline(true);
  await page.goto(`${app.server.url}?card=moved-vs-ask`);
  await page.evaluate(() => window.playground.ready);
  await page.getByRole('heading', { name: 'MOVED vs ASK' }).waitFor();
  await page.getByRole('button', { name: '中', exact: true }).click();
  await page.getByRole('heading', { name: 'MOVED 和 ASK' }).waitFor();
  expect(await page.evaluate(() => window.playground.exec('EVAL "return 6*7" 0'))).toContain('42');
  await app.closePage(page);
});

test('a browser that stores nothing of the page says so', async () => {
  const page = await app.openRaw();
  await page.addInitScript(() => {
    Object.defineProperty(Navigator.prototype, 'serviceWorker', { get: () => undefined });
    delete (Navigator.prototype as { serviceWorker?: unknown }).serviceWorker;
  });
  await page.reload();
  await page.waitForFunction(() => 'playground' in window);
  await page.evaluate(() => window.playground.ready);
  await page.getByRole('button', { name: 'World', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Use without a network …' }).click();
  await page.getByText('This browser stores nothing of this page').waitFor();
  expect(await page.getByRole('button', { name: 'Store everything' }).count()).toBe(0);
  await app.closePage(page);
});

test('the page can be installed: its manifest and icons are there', async () => {
  const page = await app.open();
  const icons = await page.evaluate(async () => {
    const href = document.querySelector<HTMLLinkElement>('link[rel=manifest]')?.href ?? '';
    const manifest = (await (await fetch(href)).json()) as {
      name: string;
      start_url: string;
      icons: { src: string; sizes: string }[];
    };
    const sizes = manifest.icons.map(async ({ src, sizes: told }) => {
      const image = new Image();
      image.src = new URL(src, href).href;
      await image.decode();
      return told === 'any' ? 'any' : `${image.naturalWidth}x${image.naturalHeight}` === told;
    });
    return { start: new URL(manifest.start_url, href).href, fit: await Promise.all(sizes) };
  });
  expect(icons).toEqual({ start: app.server.url, fit: ['any', true, true, true] });
  await app.closePage(page);
});
