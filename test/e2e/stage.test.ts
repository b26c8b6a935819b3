/* The stage, the time dock and the inspector in a real browser, driven as a reader drives them. */

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { laptop, phone, startApp, type App } from './harness.ts';
import { findViolations } from './page-helpers.ts';

interface Automation {
  clock: {
    now(): number;
    pause(): void;
    advance(ms: number): Promise<number>;
    seek(ms: number): Promise<number>;
    runUntil(type: string): Promise<string | null>;
  };
  exec(line: string, options?: { console?: string }): Promise<string>;
  fault: { kill(server: string): Promise<void> };
  state(): {
    servers: { name: string; state: string; view: { name: string | null; flags: string[] }[] | null }[];
    branch: string;
  };
  hash(): Promise<string>;
  idle(): Promise<void>;
}

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(async () => {
  await app.stop();
});

/** A paused page whose stage and dock are there. */
async function openStage(options: Parameters<App['open']>[0] = {}): Promise<Page> {
  const page = await app.open(options);
  await page.evaluate(`(async () => { playground.clock.pause(); await playground.idle(); })()`);
  await page.locator('g.node').first().waitFor();
  await page.locator('[role=slider].tape').waitFor();
  return page;
}

const node = (page: Page, name: string) => page.locator(`g.node[data-server="${name}"]`);
const run = (page: Page, code: string): Promise<unknown> =>
  page.evaluate(`(async () => { const { clock, fault, exec, hash, idle } = playground; ${code} })()`);
/** Waits until the clock of the page stands after or before a time in milliseconds. */
const waitClock = (page: Page, how: 'after' | 'before', ms: number) =>
  page.waitForFunction(
    ({ how, ms }) => {
      const now = (window as unknown as { playground: Automation }).playground.clock.now();
      return how === 'after' ? now > ms : now < ms;
    },
    { how, ms },
  );
const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true });

describe('the stage', () => {
  test('shows every server once, and a click on one opens what it is', async () => {
    const page = await openStage();
    expect(await page.locator('g.node').count()).toBe(6);
    await node(page, '7005').click();
    await page.getByRole('heading', { name: /7005/ }).waitFor();
    expect(await tab(page, 'Server').getAttribute('aria-selected')).toBe('true');
    expect(await page.locator('[role=tabpanel]').first().innerText()).toContain('7002');
    await app.closePage(page);
  });

  test('a kill from the inspector leads to FAIL on stage, matrix and Why?', async () => {
    const page = await openStage();
    await node(page, '7002').click();
    await page.getByRole('button', { name: 'Kill', exact: true }).click();
    await page.waitForFunction(() =>
      (window as unknown as { playground: Automation }).playground
        .state()
        .servers.some((s) => s.name === '7002' && s.state === 'down'),
    );
    await run(page, `await clock.runUntil('FAIL'); await clock.advance(300);`);
    await node(page, '7002').getByText('!!').waitFor();
    await tab(page, 'Views').click();
    expect(await page.locator('td.fail').count()).toBeGreaterThanOrEqual(4);
    await tab(page, 'Why?').click();
    await page.getByRole('heading', { name: '7002 is FAIL' }).waitFor();
    expect(await page.locator('[role=tabpanel]').first().innerText()).toMatch(/needed\s+2/);
    await app.closePage(page);
  });

  test('a lens shows one server’s belief, and the truth comes back', async () => {
    const page = await openStage();
    await run(page, `await fault.kill('7002'); await clock.runUntil('PFAIL');`);
    const lens = page.getByLabel('Whose view the stage shows');
    const struck = () => node(page, '7002').locator('[stroke-dasharray="3 4"]').count();
    const believes = (name: string) =>
      page.evaluate(
        (observer) =>
          (window as unknown as { playground: Automation }).playground
            .state()
            .servers.find((server) => server.name === observer)
            ?.view?.some((other) => other.name === '7002' && other.flags.includes('fail?')) ?? false,
        name,
      );
    expect(await struck()).toBe(1);
    for (const observer of ['7000', '7001', '7003', '7004', '7005']) {
      await lens.selectOption(observer);
      // Nobody sees that the process is gone; some suspect it already.
      expect(await struck()).toBe(0);
      expect(await node(page, '7002').getByText('?', { exact: true }).count()).toBe(
        (await believes(observer)) ? 1 : 0,
      );
    }
    await lens.selectOption('');
    expect(await struck()).toBe(1);
    await app.closePage(page);
  });

  test('a server stays where it was dragged, also after a reload', async () => {
    const page = await openStage();
    const box = (await node(page, '7000').boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x - 60, box.y + 120, { steps: 4 });
    await page.mouse.up();
    const moved = (await node(page, '7000').boundingBox())!;
    expect(Math.abs(moved.y - box.y)).toBeGreaterThan(60);
    await page.reload();
    await node(page, '7000').waitFor();
    const again = (await node(page, '7000').boundingBox())!;
    expect(Math.hypot(again.x - moved.x, again.y - moved.y)).toBeLessThan(6);
    await app.closePage(page);
  });

  test('a wall drawn across the stage cuts the cluster in two, and healing mends it', async () => {
    const page = await openStage();
    const begin = async (): Promise<void> => {
      await page.getByRole('button', { name: 'More about the stage' }).click();
      await page.getByRole('menuitem', { name: /Draw a wall/ }).click();
      await page.getByText(/^Drag a line/).waitFor();
    };
    await begin();
    await page.keyboard.press('Escape');
    await page.getByText(/^Drag a line/).waitFor({ state: 'detached' });
    await begin();
    const box = (await page.locator('main svg[role=img]').boundingBox())!;
    // Also from under the words that say what to do.
    await page.mouse.move(box.x + box.width / 2 + 30, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 + 30, box.y + box.height - 60, { steps: 4 });
    await page.mouse.up();
    await page.locator('[data-wall]').waitFor();
    expect(await page.evaluate(`playground.state().servers.length`)).toBe(6);
    // One link mended through the wall: it is a wall no more, and the links that are cut are drawn.
    await run(page, `await fault.heal('7000', '7002'); await idle();`);
    await page.locator('[data-wall]').waitFor({ state: 'detached' });
    await expect.poll(() => page.locator('[data-link] [stroke-dasharray]').count()).toBeGreaterThanOrEqual(5);
    await page.getByRole('button', { name: 'More about the stage' }).click();
    await page.getByRole('menuitem', { name: 'Heal all links' }).click();
    await page.waitForFunction(
      () => document.querySelectorAll('[data-link] [stroke-dasharray]').length === 0,
    );
    await app.closePage(page);
  });

  test('the whole stage is walked by keyboard: open, descend, select, menu', async () => {
    const page = await openStage();
    const tree = page.getByRole('tree');
    await tree.locator('[tabindex="0"]').focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
    await page.getByRole('heading', { name: /7000/ }).waitFor();
    expect(await tree.locator(':focus').getAttribute('aria-level')).toBe('3');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await tree.locator(':focus', { hasText: /^link to/ }).waitFor({ state: 'attached' });
    await page.keyboard.press('ArrowLeft');
    await tree.locator(':focus', { hasText: /^7000/ }).waitFor({ state: 'attached' });
    await page.keyboard.press('m');
    await page.getByRole('menu').waitFor();
    await page.keyboard.press('Escape');
    await app.closePage(page);
  });

  test('a finger that stays on a server brings up its menu, and lifting it chooses nothing', async () => {
    const page = await app.open({ viewport: phone, touch: true });
    const square = node(page, '7004').locator('rect').first();
    await square.waitFor();
    const box = (await square.boundingBox())!;
    const finger = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    const touch = await page.context().newCDPSession(page);
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [finger] });
    const item = page.getByRole('menuitem', { name: 'Pause the process' });
    await item.waitFor();
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
    expect(await item.isVisible()).toBe(true);
    await item.tap();
    await page.waitForFunction(() =>
      (window as unknown as { playground: Automation }).playground
        .state()
        .servers.some(({ name, state }) => name === '7004' && state === 'paused'),
    );
    await app.closePage(page);
  });

  test('the menu of the stage lies inside the window, and the stage stays where it is', async () => {
    const page = await openStage({ viewport: laptop });
    await page.getByRole('button', { name: 'More about the stage' }).click();
    const box = (await page.getByRole('menu').boundingBox())!;
    expect(box.y).toBeGreaterThanOrEqual(0);
    expect(box.y + box.height).toBeLessThanOrEqual(laptop.height);
    // Its last item is in sight without scrolling.
    const last = (await page.getByRole('menuitem', { name: 'Save picture as PNG' }).boundingBox())!;
    expect(last.y + last.height).toBeLessThanOrEqual(box.y + box.height);
    expect(await page.locator('main .stage').evaluate((stage) => stage.scrollTop)).toBe(0);
    await page.getByRole('menuitemradio', { name: 'What the marks mean' }).click();
    const legend = (await page.locator('.legend').boundingBox())!;
    const stage = (await page.locator('main .stage').boundingBox())!;
    expect(legend.x).toBeGreaterThanOrEqual(stage.x);
    await page.getByRole('button', { name: 'Close' }).click();
    await page.locator('.legend').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'More about the stage' }).click();
    await page.getByRole('menuitemradio', { name: 'What the marks mean' }).click();
    await page.locator('.legend').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.legend').waitFor({ state: 'detached' });
    expect(await page.locator(':focus').getAttribute('aria-label')).toBe('More about the stage');
    await app.closePage(page);
  });

  test('one message is held up for as long as one likes', async () => {
    const page = await openStage();
    await run(page, `await fault.kill('7002'); await clock.runUntil('AUTH_REQUEST'); await idle();`);
    await page.getByRole('application').focus();
    await page.keyboard.press('ArrowUp');
    await tab(page, 'Packet').click();
    await page.getByLabel('Later by').fill('2500');
    const arrives = async () =>
      Number.parseFloat(await page.locator('[role=tabpanel] dd').nth(1).innerText());
    const before = await arrives();
    await page.getByRole('button', { name: 'Delay it' }).click();
    await expect.poll(arrives, { timeout: 60_000 }).toBeCloseTo(before + 2.5, 2);
    await app.closePage(page);
  });

  test('the slot map shows where keys are, and a slot under way both its ends', async () => {
    const page = await openStage();
    await run(
      page,
      `for (const n of [1, 2, 3]) await exec('SET {m}' + n + ' v', { console: '7002' });
       const [target, source] = playground.state().servers.filter((s) => s.name === '7000' || s.name === '7002');
       await exec('CLUSTER SETSLOT 15627 IMPORTING ' + source.nodeId, { console: '7000' });
       await exec('CLUSTER SETSLOT 15627 MIGRATING ' + target.nodeId, { console: '7002' });
       await exec('MIGRATE 127.0.0.1 7000 {m}1 0 5000', { console: '7002' }); await idle();`,
    );
    await page.getByText('slot 15627: 2 keys → 1').waitFor();
    await page.getByRole('button', { name: 'More about the stage' }).click();
    await page.getByRole('menuitemradio', { name: 'Slot map: keys by slot' }).click();
    await page.getByText('fullest is slot 15627 with 2').waitFor();
    expect(await page.locator('main svg text', { hasText: 'slot 15627' }).count()).toBe(0);
    // The same map by load: foo is asked for twenty times, its neighbour never.
    await run(page, `for (let n = 0; n < 20; n++) await exec('GET foo', { console: '7002' }); await idle();`);
    await page.getByRole('button', { name: 'More about the stage' }).click();
    await page.getByRole('menuitemradio', { name: 'Slot map: commands by slot' }).click();
    await page.getByText(/busiest is slot 12182 with [\d.]+\/s/).waitFor();
    await app.closePage(page);
  });

  test('the table says what the stage shows', async () => {
    const page = await openStage();
    await page.getByRole('button', { name: 'Table', exact: true }).click();
    const rows = page.locator('main table tbody tr');
    expect(await rows.count()).toBe(6);
    expect(await rows.nth(3).innerText()).toMatch(/7003[\s\S]*replica → 7000/);
    await app.closePage(page);
  });

  test('with reduced motion a message stands still while it flies', async () => {
    const picture = async (reducedMotion: boolean) => {
      const page = await openStage({ reducedMotion });
      await run(page, `await fault.kill('7002'); await clock.runUntil('AUTH_REQUEST');`);
      const shots: string[] = [];
      for (const ms of [6, 6]) {
        await run(page, `await clock.advance(${ms}); await idle();`);
        await page.evaluate(
          () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
        );
        shots.push(
          await page.evaluate(() => document.querySelector<HTMLCanvasElement>('canvas.marks')!.toDataURL()),
        );
      }
      await app.closePage(page);
      return shots[0] === shots[1];
    };
    expect(await picture(true)).toBe(true);
    expect(await picture(false)).toBe(false);
  });
});

describe('time', () => {
  test('steps move by one event, one message, one tick', async () => {
    const page = await openStage();
    const now = () => page.evaluate(`playground.clock.now()`) as Promise<number>;
    const start = await now();
    await page.getByRole('button', { name: 'event', exact: true }).click();
    await waitClock(page, 'after', start);
    const second = await now();
    await page.getByRole('button', { name: '100 ms', exact: true }).click();
    await waitClock(page, 'after', second);
    expect(Math.round((await now()) * 1000) % 100_000).toBe(0);
    await app.closePage(page);
  });

  test('the tape goes back and forth by keyboard and mouse, and the hash is the same again', async () => {
    const page = await openStage();
    await run(page, `await fault.kill('7002'); await clock.advance(12000); await idle();`);
    const [end, hash] = [
      await page.evaluate(`playground.clock.now()`),
      await page.evaluate(`playground.hash()`),
    ];
    const tape = page.locator('[role=slider].tape');
    await tape.focus();
    await page.keyboard.press('Home');
    await waitClock(page, 'before', 16_000);
    const box = (await tape.boundingBox())!;
    // The tape learns a moment later how far its history reaches, and goes no further than that.
    const clickAndLook = async (): Promise<number> => {
      await page.mouse.click(box.x + box.width * 0.8, box.y + box.height / 2);
      return (await page.evaluate(`playground.clock.now()`)) as number;
    };
    await expect.poll(clickAndLook, { timeout: 30_000 }).toBeGreaterThan(17_000);
    await run(page, `await idle(); await clock.seek(${String(end)});`);
    expect(await page.evaluate(`playground.hash()`)).toBe(hash);
    await app.closePage(page);
  });

  test('the speed is logarithmic and double-click brings back 1×', async () => {
    const page = await openStage();
    const speed = page.getByRole('slider', { name: 'Speed' });
    await speed.fill('-2');
    expect(await page.evaluate(`playground.clock.speed()`)).toBeCloseTo(0.01);
    await speed.fill('3');
    expect(await page.evaluate(`playground.clock.speed()`)).toBe(1000);
    await speed.dblclick();
    expect(await page.evaluate(`playground.clock.speed()`)).toBe(1);
    await app.closePage(page);
  });

  test('a breakpoint stops the clock at its event', async () => {
    const page = await openStage();
    await page.getByRole('button', { name: 'stop at …' }).click();
    await page.getByRole('checkbox', { name: /PFAIL/ }).check();
    await page.keyboard.press('Escape');
    await run(page, `await fault.kill('7002'); await clock.advance(60000); await idle();`);
    await page.getByText('stopped: PFAIL').waitFor();
    expect(await page.evaluate(`playground.clock.now()`)).toBeLessThan(60_000);
    await app.closePage(page);
  });

  test('the world runs until a condition holds, and says why a condition cannot be', async () => {
    const page = await openStage();
    await run(page, `await fault.kill('7002'); await idle();`);
    await page.getByRole('button', { name: 'stop at …' }).click();
    const condition = page.getByRole('combobox', { name: /Run until this holds/ });
    await condition.fill(`rolle(7005) == 'master'`);
    await condition.press('Enter');
    await page.getByText(/^rolle\?/).waitFor();
    await condition.fill(`role(7005) == 'master'`);
    await condition.press('Enter');
    await page.getByText(`stopped: role(7005) == 'master'`).waitFor();
    expect(await page.evaluate(`playground.state().servers[5].role`)).toBe('master');
    // It is told as long as the clock stands there.
    await page.getByRole('button', { name: '100 ms', exact: true }).click();
    await page.getByText(/^stopped:/).waitFor({ state: 'detached' });
    await app.closePage(page);
  });

  test('a chaos tape is written, played and becomes history', async () => {
    const page = await openStage();
    await page.getByRole('button', { name: 'More about the stage' }).click();
    await page.getByRole('menuitem', { name: /Chaos tape/ }).click();
    const text = page.getByRole('dialog').getByRole('textbox');
    await text.fill('1 explode 7002');
    await page.getByText(/Line 1: not a fault/).waitFor();
    await text.fill('1 kill 7002\n2.5 pause 7001');
    await page.getByRole('button', { name: 'Play from now' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await run(page, `clock.pause(); await idle(); await clock.advance(4000); await idle();`);
    const inputs = (await page.evaluate(
      `playground.save().then(({ inputs }) => inputs.filter((one) => one.input.kind === 'fault'))`,
    )) as { at: number; input: { fault: { kind: string } } }[];
    expect(inputs.map(({ input }) => input.fault.kind)).toEqual(['kill', 'pause']);
    expect(inputs[1]!.at - inputs[0]!.at).toBe(1_500_000);
    await app.closePage(page);
  });

  test('acting in the past makes a branch, and both can be chosen', async () => {
    const page = await openStage();
    await run(
      page,
      `await fault.kill('7002'); await clock.advance(8000); await clock.seek(15500); await fault.kill('7001'); await clock.advance(1000); await idle();`,
    );
    const branches = page.getByLabel('Branches of history');
    await branches.waitFor();
    const first = await branches.locator('option').first().getAttribute('value');
    await branches.selectOption(first);
    await page.waitForFunction(
      (id) => (window as unknown as { playground: Automation }).playground.state().branch === id,
      first,
    );
    expect(await branches.locator('option').count()).toBe(2);
    // The other one beside it, on the same axis.
    await page.getByRole('button', { name: 'A / B' }).click();
    const last = await branches.locator('option').last().getAttribute('value');
    await page.getByLabel('Set beside the present branch:').selectOption(last);
    await page.getByText('They part at 15.500 s.').waitFor();
    await page.locator('.tape text', { hasText: /^B$/ }).waitFor({ state: 'attached' });
    // Escape closes what has popped up, wherever the focus is, and leaves what is selected.
    await page.getByRole('button', { name: 'A / B' }).focus();
    await page.keyboard.press('Escape');
    await page.getByText('They part at 15.500 s.').waitFor({ state: 'hidden' });
    await app.closePage(page);
  });

  test('a message chosen in the space-time diagram is taken apart, byte by byte', async () => {
    const page = await openStage();
    await run(
      page,
      `await fault.kill('7002'); await clock.runUntil('AUTH_REQUEST'); await clock.advance(20); await idle();`,
    );
    await page.locator('.space-time').focus();
    await page.keyboard.press('ArrowUp');
    await page.locator('[role=tabpanel] .bar button').first().waitFor();
    expect(await page.locator('[role=tabpanel]').first().innerText()).toContain('2256 B');
    await page.getByRole('button', { name: 'currentEpoch', exact: true }).click();
    await page.getByText('It is the clock of elections').waitFor();
    await app.closePage(page);
  });
});

describe('the inspector', () => {
  test('its tabs are walked by arrow keys, and every one shows something', async () => {
    const page = await openStage();
    await tab(page, 'Views').focus();
    for (const name of ['Server', 'Packet', 'Why?', 'Apps', 'Ledger', 'Charts']) {
      await page.keyboard.press('ArrowRight');
      expect(await tab(page, name).getAttribute('aria-selected')).toBe('true');
      const shown = async (): Promise<number> =>
        (await page.locator('[role=tabpanel]').first().innerText()).length;
      await expect.poll(shown, { timeout: 30_000 }).toBeGreaterThan(10);
    }
    await app.closePage(page);
  });

  test('an application is started and steered, and its stale map is told from the truth', async () => {
    const page = await openStage();
    await tab(page, 'Apps').click();
    await page.getByRole('button', { name: 'Start a new one' }).click();
    await page.locator('[data-visitor="client:app1"]').waitFor();
    await page.getByLabel('slot map').selectOption('never');
    await page.getByLabel('commands per second').fill('15');
    await run(page, `await idle(); await clock.advance(3000); await idle();`);
    const panel = page.locator('[role=tabpanel]').first();
    await panel.getByText(/Its map is right for all 16384 slots/).waitFor();
    await run(page, `await fault.kill('7002'); await clock.runUntil('PROMOTED'); await idle();`);
    await panel.getByText('≠ map wrong about 5461 slots').waitFor();
    await panel.getByRole('button', { name: 'Why?', exact: true }).click();
    await page.getByRole('heading', { name: 'What app1 believes of the slots' }).waitFor();
    expect(await panel.innerText()).toMatch(/10923–16383\s+7002 ≠ 7005/);
    await tab(page, 'Apps').click();
    expect(await panel.locator('table').innerText()).toMatch(/10923–16383\s+7002\s+7005/);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await panel.getByRole('button', { name: 'Start', exact: true }).waitFor();
    // Chosen on the stage it is chosen here, and the other way round.
    await page.locator('[data-visitor="client:app1"]').click();
    await panel.getByRole('button', { name: 'Start', exact: true }).waitFor({ state: 'detached' });
    await app.closePage(page);
  });

  test('the tables of two servers are laid side by side, where they differ', async () => {
    const page = await openStage();
    await run(page, `await fault.kill('7002'); await clock.runUntil('FAIL'); await idle();`);
    const panel = page.locator('[role=tabpanel]').first();
    const suspects = await page.evaluate(() =>
      (window as unknown as { playground: Automation }).playground
        .state()
        .servers.filter(({ state }) => state === 'running')
        .map(
          ({ name, view }) =>
            [name, view?.find((other) => other.name === '7002')?.flags.includes('fail')] as const,
        ),
    );
    const [failed, other] = [true, false].map((has) => suspects.find(([, fail]) => fail === has)?.[0] ?? '');
    await panel.getByLabel('One server', { exact: true }).selectOption(failed!);
    await panel.getByLabel('Another server', { exact: true }).selectOption(other!);
    const row = panel.locator('table.diff tr', { hasText: '7002' }).filter({ hasText: 'flags' });
    expect(await row.locator('td').nth(1).innerText()).toMatch(/\bfail\b(?!\?)/);
    expect(await row.locator('td').nth(2).innerText()).not.toMatch(/\bfail\b(?!\?)/);
    await panel.getByLabel('Another server', { exact: true }).selectOption(failed!);
    await panel.getByText('Both tables say the same.').waitFor();
    await app.closePage(page);
  });

  test('figures are drawn over time, latencies among them, and keys by master', async () => {
    const page = await openStage();
    await tab(page, 'Apps').click();
    await page.getByRole('button', { name: 'Start a new one' }).click();
    await page.locator('[data-visitor="client:app1"]').waitFor();
    for (let step = 0; step < 4; step++) await run(page, `await clock.advance(600); await idle();`);
    await tab(page, 'Charts').click();
    const panel = page.locator('[role=tabpanel]').first();
    const figure = (name: string) => panel.locator('figure', { hasText: name });
    for (const name of ['commands per second', 'latency, median', 'latency, p99', 'replication offset'])
      await expect.poll(() => figure(name).locator('b').innerText(), { timeout: 60_000 }).toMatch(/[1-9]/);
    expect(await figure('commands per second').locator('path').getAttribute('d')).toMatch(/^M[\d.,L-]{20,}/);
    expect(await panel.locator('dd').count()).toBe(3);
    await app.closePage(page);
  });

  test('forty servers: who believes what is on a canvas, and in words below it', async () => {
    const page = await openStage();
    await run(
      page,
      `const { config } = await playground.save();
       await playground.load({ format: 'redis-cluster-playground', version: 1, config: { ...config, masters: 20 },
         inputs: [], playhead: 15e6, hash: '' });
       await fault.kill('7003'); await clock.runUntil('FAIL'); await clock.advance(500); await idle();`,
    );
    const panel = page.locator('[role=tabpanel]').first();
    await panel.locator('canvas').waitFor();
    const told = panel.locator('li button', { hasText: '7003' });
    await told.getByText(/!! \d+/).waitFor();
    expect(await panel.locator('li button').count()).toBeLessThanOrEqual(20);
    await told.click();
    await page.getByRole('heading', { name: /7003/ }).waitFor();
    await app.closePage(page);
  });

  test('a link can be slowed, cut one way and mended', async () => {
    const page = await openStage();
    await node(page, '7000').click();
    await page.getByRole('tree').locator('[tabindex="0"]').focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowRight', 'Enter'])
      await page.keyboard.press(key);
    await page.getByRole('heading', { name: /7000 ↔/ }).waitFor();
    await page.getByRole('button', { name: 'Cut 7000', exact: false }).click();
    await page.getByText('cut', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Mend', exact: true }).click();
    await page.waitForFunction(
      () => !/\bcut\b/.test(document.querySelector('[role=tabpanel] dl')?.textContent ?? 'cut'),
    );
    await page.getByText('as all links').nth(1).waitFor();
    expect(await page.getByText('as all links').count()).toBe(2);
    await app.closePage(page);
  });
});

describe('why', () => {
  test('a slot, a message and a link are explained as well', async () => {
    const page = await openStage();
    await run(
      page,
      `await fault.kill('7002'); await clock.runUntil('AUTH_REQUEST'); await clock.advance(20); await idle();`,
    );
    await page.locator('.space-time').focus();
    await page.keyboard.press('ArrowUp');
    const panel = page.locator('[role=tabpanel]').first();
    await panel.getByRole('button', { name: 'Why?', exact: true }).click();
    await page.getByRole('heading', { name: 'Why 7005 sent this' }).waitFor();
    expect(await panel.innerText()).toMatch(/clusterHandleSlaveFailover[\s\S]*7005 asks every master/);
    await page.getByRole('tree').locator('[tabindex="0"]').focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowRight', 'Enter'])
      await page.keyboard.press(key);
    await page.getByRole('heading', { name: /The link 7000 ↔/ }).waitFor();
    await app.closePage(page);
  });
});

describe('everyone', () => {
  for (const theme of ['light', 'dark'] as const) {
    for (const lang of ['en', 'zh'] as const) {
      test(`axe finds nothing in stage, dock and inspector: ${theme}, ${lang}`, async () => {
        const page = await openStage({ theme, lang });
        await run(
          page,
          `await fault.kill('7002'); await clock.runUntil('AUTH_REQUEST'); await clock.advance(20); await idle();`,
        );
        await node(page, '7005').click();
        const tabs = page.locator('aside [role=tab]');
        const found: string[] = [];
        for (let at = 0; at < (await tabs.count()); at++) {
          await tabs.nth(at).click();
          await page.locator('[role=tabpanel]').first().locator('h2, .empty').first().waitFor();
          found.push(...(await findViolations(page, ['main', 'aside', 'section'])));
        }
        expect(found).toEqual([]);
        await app.closePage(page);
      });
    }
  }
});
