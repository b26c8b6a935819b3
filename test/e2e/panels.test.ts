/* What panels tell of a story while it happens: timers that run, votes that come in, writes that are lost, and
 * what can have led to what. Controls of stage and time are worked in controls.test.ts. */

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApp, type App } from './harness.ts';
// The type of window.playground comes with this.
import type {} from '#app/automation/automation.ts';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

const panel = (page: Page) => page.locator('[role=tabpanel]').first();

async function choose(page: Page, server: string): Promise<void> {
  await page.locator(`g.node[data-server="${server}"]`).click();
  await panel(page)
    .getByRole('heading', { name: new RegExp(`^${server}`) })
    .waitFor();
}

const runUntil = (page: Page, type: string): Promise<void> =>
  page.evaluate(async (wanted) => {
    await window.playground.clock.runUntil(wanted);
    await window.playground.idle();
  }, type);

const advance = (page: Page, ms: number): Promise<void> =>
  page.evaluate(async (by) => {
    await window.playground.clock.advance(by);
    await window.playground.idle();
  }, ms);

describe('the timers of a server are rings', () => {
  const ring = (page: Page, label: string | RegExp) =>
    panel(page).locator('.rings figure').filter({ hasText: label });

  /** How far the arc of a ring reaches, and its colour. */
  const arcOf = (page: Page, label: string | RegExp) =>
    ring(page, label)
      .locator('path')
      .evaluate((path: SVGPathElement) => {
        const { width, height } = path.getBBox();
        return {
          width: Math.round(width),
          height: Math.round(height),
          fill: path.getAttribute('fill'),
        };
      });

  test('how long it has waited for an answer, until that is too long', async () => {
    const page = await app.openPaused();
    await page.evaluate(() => window.playground.fault.kill('7002'));
    await runUntil(page, 'PFAIL');
    const suspicious = await page.evaluate(() =>
      window.playground
        .state()
        .servers.find(({ view }) =>
          view?.some(({ name, flags }) => name === '7002' && flags.includes('fail?')),
        ),
    );
    await choose(page, suspicious!.name);
    const text = await ring(page, 'waits for 7002').locator('b').innerText();
    const [, waited, timeout] = /^(\d+) \/ (\d+)\sms$/.exec(text)!;
    expect(Number(waited)).toBeGreaterThanOrEqual(Number(timeout));
    // It has gone all the way round.
    expect(await arcOf(page, 'waits for 7002')).toEqual({ width: 34, height: 34, fill: 'var(--fail)' });
    await app.closePage(page);
  });

  test('how long until it asks for votes, and how many it has', async () => {
    const page = await app.openPaused();
    await page.evaluate(() => window.playground.fault.kill('7002'));
    await runUntil(page, 'ELECTION_SCHEDULED');
    await choose(page, '7005');
    const left = async (): Promise<number> =>
      Number.parseInt(await ring(page, 'asks for votes in (rank 0)').locator('b').innerText(), 10);
    const before = await left();
    expect(before).toBeGreaterThanOrEqual(450);
    await advance(page, 200);
    await expect.poll(left, { timeout: 60_000 }).toBe(before - 200);
    await runUntil(page, 'AUTH_REQUEST');
    const votes = ring(page, /votes, epoch \d+/).locator('b');
    await votes.getByText('0 / 2').waitFor();
    await runUntil(page, 'VOTE_RECEIVED');
    await votes.getByText('1 / 2').waitFor();
    // One half of a ring of 34 pixels.
    expect(await arcOf(page, /votes, epoch/)).toEqual({ width: 17, height: 34, fill: 'var(--focus)' });
    await app.closePage(page);
  });
});

test('the ledger follows each acknowledged write to where it is, and tells which was lost', async () => {
  const page = await app.openPaused();
  await page.getByRole('tab', { name: 'Ledger', exact: true }).click();
  await panel(page).getByText('No client has written yet.').waitFor();
  await page.evaluate(async () => {
    const { clock, exec, fault, idle } = window.playground;
    await exec('SET foo kept', { console: '7002' });
    await clock.advance(3000);
    await fault.apply({ kind: 'isolate', server: '7000' });
    await exec('SET hello gone', { console: '7000' });
    await clock.advance(12_000);
    await idle();
  });
  const row = (key: string) => panel(page).locator('tbody tr').filter({ hasText: key });
  const cells = async (key: string): Promise<string[]> =>
    (await row(key).locator('td').allInnerTexts()).map((text) => text.trim());
  await row('hello').waitFor();
  expect((await cells('foo')).slice(1)).toEqual(['foo', '7002', '· held · 7002 7005']);
  // The majority has another owner by now, and he has never heard of it.
  expect((await cells('hello')).slice(1)).toEqual(['hello', '7000', '… on its way · 7000']);
  await page.evaluate(async () => {
    const { clock, fault, idle } = window.playground;
    await fault.apply({ kind: 'rejoin', server: '7000' });
    await clock.advance(40_000);
    await idle();
  });
  await expect.poll(() => cells('hello'), { timeout: 60_000 }).toContain('× lost');
  expect((await cells('foo')).at(-1)).toBe('· held · 7002 7005');
  const figure = (name: string) =>
    panel(page)
      .locator('dt', { hasText: new RegExp(`^${name}$`) })
      .locator('xpath=following-sibling::dd[1]');
  expect(await figure('acknowledged').innerText()).toBe('2');
  expect(await figure('lost').innerText()).toBe('× 1');
  await app.closePage(page);
});

test('of a chosen message only the causal cone keeps its colours in space-time', async () => {
  const page = await app.openPaused();
  await page.evaluate(() => window.playground.fault.kill('7002'));
  await runUntil(page, 'AUTH_REQUEST');
  const diagram = page.getByRole('application', { name: /Space-time/ });
  await diagram.focus();
  // So close that each message is a line of its own.
  for (let times = 0; times < 12; times++) await page.keyboard.press('+');
  /** How many dots of the canvas show the requests for votes undimmed. */
  const bright = (): Promise<number> =>
    page.evaluate(async () => {
      await window.playground.idle();
      const canvas = document.querySelector<HTMLCanvasElement>('.space-time canvas')!;
      const probe = document.createElement('canvas').getContext('2d')!;
      probe.fillStyle = getComputedStyle(canvas).getPropertyValue('--focus');
      probe.fillRect(0, 0, 1, 1);
      const wanted = probe.getImageData(0, 0, 1, 1).data;
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      let count = 0;
      for (let at = 0; at < data.length; at += 4) {
        const near = [0, 1, 2].every((one) => Math.abs(data[at + one]! - wanted[one]!) < 24);
        if (near && data[at + 3]! > 200) count++;
      }
      return count;
    });
  // 7005 asks everybody at once: what one of them hears, no other one does.
  const all = await bright();
  expect(all).toBeGreaterThan(100);
  await page.keyboard.press('ArrowUp');
  await panel(page)
    .getByRole('heading', { name: /^AUTH-REQ 7005 →/ })
    .waitFor();
  const one = await bright();
  expect(one).toBeGreaterThan(0);
  expect(one).toBeLessThan(all * 0.75);
  await page.keyboard.press('Escape');
  await expect.poll(bright, { timeout: 60_000 }).toBe(all);
  await app.closePage(page);
});
