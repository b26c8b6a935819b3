/* Presenting: a whole lesson by the clicker alone, notes in a second window, and what a presenter does to
 * the screen; readable from the end of a room, and without a mistake for screen readers. */

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { laptop, phone, startApp, type App, type OpenOptions } from './harness.ts';
import { findViolations, terminalText } from './page-helpers.ts';

const wait = { timeout: 120_000, interval: 50 };
let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

async function present(options: OpenOptions & { lesson: number }): Promise<Page> {
  const page = await app.open({ viewport: laptop, path: `?lesson=${options.lesson}&present`, ...options });
  await page.locator('.present .step').waitFor({ timeout: 60_000 });
  return page;
}

const cueOf = (notes: Page): Promise<string> => notes.locator('.cues h2 span').innerText();

/** The window of notes, once it knows the talk. */
async function openNotes(page: Page): Promise<Page> {
  const opened = page.context().waitForEvent('page');
  await page.keyboard.press('n');
  const notes = await opened;
  await notes.locator('.current').waitFor({ timeout: 60_000 });
  return notes;
}

/** Presses the clicker until `met`; each press is waited for, since a cue may wait for the world. */
async function clickUntil(page: Page, notes: Page, met: () => Promise<boolean>): Promise<void> {
  for (let press = 0; press < 120 && !(await met()); press++) {
    const before = await cueOf(notes);
    await page.keyboard.press('PageDown');
    // A cue that waits for the world is hurried by another press.
    await expect
      .poll(
        async () => (await cueOf(notes)) !== before || (await met()) || page.keyboard.press('PageDown'),
        wait,
      )
      .toBe(true);
  }
  expect(await met()).toBe(true);
}

/** What the page keeps of solved tasks, as text. Runs in the page. */
async function keptProgress(): Promise<string> {
  const answer = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((done, failed) => {
      request.onsuccess = () => done(request.result);
      request.onerror = () => failed(request.error ?? new Error('refused'));
    });
  const db = await answer(indexedDB.open('playground-course'));
  const lessons: unknown = await answer(db.transaction('lessons').objectStore('lessons').getAll());
  db.close();
  return JSON.stringify(lessons);
}

test('a clicker shows a lesson from the first caption to the last solved task', async () => {
  const page = await present({ lesson: 10, lang: 'en' });
  const notes = await openNotes(page);
  await page.bringToFront();
  const ended = (): Promise<boolean> => notes.getByText('The end of the lesson').isVisible();
  await clickUntil(page, notes, () => page.locator('.present .question').isVisible());
  expect(await terminalText(page)).toContain('COUNT-FAILURE-REPORTS');
  await page.keyboard.press('1');
  await page.keyboard.press('2');
  await page.keyboard.press('2');
  await notes.getByText('3 answered').waitFor();
  await page.keyboard.press('PageDown');
  await page.locator('.question .right').getByText('2 of 3').waitFor();
  await clickUntil(page, notes, ended);
  // The last cue waits for the world; the key hurries it.
  await page.keyboard.press('PageDown');
  const solved = (): Promise<string> => page.evaluate(keptProgress);
  for (const task of ['one-suspects', 'count-reports', 'crash', 'comes-back', 'cleared', 'false-alarm'])
    await expect.poll(solved, wait).toContain(task);
  await app.closePage(page);
});

test('the console grows with a long reply and is small again with the next step', async () => {
  const page = await present({ lesson: 10, lang: 'en' });
  const height = async (): Promise<number> =>
    (await page.locator('section.console').boundingBox())?.height ?? 0;
  const small = await height();
  // What is printed before the lesson's own cluster stands goes with the one before it.
  const listed = async (): Promise<number> => {
    await page.evaluate(() => window.playground.exec('CLUSTER NODES', { console: '7000' }));
    return await height();
  };
  await expect.poll(listed, wait).toBeGreaterThan(small + 100);
  const notes = await openNotes(page);
  await notes.getByRole('navigation').getByRole('button', { name: /^2\. / }).click();
  await expect.poll(() => page.locator('.present .step').innerText(), wait).toMatch(/^2 /);
  await page.evaluate(() => window.playground.exec('PING', { console: '7000' }));
  await expect.poll(height, wait).toBe(small);
  await app.closePage(page);
});

test('the notes tell what comes, keep the time, and turn the pages too', async () => {
  const page = await present({ lesson: 11, lang: 'zh', theme: 'dark' });
  const notes = await openNotes(page);
  await notes.locator('.own').waitFor();
  const coming = await notes.locator('.coming p').first().innerText();
  await notes.keyboard.press('PageDown');
  await expect.poll(() => page.locator('.caption p').first().innerText(), wait).toBe(coming);
  await notes.getByRole('navigation').getByRole('button', { name: /^2\. / }).click();
  await expect.poll(() => page.locator('.present .step').innerText(), wait).toMatch(/^2 /);
  await notes.keyboard.press('b');
  await page.locator('.blank').waitFor();
  await notes.keyboard.press('b');
  await page.locator('.blank').waitFor({ state: 'detached' });
  expect(await notes.locator('.big').innerText()).toMatch(/^\d+:\d\d$/);
  expect(await findViolations(notes)).toEqual([]);
  // A reload of either window finds the other again.
  await notes.reload();
  await notes.locator('.current').waitFor({ timeout: 60_000 });
  await app.closePage(page);
});

test('blank, laser, one part alone, bookmarks: by keys, and Escape clears', async () => {
  const page = await present({ lesson: 10, lang: 'en', theme: 'dark' });
  await page.keyboard.press('.');
  await page.locator('.blank').waitFor();
  await page.keyboard.press('PageDown');
  await page.locator('.blank').waitFor({ state: 'detached' });
  await page.keyboard.press('p');
  await page.mouse.move(300, 300);
  const dot = await page.locator('.dot').boundingBox();
  expect(Math.abs((dot?.x ?? 0) + (dot?.width ?? 0) / 2 - 300)).toBeLessThan(2);
  await page.keyboard.press('z');
  await page.locator('.present .side').waitFor({ state: 'detached' });
  expect((await page.locator('.present .stage').first().boundingBox())?.width).toBe(laptop.width);
  await page.keyboard.press('Escape');
  await page.locator('.present .side').waitFor();
  expect(await page.locator('.dot').count()).toBe(0);

  await page.keyboard.press(' ');
  await page.evaluate(() => window.playground.clock.pause());
  const marked = await page.evaluate(() => window.playground.clock.now());
  await page.keyboard.press('m');
  await page.evaluate(() => window.playground.fault.kill('7001'));
  await page.evaluate(() => window.playground.clock.advance(3000));
  await page.keyboard.press('j');
  await page.getByRole('region', { name: 'Bookmarks' }).waitFor();
  await page.keyboard.press('1');
  await expect.poll(() => page.evaluate(() => window.playground.clock.now()), wait).toBe(marked);
  await page.keyboard.press('q');
  await page.locator('.desktop').waitFor();
  await app.closePage(page);
});

/** Sizes of all type that is painted, with the words. */
function smallType(least: number): string[] {
  const small: string[] = [];
  const walker = document.createTreeWalker(
    document.querySelector('.present') as Element,
    NodeFilter.SHOW_TEXT,
  );
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    const text = node.textContent?.trim() ?? '';
    if (
      !element ||
      text === '' ||
      element.closest('.visually-hidden, [aria-hidden=true] .xterm-helpers, style')
    )
      continue;
    // xterm sets its own size; what the page puts upon it does not.
    const inTerminal = element.closest('.xterm') !== null && !element.classList.contains('why');
    if (inTerminal || !element.checkVisibility()) continue;
    const drawn =
      element instanceof SVGGraphicsElement ? (element.getScreenCTM()?.a ?? 1) : element.currentCSSZoom;
    const size = Number.parseFloat(getComputedStyle(element).fontSize) * drawn;
    if (size < least - 0.1) small.push(`${size} ${text}`);
  }
  return small;
}

test.for([
  { lang: 'both', theme: 'dark', viewport: laptop, least: 17 },
  { lang: 'zh', theme: 'light', viewport: { width: 1920, height: 1080 }, least: 25 },
  { lang: 'en', theme: 'light', viewport: phone, least: 11 },
] as const)(
  '$lang, $theme, $viewport.width wide: large type, no mistake for screen readers',
  async (options) => {
    const { lang, theme, viewport, least } = options;
    const page = await present({ lesson: 13, lang, theme, viewport });
    await page.evaluate(() => window.playground.exec('GET foo', { console: '7000' }));
    await page.locator('.present .why').waitFor({ timeout: 60_000 });
    await page.evaluate(() => window.playground.fault.kill('7001'));
    await page.keyboard.press('PageDown');
    expect(await page.evaluate(smallType, least)).toEqual([]);
    expect(await findViolations(page)).toEqual([]);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(viewport.width);
    await page
      .screenshot({ path: `test/output/present-${lang}-${viewport.width}.png` })
      .catch(() => undefined);
    await page.keyboard.press('?');
    await page.locator('.over').waitFor();
    expect(await findViolations(page)).toEqual([]);
    await app.closePage(page);
  },
);
