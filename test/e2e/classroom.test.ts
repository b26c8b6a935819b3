/* A class in the browser: a teacher's tab with a tab that follows over the channel, and a page that follows
 * over the relay; the same hash everywhere, a way of one's own and back, a question with its tally. */

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRelay, type Relay } from '#node/relay.ts';
import { launchBrowser } from './harness.ts';
import { findViolations } from './page-helpers.ts';
// The type of window.playground comes with this.
import type {} from '#app/automation/automation.ts';

const dist = join(import.meta.dirname, '..', '..', 'dist');
let relay: Relay;
let browser: Browser;
let base: string;
beforeAll(async () => {
  relay = await startRelay(dist, { port: 0, host: '127.0.0.1' });
  base = `http://127.0.0.1:${relay.port}/`;
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await relay.close();
});

const troubles: string[] = [];

async function openPage(
  query: string,
  like?: Page,
  lang = 'en-GB',
  theme: 'dark' | 'light' = 'dark',
): Promise<Page> {
  const context = like?.context() ?? (await browser.newContext({ locale: lang, colorScheme: theme }));
  const page = await context.newPage();
  page.on('pageerror', (error) => troubles.push(String(error.stack)));
  page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()));
  await page.goto(base + query);
  await page.waitForFunction(() => 'playground' in window);
  await page.evaluate(() => window.playground.ready);
  return page;
}

const hashOf = (page: Page): Promise<string> => page.evaluate(() => window.playground.hash());
const bar = (page: Page) => page.getByRole('region', { name: /Classroom|课堂/ });

/** Both worlds at one time with one hash. */
async function inStep(teacher: Page, follower: Page): Promise<void> {
  const same = async (): Promise<boolean> => (await hashOf(follower)) === (await hashOf(teacher));
  await expect.poll(same, { timeout: 30_000 }).toBe(true);
}

test('a tab and a page over the relay follow the teacher, one goes its own way and comes back', async () => {
  const teacher = await openPage(`?teach#${relay.secret}`);
  expect(teacher.url()).not.toContain(relay.secret);
  await teacher.evaluate(() => window.playground.clock.pause());
  const tab = await openPage('?follow=tab', teacher);
  const far = await openPage('?follow', undefined, 'zh-CN', 'light');
  for (const page of [tab, far]) await inStep(teacher, page);
  await bar(teacher).getByText('2 follow, 2 in step').waitFor();

  await teacher.evaluate(() => window.playground.exec('SET teacher here', { console: '7000c' }));
  await teacher.evaluate(() => window.playground.fault.kill('7001'));
  await teacher.evaluate(() => window.playground.clock.advance(2000));
  for (const page of [tab, far]) {
    await inStep(teacher, page);
    const states = await page.evaluate(() => window.playground.state().servers.map(({ state }) => state));
    expect(states).toContain('down');
  }

  await teacher.goto(`${base}?teach&lesson=10`);
  await teacher.getByRole('button', { name: /^Next/ }).click();
  await teacher.evaluate(() => window.playground.clock.pause());
  // The class sees the lesson and the step, each in his own language, and what is selected.
  for (const page of [tab, far]) await inStep(teacher, page);
  await far.getByText(/第 2 步，共 \d 步/).waitFor();
  await tab.getByText('A suspicion travels').waitFor();
  await teacher.evaluate(() => window.playground.clock.pause());

  await far.evaluate(() => window.playground.exec('SET mine alone', { console: '7000c' }));
  await bar(far).getByText('你正在自己操作。').waitFor();
  expect(await hashOf(far)).not.toBe(await hashOf(teacher));
  await teacher.evaluate(() => window.playground.clock.advance(500));
  await inStep(teacher, tab);
  await bar(far).getByRole('button', { name: '回到老师的进度' }).click();
  await inStep(teacher, far);
  // What a follower did never came to the teacher.
  expect(JSON.stringify(await teacher.evaluate(() => window.playground.save()))).not.toContain('SET mine');

  // The line drops and comes back; the teacher went on meanwhile.
  await far.context().setOffline(true);
  await far.reload().catch(() => undefined);
  await teacher.evaluate(() => window.playground.clock.advance(700));
  await far.context().setOffline(false);
  await far.goto(`${base}?follow`);
  await far.waitForFunction(() => 'playground' in window);
  await inStep(teacher, far);
  for (const page of [teacher, far]) expect(await findViolations(page, ['section.bar'])).toEqual([]);
  await teacher.screenshot({ path: 'test/output/classroom-teacher.png' }).catch(() => undefined);
  await far.screenshot({ path: 'test/output/classroom-follower.png' }).catch(() => undefined);
  expect(troubles.filter((text) => !/ERR_INTERNET_DISCONNECTED|WebSocket/.test(text))).toEqual([]);
  await teacher.context().close();
  await far.context().close();
});

test('a page without the secret cannot teach the room', async () => {
  const page = await openPage(`?teach#${randomBytes(16).toString('hex')}`);
  await bar(page).getByRole('alert').waitFor();
  expect(relay.room.copy.log?.room ?? '').not.toContain('nobody');
  await page.context().close();
});

test('a lesson by clicker alone, with a class that comes late, drops out, goes its own way and predicts', async () => {
  const teacher = await openPage(`?teach&present&lesson=13#${relay.secret}`);
  await teacher.locator('.present .step').waitFor({ timeout: 60_000 });
  const early = await openPage('?follow');
  const click = (): Promise<void> => teacher.keyboard.press('PageDown');
  const clickUntil = async (met: () => Promise<boolean>): Promise<void> => {
    await expect
      .poll(async () => (await met()) || (await click()), { timeout: 150_000, interval: 250 })
      .toBe(true);
  };
  const stands = async (): Promise<void> => {
    await teacher.evaluate(() => window.playground.clock.pause());
    for (const page of [early, late]) await inStep(teacher, page);
  };
  const stepOf = (page: Page): Promise<string> => page.locator('.present .step').innerText();
  await teacher.getByText('1 follow', { exact: true }).waitFor();
  await clickUntil(async () => (await stepOf(teacher)).startsWith('2 '));

  // Late, and in another language: at once where the class is.
  const late = await openPage('?follow', undefined, 'zh-CN');
  await stands();
  await late.getByText(/第 2 步，共 \d 步/).waitFor();

  // One goes his own way; one loses the line and everything in the page.
  await early.evaluate(() => window.playground.exec('SET mine alone', { console: '7001c' }));
  await bar(early).getByText('You go your own way.').waitFor();
  await late.reload();
  await late.waitForFunction(() => 'playground' in window);
  await teacher.evaluate(() => window.playground.clock.advance(1500));
  await inStep(teacher, late);
  expect(await hashOf(early)).not.toBe(await hashOf(teacher));

  const question = teacher.locator('.present .question');
  await clickUntil(() => question.isVisible());
  // Asked before he comes back; he may predict all the same, and each in his own language.
  await bar(early).getByRole('button', { name: 'Back to the teacher' }).click();
  await stands();
  await bar(early).getByText('Does WAIT 1 100 make a write safe?').waitFor();
  await bar(late).getByText('有了 WAIT 1 100，写入就安全了吗？').waitFor();
  await bar(early)
    .getByRole('button', { name: /^It tells you/ })
    .click();
  await bar(late)
    .getByRole('button', { name: /^它只告诉你/ })
    .click();
  // Somebody without a computer raises a hand.
  await teacher.keyboard.press('2');
  await question.getByText('3 answered').waitFor({ timeout: 60_000 });
  await click();
  await question.locator('.right').getByText('2 of 3').waitFor({ timeout: 60_000 });
  for (const page of [early, late]) await bar(page).locator('meter').first().waitFor({ timeout: 60_000 });
  // The talk goes on, and the question leaves every screen.
  await click();
  for (const page of [early, late]) await bar(page).locator('.question').waitFor({ state: 'detached' });
  await stands();
  expect(JSON.stringify(await teacher.evaluate(() => window.playground.save()))).not.toContain('SET mine');
  for (const page of [teacher, early, late]) await page.context().close();
});

test('a question that was left without its answer is asked again', async () => {
  const presenter = await openPage('?teach&present&lesson=13');
  const tab = await openPage('?follow=tab', presenter);
  await presenter.bringToFront();
  await presenter.locator('.present .step').waitFor({ timeout: 60_000 });
  const question = presenter.locator('.present .question');
  const shown = (): Promise<boolean> => question.isVisible();
  await expect
    .poll(async () => (await shown()) || presenter.keyboard.press('PageDown'), {
      timeout: 60_000,
      interval: 300,
    })
    .toBe(true);
  await presenter.keyboard.press('PageUp');
  await question.waitFor({ state: 'detached' });
  await bar(tab).locator('.question').waitFor({ state: 'detached' });
  await presenter.keyboard.press('PageDown');
  await question.waitFor();
  await bar(tab).getByRole('button').first().click({ timeout: 60_000 });
  await question.getByText('1 answered').waitFor({ timeout: 60_000 });
  await presenter.keyboard.press('PageDown');
  await question.getByText('1 of 1').waitFor({ timeout: 60_000 });
  await bar(tab).locator('meter').first().waitFor({ timeout: 60_000 });
  await presenter.context().close();
});
