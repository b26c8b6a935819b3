/* A lesson in the page, played as a learner does: clicking its lines, typing, breaking, answering. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { phone, startApp, type App } from './harness.ts';
import { waitForTerminal } from './page-helpers.ts';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

async function openLesson(page: Page, title: RegExp, contents: string): Promise<void> {
  await page.getByRole('button', { name: contents }).click();
  await page.getByRole('navigation').getByRole('button', { name: title }).click();
  await page.getByRole('heading', { name: title }).first().waitFor();
}

const goal = (page: Page): Promise<string | null> => page.locator('article footer').textContent();

test('lesson 11 notices what the learner did, step by step, begins a step anew, and remembers', async () => {
  const page = await app.open();
  const fetched = new Set<string>();
  page.on('request', (request) => {
    const [, text] = /\/(lesson-\d\d-\w+?)-[^/]*\.js$/.exec(request.url()) ?? [];
    if (text) fetched.add(text);
  });
  await openLesson(page, /Election and epochs/, 'Contents');
  await expect.poll(() => goal(page)).toContain('Goal 0/1');
  expect([...fetched], 'this lesson alone, in the chosen language alone').toEqual(['lesson-11-en']);
  await page.evaluate(() => window.playground.clock.speed(20));

  await page.getByRole('button', { name: /7000> CLUSTER INFO/ }).click();
  await waitForTerminal(page, 'cluster_stats_messages_received');
  expect(await goal(page)).toContain('Goal 0/1');
  await page.evaluate(() => window.playground.exec('CLUSTER INFO', { console: '7001' }));
  await expect.poll(() => goal(page), { timeout: 20_000 }).toContain('Goal 1/1');

  await page.getByRole('button', { name: 'Next', exact: true }).click();
  await page.getByText('Time waits for your answer.').waitFor();
  await page.getByRole('button', { name: /The one with more data/ }).click();
  await page.getByText('Rank is the number of replicas').waitFor();
  const lose7002 = async (): Promise<void> => {
    await page.evaluate(async () => {
      await window.playground.fault.kill('7002');
      await window.playground.clock.runUntil('PROMOTED');
      await window.playground.clock.advance(2000);
    });
    await expect.poll(() => goal(page), { timeout: 20_000 }).toContain('Goal 1/2');
  };
  await lose7002();

  await page.getByRole('button', { name: 'Start over' }).click();
  await page.getByRole('menuitem', { name: /^This step again/ }).click();
  await expect.poll(() => goal(page), { timeout: 20_000 }).toContain('Goal 0/2');
  const lives = (): Promise<string | undefined> =>
    page.evaluate(() => window.playground.state().servers.find(({ name }) => name === '7002')?.state);
  await expect.poll(lives, { timeout: 20_000 }).toBe('running');
  await lose7002();

  await page.reload();
  await page.evaluate(() => window.playground.ready);
  await page.getByRole('button', { name: 'Contents' }).click();
  const entry = page.getByRole('navigation').getByRole('button', { name: /Election and epochs/ });
  await expect.poll(() => entry.textContent()).toContain('2/');
  await entry.click();
  await expect.poll(() => goal(page), { timeout: 20_000 }).toContain('Step 2 of 7');

  const asked: string[] = [];
  page.on('dialog', (dialog) => {
    asked.push(dialog.message());
    void dialog.accept();
  });
  await page.getByRole('button', { name: 'Start over' }).click();
  await page.getByRole('menuitem', { name: /^Forget what was solved/ }).click();
  await expect.poll(() => goal(page), { timeout: 20_000 }).toContain('Step 1 of 7');
  await expect.poll(() => goal(page), { timeout: 20_000 }).toContain('Goal 0/1');
  expect(asked).toEqual([expect.stringContaining('in every lesson')]);
  await app.closePage(page);
});

test('a hint of the last kind puts the line at the prompt and does not run it', async () => {
  const page = await app.open();
  await openLesson(page, /Election and epochs/, 'Contents');
  await page.waitForSelector('.xterm textarea', { state: 'attached' });
  await page.getByRole('button', { name: 'Hint', exact: true }).click();
  await page.getByRole('button', { name: 'Another hint' }).click();
  await page.getByRole('button', { name: 'Another hint' }).click();
  await waitForTerminal(page, '7000> CLUSTER INFO');
  expect(await page.locator('.xterm-rows').textContent()).not.toContain('cluster_state');
  await app.closePage(page);
});

test('a glossary term explains itself to keyboard and pointer, in Chinese too', async () => {
  const page = await app.open({ lang: 'zh' });
  await openLesson(page, /选举/, '目录');
  await page.getByRole('button', { name: '当前纪元' }).first().focus();
  const tip = page.getByRole('tooltip');
  await tip.waitFor();
  expect(await tip.textContent()).toContain('纪元');
  await page.keyboard.press('Escape');
  await tip.waitFor({ state: 'detached' });
  await app.closePage(page);
});

test('lines of a lesson wait until its world is there', async () => {
  const page = await app.open();
  // The worker hears of nothing until it is released.
  const release = await page.evaluateHandle(() => {
    const { postMessage } = Worker.prototype;
    const held: (() => void)[] = [];
    Worker.prototype.postMessage = function (this: Worker, ...message: unknown[]): void {
      held.push(() => Reflect.apply(postMessage, this, message));
    };
    return (): void => {
      Worker.prototype.postMessage = postMessage;
      for (const send of held) send();
    };
  });
  await openLesson(page, /Election and epochs/, 'Contents');
  const line = page.getByRole('button', { name: /7000> CLUSTER INFO/ });
  await line.waitFor();
  expect(await line.isDisabled()).toBe(true);
  await release.evaluate((go) => go());
  await line.click();
  await waitForTerminal(page, 'cluster_stats_messages_received');
  await page.evaluate(() => window.playground.exec('CLUSTER INFO', { console: '7001' }));
  await expect.poll(() => goal(page), { timeout: 20_000 }).toContain('Goal 1/1');
  await app.closePage(page);
});

test('on a phone a lesson is read and its lines are run', async () => {
  const page = await app.open({ viewport: phone, touch: true });
  await openLesson(page, /Slots and hash tags/, 'Contents');
  await page.getByRole('textbox', { name: 'Key' }).fill('user:{42}:name');
  await expect.poll(() => page.locator('figure u').first().textContent()).toBe('42');
  await page
    .getByRole('button', { name: /CLUSTER KEYSLOT/ })
    .first()
    .click();
  const output = page.getByRole('log', { name: 'Console output' });
  await expect.poll(() => output.textContent(), { timeout: 30_000 }).toContain('(integer) 12182');
  await app.closePage(page);
});
