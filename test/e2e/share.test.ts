/* Passing on: links, QR code, files, pasted clusters, in both languages. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { desktop, laptop, phone, startApp, type App } from './harness.ts';
import { findViolations } from './page-helpers.ts';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

/** A world in which something has happened, standing still. */
async function prepare(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const { clock, exec, fault, idle } = window.playground;
    clock.pause();
    await exec('SET foo bar', { console: '7000c' });
    await fault.kill('7001');
    await clock.advance(9000);
    await idle();
  });
}

async function openDialog(page: Page, menu: string | RegExp, item: string): Promise<void> {
  await page.getByRole('banner').getByRole('button', { name: menu }).click();
  await page.getByRole('menuitem', { name: item }).click();
  await page.getByRole('dialog').waitFor();
}

test('a link opens to the same hash in another browser and says so', async () => {
  const page = await app.open();
  await prepare(page);
  await page.evaluate(() => window.playground.clock.speed(0.25));
  const hash = await page.evaluate(() => window.playground.hash());
  await openDialog(page, 'World', 'Share and export …');
  const link = await page.getByLabel('Link', { exact: true }).inputValue();
  await page.getByRole('img', { name: 'QR code of the link' }).waitFor();
  expect(await findViolations(page)).toEqual([]);
  await app.closePage(page);

  const other = await app.open({ path: link.slice(app.server.url.length), lang: 'zh' });
  await other.getByText(`the same hash ${hash}`).waitFor();
  expect(await other.evaluate(() => window.playground.hash())).toBe(hash);
  expect(await other.evaluate(() => window.playground.clock.speed())).toBe(0.25);
  await app.closePage(other);
});

test('a damaged link is told in words and the world goes on', async () => {
  const page = await app.open({ path: '#s=1.garbage' });
  await page.getByText('The link is damaged').waitFor();
  expect(await page.evaluate(() => window.playground.exec('PING'))).toContain('PONG');
  // A link with sound packing and nonsense inside.
  await page.evaluate(async () => {
    const content = JSON.stringify([{ masters: -3 }, 5, 'h', [], []]);
    const packed = new Blob([content]).stream().pipeThrough(new CompressionStream('deflate-raw'));
    const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
    location.hash = `s=1.${btoa(String.fromCharCode(...bytes))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '')}`;
  });
  await page.getByText('"masters" must be a number').waitFor();
  expect(await page.evaluate(() => window.playground.exec('PING'))).toContain('PONG');
  await app.closePage(page);
});

/** Each picture of a GIF has its graphic control extension. */
const picturesIn = (gif: Buffer): number => gif.toString('latin1').split('\x21\xf9\x04').length - 1;

test('transcripts and an animation of the stage are saved as files', async () => {
  const page = await app.open();
  await prepare(page);
  await page.evaluate(() => window.playground.exec('SET foo seen', { console: '7000c' }));
  const hash = await page.evaluate(() => window.playground.hash());
  await openDialog(page, 'World', 'Share and export …');
  const save = async (name: string): Promise<Buffer> => {
    const coming = page.waitForEvent('download', { timeout: 120_000 });
    await page.getByRole('button', { name }).click();
    return readFileSync(await (await coming).path());
  };
  const markdown = (await save('Transcript (Markdown)')).toString();
  expect(markdown).toContain('SET foo bar');
  // The focus is where it was, among the files.
  await page.locator('dialog section button:focus').waitFor();
  expect(markdown).toContain('```text');
  const cast = (await save('Transcript (asciinema)')).toString().trimEnd().split('\n');
  expect(JSON.parse(cast[0] ?? '')).toMatchObject({ version: 2 });
  expect(cast.slice(1).join('')).toContain('OK');
  await page.getByLabel('Last seconds of the animation').fill('2');
  const gif = await save('Animation (GIF)');
  expect(gif.subarray(0, 6).toString()).toBe('GIF89a');
  expect(gif.at(-1)).toBe(0x3b);
  expect(gif.readUInt16LE(6)).toBeGreaterThan(300);
  // Slow motion draws what flies: a request takes longer than the tenth of a second between two pictures.
  await page.getByLabel('Last seconds of the animation').fill('1');
  await page.getByLabel('slow motion').uncheck();
  const plain = picturesIn(await save('Animation (GIF)'));
  expect(plain).toBe(11);
  await page.getByLabel('slow motion').check();
  expect(picturesIn(await save('Animation (GIF)'))).toBeGreaterThan(plain + 5);
  // The clock stands where it stood.
  expect(await page.evaluate(() => window.playground.hash())).toBe(hash);
  // What takes long can be cancelled.
  await page.getByLabel('Last seconds of the animation').fill('30');
  await page.getByRole('button', { name: 'Animation (GIF)' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Animation (GIF)' }).waitFor();
  await page.evaluate(() => window.playground.idle());
  expect(await page.evaluate(() => window.playground.hash())).toBe(hash);
  await app.closePage(page);
});

test.each([
  ['en', 'light', desktop, 'World', 'Paste a real cluster …', 'Lesson 10 explains it'],
  ['zh', 'dark', laptop, '集群', '粘贴真实集群的输出……', '见第 10 课'],
  ['zh', 'light', phone, '更多', '粘贴真实集群的输出……', '见第 10 课'],
] as const)(
  'a pasted cluster is drawn with what is wrong (%s, %s)',
  async (lang, theme, viewport, menu, item, lesson) => {
    const page = await app.open({ lang, theme, viewport });
    await page.evaluate(() => window.playground.clock.pause());
    await openDialog(page, new RegExp(`^${menu}$`), item);
    const text = readFileSync(join(import.meta.dirname, '../fixtures/pasted/nodes-failed.txt'), 'utf8');
    await page.getByRole('dialog').getByRole('textbox').fill(text);
    await page.getByRole('dialog').getByRole('figure').waitFor();
    expect(await page.getByRole('dialog').getByRole('listitem').count()).toBe(2);
    expect(await findViolations(page)).toEqual([]);
    await page.getByRole('button', { name: lesson }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await app.closePage(page);
  },
);
