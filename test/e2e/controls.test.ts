/* Controls of stage and time, one by one, worked as a reader works them: what each does to the world or to the
 * picture. Whole stories are told in stage.test.ts. */

import { readFileSync } from 'node:fs';
import type { Download, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SessionFile } from '#session/api.ts';
import { startApp, type App } from './harness.ts';
import { typeLine, waitForPrompt, waitForTerminal } from './page-helpers.ts';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

const node = (page: Page, name: string) => page.locator(`g.node[data-server="${name}"]`);
const panel = (page: Page) => page.locator('[role=tabpanel]').first();

async function chooseOfStage(page: Page, item: string | RegExp): Promise<void> {
  await page.getByRole('button', { name: 'More about the stage' }).click();
  await page.getByRole('menu').getByText(item).click();
}

/** Kills 7002 and runs to the moment of that event. */
async function runToEvent(page: Page, type: string): Promise<void> {
  await page.evaluate(async (wanted) => {
    const { fault, clock, idle } = window.playground;
    await fault.kill('7002');
    await clock.runUntil(wanted);
    await idle();
  }, type);
}

/** The faults that were done by hand, in their order. */
const faults = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const { inputs } = (await window.playground.save()) as SessionFile;
    return inputs.flatMap(({ input }) => (input.kind === 'fault' ? [input.fault.kind] : []));
  });

describe('an election', () => {
  test('counts down to its request for votes, then collects them', async () => {
    const page = await app.openPaused();
    await runToEvent(page, 'ELECTION_SCHEDULED');
    await page.getByText(/^asks for votes in \d+ ms$/).waitFor();
    await page.evaluate(async () => {
      await window.playground.clock.runUntil('AUTH_REQUEST');
      await window.playground.idle();
    });
    await page.getByText(/^votes 0\/2 · e\d+$/).waitFor();
    const beads = node(page, '7005').locator('circle[stroke="var(--focus)"]');
    expect(await beads.count()).toBe(2);
    expect(await beads.evaluateAll((all) => all.map((one) => one.getAttribute('fill')))).toEqual([
      'var(--bg)',
      'var(--bg)',
    ]);
    await page.evaluate(async () => {
      await window.playground.clock.runUntil('VOTE_RECEIVED');
      await window.playground.idle();
    });
    await page.getByText(/^votes 1\/2 · e\d+$/).waitFor();
    expect(await beads.first().getAttribute('fill')).toBe('var(--focus)');
    await app.closePage(page);
  });
});

describe('a message under way', () => {
  async function chooseRequest(page: Page): Promise<void> {
    await runToEvent(page, 'AUTH_REQUEST');
    await page.getByRole('application', { name: /Space-time/ }).focus();
    await page.keyboard.press('ArrowUp');
    await panel(page)
      .getByRole('heading', { name: /^AUTH-REQ 7005 →/ })
      .waitFor();
  }

  test('is dropped: the kernel sends it again 200 ms later', async () => {
    const page = await app.openPaused();
    await chooseRequest(page);
    const arrives = async (): Promise<number> =>
      Number.parseFloat(await panel(page).locator('dd').nth(1).innerText());
    const before = await arrives();
    await page.getByRole('button', { name: /^Drop it/ }).click();
    await expect.poll(arrives, { timeout: 60_000 }).toBeCloseTo(before + 0.2, 2);
    expect(await faults(page)).toEqual(['kill', 'drop']);
    await app.closePage(page);
  });

  test('is dropped by its menu, which keys reach through the tree', async () => {
    const page = await app.openPaused();
    await runToEvent(page, 'AUTH_REQUEST');
    await walkTree(page, [/^shard/, /^7005/, /^link to 7000/], /^auth-req from 7005/);
    await page.keyboard.press('m');
    await page.getByRole('menu', { name: '7005 → 7000' }).waitFor();
    await page.getByRole('menuitem', { name: /^Drop it/ }).click();
    await expect.poll(() => faults(page), { timeout: 60_000 }).toEqual(['kill', 'drop']);
    await app.closePage(page);
  });

  test('is sent twice: it arrives twice', async () => {
    const page = await app.openPaused();
    await chooseRequest(page);
    await page.getByRole('button', { name: 'Send twice' }).click();
    await expect.poll(() => faults(page), { timeout: 60_000 }).toEqual(['kill', 'duplicate']);
    await app.closePage(page);
  });
});

/** The names and links by which keys go through the tree of the stage, until one is reached whose text begins so. */
async function walkTree(page: Page, open: readonly RegExp[], wanted: RegExp): Promise<void> {
  const focused = page.getByRole('tree').locator(':focus');
  await page.getByRole('tree').locator('[tabindex="0"]').focus();
  for (let left = 40; left > 0; left--) {
    const text = ((await focused.textContent()) ?? '').trim();
    if (wanted.test(text)) return;
    const opens =
      open.some((one) => one.test(text)) && (await focused.getAttribute('aria-expanded')) === 'false';
    const before = await focused.getAttribute('aria-expanded');
    await page.keyboard.press(opens ? 'ArrowRight' : 'ArrowDown');
    if (opens) await expect.poll(() => focused.getAttribute('aria-expanded')).not.toBe(before);
    else await expect.poll(async () => ((await focused.textContent()) ?? '').trim()).not.toBe(text);
  }
  throw new Error(`${String(wanted)} is not in the tree`);
}

describe('a link', () => {
  /** Presses the right button on a link, in the middle of its line. */
  async function pressLink(page: Page, link: string): Promise<void> {
    const line = page.locator(`[data-link="${link}"] path`).first();
    await line.waitFor({ state: 'attached' });
    const { x, y } = await line.evaluate((path: SVGPathElement) => {
      const middle = path.getPointAtLength(path.getTotalLength() / 2);
      const { x: left, y: top } = middle.matrixTransform(path.getScreenCTM() ?? undefined);
      return { x: left, y: top };
    });
    await page.mouse.click(x, y, { button: 'right' });
  }

  test('is broken and mended by its menu, also the cable of a replica', async () => {
    const page = await app.openPaused();
    const done: string[] = [];
    for (const [link, item, fault] of [
      ['7000>7001', 'Cut 7001 → 7000 only', 'cut'],
      ['7000>7001', 'Mend', 'heal'],
      ['7000>7001', 'Slow down', 'link'],
      ['7001>7004', 'Make lossy', 'link'],
    ] as const) {
      await pressLink(page, link);
      await page.getByRole('menu', { name: link.replace('>', ' ↔ ') }).waitFor();
      await page.getByRole('menuitem', { name: item }).click();
      done.push(fault);
      await expect.poll(() => faults(page), { timeout: 60_000 }).toEqual(done);
    }
    await app.closePage(page);
  });

  test('has the same menu by keys', async () => {
    const page = await app.openPaused();
    await walkTree(page, [/^7000/], /^link to 7002/);
    await page.keyboard.press('m');
    await page.getByRole('menu', { name: '7000 ↔ 7002' }).waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => faults(page), { timeout: 60_000 }).toEqual(['cut']);
    await app.closePage(page);
  });
});

describe('a server', () => {
  test('is broken and mended by its menu under the right button of the mouse', async () => {
    const page = await app.openPaused();
    const state = (name: string): Promise<string | undefined> =>
      page.evaluate(
        (wanted) => window.playground.state().servers.find((s) => s.name === wanted)?.state,
        name,
      );
    for (const [item, expected] of [
      ['Pause the process', 'paused'],
      ['Let the process go on', 'running'],
      ['Kill the process', 'down'],
      ['Start it again', 'running'],
    ] as const) {
      await node(page, '7004').click({ button: 'right' });
      await page.getByRole('menuitem', { name: item }).first().click();
      await expect.poll(() => state('7004'), { timeout: 60_000 }).toBe(expected);
    }
    await app.closePage(page);
  });

  test('is started with an empty disk by its menu: as somebody new, who holds nothing', async () => {
    const page = await app.openPaused();
    const state = () =>
      page.evaluate(() => {
        const { servers } = window.playground.state();
        const { nodeId, state, keys, slots } = servers.find(({ name }) => name === '7002')!;
        return { nodeId, state, keys, slots };
      });
    await page.evaluate(() => window.playground.exec('SET foo bar', { console: '7002' }));
    const before = await state();
    expect(before).toMatchObject({ keys: 1, slots: [[10923, 16383]] });
    await node(page, '7002').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Start it again with an empty disk' }).click();
    await expect.poll(() => faults(page), { timeout: 60_000 }).toEqual(['wipe']);
    await page.evaluate(async () => {
      await window.playground.clock.advance(1000);
      await window.playground.idle();
    });
    const after = await state();
    expect(after).toMatchObject({ state: 'running', keys: 0, slots: [] });
    expect(after.nodeId).toMatch(/^[0-9a-f]{40}$/);
    expect(after.nodeId).not.toBe(before.nodeId);
    await app.closePage(page);
  });

  test('is put behind address translation and taken out again, as its wall says', async () => {
    const page = await app.openPaused();
    const wall = page.locator('[data-nat]');
    await node(page, '7002').click({ button: 'right' });
    await page.getByRole('menuitem', { name: /address translation/ }).click();
    const plate = page.locator('main .label').filter({ hasText: '172.17.0.2' });
    await plate.filter({ hasText: '≠ :27002 → 172.17.0.2:7002' }).waitFor({ timeout: 60_000 });
    await page.evaluate(async () => {
      const { exec, clock } = window.playground;
      await exec('CONFIG SET cluster-announce-port 27002 cluster-announce-bus-port 37002', {
        console: '7002',
      });
      await clock.advance(6000);
    });
    await expect
      .poll(async () => (await plate.textContent())?.trim(), { timeout: 60_000 })
      .toBe(':27002 → 172.17.0.2:7002');
    await node(page, '7002').click({ button: 'right' });
    await page.getByRole('menuitem', { name: /out of its container/ }).click();
    await wall.waitFor({ state: 'detached', timeout: 60_000 });
    await app.closePage(page);
  });

  test('tells which settings of its are not the default, and its log', async () => {
    const page = await app.openPaused();
    await page.evaluate(async () => {
      await window.playground.exec('CONFIG SET maxmemory 12mb', { console: '7001' });
    });
    await node(page, '7001').click();
    const setting = panel(page).locator('dt', { hasText: /^maxmemory$/ });
    await setting.waitFor();
    expect(await setting.locator('xpath=following-sibling::dd[1]').innerText()).toBe('12582912');
    await panel(page).locator('pre', { hasText: 'Ready to accept connections' }).waitFor();
    await node(page, '7002').click();
    await panel(page).getByRole('heading', { name: /7002/ }).waitFor();
    expect(await setting.count()).toBe(0);
    await app.closePage(page);
  });

  test('is hidden, and comes back when the stage is tidied', async () => {
    const page = await app.openPaused();
    await node(page, '7004').click();
    await chooseOfStage(page, 'Hide 7004');
    await node(page, '7004').waitFor({ state: 'detached' });
    expect(await page.locator('g.node').count()).toBe(5);
    await chooseOfStage(page, /^Tidy up/);
    await node(page, '7004').waitFor();
    await app.closePage(page);
  });
});

test('a chosen server is brought to the middle, and the stage fitted again', async () => {
  const page = await app.openPaused();
  await node(page, '7004').click();
  await page.getByRole('heading', { name: /7004/ }).waitFor();
  const before = (await node(page, '7004').boundingBox())!;
  await chooseOfStage(page, 'Zoom to 7004');
  await expect
    .poll(async () => (await node(page, '7004').boundingBox())!.width)
    .toBeGreaterThan(before.width * 1.7);
  const stage = (await page.locator('main svg[role=img]').boundingBox())!;
  const disc = (await node(page, '7004').locator('rect').first().boundingBox())!;
  expect(disc.x + disc.width / 2).toBeCloseTo(stage.x + stage.width / 2, -1);
  expect(disc.y + disc.height / 2).toBeCloseTo(stage.y + stage.height / 2, -1);
  await page.getByRole('button', { name: 'Fit' }).click();
  await expect.poll(async () => (await node(page, '7004').boundingBox())!.width).toBeCloseTo(before.width, 0);
  await app.closePage(page);
});

test('the stage is zoomed by button and wheel, dragged, and fitted again', async () => {
  const page = await app.openPaused();
  const width = async (): Promise<number> => (await node(page, '7000').boundingBox())!.width;
  const before = await width();
  await page.getByRole('button', { name: 'Zoom in' }).click();
  await expect.poll(width).toBeGreaterThan(before * 1.3);
  const box = (await page.locator('main svg[role=img]').boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.wheel(0, -200);
  await expect.poll(width).toBeGreaterThan(before * 1.6);
  await page.getByRole('button', { name: 'Fit' }).click();
  await expect.poll(width).toBeCloseTo(before, 0);
  await app.closePage(page);
});

describe('time', () => {
  test('a step by message stops where one arrives', async () => {
    const page = await app.openPaused();
    const before = await page.evaluate(() => window.playground.clock.now());
    await page.getByRole('button', { name: 'message', exact: true }).click();
    await expect.poll(() => page.evaluate(() => window.playground.clock.now())).toBeGreaterThan(before);
    await page.evaluate(() => window.playground.idle());
    // What has just arrived is drawn as a ring, and the clock stands.
    expect(await page.evaluate(() => window.playground.state().playing)).toBe(false);
    expect(await page.evaluate(() => window.playground.clock.now())).toBeLessThan(before + 1000);
    await app.closePage(page);
  });

  test('runs from a thousandth of its speed to a thousandfold, by the keys of one slider', async () => {
    const page = await app.openPaused();
    const slider = page.getByRole('slider', { name: 'Speed' });
    const speed = (): Promise<number> => page.evaluate(() => window.playground.clock.speed());
    await slider.focus();
    await page.keyboard.press('End');
    expect(await speed()).toBe(1000);
    expect(await slider.getAttribute('aria-valuetext')).toBe('1000×');
    await page.keyboard.press('Home');
    expect(await speed()).toBe(0.001);
    expect(await slider.getAttribute('aria-valuetext')).toBe('0.001×');
    // No more virtual time is given than a thousandth of what has passed.
    const [virtual, real] = await page.evaluate(async () => {
      const { clock } = window.playground;
      const [from, start] = [clock.now(), performance.now()];
      clock.play();
      const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
      while (clock.now() < from + 0.5) await frame();
      clock.pause();
      return [clock.now() - from, performance.now() - start];
    });
    // Frames are rounded to whole microseconds, and the first begins before its clock.
    expect(virtual!).toBeLessThanOrEqual(real! * 0.001 * 1.05 + 0.12);
    // Each step of the slider is as large a part of the speed, wherever it stands.
    for (let step = 0; step < 20; step++) await page.keyboard.press('ArrowRight');
    expect(await speed()).toBeCloseTo(0.01, 5);
    await app.closePage(page);
  });

  test('slow motion sets in while a request flies, and does not when it is switched off', async () => {
    const page = await app.open();
    await waitForPrompt(page);
    const slowed = page.locator('.transport .slowed');
    // A flight may be over before anybody looks, so the page itself keeps in mind what it showed.
    await page.evaluate(() => {
      const seen = { slowed: false };
      Object.assign(window, { seen });
      new MutationObserver(() => {
        if (document.querySelector('.transport .slowed')) seen.slowed = true;
      }).observe(document.body, { subtree: true, childList: true, attributes: true });
    });
    /** Whether it was slowed since the last question. */
    const wasSlowed = (): Promise<boolean> =>
      page.evaluate(() => {
        const { seen } = window as unknown as { seen: { slowed: boolean } };
        const { slowed } = seen;
        seen.slowed = false;
        return slowed;
      });
    await typeLine(page, 'SET hello 1');
    await waitForTerminal(page, 'OK');
    await slowed.waitFor({ state: 'detached' });
    expect(await wasSlowed()).toBe(true);
    await page.getByRole('button', { name: 'slow motion' }).click();
    await wasSlowed();
    await typeLine(page, 'GET hello');
    await waitForTerminal(page, '"1"');
    expect(await wasSlowed()).toBe(false);
    await app.closePage(page);
  });

  test('live goes to the end of what has happened, and plays on from there', async () => {
    const page = await app.openPaused();
    const end = await page.evaluate(async () => {
      const { clock, idle } = window.playground;
      const start = clock.now();
      const reached = await clock.advance(5000);
      await clock.seek(start);
      await idle();
      return reached;
    });
    await page.getByRole('button', { name: 'live', exact: true }).click();
    await expect
      .poll(() => page.evaluate(() => window.playground.clock.now()), { timeout: 60_000 })
      .toBeGreaterThan(end);
    expect(await page.evaluate(() => window.playground.state().playing)).toBe(true);
    await app.closePage(page);
  });

  test('number keys look through the eyes of a server, zero at the truth', async () => {
    const page = await app.openPaused();
    const lens = page.getByLabel('Whose view the stage shows');
    await page.locator('h1').click();
    await page.keyboard.press('2');
    await expect.poll(() => lens.inputValue()).toBe('7001');
    await page.keyboard.press('0');
    await expect.poll(() => lens.inputValue()).toBe('');
    await app.closePage(page);
  });

  test('the last command is taken back, by key and by menu', async () => {
    const page = await app.openPaused();
    const stored = (): Promise<string> => page.evaluate(() => window.playground.exec('GET hello'));
    await page.evaluate(async () => {
      await window.playground.exec('SET hello 1');
      await window.playground.exec('SET hello 2');
    });
    await page.locator('h1').click();
    await page.keyboard.press('u');
    await page.getByLabel('Branches of history').waitFor();
    await page.evaluate(() => window.playground.idle());
    expect(await stored()).toContain('"1"');
    // The GET that looked is the last command now, and the SET the one before it.
    for (let left = 2; left > 0; left--) {
      await page.getByRole('button', { name: 'World' }).click();
      await page.getByRole('menuitem', { name: 'Undo the last command or fault' }).click();
      await page.evaluate(() => window.playground.idle());
    }
    expect(await stored()).toContain('(nil)');
    await app.closePage(page);
  });

  test('the tape is painted with epochs, failures, faults, promotions, migrations, writes and lost writes', async () => {
    const page = await app.openPaused();
    await page.evaluate(async () => {
      const { clock, exec, fault, state, idle } = window.playground;
      const id = (wanted: string) => state().servers.find(({ name }) => name === wanted)?.nodeId ?? '';
      await exec('SET hello before', { console: '7000c' });
      await exec(`CLUSTER SETSLOT 3 MIGRATING ${id('7001')}`, { console: '7000' });
      await clock.advance(3000);
      await exec('CLUSTER SETSLOT 3 STABLE', { console: '7000' });
      await fault.apply({ kind: 'isolate', server: '7000' });
      await exec('SET hello after', { console: '7000' });
      await clock.advance(12_000);
      await fault.apply({ kind: 'rejoin', server: '7000' });
      await clock.advance(40_000);
      await idle();
    });
    for (const kind of ['epoch', 'fail', 'fault', 'promotion', 'migration', 'write', 'lost'])
      await page.locator(`.tape [data-mark=${kind}]`).first().waitFor({ state: 'attached' });
    expect(await page.locator('.tape [data-mark=epoch]').count()).toBe(2);
    await app.closePage(page);
  });

  test('a fork is named, and both branches stand in the tree', async () => {
    const page = await app.openPaused();
    await page.locator('h1').click();
    await page.keyboard.press('f');
    await page.getByLabel('Name of the branch').fill('what if');
    await page.getByRole('button', { name: 'Fork here' }).click();
    await page.getByText('This is the branch “what if” now.').waitFor();
    const branches = page.getByLabel('Branches of history');
    await branches.waitFor();
    await expect.poll(() => branches.locator('option').count()).toBe(2);
    expect(await branches.locator('option:checked').innerText()).toContain('what if');
    await app.closePage(page);
  });
});

describe('one selection everywhere', () => {
  test('a message is ringed on the stage, lit in the matrix and told in the feed', async () => {
    const page = await app.openPaused();
    await runToEvent(page, 'VOTE_GRANTED');
    await page.evaluate(async () => {
      await window.playground.clock.advance(1);
      await window.playground.idle();
    });
    // The event in the feed, and who it is about.
    await page.locator('.feed button.VOTE_GRANTED').first().click();
    await expect.poll(() => page.locator('g.node.related').count()).toBe(1);
    // The request that brought it about, from the diagram.
    await page.getByRole('application', { name: /Space-time/ }).focus();
    await page.keyboard.press('ArrowUp');
    await page.getByRole('tab', { name: 'Packet', exact: true }).click();
    await panel(page).getByRole('heading', { name: /→/ }).waitFor();
    await expect.poll(() => page.locator('g.node.related').count()).toBe(2);
    await page.getByRole('tab', { name: 'Views', exact: true }).click();
    expect(await panel(page).locator('tbody th.about').count()).toBe(2);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('g.node.related').count()).toBe(0);
    await app.closePage(page);
  });

  test('a server chosen in the matrix, by key or in a cell, is ringed on the stage and lit in the feed', async () => {
    const page = await app.openPaused();
    await runToEvent(page, 'AUTH_REQUEST');
    const ringed = (name: string) => node(page, name).locator('rect[fill="none"][stroke-width="2"]');
    const views = page.getByRole('tab', { name: 'Views', exact: true });
    await views.click();
    await panel(page).getByRole('columnheader').getByRole('button', { name: '05' }).focus();
    await page.keyboard.press('Enter');
    await ringed('7005').waitFor();
    await panel(page).getByRole('heading', { name: /7005/ }).waitFor();
    const told = page.locator('.feed button.AUTH_REQUEST');
    await expect.poll(() => told.getAttribute('aria-pressed')).toBe('true');
    await views.click();
    await panel(page).locator('td.self').first().click();
    await ringed('7000').waitFor();
    await expect.poll(() => told.getAttribute('aria-pressed')).toBe('false');
    await app.closePage(page);
  });

  test('a slot chosen on the ring names its owner in every server’s view', async () => {
    const page = await app.openPaused();
    const arc = (await page.locator('main svg path.arc').first().boundingBox())!;
    const stage = (await page.locator('main svg[role=img]').boundingBox())!;
    // The ring runs through the middle of its right edge.
    await page.mouse.click(arc.x + arc.width - 6, Math.min(arc.y + arc.height / 2, stage.y + stage.height));
    await page.getByText(/^slot \d+$/).waitFor();
    await expect.poll(() => page.locator('g.node.related').count()).toBe(1);
    expect(await panel(page).locator('td.owner').count()).toBe(6);
    await app.closePage(page);
  });
});

describe('files', () => {
  const bytesOf = async (coming: Promise<Download>): Promise<Buffer> =>
    readFileSync(await (await coming).path());

  test('the stage is saved as SVG and as PNG', async () => {
    const page = await app.openPaused();
    const svg = page.waitForEvent('download');
    await chooseOfStage(page, 'Save picture as SVG');
    const drawing = (await bytesOf(svg)).toString();
    expect(drawing).toMatch(/^(<\?xml[^>]*>\s*)?<svg /);
    for (const name of ['7000', '7005']) expect(drawing).toContain(`>${name}<`);
    expect(drawing).not.toContain('var(--');
    // The slot map is drawn on a canvas, and lies in the file as a picture.
    expect(drawing).not.toContain('<image');
    await chooseOfStage(page, 'Slot map: keys by slot');
    const withMap = page.waitForEvent('download');
    await chooseOfStage(page, 'Save picture as SVG');
    expect((await bytesOf(withMap)).toString()).toContain('<image href="data:image/png;base64,');
    const png = page.waitForEvent('download');
    await chooseOfStage(page, 'Save picture as PNG');
    expect((await bytesOf(png)).subarray(1, 4).toString()).toBe('PNG');
    await app.closePage(page);
  });

  test('a session is saved and opened again by the menu, to the same hash', async () => {
    const page = await app.openPaused();
    const hash = await page.evaluate(async () => {
      await window.playground.exec('SET hello 1');
      await window.playground.fault.kill('7002');
      await window.playground.clock.advance(3000);
      return await window.playground.hash();
    });
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'World' }).click();
    await page.getByRole('menuitem', { name: 'Save this session' }).click();
    const path = await (await saving).path();
    await page.reload();
    await page.evaluate(() => window.playground.ready);
    await page.evaluate(() => window.playground.clock.pause());
    await page.getByRole('button', { name: 'World' }).click();
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('menuitem', { name: 'Open a session' }).click(),
    ]);
    await chooser.setFiles({ name: 'kept.json', mimeType: 'application/json', buffer: readFileSync(path) });
    await page.getByRole('status').filter({ hasText: 'kept.json' }).waitFor();
    expect(await page.evaluate(() => window.playground.hash())).toBe(hash);
    await app.closePage(page);
  });
});
