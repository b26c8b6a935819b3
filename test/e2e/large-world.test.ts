/* Worlds that take long to make: the page says so, shows how far it is, and lets one give up. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { phone, startApp, type App } from './harness.ts';
import { typeLine, waitForPrompt, waitForTerminal } from './page-helpers.ts';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

test('a world of hundreds is announced, shows its progress, and given up leaves the one before it', async () => {
  const page = await app.open();
  await waitForPrompt(page);
  await typeLine(page, 'SET hello 1');
  await waitForTerminal(page, 'OK');
  await page.getByRole('button', { name: 'World' }).click();
  await page.getByRole('menuitem', { name: 'New world' }).click();
  expect(await page.getByText(/do not meet one by one/).count()).toBe(0);
  await page.getByLabel('Masters', { exact: true }).fill('500');
  await page.getByText(/do not meet one by one/).waitFor();
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.getByText('Starting the servers …').waitFor();
  await page.getByRole('button', { name: 'Give up' }).click();
  await page.getByText('The world that was there goes on.').waitFor();
  expect(await page.evaluate(() => window.playground.state().servers.length)).toBe(6);
  // Its console is as it was, and works.
  await waitForTerminal(page, 'SET hello 1');
  await typeLine(page, 'GET hello');
  await waitForTerminal(page, '"1"');
  await app.closePage(page);
});

test('three hundred servers begin as one cluster, and elect when a master of theirs is killed', async () => {
  const page = await app.open();
  await page.getByRole('button', { name: 'World' }).click();
  await page.getByRole('menuitem', { name: 'New world' }).click();
  await page.getByLabel('Masters', { exact: true }).fill('150');
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.getByText('300 servers · seed').waitFor({ timeout: 120_000 });
  const states = (): Promise<string[]> =>
    page.evaluate(() => [
      ...new Set(window.playground.state().servers.map(({ clusterState }) => String(clusterState))),
    ]);
  await expect.poll(states, { timeout: 60_000 }).toEqual(['ok']);
  await page.evaluate(() => window.playground.fault.kill('7008'));
  await page.evaluate(() => window.playground.clock.runUntil('PROMOTED'));
  const successor = await page.evaluate(() =>
    window.playground.state().servers.find(({ name }) => name === '7158'),
  );
  expect(successor?.role).toBe('master');
  // What one points at is told where the messages that are not drawn are counted, in the place of the count.
  await page.locator('.stage .folded').waitFor();
  await page.locator('g.node[data-server="7008"]').hover({ force: true });
  await page.locator('.tip.low').waitFor();
  expect(await page.locator('.stage .folded').count()).toBe(0);
  // On a phone what is not as it should be has one line, and no words about servers under it.
  await page.setViewportSize(phone);
  await page.locator('.anomalies.narrow').waitFor();
  const hitsOf = (list: Element): string[] => {
    const box = list.getBoundingClientRect();
    const hits = (label: Element): boolean => {
      const { left, right, bottom } = label.getBoundingClientRect();
      return left < box.right && right > box.left && bottom > box.top;
    };
    return [...document.querySelectorAll('g.label')].filter(hits).map((label) => label.textContent);
  };
  await expect.poll(() => page.locator('g.label').count()).toBeGreaterThan(0);
  await expect.poll(() => page.locator('.anomalies').evaluate(hitsOf)).toEqual([]);
  expect((await page.locator('.anomalies').boundingBox())?.height).toBeLessThan(32);
  await app.closePage(page);
});

test('a world that cannot be says why, and the one before it goes on', async () => {
  const page = await app.open();
  await page.getByRole('button', { name: 'World' }).click();
  await page.getByRole('menuitem', { name: 'New world' }).click();
  await page.getByLabel('Masters', { exact: true }).fill('500');
  await page.getByLabel('Replicas per master').fill('5');
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.getByText(/A world has at most 1200 servers/).waitFor();
  expect(await page.evaluate(() => window.playground.exec('PING'))).toContain('PONG');
  await app.closePage(page);
});

test('a world without cluster mode is not asked for what only a cluster has', async () => {
  const page = await app.open();
  await page.getByRole('button', { name: 'World' }).click();
  await page.getByRole('menuitem', { name: 'New world' }).click();
  await page.getByLabel('Spare servers').fill('2');
  await page.getByLabel('one server, without cluster mode').check();
  expect(await page.getByLabel('Spare servers').count()).toBe(0);
  expect(await page.getByLabel('cluster-node-timeout (ms)').count()).toBe(0);
  await page.getByText('1 servers in all').waitFor();
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await expect.poll(() => page.evaluate(() => window.playground.state().servers.length)).toBe(1);
  await app.closePage(page);
});
