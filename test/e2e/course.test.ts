/* The course as a learner uses it: a lesson played by typing in both languages, search, files, paper, the
 * way from an error to its lesson, and the whole page by keyboard. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { phone, startApp, type App } from './harness.ts';
import { focusedStop, typeLine, waitForPrompt, type Stop } from './page-helpers.ts';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

const footer = (page: Page): Promise<string | null> => page.locator('article footer').textContent();

async function reaches(page: Page, goal: string): Promise<void> {
  await expect.poll(() => footer(page), { timeout: 60_000, interval: 100 }).toContain(goal);
}

/** Types lines into the console of a server, which is opened by its tab. */
async function type(page: Page, port: number, ...lines: string[]): Promise<void> {
  await page
    .getByRole('tab', { name: new RegExp(`^${port}`) })
    .first()
    .click();
  await page.waitForSelector('.xterm textarea', { state: 'attached' });
  for (const line of lines) {
    await expect
      .poll(() => page.locator('.xterm-rows').textContent(), { timeout: 60_000 })
      .toMatch(new RegExp(`127.0.0.1:${port}>\\s*$`));
    await typeLine(page, line);
  }
}

const words = {
  en: { goal: 'Goal', next: 'Next', nothing: 'Nothing more.', cluster: 'A cluster of several masters.' },
  zh: { goal: '目标', next: '下一步', nothing: '一点也不能多装。', cluster: '用多个主节点组成集群。' },
};

describe.each(['en', 'zh'] as const)('lesson 01 in %s', (lang) => {
  test('is played from its first step to its last by typing', async () => {
    const { goal, next, nothing, cluster } = words[lang];
    const page = await app.open({ lang, path: '?lesson=1' });
    await reaches(page, `${goal} 0/1`);
    await page.evaluate(() => window.playground.clock.speed(20));
    const turn = () => page.getByRole('button', { name: next, exact: true }).click();

    await type(page, 7000, 'CONFIG SET maxmemory 100kb', 'SET k2 1');
    await reaches(page, `${goal} 1/1`);
    await turn();
    await page.getByRole('button', { name: nothing }).click();
    await type(page, 7000, 'CONFIG SET maxmemory 0', 'SET k2 1');
    await reaches(page, `${goal} 1/1`);
    await turn();
    await type(page, 7000, 'SET hello 1');
    await type(page, 7001, 'SET key1 1', 'DBSIZE');
    await type(page, 7002, 'SET foo 1', 'DBSIZE');
    await reaches(page, `${goal} 2/2`);
    await turn();
    await type(page, 7002, 'SELECT 1');
    await page.getByRole('button', { name: cluster }).click();
    await reaches(page, `${goal} 1/1`);
    await turn();
    for (const port of [7000, 7001, 7002]) await type(page, port, 'FLUSHALL');
    await type(page, 7000, 'SET hello 1');
    await type(page, 7001, 'SET key1 1');
    await reaches(page, `${goal} 0/1`);
    await type(page, 7002, 'SET foo 1');
    await reaches(page, `${goal} 1/1`);
    await app.closePage(page);
  });
});

test('a check that fails tells its words and the value, never the expression', async () => {
  const page = await app.open({ path: '?lesson=11' });
  await reaches(page, 'Goal 0/1');
  const task = page.locator('section.task').first();
  await expect.poll(() => task.textContent()).toContain('now: 0');
  expect(await task.textContent()).not.toMatch(/askedOn|=>|count\(/);
  await app.closePage(page);
});

test('an error has a "why?" that opens its rule, and the rule its lesson', async () => {
  const page = await app.open();
  await waitForPrompt(page);
  await typeLine(page, 'SET foo bar');
  await page.getByRole('button', { name: 'why? MOVED 12182 127.0.0.1:7002' }).click();
  const panel = page.getByRole('tabpanel', { name: 'Why?' });
  await expect.poll(() => panel.textContent()).toContain('belongs to another node for good');
  expect(await panel.textContent()).toContain('getNodeByQuery');
  await panel.getByRole('button', { name: 'lesson 05' }).click();
  await page.getByRole('heading', { name: /MOVED and smart clients/ }).waitFor();
  await app.closePage(page);
});

test('search finds steps and terms, and opens the step', async () => {
  const page = await app.open();
  await page.getByRole('button', { name: 'Contents' }).click();
  const box = page.getByRole('searchbox', { name: 'Search lessons and glossary' });
  await box.fill('config epoch');
  await page.getByRole('heading', { name: 'Glossary' }).waitFor();
  await page
    .getByRole('navigation')
    .getByRole('button', { name: /The claim spreads/ })
    .click();
  await reaches(page, 'Step 3 of 7');
  await app.closePage(page);
});

const chosen = (page: Page, name: string, mimeType: string, text: string, button: string): Promise<void> => {
  const choosing = page.waitForEvent('filechooser');
  return Promise.all([choosing, page.getByRole('button', { name: button }).click()]).then(([chooser]) =>
    chooser.setFiles({ name, mimeType, buffer: Buffer.from(text) }),
  );
};

test('progress goes out as a file, comes back merged, and foreign files are refused in words', async () => {
  const page = await app.open();
  await page.getByRole('button', { name: 'Contents' }).click();
  const notice = page.locator('.notice');
  const add = (text: string) => chosen(page, 'p.json', 'application/json', text, 'Add progress from a file');
  await add('{"lessons": {}}');
  await expect.poll(() => notice.textContent()).toContain('was not saved by this page');
  const file = (solved: string[], version = 1) =>
    JSON.stringify({
      format: 'redis-cluster-playground progress',
      version,
      lessons: { '10-pfail-and-fail': { step: 2, solved }, bad: { step: -1 } },
    });
  await add(file([], 99));
  await expect.poll(() => notice.textContent()).toContain('newer version');
  await add(file(['one-suspects']));
  await expect.poll(() => notice.textContent()).toContain('nothing was lost');
  await add(file(['crash']));
  const entry = page.getByRole('navigation').getByRole('button', { name: /PFAIL and FAIL/ });
  await expect.poll(() => entry.textContent()).toContain('2/');
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save progress to a file' }).click(),
  ]);
  expect(saved.suggestedFilename()).toBe('redis-cluster-progress.json');
  await app.closePage(page);
});

const LESSON = `---
title: My own
minutes: 2
objective: Write one key.
world: { masters: 3, replicas: 0, seed: 5 }
teaches: [set]
---

## Only step

Write **one** key.

\`\`\`task one
goal: Write a.
checks:
  - is: get('a') == '1'
    say: a holds 1
hints:
  - command: SET
solutions:
  - - 7000c: SET a 1
\`\`\`
`;

test('a lesson file from outside opens and is checked; a mistake in one is told with its line', async () => {
  const page = await app.open();
  await page.getByRole('button', { name: 'Contents' }).click();
  const open = (text: string) => chosen(page, 'mine.md', 'text/markdown', text, 'Open a lesson file');
  await open(LESSON.replace("== '1'", "== '1"));
  await expect.poll(() => page.locator('.notice').textContent()).toContain('mine.md:16');
  await open(LESSON);
  await page.getByRole('heading', { name: 'My own' }).waitFor();
  await reaches(page, 'Goal 0/1');
  await page.evaluate(() => window.playground.exec('SET a 1', { console: '7000c' }));
  await reaches(page, 'Goal 1/1');
  await app.closePage(page);
});

test('on paper stands the whole lesson and nothing else', async () => {
  const page = await app.open({ path: '?lesson=10' });
  await reaches(page, 'Goal 0/1');
  await page.emulateMedia({ media: 'print' });
  await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
  const sheet = page.locator('body > .sheet');
  expect(await sheet.getByRole('heading', { level: 2 }).count()).toBe(7);
  expect(await page.locator('#app').isVisible()).toBe(false);
  await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  await expect.poll(() => sheet.count()).toBe(0);
  await app.closePage(page);
});

test('F names a branch at this moment, B lists where to stop', async () => {
  const page = await app.open();
  await page.getByRole('button', { name: 'stop at …' }).waitFor();
  await page.evaluate(() => window.playground.clock.pause());
  await page.keyboard.press('f');
  await page.getByRole('textbox', { name: 'Name of the branch' }).fill('what if');
  await page.keyboard.press('Enter');
  const branches = page.getByRole('combobox', { name: 'Branches of history' });
  await expect.poll(() => branches.textContent()).toContain('what if');
  await page.keyboard.press('b');
  const fail = page.getByRole('checkbox', { name: /PFAIL/ });
  await expect.poll(() => fail.evaluate((box) => box === document.activeElement)).toBe(true);
  await page.keyboard.press('Space');
  await expect.poll(() => fail.isChecked()).toBe(true);
  await app.closePage(page);
});

test('Tab walks through the whole page: every stop has a name and a ring, none is a trap', async () => {
  const page = await app.open();
  await waitForPrompt(page);
  await page.evaluate(() => window.playground.clock.pause());
  const stops: Stop[] = [];
  for (let pressed = 0; pressed < 150; pressed++) {
    await page.keyboard.press('Tab');
    const stop = await focusedStop(page);
    if (!stop) break;
    if (stops.some(({ key }) => key === stop.key)) break;
    stops.push(stop);
  }
  expect(stops.filter(({ name }) => name === '')).toEqual([]);
  expect(stops.filter(({ ring }) => !ring)).toEqual([]);
  expect(stops.length).toBeGreaterThan(30);
  const names = stops.map(({ name }) => name).join('\n');
  // From the first control of the bar at the top over the rail, the stage and time to the feed behind the
  // terminal.
  for (const part of ['Contents', 'Pause|Play', 'Console 7000|Terminal|terminal', 'Filter'])
    expect(names).toMatch(new RegExp(part));
  await app.closePage(page);
});

test('on a phone the transport ends before the edge', async () => {
  for (const lang of ['en', 'zh'] as const) {
    const page = await app.open({ viewport: phone, touch: true, lang });
    await page.locator('.transport .clock').waitFor();
    const edges = await page
      .locator('.transport :is(button, output, input, .number)')
      .evaluateAll((parts) =>
        parts.filter((part) => !part.closest('[popover]')).map((part) => part.getBoundingClientRect().right),
      );
    expect(Math.max(...edges)).toBeLessThanOrEqual(phone.width - 4);
    await app.closePage(page);
  }
});
