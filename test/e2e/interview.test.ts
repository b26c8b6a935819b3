/* Interview mode in a browser: the keyboard alone, a proof on the stage, what is kept, files, axe. */

import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { laptop, phone, startApp, type App } from './harness.ts';
import { findViolations, waitForTerminal } from './page-helpers.ts';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

async function openInterview(options: Parameters<App['open']>[0] = {}): Promise<Page> {
  const page = await app.open(options);
  await page.getByRole('button', { name: 'Interview', exact: true }).click();
  await page.getByText(/\d+ of \d+ cards/).waitFor();
  return page;
}

/** Holds when the rail comes to say the text. */
async function waitForWords(page: Page, text: RegExp): Promise<void> {
  await expect.poll(() => page.locator('aside').first().textContent(), { timeout: 20_000 }).toMatch(text);
}

/** Opens the first card, shows its answer and waits for the grades, by keys alone. */
async function revealFirst(page: Page): Promise<void> {
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'MOVED vs ASK' }).waitFor();
  await page.keyboard.press(' ');
  await page.getByText('A common wrong answer').waitFor();
}

describe('the cards', () => {
  test('are read and graded by keyboard, and what was answered survives a reload', async () => {
    const page = await openInterview();
    await revealFirst(page);
    await page.keyboard.press('4');
    await page.getByRole('heading', { name: 'Why 16384' }).waitFor();
    await page.keyboard.press('Escape');
    await waitForWords(page, /1 of \d+ seen/);
    await page.reload();
    await page.evaluate(() => window.playground.ready);
    await page.getByRole('button', { name: 'Interview', exact: true }).click();
    await waitForWords(page, /1 of \d+ seen/);
    await app.closePage(page);
  });

  test('are searched and filtered', async () => {
    const page = await openInterview();
    await page.keyboard.press('/');
    await page.keyboard.type('backlog');
    await expect.poll(() => page.getByRole('list', { name: 'Cards' }).textContent()).toContain('resync');
    await page.getByRole('combobox', { name: 'Level' }).selectOption({ label: 'Basic' });
    await page.getByText('No card matches').waitFor();
    await app.closePage(page);
  });

  test('answers go out to a file and come back, and damaged files get clear words', async () => {
    const page = await openInterview();
    await revealFirst(page);
    await page.keyboard.press('1');
    await page.getByRole('button', { name: 'Files' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: 'Export my answers' }).click();
    const text = readFileSync(await (await download).path(), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ version: 1, reviews: [{ card: 'moved-vs-ask', mark: 1 }] });
    await app.closePage(page);

    const other = await openInterview();
    const choose = async (name: string, content: string): Promise<void> => {
      await other.getByRole('button', { name: 'Files' }).click();
      const chooser = other.waitForEvent('filechooser');
      await other.getByRole('menuitem', { name: 'Import answers' }).click();
      await (await chooser).setFiles({ name, mimeType: 'application/json', buffer: Buffer.from(content) });
    };
    await choose('answers.json', text);
    await other.getByText('1 answers added').waitFor();
    await choose('answers.json', text);
    await other.getByText('0 answers added').waitFor();
    await choose('torn.json', text.slice(0, 40));
    await other.getByText('The file torn.json is damaged').waitFor();
    await choose('<img src=x>.json', '{}');
    await other.getByText('The file <img src=x>.json is not a list of answers').waitFor();
    await app.closePage(other);
  });

  test('work in a browser that keeps nothing, and say so', async () => {
    const page = await app.openRaw();
    await page.addInitScript(() => {
      Object.defineProperty(window, 'indexedDB', { get: () => undefined });
    });
    await page.reload();
    await page.waitForFunction(() => 'playground' in window);
    await page.evaluate(() => window.playground.ready);
    await page.getByRole('button', { name: 'Interview', exact: true }).click();
    await page.getByText('This browser keeps nothing').waitFor();
    await revealFirst(page);
    await page.keyboard.press('3');
    await page.keyboard.press('Escape');
    await waitForWords(page, /1 of \d+ seen/);
    await app.closePage(page);
  });
});

describe('a live proof', () => {
  test('plays on the stage and in the console, and shows that its condition holds', async () => {
    const page = await openInterview();
    await revealFirst(page);
    await page.keyboard.press('p');
    const step = (at: number) => page.getByText(new RegExp(`^${at} of 13`));
    await step(1).waitFor({ timeout: 60_000 });
    const begin = await page.evaluate(() => window.playground.clock.now());
    // The first two play by themselves.
    await step(3).waitFor({ timeout: 60_000 });
    expect(await page.evaluate(() => window.playground.clock.now())).toBeGreaterThan(begin);
    for (let at = 3; at <= 13; at++) {
      await step(at).waitFor();
      await page.getByRole('button', { name: 'Next', exact: true }).click();
    }
    await page.getByText('Proved: the condition').waitFor();
    await waitForTerminal(page, 'MOVED 449 127.0.0.1:7001');
    await app.closePage(page);
  });

  test('can be taken over: what it did later does not happen, and it can be resumed', async () => {
    const page = await openInterview();
    await revealFirst(page);
    await page.keyboard.press('p');
    await page.getByText(/^1 of 13/).waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Take over' }).click();
    await page.getByText('The world is yours from here').waitFor();
    const keys = await page.evaluate(async () => {
      await window.playground.clock.advance(30_000);
      return window.playground.exec('CLUSTER SLOTS', { console: '7001' });
    });
    expect(keys).toContain('5460');
    expect(await page.evaluate(() => window.playground.state().branch)).not.toBe('main');
    await page.getByRole('button', { name: 'Back to the proof' }).click();
    await page.getByText(/^1 of 13/).waitFor();
    await page.getByText(/^2 of 13/).waitFor({ timeout: 60_000 });
    await app.closePage(page);
  });
});

describe('rounds', () => {
  test('statements are judged and explained', async () => {
    const page = await openInterview();
    await page.getByRole('button', { name: 'Myths' }).click();
    await page.getByRole('button', { name: 'Begin' }).click();
    for (let at = 0; at < 10; at++) {
      await page.getByRole('button', { name: 'Myth', exact: true }).click();
      await page.getByText(/The statement is (right|a myth)/).waitFor();
      await page.getByRole('button', { name: 'Next', exact: true }).click();
    }
    await waitForWords(page, /\d+ of 10 judged well/);
    await app.closePage(page);
  });

  test('a mock interview asks, objects, is graded, and reports', async () => {
    const page = await openInterview();
    await page.getByRole('button', { name: 'Mock' }).click();
    await page.getByLabel('Questions').selectOption('3');
    await page.getByRole('button', { name: 'Begin' }).click();
    for (let at = 1; at <= 3; at++) {
      await page.getByText(`Question ${at} of 3`).waitFor();
      await page.getByRole('button', { name: 'I have answered' }).click();
      await page.getByLabel('named the mechanism').check();
      await page.getByLabel('answered the objection').check();
      await page.getByRole('button', { name: 'Next', exact: true }).click();
    }
    await page.getByRole('heading', { name: 'Report: 6 of 12 points' }).waitFor();
    await page.getByRole('button', { name: 'Cards' }).click();
    await waitForWords(page, /3 of \d+ seen/);
    await app.closePage(page);
  });
});

test('axe finds nothing in the list, a card, the rounds, light and dark', async () => {
  for (const options of [{ theme: 'light' }, { theme: 'dark', viewport: laptop }] as const) {
    const page = await openInterview(options);
    expect(await findViolations(page)).toEqual([]);
    await revealFirst(page);
    expect(await findViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Mock' }).click();
    await page.getByRole('button', { name: 'Begin' }).click();
    await page.getByRole('button', { name: 'I have answered' }).click();
    expect(await findViolations(page)).toEqual([]);
    await app.closePage(page);
  }
});

test('on a phone, in Chinese, a card is opened and graded by touch', async () => {
  const page = await app.open({ viewport: phone, touch: true, lang: 'zh', theme: 'dark' });
  await page.getByRole('banner').getByRole('button', { name: '更多' }).click();
  await page.getByText('面试', { exact: true }).click();
  // There is only to read, so the cards have the screen.
  const first = page.getByRole('button', { name: /MOVED 和 ASK/ });
  await first.waitFor();
  expect((await first.boundingBox())?.y).toBeLessThan(phone.height / 2);
  expect(await page.locator('main.stage').isVisible()).toBe(false);
  await first.click();
  await page.getByRole('button', { name: '看答案' }).click();
  expect(await findViolations(page)).toEqual([]);
  await page.getByRole('button', { name: /很熟/ }).click();
  await page.getByRole('button', { name: '全部卡片' }).click();
  await page.getByText(/做过 1\/\d+/).click();
  await page.getByRole('meter', { name: '重定向' }).waitFor();
  expect(await findViolations(page)).toEqual([]);
  await first.click();
  await page.getByRole('button', { name: '在舞台上演示' }).click();
  await page.locator('main.stage').waitFor();
  await page
    .getByText(/第 \d+\/\d+ 步/)
    .first()
    .waitFor({ timeout: 60_000 });
  await app.closePage(page);
});

test('an address opens a card, and one that is none says so', async () => {
  const page = await app.open({ path: '?card=moved-vs-ask' });
  await page.getByRole('heading', { name: 'MOVED vs ASK' }).waitFor();
  expect(await page.getByText('A common wrong answer').count()).toBe(0);
  await app.closePage(page);
  const other = await app.open({ path: '?card=%3Cb%3Enone', lang: 'zh' });
  await other.getByText('没有名为 <b>none 的卡片。').waitFor();
  await app.closePage(other);
});
