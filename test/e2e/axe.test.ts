/* Every dialog, menu and mode in every shape: three sizes, two languages, two themes. axe finds nothing, and
 * nothing is wider than the window, and what Tab comes to has a name and shows it. SHAPES=1 leaves a picture of
 * each in test/output/shapes, for somebody to look at. */

import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { desktop, laptop, phone, startApp, type App } from './harness.ts';
import { findViolations, focusedStop } from './page-helpers.ts';

const pictures = join(import.meta.dirname, '../output/shapes');
let app: App;
beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  app = await startApp();
});
afterAll(() => app.stop());

const words = {
  en: {
    menu: 'World',
    more: 'More',
    newWorld: 'New world …',
    share: 'Share and export …',
    paste: 'Paste a real cluster …',
    offline: 'Use without a network …',
    follow: 'Others follow this page',
    contents: 'Contents',
    interview: 'Interview',
    myths: 'Myths',
    myth: 'Myth',
    mock: 'Mock',
    begin: 'Begin',
    answered: 'I have answered',
    cards: 'Cards',
    reveal: 'Show the answer',
    stop: 'Stop',
    prove: 'Prove it on the stage',
    take: 'Take over',
    skip: 'Next',
    next: 'Next',
    resume: 'Back to the proof',
    close: 'Close the proof',
  },
  zh: {
    menu: '集群',
    more: '更多',
    newWorld: '新建集群……',
    share: '分享与导出……',
    paste: '粘贴真实集群的输出……',
    offline: '离线使用……',
    follow: '让别人跟随此页面',
    contents: '目录',
    interview: '面试',
    myths: '真假判断',
    myth: '误解',
    mock: '模拟',
    begin: '开始',
    answered: '我答完了',
    cards: '卡片',
    reveal: '看答案',
    stop: '结束',
    prove: '在舞台上演示',
    take: '我来操作',
    skip: '下一步',
    next: '下一条',
    resume: '回到演示',
    close: '结束演示',
  },
} as const;

interface Shape {
  name: string;
  lang: 'en' | 'zh';
  viewport: typeof desktop;
}

const sizes = { desktop, laptop, phone };
const shapes: Shape[] = (['en', 'zh'] as const).flatMap((lang) =>
  Object.entries(sizes).map(([name, viewport]) => ({ name, lang, viewport })),
);

/** Looks at a screen in both themes; tells what is wrong, by name. */
async function look(page: Page, screen: string, { name, lang, viewport }: Shape): Promise<string[]> {
  const found: string[] = [];
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme });
    await page.locator(`html[data-theme=${theme}]`).waitFor({ state: 'attached' });
    const where = `${screen}-${name}-${lang}-${theme}`;
    const violations = await findViolations(page, ['html'], theme === 'dark' ? 'colours' : undefined);
    found.push(...violations.map((violation) => `${where}: ${violation}`));
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    if (wide > viewport.width) found.push(`${where}: ${wide} pixels wide`);
    if (process.env['SHAPES']) await page.screenshot({ path: join(pictures, `${where}.png`) });
  }
  return [...found, ...(await walk(page, `${screen}-${name}-${lang}`))];
}

/** The first stops of Tab from here on; afterwards a dialog has the focus again, or nothing. */
async function walk(page: Page, where: string): Promise<string[]> {
  const found: string[] = [];
  let stops = 0;
  for (let pressed = 0; pressed < 10; pressed++) {
    await page.keyboard.press('Tab');
    const stop = await focusedStop(page);
    // A menu that was opened by mouse only closes.
    if (!stop && pressed === 0) continue;
    if (!stop) break;
    stops++;
    if (stop.name === '') found.push(`${where}: stop ${stops} of Tab has no name`);
    if (!stop.ring) found.push(`${where}: "${stop.name}" does not show its focus`);
  }
  if (stops === 0) found.push(`${where}: Tab comes to nothing`);
  await page.evaluate(() => {
    const first = document.querySelector<HTMLElement>('dialog[open] button');
    if (first) first.focus();
    else (document.activeElement as HTMLElement | null)?.blur();
  });
  return found;
}

async function open(shape: Shape, path: string): Promise<Page> {
  const { lang, viewport } = shape;
  const page = await app.open({ lang, viewport, touch: viewport === phone, path });
  await page.evaluate(() => window.playground.clock.pause());
  return page;
}

async function chooseItem(page: Page, shape: Shape, item: string): Promise<void> {
  const own = words[shape.lang];
  const menu = shape.viewport === phone ? own.more : own.menu;
  await page.getByRole('banner').getByRole('button', { name: menu, exact: true }).click();
  await page.getByRole('menu').getByText(item, { exact: true }).click();
}

async function leaveDialog(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

test.for(shapes)('dialogs and menus: $name, $lang', async (shape) => {
  const page = await open(shape, '?lesson=3');
  const own = words[shape.lang];
  const found: string[] = [];
  await page.locator('.lesson, article').first().waitFor();
  found.push(...(await look(page, 'lesson', shape)));
  for (const [screen, item] of [
    ['new-world', own.newWorld],
    ['share', own.share],
    ['offline', own.offline],
    ['paste', own.paste],
  ] as const) {
    await chooseItem(page, shape, item);
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    if (screen === 'share') await dialog.getByRole('img').waitFor();
    if (screen === 'paste') {
      const file = join(import.meta.dirname, '../fixtures/pasted/nodes-failed.txt');
      await dialog.getByRole('textbox').fill(readFileSync(file, 'utf8'));
      await dialog.getByRole('figure').waitFor();
    }
    if (screen === 'offline') await dialog.getByRole('progressbar').waitFor();
    found.push(...(await look(page, screen, shape)));
    await leaveDialog(page);
  }
  for (const [screen, key] of [
    ['keys', '?'],
    ['fork', 'f'],
  ] as const) {
    // Not while a field has the focus, where a key is a letter.
    await page.locator('h1').first().click();
    await page.keyboard.press(key);
    await page.getByRole('dialog').waitFor();
    found.push(...(await look(page, screen, shape)));
    await leaveDialog(page);
  }
  await page.locator('[data-server="7001"]').first().click({ button: 'right' });
  await page.getByRole('menu').waitFor();
  found.push(...(await look(page, 'node-menu', shape)));
  await page.keyboard.press('Escape');
  await chooseItem(page, shape, own.follow);
  await page.locator('section.bar').waitFor();
  found.push(...(await look(page, 'teaching', shape)));
  await page.getByRole('button', { name: own.contents }).first().click();
  await page.getByRole('navigation', { name: own.contents }).getByRole('listitem').first().waitFor();
  found.push(...(await look(page, 'contents', shape)));
  expect(found).toEqual([]);
  await app.closePage(page);
});

test.for(shapes)('interview: $name, $lang', async (shape) => {
  const page = await open(shape, '?card=moved-vs-ask');
  const own = words[shape.lang];
  const found: string[] = [];
  const click = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
  await click(own.reveal);
  found.push(...(await look(page, 'card', shape)));
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: own.myths, exact: true }).waitFor();
  found.push(...(await look(page, 'cards', shape)));
  await click(own.myths);
  found.push(...(await look(page, 'myths', shape)));
  await click(own.begin);
  found.push(...(await look(page, 'myth', shape)));
  await click(own.myth);
  found.push(...(await look(page, 'myth-judged', shape)));
  await click(own.mock);
  found.push(...(await look(page, 'mock', shape)));
  await click(own.begin);
  found.push(...(await look(page, 'mock-question', shape)));
  await click(own.answered);
  found.push(...(await look(page, 'mock-answered', shape)));
  await page.getByRole('checkbox').first().check();
  await click(own.next);
  await click(own.stop);
  await page.locator('.points').first().waitFor();
  found.push(...(await look(page, 'mock-report', shape)));
  expect(found).toEqual([]);
  await app.closePage(page);
});

test.for(shapes)('a proof on the stage: $name, $lang', async (shape) => {
  const page = await open(shape, '?card=moved-vs-ask');
  const own = words[shape.lang];
  const found: string[] = [];
  const button = (name: string): Locator => page.getByRole('button', { name, exact: true });
  await button(own.prove).click();
  await button(own.take).waitFor();
  found.push(...(await look(page, 'proof', shape)));
  await button(own.take).click();
  await button(own.close).waitFor();
  await page.evaluate(() => window.playground.clock.pause());
  found.push(...(await look(page, 'proof-taken', shape)));
  await button(own.resume).click();
  await button(own.take).waitFor();
  await expect
    .poll(
      async () => {
        if (await button(own.close).isVisible()) return true;
        await button(own.skip)
          .click({ timeout: 2000 })
          .catch(() => undefined);
        return false;
      },
      { timeout: 90_000 },
    )
    .toBe(true);
  found.push(...(await look(page, 'proof-done', shape)));
  expect(found).toEqual([]);
  await app.closePage(page);
});

test.for(shapes)('following: $name, $lang', async (shape) => {
  const { viewport } = shape;
  const teacher = await open(shape, '?teach&lesson=13');
  const found: string[] = [];
  const pupil = await teacher.context().newPage();
  await pupil.setViewportSize(viewport);
  await pupil.goto(`${app.server.url}?follow=tab`);
  const bar = pupil.locator('section.bar');
  await bar.locator('.ok').waitFor();
  found.push(...(await look(pupil, 'following', shape)));
  expect(found).toEqual([]);
  await app.closePage(teacher);
});

test.for(shapes)('presenting, notes, embedded: $name, $lang', async (shape) => {
  const page = await open(shape, '?lesson=20&present');
  const found: string[] = [];
  await page.locator('.present .step').waitFor();
  found.push(...(await look(page, 'present', shape)));
  const opened = page.context().waitForEvent('page');
  await page.keyboard.press('n');
  const notes = await opened;
  await notes.setViewportSize(shape.viewport);
  await notes.locator('.current').waitFor();
  found.push(...(await look(notes, 'notes', shape)));
  await notes.close();
  await expect
    .poll(
      async () => (await page.locator('.present .question').isVisible()) || page.keyboard.press('PageDown'),
      { timeout: 60_000, interval: 300 },
    )
    .toBe(true);
  found.push(...(await look(page, 'present-question', shape)));
  await page.keyboard.press('m');
  for (const [screen, key] of [
    ['present-keys', '?'],
    ['present-bookmarks', 'j'],
  ] as const) {
    await page.keyboard.press(key);
    await page.locator('.over').waitFor();
    found.push(...(await look(page, screen, shape)));
    await page.keyboard.press('Escape');
    await page.locator('.over').waitFor({ state: 'detached' });
  }
  await app.closePage(page);

  const embedded = await open(shape, '?embed=console&play=0');
  await embedded.locator('[data-server="7001"]').first().waitFor();
  found.push(...(await look(embedded, 'embed', shape)));
  expect(found).toEqual([]);
  await app.closePage(embedded);
});
