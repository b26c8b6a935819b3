/* axe over every dialog, menu and mode, in both languages and both themes: each language once in either
 * theme, since colours do not depend on words nor words on colours. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type App } from './harness.ts';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Scanner {
  axe: { run(): Promise<{ violations: { id: string; nodes: { target: string[] }[] }[] }> };
}

/** What axe finds now: the screen, the rule, the place. */
async function scan(page: Page, screen: string): Promise<string[]> {
  return await page.evaluate(async (where) => {
    const { violations } = await (window as unknown as Scanner).axe.run();
    return violations.flatMap(({ id, nodes }) =>
      nodes.map((one) => `${where}: ${id} ${one.target.join(' ')}`),
    );
  }, screen);
}

const words = {
  en: {
    menu: 'World',
    dialogs: ['New world …', 'Share and export …', 'Paste a real cluster …'],
    contents: 'Contents',
    interview: 'Interview',
    rounds: ['Myths', 'Mock'],
  },
  zh: {
    menu: '集群',
    dialogs: ['新建集群……', '分享与导出……', '粘贴真实集群的输出……'],
    contents: '目录',
    interview: '面试',
    rounds: ['真假判断', '模拟'],
  },
};

test.each([
  ['en', 'dark'],
  ['zh', 'light'],
  ['zh', 'dark'],
] as const)('axe finds nothing in any dialog, menu or mode: %s, %s', async (lang, theme) => {
  const page = await app.open({ lang, theme, path: '?lesson=3' });
  const own = words[lang];
  const found: string[] = [];
  await page.evaluate(() => window.playground.clock.pause());
  await page.locator('.xterm textarea').waitFor({ state: 'attached' });
  await page.locator('.lesson, article').first().waitFor();
  await page.evaluate(axeSource);
  found.push(...(await scan(page, 'lesson')));

  for (const name of own.dialogs) {
    await page.getByRole('button', { name: own.menu, exact: true }).click();
    await page.getByRole('menuitem', { name }).click();
    await page.getByRole('dialog').waitFor();
    found.push(...(await scan(page, name)));
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
  for (const key of ['?', 'f']) {
    await page.locator('h1').first().click();
    await page.keyboard.press(key);
    await page.getByRole('dialog').waitFor();
    found.push(...(await scan(page, key)));
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
  await page.locator('[data-server="7001"]').first().click({ button: 'right' });
  await page.getByRole('menu').waitFor();
  found.push(...(await scan(page, 'node menu')));
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: own.contents }).first().click();
  await page.getByRole('navigation', { name: own.contents }).getByRole('listitem').first().waitFor();
  found.push(...(await scan(page, 'contents')));

  await page.getByRole('button', { name: own.interview, exact: true }).click();
  await page.getByRole('button', { name: own.rounds[0]!, exact: true }).waitFor();
  found.push(...(await scan(page, 'cards')));
  for (const name of own.rounds) {
    await page.getByRole('button', { name, exact: true }).click();
    await page.evaluate(() => window.playground.idle());
    found.push(...(await scan(page, name)));
  }
  expect(found).toEqual([]);
  await app.closePage(page);
});
