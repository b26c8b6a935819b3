/* Without a network: after one visit the page starts, runs a world and opens a lesson, from any folder. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type App } from './harness.ts';
import { waitForPrompt } from './page-helpers.ts';

let app: App;
beforeAll(async () => {
  app = await startApp('/some/folder/');
});
afterAll(() => app.stop());

test('after one visit the page works without a network, with the lessons of its language', async () => {
  const page = await app.open({ lang: 'zh' });
  await page.evaluate(() => navigator.serviceWorker.ready);
  // The lessons are fetched one after the other behind the reader's back.
  await page.waitForFunction(async () => {
    const names = await caches.keys();
    const cache = await caches.open(names[0] ?? '');
    const stored = await cache.keys();
    return stored.filter(({ url }) => /\/lesson-\d\d-zh-/.test(url)).length >= 22;
  });
  await page.context().setOffline(true);
  await page.goto(`${app.server.url}?lesson=1`);
  await page.evaluate(() => window.playground.ready);
  await waitForPrompt(page);
  await page.getByRole('heading', { name: '为什么' }).first().waitFor();
  expect(await page.evaluate(() => window.playground.exec('SET a b', { console: '7000c' }))).toContain('OK');
  expect(await page.evaluate(() => caches.keys())).toHaveLength(1);
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
