/* What every browser test stands on: the built page behind the static server, Debian's Chromium, and pages
 * that fail their test when something went wrong that nobody asserted: an uncaught error, a refused
 * style or script, a request to anyone else.
 *
 *   const app = await startApp();            // once per file, in beforeAll
 *   const page = await app.open({ lang: 'zh', viewport: phone });
 *   ... await page.waitForFunction(...)      // wait on state, never on time
 *   await app.closePage(page);               // throws what went wrong unseen
 *   await app.stop();                        // in afterAll
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { serveFolder, type StaticServer } from '#node/static-server.ts';
import { findTool } from '#test/tools.mjs';

export interface OpenOptions {
  viewport?: { width: number; height: number };
  theme?: 'light' | 'dark';
  lang?: 'en' | 'zh' | 'both';
  reducedMotion?: boolean;
  /** A finger instead of a mouse. */
  touch?: boolean;
  /** Appended to the page's address, e.g. "?lesson=11" or "#...". */
  path?: string;
  /** Messages that the test expects, so they are no failure. */
  expectedMessages?: RegExp;
}

export const desktop = { width: 1440, height: 900 };
export const laptop = { width: 1280, height: 720 };
export const phone = { width: 390, height: 844 };

/** The same picture on every machine: no GPU, no hinting, no scroll bars; and no talk to anyone. */
const browserFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--force-device-scale-factor=1',
  '--font-render-hinting=none',
  '--disable-lcd-text',
  '--hide-scrollbars',
];

/** A Chromium without a window. */
export async function launchBrowser(extraFlags: string[] = []): Promise<Browser> {
  const executablePath = findTool('chromium');
  if (executablePath === null) throw new Error('No Chromium was found. npm test installs it where it can.');
  return await chromium.launch({ executablePath, args: [...browserFlags, ...extraFlags] });
}

/** The built page on a free port. */
export async function serveBuild(mount = '/'): Promise<StaticServer> {
  const dist = join(import.meta.dirname, '..', '..', 'dist');
  if (!existsSync(join(dist, 'index.html'))) throw new Error('There is no build yet: npm run build.');
  return await serveFolder(dist, { port: 0, mount });
}

export class App {
  readonly server: StaticServer;
  readonly browser: Browser;
  readonly #troubles = new Map<Page, string[]>();

  constructor(server: StaticServer, browser: Browser) {
    this.server = server;
    this.browser = browser;
  }

  /** Opens the page in a context of its own (fresh storage) and waits until it can be used. */
  async open(options: OpenOptions = {}): Promise<Page> {
    const page = await this.openRaw(options);
    await page.waitForFunction(() => 'playground' in window, undefined, { timeout: 60_000 });
    await page.evaluate(
      () => (window as unknown as { playground: { ready: Promise<unknown> } }).playground.ready,
    );
    return page;
  }

  /** Opens the page, stops its clock and waits until stage and tape are drawn. */
  async openPaused(options: OpenOptions = {}): Promise<Page> {
    const page = await this.open(options);
    await page.evaluate(async () => {
      window.playground.clock.pause();
      await window.playground.idle();
    });
    await page.locator('g.node').first().waitFor();
    await page.locator('[role=slider].tape').waitFor();
    return page;
  }

  /** Opens the page without waiting for the program. */
  async openRaw(options: OpenOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({
      viewport: options.viewport ?? desktop,
      colorScheme: options.theme ?? 'light',
      locale: options.lang === 'zh' ? 'zh-CN' : 'en-GB',
      reducedMotion: options.reducedMotion === true ? 'reduce' : 'no-preference',
      hasTouch: options.touch ?? false,
    });
    // Three times the usual: what is waited for comes, but on a busy machine late.
    context.setDefaultTimeout(90_000);
    const page = await context.newPage();
    this.#watch(page, options.expectedMessages);
    await page.goto(this.server.url + (options.path ?? ''), { waitUntil: 'domcontentloaded' });
    return page;
  }

  /** Closes the page with its context and throws what went wrong in it. */
  async closePage(page: Page): Promise<void> {
    await page.context().close();
    const troubles = this.#troubles.get(page) ?? [];
    this.#troubles.delete(page);
    if (troubles.length > 0) throw new Error(`The page had trouble:\n${troubles.join('\n')}`);
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.server.close();
  }

  #watch(page: Page, expected?: RegExp): void {
    const troubles: string[] = [];
    this.#troubles.set(page, troubles);
    const note = (text: string): void => {
      if (!expected?.test(text)) troubles.push(text);
    };
    page.on('pageerror', (error) => note(`uncaught: ${error.stack ?? error.message}`));
    page.on('console', (message) => {
      // Chromium reports refused styles and scripts (Content-Security-Policy) as console errors.
      if (message.type() === 'error') note(`console: ${message.text()} (${message.location().url})`);
    });
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(new URL(this.server.url).origin) && !/^(data|blob):/.test(url))
        note(`request to ${url}`);
    });
  }
}

/** Serves the build and starts a browser; `mount` is a sub-path such as "/some/folder/". */
export async function startApp(mount = '/'): Promise<App> {
  const server = await serveBuild(mount);
  return new App(server, await launchBrowser());
}
