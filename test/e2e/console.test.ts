/* The console: typing, pasting, completing, searching, composing Chinese, stopping, and text that would
 * like to be more than text. */

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { phone, startApp, type App } from './harness.ts';
import { terminalText, typeLine, waitForPrompt, waitForTerminal } from './page-helpers.ts';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

async function openConsole(): Promise<Page> {
  const page = await app.open();
  await waitForPrompt(page);
  return page;
}

/** Gives the terminal a paste, as the browser does. */
async function paste(page: Page, text: string): Promise<void> {
  await page.locator('.xterm textarea').evaluate((field, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

/** Clicks on a word that the terminal shows. */
async function clickWord(page: Page, word: string): Promise<void> {
  const place = await page.locator('.xterm-rows').evaluate((rows, text) => {
    const walker = document.createTreeWalker(rows, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const at = (node.textContent ?? '').replaceAll('\u00a0', ' ').indexOf(text);
      if (at < 0) continue;
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + text.length);
      const { x, y, width, height } = range.getBoundingClientRect();
      return { x: x + width / 2, y: y + height / 2 };
    }
    throw new Error(`${text} is not there`);
  }, word);
  await page.mouse.move(place.x, place.y);
  await page.locator('.xterm-cursor-pointer').waitFor({ timeout: 60_000 });
  await page.mouse.click(place.x, place.y);
}

describe('the terminal', () => {
  test('several pasted lines run one after the other', async () => {
    const page = await openConsole();
    await paste(page, 'SET hello 1\nINCR hello\nGET hello\n');
    await waitForTerminal(page, '(integer) 2');
    await waitForTerminal(page, '"2"');
    await app.closePage(page);
  });

  test('a typed line shows the messages that it sent and got, everywhere', async () => {
    const page = await openConsole();
    await typeLine(page, 'SET hello 1');
    await waitForTerminal(page, 'OK');
    await typeLine(page, 'GET foo');
    await waitForTerminal(page, '(error) MOVED');
    const marks = page.getByRole('button', { name: 'Messages of this line' });
    await expect.poll(() => marks.count(), { timeout: 60_000 }).toBe(2);
    await marks.first().click();
    const panel = page.getByRole('tabpanel');
    await expect.poll(() => panel.textContent(), { timeout: 60_000 }).toMatch(/redis-cli → 7000\s*SET/);
    expect(await panel.textContent()).toMatch(/7000 → redis-cli\s*OK/i);
    expect(await panel.textContent()).not.toContain('MOVED');
    await marks.last().click();
    await expect.poll(() => panel.textContent(), { timeout: 60_000 }).toMatch(/7000 → redis-cli\s*MOVED/);
    expect(await panel.textContent()).toMatch(/redis-cli → 7000\s*GET/);
    // Back at that moment its messages fly on the stage, marked as what is chosen.
    await page.getByRole('button', { name: 'Go back to it' }).click();
    await page.getByRole('button', { name: 'message', exact: true }).first().click();
    await panel.getByRole('button', { name: /GET/ }).click();
    await expect.poll(() => panel.locator('h2').textContent(), { timeout: 60_000 }).toMatch(/GET/);
    await app.closePage(page);
  });

  test('a server, a slot and a key in the output are chosen by a click', async () => {
    const page = await openConsole();
    await typeLine(page, 'CLUSTER MYID');
    const id = await page.evaluate(
      () => window.playground.state().servers.find(({ name }) => name === '7000')?.nodeId ?? '',
    );
    await waitForTerminal(page, id);
    await clickWord(page, id.slice(0, 12));
    await page.getByRole('heading', { name: /7000/ }).waitFor();
    await typeLine(page, 'GET foo');
    await waitForTerminal(page, 'MOVED 12182 127.0.0.1:7002');
    await clickWord(page, '127.0.0.1:7002');
    await page.getByRole('heading', { name: /7002/ }).waitFor();
    await clickWord(page, 'MOVED 12182');
    await page.getByRole('columnheader', { name: 'owner of 12182' }).waitFor();
    await typeLine(page, 'SET hello 1');
    await waitForTerminal(page, 'OK');
    await clickWord(page, 'hello');
    await page.getByRole('columnheader', { name: 'owner of 866' }).waitFor();
    await app.closePage(page);
  });

  test('what a reply says is told to those who do not see it', async () => {
    const page = await openConsole();
    await typeLine(page, 'ECHO told');
    const log = page.getByRole('log', { name: 'Console output' });
    await expect.poll(() => log.textContent(), { timeout: 60_000 }).toContain('"told"');
    await app.closePage(page);
  });

  test('a script is debugged line by line, and what it changed is rolled back', async () => {
    const page = await openConsole();
    for (const [line, answer] of [
      ['SCRIPT DEBUG YES', 'OK'],
      [`EVAL "local a = redis.call('INCR', 'hello')\\nreturn a" 0`, "-> 1   local a = redis.call('INCR'"],
      ['n', '<reply> 1'],
      ['print a', '<value> 1'],
      ['continue', '(Lua debugging session ended -- dataset changes rolled back)'],
      ['GET hello', '(nil)'],
    ] as const) {
      await typeLine(page, line);
      await waitForTerminal(page, answer);
    }
    await app.closePage(page);
  });

  test('Chinese is composed, sent as UTF-8 and shown in columns', async () => {
    const page = await openConsole();
    await page.locator('.xterm textarea').focus();
    await page.keyboard.type('ECHO ');
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Input.imeSetComposition', { text: 'ni', selectionStart: 2, selectionEnd: 2 });
    await cdp.send('Input.insertText', { text: '你好' });
    await waitForTerminal(page, 'ECHO 你好');
    await page.keyboard.press('Enter');
    await waitForTerminal(page, '"\\xe4\\xbd\\xa0\\xe5\\xa5\\xbd"');
    await app.closePage(page);
  });

  test('the arrow brings the last line back and Ctrl-R finds an older one', async () => {
    const page = await openConsole();
    await typeLine(page, 'SET hello 1');
    await waitForTerminal(page, 'OK');
    await typeLine(page, 'PING');
    await waitForTerminal(page, 'PONG');
    await page.keyboard.press('ArrowUp');
    await waitForTerminal(page, 'PONG\n127.0.0.1:7000> PING');
    await page.keyboard.press('Control+u');
    await page.keyboard.press('Control+r');
    await page.keyboard.type('SET');
    await waitForTerminal(page, "(reverse-i-search)`SET': SET hello 1");
    await app.closePage(page);
  });

  test('a tab that was left and opened again shows each line once', async () => {
    const page = await openConsole();
    await typeLine(page, 'GET foo');
    await waitForTerminal(page, 'MOVED');
    await page.locator('.why').waitFor();
    await page.getByRole('tab', { name: /^7001/ }).click();
    await waitForTerminal(page, '127.0.0.1:7001>');
    await page.getByRole('tab', { name: /^7000/ }).click();
    await waitForTerminal(
      page,
      '127.0.0.1:7000> GET foo\n(error) MOVED 12182 127.0.0.1:7002\n127.0.0.1:7000>',
    );
    await page.locator('.why').waitFor();
    expect((await terminalText(page)).match(/MOVED/g)).toHaveLength(1);
    await app.closePage(page);
  });

  test('Tab completes a command and its arguments are hinted', async () => {
    const page = await openConsole();
    await page.locator('.xterm textarea').focus();
    await page.keyboard.type('zrangeb');
    await page.keyboard.press('Tab');
    await waitForTerminal(page, 'ZRANGEBYLEX');
    await waitForTerminal(page, 'key min max');
    await app.closePage(page);
  });

  test('what looks like markup or terminal control is shown as text', async () => {
    const page = await openConsole();
    await typeLine(page, 'ECHO "<img src=x onerror=alert(1)>"');
    await waitForTerminal(page, '"<img src=x onerror=alert(1)>"');
    await typeLine(page, 'ECHO "\\x1b[31mred\\x1b]0;title\\x07"');
    await waitForTerminal(page, '"\\x1b[31mred\\x1b]0;title\\a"');
    expect(await page.title()).toBe('Redis Cluster Playground');
    expect(await page.locator('.xterm img').count()).toBe(0);
    await app.closePage(page);
  });

  test('unbalanced quotes and unknown commands get a clear message and the prompt comes back', async () => {
    const page = await openConsole();
    await typeLine(page, 'SET "a');
    await waitForTerminal(page, 'Invalid argument(s)');
    await typeLine(page, 'NOSUCH thing');
    await waitForTerminal(page, "(error) ERR unknown command 'NOSUCH', with args beginning with: 'thing'");
    await typeLine(page, 'GET');
    await waitForTerminal(page, "(error) ERR wrong number of arguments for 'get' command");
    await app.closePage(page);
  });

  test('a line typed while time stands still is answered when it runs', async () => {
    const page = await openConsole();
    await page.evaluate(() => window.playground.clock.pause());
    await typeLine(page, 'PING');
    await page.getByText('Time stands still').waitFor();
    await page.getByRole('button', { name: 'Let it run' }).click();
    await waitForTerminal(page, 'PONG');
    await app.closePage(page);
  });

  test('every server has its tab, and each is a console of its own', async () => {
    const page = await openConsole();
    for (const port of ['7001', '7002', '7003', '7004', '7005']) {
      await page.getByRole('tab', { name: port, exact: false }).first().click();
      await waitForTerminal(page, `127.0.0.1:${port}>`);
      await typeLine(page, 'CLUSTER MYID');
      await page.evaluate(() => window.playground.idle());
    }
    expect(
      await page.evaluate(() => window.playground.exec('CONFIG GET port', { console: '7004' })),
    ).toContain('7004');
    await app.closePage(page);
  });

  test('tabs beyond the room there is are reached by their list, and the one in front is seen', async () => {
    const page = await openConsole();
    for (const port of ['7000', '7001', '7002', '7003', '7004', '7005'])
      await page.evaluate((name) => window.playground.exec('PING', { console: name }), `${port}c`);
    const isSeen = (name: RegExp): Promise<boolean> =>
      page.getByRole('tab', { name }).evaluate((tab) => {
        const [inner, outer] = [tab, tab.parentElement as HTMLElement].map((one) =>
          one.getBoundingClientRect(),
        ) as [DOMRect, DOMRect];
        return inner.left >= outer.left - 1 && inner.right <= outer.right + 1;
      });
    await page.getByRole('tab', { name: /^7005 -c/ }).click();
    await expect.poll(() => isSeen(/^7005 -c/), { timeout: 30_000 }).toBe(true);
    expect(await isSeen(/^7000(?! -c)/)).toBe(false);
    await page.getByRole('button', { name: 'Consoles', exact: true }).click();
    await page.getByRole('menuitemradio', { name: '7000 -c' }).click();
    await waitForTerminal(page, '127.0.0.1:7000>');
    await expect.poll(() => isSeen(/^7000 -c/), { timeout: 30_000 }).toBe(true);
    await app.closePage(page);
  });

  test('the output can be searched and the search closed by Escape', async () => {
    const page = await openConsole();
    await typeLine(page, 'CLUSTER NODES');
    await waitForTerminal(page, 'slave');
    await page.keyboard.press('Control+Shift+F');
    await page.getByRole('searchbox', { name: 'Search the output' }).fill('slave');
    await page.getByText(/^\d+\/3$/).waitFor();
    expect(await page.locator('.xterm-rows').textContent()).toContain('slave');
    await page.keyboard.press('Escape');
    await page.getByRole('searchbox', { name: 'Search the output' }).waitFor({ state: 'detached' });
    await app.closePage(page);
  });

  test('Escape leaves the terminal, so that a keyboard is not caught in it', async () => {
    const page = await openConsole();
    await page.locator('.xterm textarea').focus();
    await page.keyboard.press('Escape');
    // To the tab of this console, not to that of some other panel.
    const tab = page.getByRole('region', { name: 'Console', exact: true }).locator('[role=tab]:focus');
    await tab.waitFor();
    expect(await tab.getAttribute('aria-selected')).toBe('true');
    await app.closePage(page);
  });

  test('seeking back takes back what was printed since', async () => {
    const page = await openConsole();
    await page.evaluate(() => window.playground.clock.pause());
    const start = await page.evaluate(() => window.playground.clock.now());
    await page.evaluate(() => window.playground.exec('ECHO later'));
    await waitForTerminal(page, '"later"');
    await page.evaluate((at) => window.playground.clock.seek(at - 1), start);
    await expect.poll(() => terminalText(page)).not.toContain('later');
    await app.closePage(page);
  });
});

describe('a console opened later than now', () => {
  test('is started again when somebody types into it in a past that did not have it', async () => {
    const page = await openConsole();
    await page.evaluate(() => window.playground.clock.pause());
    const start = await page.evaluate(() => window.playground.clock.now());
    await page.evaluate(() => window.playground.exec('PING', { console: '7001' }));
    await waitForTerminal(page, 'PONG');
    await page.evaluate((at) => window.playground.clock.seek(at), start - 1);
    await expect.poll(() => terminalText(page)).not.toContain('PONG');
    await page.evaluate(() => window.playground.clock.play());
    await typeLine(page, 'ECHO again');
    await waitForTerminal(page, '"again"');
    await app.closePage(page);
  });
});

describe('the text field on a phone', () => {
  test('chips build a command and the answer is shown', async () => {
    const page = await app.open({ viewport: phone, touch: true });
    await page.getByRole('tab', { name: 'Console' }).click();
    const chips = page.getByRole('group', { name: 'Pieces of a command' });
    await chips.getByRole('button', { name: 'SET', exact: true }).click();
    await chips.getByRole('button', { name: 'foo', exact: true }).click();
    await chips.getByRole('button', { name: '1', exact: true }).click();
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    const output = page.getByRole('log', { name: 'Console output' });
    await expect.poll(() => output.textContent(), { timeout: 60_000 }).toContain('MOVED 12182');
    await app.closePage(page);
  });
});
