/* The frame of the page: languages, themes, sizes, keys, files, a worker that dies, and axe on every shape. */

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { desktop, laptop, phone, startApp, type App } from './harness.ts';
import { findViolations, waitForPrompt, waitForTerminal } from './page-helpers.ts';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

/** Waits until the heavy regions have loaded and drawn. */
async function settle(page: Page): Promise<void> {
  await page.evaluate(() => window.playground.clock.pause());
  await page.waitForLoadState('networkidle');
  await page.evaluate(() => window.playground.idle());
}

describe('accessibility', () => {
  test.each([
    ['desktop', 'dark', 'en', desktop],
    ['desktop', 'light', 'zh', desktop],
    ['laptop', 'light', 'both', laptop],
    ['phone', 'dark', 'zh', phone],
    ['phone', 'light', 'en', phone],
  ] as const)('axe finds nothing on a %s, %s, %s', async (_, theme, lang, viewport) => {
    const page = await app.open({ viewport, theme, lang, touch: viewport === phone });
    if (lang === 'both') await page.getByRole('button', { name: 'EN+中' }).click();
    await settle(page);
    expect(await findViolations(page)).toEqual([]);
    await app.closePage(page);
  });

  test('axe finds nothing in the dialogs, the menus and the contents', async () => {
    const page = await app.open();
    await settle(page);
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    expect(await findViolations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'World' }).click();
    await page.getByRole('menu').waitFor();
    expect(await findViolations(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'New world' }).waitFor();
    expect(await findViolations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Contents' }).click();
    await page.getByRole('navigation', { name: 'Contents' }).getByRole('listitem').first().waitFor();
    expect(await findViolations(page)).toEqual([]);
    await app.closePage(page);
  });
});

describe('shapes', () => {
  test.each([
    ['desktop', desktop],
    ['laptop', laptop],
    ['phone', phone],
  ])('nothing hangs over the edge of a %s', async (_, viewport) => {
    const page = await app.open({ viewport });
    await settle(page);
    const overflow = await page.evaluate(() => {
      const { scrollWidth, clientWidth, scrollHeight, clientHeight } = document.documentElement;
      return [scrollWidth - clientWidth, scrollHeight - clientHeight];
    });
    expect(overflow).toEqual([0, 0]);
    await app.closePage(page);
  });

  test('a panel is resized by keyboard and keeps its size over a reload', async () => {
    const page = await app.open();
    const rail = page.getByRole('complementary', { name: 'Lesson' });
    const before = (await rail.boundingBox())?.width ?? 0;
    await page.getByRole('separator', { name: 'Width of the lesson' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect((await rail.boundingBox())?.width).toBe(before + 32);
    await page.reload();
    await page.evaluate(() => window.playground.ready);
    expect((await rail.boundingBox())?.width).toBe(before + 32);
    await app.closePage(page);
  });
});

describe('choices', () => {
  test('the language changes everything at once and is remembered', async () => {
    const page = await app.open();
    await page.getByRole('button', { name: '中', exact: true }).click();
    await page.getByRole('heading', { name: '整个集群，就在这个页面里' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('zh-CN');
    await page.getByRole('button', { name: 'EN+中' }).click();
    await page.getByRole('heading', { name: 'A whole cluster, in this page' }).waitFor();
    await page.getByRole('heading', { name: '整个集群，就在这个页面里' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: '整个集群，就在这个页面里' }).waitFor();
    await app.closePage(page);
  });

  test('the theme follows the system until one is chosen', async () => {
    const page = await app.open({ theme: 'dark' });
    const theme = (): Promise<string | undefined> =>
      page.evaluate(() => document.documentElement.dataset['theme']);
    expect(await theme()).toBe('dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await expect.poll(theme).toBe('light');
    await page.getByRole('button', { name: 'Theme' }).click();
    await page.getByRole('menuitemradio', { name: 'Dark' }).click();
    await expect.poll(theme).toBe('dark');
    await app.closePage(page);
  });

  test('keys play, pause, step and show help; they are ordinary letters while text is typed', async () => {
    const page = await app.open();
    await waitForPrompt(page);
    const playing = (): Promise<boolean> => page.evaluate(() => window.playground.state().playing);
    await page.locator('h1').click();
    await page.keyboard.press('Space');
    await expect.poll(playing).toBe(false);
    const before = await page.evaluate(() => window.playground.clock.now());
    await page.keyboard.press('/');
    await expect.poll(() => page.evaluate(() => window.playground.clock.now())).toBeGreaterThan(before);
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys and help' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.xterm textarea').focus();
    await page.keyboard.type('a / ?');
    await waitForTerminal(page, '7000> a / ?');
    expect(await page.getByRole('dialog').count()).toBe(0);
    await app.closePage(page);
  });

  test('a new world is made as the form says', async () => {
    const page = await app.open();
    await page.getByRole('button', { name: 'World' }).click();
    await page.getByRole('menuitem', { name: 'New world' }).click();
    await page.getByLabel('cluster servers that do not know each other').check();
    await page.getByLabel('Masters', { exact: true }).fill('4');
    await page.getByLabel('Replicas per master').fill('0');
    await page.getByLabel('Spare servers').fill('1');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await expect.poll(() => page.evaluate(() => window.playground.state().servers.length)).toBe(5);
    expect(await page.evaluate(() => window.playground.exec('CLUSTER INFO', { console: '7000' }))).toContain(
      'cluster_known_nodes:1',
    );
    await app.closePage(page);
  });
});

describe('sessions', () => {
  test('a saved session opens again to the same hash', async () => {
    const page = await app.open();
    const [file, hash] = await page.evaluate(async () => {
      const { clock, exec, fault, save, hash } = window.playground;
      clock.pause();
      await exec('SET foo 你好', { console: '7000c' });
      await fault.kill('7002');
      await clock.advance(3000);
      return [await save(), await hash()] as const;
    });
    await page.reload();
    await page.evaluate(() => window.playground.ready);
    await page.evaluate(async (saved) => {
      window.playground.clock.pause();
      await window.playground.load(saved);
    }, file);
    expect(await page.evaluate(() => window.playground.hash())).toBe(hash);
    // Its consoles are back with what they showed.
    await page.getByRole('tab', { name: '7000 -c' }).click();
    await waitForTerminal(page, 'Redirected to slot [12182]');
    await app.closePage(page);
  });

  test.each([
    ['not JSON at all', 'not JSON'],
    ['{"format":"something else"}', 'was not opened'],
    ['{"format":"redis-cluster-playground","version":999}', 'was not opened'],
    ['[]', 'was not opened'],
  ])('a damaged file (%s) is refused in words and the world goes on', async (text, words) => {
    const page = await app.open();
    await page.getByRole('button', { name: 'World' }).click();
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('menuitem', { name: 'Open a session' }).click(),
    ]);
    await chooser.setFiles({ name: 'session.json', mimeType: 'application/json', buffer: Buffer.from(text) });
    const notice = page.getByRole('status').filter({ hasText: 'session.json' });
    await notice.waitFor();
    expect(await notice.textContent()).toContain(words);
    expect(await page.evaluate(() => window.playground.exec('PING'))).toContain('PONG');
    await app.closePage(page);
  });

  test.each([
    [{ version: 999 }, '这个会话文件由更新版本的页面生成'],
    [{ playhead: -5 }, '会话文件里的播放位置不是有效的时间。'],
    [{ inputs: [{ at: 1e300, input: {} }] }, '会话文件里第 1 个输入的时间无效。'],
  ])('in Chinese a file that cannot be (%j) is refused in Chinese', async (change, words) => {
    const page = await app.open({ lang: 'zh' });
    const saved = (await page.evaluate(() => window.playground.save())) as object;
    await page.getByRole('button', { name: '集群', exact: true }).click();
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('menuitem', { name: '打开会话' }).click(),
    ]);
    const buffer = Buffer.from(JSON.stringify({ ...saved, ...change }));
    await chooser.setFiles({ name: 'session.json', mimeType: 'application/json', buffer });
    await page.getByRole('status').filter({ hasText: words }).waitFor();
    expect(await page.evaluate(() => window.playground.exec('PING'))).toContain('PONG');
    await app.closePage(page);
  });

  test('a worker that dies is started again from the log and says so', async () => {
    const page = await app.open({ expectedMessages: /out of memory/ });
    await page.evaluate(async () => {
      window.playground.clock.pause();
      await window.playground.exec('SET hello 1');
    });
    const session = page.workers().find((worker) => worker.url().includes('session.worker'));
    expect(session).toBeDefined();
    await session?.evaluate(() => reportError(new Error('out of memory')));
    await page.getByText('was started again').waitFor();
    expect(await page.evaluate(() => window.playground.exec('GET hello'))).toContain('"1"');
    await app.closePage(page);
  });

  test('a worker that dies while a world is being opened leaves the world that was there', async () => {
    const page = await app.open({ expectedMessages: /out of memory/ });
    const before = page.workers().find((worker) => worker.url().includes('session.worker'));
    const outcome = page.evaluate(async () => {
      const { playground } = window;
      playground.clock.pause();
      await playground.exec('SET hello 1');
      const file = (await playground.save()) as { config: object };
      const large = { ...file, inputs: [], config: { ...file.config, masters: 200, formation: 'met' } };
      return playground.load(large).then(
        () => 'opened',
        (error: Error) => error.message,
      );
    });
    // It is told how far the opening has come, so that it is under way.
    await page.getByRole('button', { name: 'Stop here' }).waitFor({ timeout: 60_000 });
    await before?.evaluate(() => reportError(new Error('out of memory')));
    expect(await outcome).toContain('out of memory');
    await page.getByText('was started again').waitFor({ timeout: 60_000 });
    expect(await page.evaluate(() => window.playground.exec('GET hello'))).toContain('"1"');
    await app.closePage(page);
  }, 180_000);

  test('a worker that dies before there is any world says why, and the page can be loaded again', async () => {
    const page = await app.openRaw({ expectedMessages: /out of memory|favicon/, path: 'icon.svg' });
    await page.route(/session\.worker/, (route) =>
      route.fulfill({ contentType: 'text/javascript', body: `throw new Error('out of memory')` }),
    );
    await page.goto(app.server.url);
    const notice = page.getByRole('alert').filter({ hasText: 'out of memory' });
    await notice.waitFor({ timeout: 60_000 });
    await page.unrouteAll();
    await notice.getByRole('button').click();
    await page.waitForFunction(() => 'playground' in window);
    await page.evaluate(() => window.playground.ready);
    expect(await page.evaluate(() => window.playground.exec('PING'))).toContain('PONG');
    await app.closePage(page);
  });
});
