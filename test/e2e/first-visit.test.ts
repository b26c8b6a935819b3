/* The first path through the product, as a learner walks it: ask, be redirected, crash a master, watch the
 * election, read again, bring the old master back, turn time back. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type App } from './harness.ts';
import { typeLine, waitForFeed, waitForPrompt, waitForTerminal } from './page-helpers.ts';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

test('the page opens to a formed cluster of six servers and a prompt', async () => {
  const page = await app.open();
  await waitForPrompt(page);
  const { servers } = await page.evaluate(() => window.playground.state());
  expect(servers.map(({ name, role, clusterState }) => [name, role, clusterState])).toEqual([
    ['7000', 'master', 'ok'],
    ['7001', 'master', 'ok'],
    ['7002', 'master', 'ok'],
    ['7003', 'replica', 'ok'],
    ['7004', 'replica', 'ok'],
    ['7005', 'replica', 'ok'],
  ]);
  await app.closePage(page);
});

test('without -c a foreign key is refused with MOVED, with -c redis-cli follows', async () => {
  const page = await app.open();
  await waitForPrompt(page);
  await typeLine(page, 'SET foo bar');
  await waitForTerminal(page, '(error) MOVED 12182 127.0.0.1:7002');
  await page.getByRole('button', { name: '-c', exact: true }).click();
  await page.getByRole('tab', { name: '7000 -c' }).waitFor();
  await waitForPrompt(page);
  await typeLine(page, 'SET foo bar');
  await waitForTerminal(page, '-> Redirected to slot [12182] located at 127.0.0.1:7002');
  await waitForTerminal(page, '127.0.0.1:7002>');
  await app.closePage(page);
});

test('a killed master is suspected, declared failed and replaced; it returns as a replica', async () => {
  const page = await app.open();
  await page.evaluate(async () => {
    window.playground.clock.speed(20);
    await window.playground.exec('SET foo bar', { console: '7000c' });
    window.playground.clock.play();
  });
  await page.getByRole('button', { name: 'Kill 7002' }).click();
  await waitForFeed(page, 'You kill 7002');
  await waitForFeed(page, 'suspects 7002');
  await waitForFeed(page, 'declares 7002 failed');
  await waitForFeed(page, 'votes for 7005');
  await waitForFeed(page, '7005 is master now');
  await page.evaluate(() => window.playground.clock.advance(3000));
  expect(await page.evaluate(() => window.playground.exec('GET foo', { console: '7001c' }))).toContain('bar');
  await page.evaluate(async () => {
    await window.playground.fault.restart('7002');
    await window.playground.clock.advance(15_000);
  });
  const old = await page.evaluate(() =>
    window.playground.state().servers.find(({ name }) => name === '7002'),
  );
  expect([old?.role, old?.master]).toEqual(['replica', '7005']);
  await app.closePage(page);
});

test('going back to before the kill and forward again gives the same hash', async () => {
  const page = await app.open();
  const [before, after] = await page.evaluate(async () => {
    const { clock, fault, hash, exec } = window.playground;
    clock.pause();
    await exec('SET foo bar', { console: '7000c' });
    const start = clock.now();
    await fault.kill('7002');
    await clock.runUntil('PROMOTED');
    const end = clock.now();
    const first = await hash();
    await clock.seek(start - 1);
    const past = window.playground.state().servers.map(({ state }) => state);
    await clock.seek(end);
    return [{ first, past }, await hash()] as const;
  });
  expect(before.past).toEqual(Array(6).fill('running'));
  expect(after).toBe(before.first);
  await app.closePage(page);
});
