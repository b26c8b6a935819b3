/* The shell of the machine, in the page: bash over the simulated world. */

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type App } from './harness.ts';
import { terminalText, typeLine, waitForPrompt, waitForTerminal } from './page-helpers.ts';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

/** Requests of the page for the shell's code. */
const SHELL_CODE = /shell-door|bash-/;

async function openShell(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Open a console' }).click();
  await page.getByRole('menuitem', { name: 'shell', exact: true }).click();
  await waitForTerminal(page, 'root@redis:~#');
}

test('a shell is loaded when it is used, runs scripts over the cluster, and is turned back with it', async () => {
  const page = await app.open();
  const loaded: string[] = [];
  page.on('request', (request) => loaded.push(request.url()));
  await waitForPrompt(page);
  await page.evaluate(() => window.playground.clock.speed(10));
  await openShell(page);
  expect(loaded.filter((url) => SHELL_CODE.test(url))).toEqual([]);

  await typeLine(page, 'for port in 7000 7001 7002; do');
  await waitForTerminal(page, '\n>');
  await typeLine(page, 'echo "$port $(redis-cli -p $port ping)"');
  await typeLine(page, 'done');
  await waitForTerminal(page, '7002 PONG');
  expect(loaded.filter((url) => SHELL_CODE.test(url))).not.toEqual([]);

  // A program at the terminal has its own prompt until it ends.
  await typeLine(page, 'redis-cli -c -p 7000');
  await waitForTerminal(page, '127.0.0.1:7000>');
  await typeLine(page, 'SET foo bar');
  await waitForTerminal(page, 'OK');
  await typeLine(page, 'exit');
  await expect.poll(() => terminalText(page), { timeout: 60_000 }).toMatch(/exit\nroot@redis:~# *$/);

  // Output of a loop is shown while it runs, and Ctrl-C ends it.
  await typeLine(page, 'n=0; while true; do n=$((n+1)); echo "round $n"; sleep 1; done');
  await waitForTerminal(page, 'round 3');
  await page.keyboard.press('Control+c');
  await expect.poll(() => terminalText(page), { timeout: 60_000 }).toMatch(/\^C[\s\S]*root@redis:~# *$/);

  const start = await page.evaluate(() => window.playground.clock.now());
  await typeLine(page, "kill -9 $(ps | awk '/:7002 /{print $1}')");
  await expect
    .poll(
      () => page.evaluate(() => window.playground.state().servers.find((s) => s.name === '7002')?.state),
      {
        timeout: 60_000,
      },
    )
    .toBe('down');
  // The line has ended when its prompt is back; what still runs would go on in the past.
  await expect
    .poll(() => terminalText(page), { timeout: 60_000 })
    .toMatch(/print \$1\}'\)"?\s+root@redis:~# *$/);
  await page.evaluate(() => window.playground.clock.pause());
  // Exactly at an input's time the world is as the input left it.
  await page.evaluate((at) => window.playground.clock.seek(at - 200), start);
  expect(
    await page.evaluate(() => window.playground.state().servers.find((s) => s.name === '7002')?.state),
  ).toBe('running');
  await app.closePage(page);
});

test('Tab in a shell types what is certain: commands, ports, files', async () => {
  const page = await app.open();
  await waitForPrompt(page);
  await page.evaluate(() => window.playground.clock.speed(10));
  await openShell(page);
  const shows = async (end: RegExp): Promise<void> =>
    void (await expect.poll(() => terminalText(page), { timeout: 60_000 }).toMatch(end));
  await page.locator('.xterm textarea').focus();
  await page.keyboard.type('redis-cl');
  await page.keyboard.press('Tab');
  await shows(/# redis-cli\s*$/);
  await page.keyboard.type('-p ');
  await page.keyboard.press('Tab');
  await shows(/# redis-cli -p 700\s*$/);
  await page.keyboard.press('Tab');
  await shows(/# redis-cli -p 7000\s*$/);
  await page.keyboard.press('Tab');
  await shows(/# redis-cli -p 7001\s*$/);
  await page.keyboard.type(' PI');
  await page.keyboard.press('Tab');
  await shows(/# redis-cli -p 7001 PING\s*$/);
  await page.keyboard.press('Enter');
  await shows(/PING\s+PONG\s+root@redis:~#\s*$/);
  // Ctrl-R finds an earlier line of the shell again.
  await page.keyboard.press('Control+r');
  await page.keyboard.type('7001');
  await page.keyboard.press('Enter');
  await shows(/PONG\s[\s\S]*PONG\s+root@redis:~#\s*$/);
  await app.closePage(page);
});

test('a configuration typed in the editor starts a server', async () => {
  const page = await app.open();
  await waitForPrompt(page);
  await page.evaluate(() => window.playground.clock.speed(10));
  await openShell(page);
  await typeLine(page, 'nano own.conf');
  await waitForTerminal(page, '^X Exit');
  await page.keyboard.type('# 我的配置\nport 7100\nmaxmemory 3mb\n');
  await waitForTerminal(page, 'maxmemory 3mb');
  // The editor fills the terminal, also when that changes its size.
  await page.setViewportSize({ width: 1100, height: 700 });
  await waitForTerminal(page, '^X Exit');
  await page.keyboard.press('Control+x');
  await waitForTerminal(page, 'Save changes?');
  await page.keyboard.press('y');
  await waitForTerminal(page, 'Write to file: own.conf');
  await page.keyboard.press('Enter');
  // What stood there before is back.
  await expect
    .poll(() => terminalText(page), { timeout: 60_000 })
    .toMatch(/nano own\.conf\s+root@redis:~#\s*$/);
  await typeLine(page, 'redis-server ./own.conf &');
  await typeLine(page, 'redis-cli -p 7100 CONFIG GET maxmemory');
  await waitForTerminal(page, '"3145728"');
  await app.closePage(page);
});

test('without a terminal the editor is a text field', async () => {
  const page = await app.open();
  await waitForPrompt(page);
  await page.evaluate(() => window.playground.clock.speed(10));
  await openShell(page);
  await page.locator('.console').getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitemradio', { name: 'Plain text field' }).click();
  const line = page.getByLabel(/^Command line/);
  await line.fill('nano a.txt');
  await line.press('Enter');
  const field = page.getByLabel('Text of the file');
  await field.fill('一\n二\n');
  await page.getByRole('button', { name: 'Exit' }).click();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await line.fill('cat a.txt');
  await line.press('Enter');
  await expect
    .poll(() => page.locator('[role=log]').first().textContent(), { timeout: 60_000 })
    .toMatch(/cat a\.txt\n一\n二\n/);
  await app.closePage(page);
});

test('a job prints behind the prompt, Ctrl-Z stops what runs, and fg brings it back', async () => {
  const page = await app.open();
  await waitForPrompt(page);
  await page.evaluate(() => window.playground.clock.speed(10));
  await openShell(page);
  await typeLine(page, 'for i in 1 2 3 4 5 6; do sleep 5; echo "tick $i"; done &');
  await waitForTerminal(page, '[1] 100');
  await waitForTerminal(page, 'tick 1');
  await typeLine(page, 'redis-cli -p 7000 ping');
  await waitForTerminal(page, 'PONG');
  await typeLine(page, 'jobs');
  await waitForTerminal(page, '[1]+  Running');
  await waitForTerminal(page, 'tick 6');

  await typeLine(page, 'sleep 1000; echo awake');
  // Ctrl-Z before the shell has the line would find nothing to stop.
  await expect
    .poll(
      async () => {
        await page.keyboard.press('Control+z');
        return terminalText(page);
      },
      { timeout: 60_000, interval: 500 },
    )
    .toMatch(/\[\d\]\+ +Stopped +sleep 1000; echo awake/);
  await typeLine(page, 'kill %sleep');
  // Its end is told before the prompt that follows it.
  await expect
    .poll(
      async () => {
        await page.keyboard.press('Enter');
        return terminalText(page);
      },
      { timeout: 60_000, interval: 500 },
    )
    .toMatch(/\[2\]\+ +Terminated +sleep 1000; echo awake/);
  await app.closePage(page);
});
