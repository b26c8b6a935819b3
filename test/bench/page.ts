/* Builds the bench's page, serves it, and asks a Chromium for the figures. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { serveFolder } from '#node/static-server.ts';
import { launchBrowser } from '../e2e/harness.ts';

/** Calls `work` with a page on which the functions of page/main.ts are there. */
export async function withBenchPage<T>(work: (page: Page) => Promise<T>): Promise<T> {
  const outDir = mkdtempSync(join(tmpdir(), 'bench-page-'));
  const root = join(import.meta.dirname, 'page');
  await build({
    root,
    configFile: false,
    base: './',
    logLevel: 'error',
    worker: { format: 'es' },
    build: { outDir },
  });
  const server = await serveFolder(outDir, { port: 0 });
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    await page.waitForFunction(() => 'measureWorld' in window);
    return await work(page);
  } finally {
    await browser.close();
    await server.close();
    rmSync(outDir, { recursive: true, force: true });
  }
}
