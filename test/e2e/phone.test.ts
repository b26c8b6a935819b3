/* The page on a phone, by finger: what a first visitor meets, and room for what one reads. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SessionFile } from '#session/api.ts';
import { phone, startApp, type App } from './harness.ts';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

test('a first visitor meets the welcome and four things to try, and the first leads to the console', async () => {
  const page = await app.open({ viewport: phone, touch: true });
  await page.getByRole('heading', { name: 'A whole cluster, in this page' }).waitFor();
  await page.getByRole('button', { name: 'SET foo bar' }).first().tap();
  const output = page.getByRole('log', { name: 'Console output' });
  await expect.poll(() => output.textContent(), { timeout: 60_000 }).toContain('MOVED 12182');
  await app.closePage(page);
});

test('the stage is folded away for more to read, also after a reload, and unfolded', async () => {
  const page = await app.open({ viewport: phone, touch: true });
  const panel = page.locator('#panel');
  const fold = page.getByRole('button', { name: 'Stage', exact: true });
  await page.locator('g.node').first().waitFor();
  const before = (await panel.boundingBox())!.height;
  await fold.tap();
  await page.locator('g.node').first().waitFor({ state: 'detached' });
  expect((await panel.boundingBox())!.height).toBeGreaterThan(before + 200);
  await page.reload();
  await page.evaluate(() => window.playground.ready);
  expect(await fold.getAttribute('aria-expanded')).toBe('false');
  await fold.tap();
  await page.locator('g.node').first().waitFor();
  expect((await panel.boundingBox())!.height).toBeCloseTo(before, 0);
  await app.closePage(page);
});

test('the table of the stage is read without columns: no row is wider than the phone, and each says what is what', async () => {
  const page = await app.openPaused({ viewport: phone, touch: true });
  await page.getByRole('button', { name: 'More about the stage' }).tap();
  await page.getByRole('menuitemradio', { name: 'Table' }).tap();
  const rows = page.locator('main table tbody tr');
  expect(await rows.count()).toBe(6);
  const wide = await page.locator('main table').evaluate((table) => table.scrollWidth);
  expect(wide).toBeLessThanOrEqual(phone.width);
  const cells = await rows
    .first()
    .locator('td')
    .evaluateAll((all) => all.map((cell) => getComputedStyle(cell, '::before').content));
  expect(cells.join()).toMatch(/Shard.*Epoch.*Slots/);
  await app.closePage(page);
});

test('space-time stands upright: time runs down, and a tap chooses a message or a server', async () => {
  const page = await app.open({ viewport: phone, touch: true });
  await page.getByRole('tab', { name: 'Time' }).tap();
  const diagram = page.getByRole('application', { name: /Space-time/ });
  await diagram.waitFor();
  await page.evaluate(async () => {
    const { clock, fault, idle } = window.playground;
    clock.pause();
    await fault.kill('7002');
    await clock.runUntil('AUTH_REQUEST');
    await clock.advance(300);
    await idle();
  });
  // By keys, which tell apart which way time runs.
  await diagram.focus();
  await page.keyboard.press('ArrowLeft');
  await expect.poll(() => diagram.getAttribute('aria-label')).toMatch(/→/);
  // The names of the lanes are at the top.
  const box = (await diagram.boundingBox())!;
  await page.touchscreen.tap(box.x + 24, box.y + 8);
  await page.getByRole('tab', { name: 'Nodes' }).tap();
  await page.getByRole('heading', { name: /7000/ }).waitFor();
  await app.closePage(page);
});

test('two fingers zoom the stage, and lifting them chooses nothing', async () => {
  const page = await app.open({ viewport: phone, touch: true });
  await page.evaluate(() => window.playground.clock.pause());
  const server = page.locator('g.node[data-server="7000"]');
  await server.waitFor();
  const width = async (): Promise<number> => (await server.boundingBox())!.width;
  const before = await width();
  const box = (await page.locator('main svg[role=img]').boundingBox())!;
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const session = await page.context().newCDPSession(page);
  const fingers = (apart: number) =>
    [-1, 1].map((side, id) => ({ id, x: middle.x + (side * apart) / 2, y: middle.y }));
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', apart: number | null) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints: apart === null ? [] : fingers(apart) });
  await touch('touchStart', 60);
  for (const apart of [80, 100, 120]) await touch('touchMove', apart);
  await touch('touchEnd', null);
  await expect.poll(width).toBeGreaterThan(before * 1.6);
  await touch('touchStart', 120);
  for (const apart of [100, 80, 60]) await touch('touchMove', apart);
  await touch('touchEnd', null);
  await expect.poll(width).toBeLessThan(before * 1.3);
  // What fingers have moved out of sight comes back by a button that is there only then.
  await page.getByRole('button', { name: 'Fit' }).tap();
  await expect.poll(width).toBe(before);
  expect(await page.getByRole('button', { name: 'Fit' }).count()).toBe(0);
  expect(await page.locator('g.node [stroke-width="2"][fill="none"]').count()).toBe(0);
  await app.closePage(page);
});

test('a finger that stays beside a link, or on a message, brings up its menu', async () => {
  const page = await app.open({ viewport: phone, touch: true });
  await page.locator('g.node').first().waitFor();
  // A moment of this world in which nothing flies beside the link.
  await page.evaluate(async () => {
    window.playground.clock.pause();
    await window.playground.clock.seek(30_000);
    await window.playground.idle();
  });
  const session = await page.context().newCDPSession(page);
  const stay = async (x: number, y: number): Promise<void> => {
    await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y }] });
    await page.getByRole('menu').waitFor();
    await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  };
  // Nine pixels beside the line, where no mouse would meet it.
  const line = page.locator('[data-link="7000>7003"] path').first();
  const beside = await line.evaluate((path: SVGPathElement) => {
    const at = (share: number) =>
      path.getPointAtLength(path.getTotalLength() * share).matrixTransform(path.getScreenCTM() ?? undefined);
    const [a, b, c] = [at(0.45), at(0.5), at(0.55)];
    const long = Math.hypot(c.x - a.x, c.y - a.y);
    return { x: b.x - ((c.y - a.y) / long) * 9, y: b.y + ((c.x - a.x) / long) * 9 };
  });
  await stay(beside.x, beside.y);
  expect(await page.getByRole('menu').getAttribute('aria-label')).toBe('7000 ↔ 7003');
  await page.keyboard.press('Escape');
  await page.getByRole('menu').waitFor({ state: 'detached' });
  await page.evaluate(async () => {
    const { clock, fault, idle } = window.playground;
    await fault.kill('7002');
    await clock.runUntil('AUTH_REQUEST');
    await clock.advance(15);
    await idle();
  });
  // A message has no element of its own: what one points at says where it is.
  const message = await page.evaluate(async () => {
    const drawing = document.querySelector('main svg[role=img]')!;
    const { left, top, right, bottom } = drawing.getBoundingClientRect();
    for (let y = top + 40; y < bottom - 50; y += 6)
      for (let x = left + 10; x < right - 10; x += 6) {
        drawing.dispatchEvent(new PointerEvent('pointermove', { clientX: x, clientY: y, bubbles: true }));
        // The page draws what has changed before the next turn of the microtasks.
        await new Promise<void>((resolve) => queueMicrotask(() => queueMicrotask(resolve)));
        if (/^7005 → 700\d · auth-req/.test(document.querySelector('.tip')?.textContent ?? ''))
          return { x, y };
      }
    return null;
  });
  expect(message).not.toBeNull();
  await stay(message!.x, message!.y);
  expect(await page.getByRole('menu').getAttribute('aria-label')).toMatch(/^7005 → 700\d/);
  await page.getByRole('menuitem', { name: /^Drop/ }).tap();
  const faults = (): Promise<string[]> =>
    page.evaluate(async () => {
      const { inputs } = (await window.playground.save()) as SessionFile;
      return inputs.flatMap(({ input }) => (input.kind === 'fault' ? [input.fault.kind] : []));
    });
  await expect.poll(faults, { timeout: 60_000 }).toEqual(['kill', 'drop']);
  await app.closePage(page);
});

test('an example of a pasted cluster shows what the page makes of one', async () => {
  const page = await app.open({ viewport: phone, touch: true });
  await page.getByRole('button', { name: 'More', exact: true }).tap();
  await page.getByRole('menuitem', { name: /Paste a real cluster/ }).tap();
  await page.getByRole('button', { name: 'Show an example' }).tap();
  await page.getByText('The cluster has agreed that these have failed (FAIL).').waitFor();
  await page.getByText('Slots under way: 5200. Is a reshard running?').waitFor();
  const drawn = page.getByRole('dialog').getByRole('img', { name: /6 nodes/ });
  await drawn.waitFor();
  expect(await drawn.locator('g.node').count()).toBe(6);
  await app.closePage(page);
});

test('the tape makes room for branches of history, and nothing of it is cut off', async () => {
  const page = await app.open({ viewport: phone, touch: true });
  const tape = page.getByRole('slider', { name: 'History' });
  await tape.waitFor();
  const region = page.getByRole('region', { name: 'Tape' });
  const before = (await region.boundingBox())!.height;
  await page.evaluate(async () => {
    const { clock, exec, idle } = window.playground;
    clock.pause();
    const start = clock.now();
    await clock.advance(3000);
    await clock.seek(start + 1000);
    await exec('SET other 1');
    await idle();
  });
  await page.getByLabel('Branches of history').waitFor();
  await expect.poll(async () => (await region.boundingBox())!.height).toBeGreaterThan(before);
  const [outer, inner] = [(await region.boundingBox())!, (await tape.locator('svg').boundingBox())!];
  expect(inner.y + inner.height).toBeLessThanOrEqual(outer.y + outer.height + 1);
  await app.closePage(page);
});
