/* What the tests of the page say often. All of it waits on state, never on time. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
// The type of window.playground comes with this.
import type {} from '#app/automation/automation.ts';

/** The rows that the terminal in front shows. */
export async function terminalText(page: Page): Promise<string> {
  const rows = await page.locator('.xterm-rows > div').allTextContents();
  return rows.map((row) => row.replaceAll('\u00a0', ' ').trimEnd()).join('\n');
}

/** Holds when the terminal in front comes to show the text. */
export async function waitForTerminal(page: Page, text: string): Promise<void> {
  await expect.poll(() => terminalText(page), { timeout: 60_000, interval: 40 }).toContain(text);
}

/** Types a line into the terminal in front, as a person does. */
export async function typeLine(page: Page, line: string): Promise<void> {
  await page.locator('.xterm textarea').focus();
  await page.keyboard.type(line);
  await page.keyboard.press('Enter');
}

/** Waits until the terminal has loaded and shows its prompt. */
export async function waitForPrompt(page: Page): Promise<void> {
  await page.waitForSelector('.xterm textarea', { state: 'attached' });
  await waitForTerminal(page, '7000>');
}

/** Holds when the feed comes to tell a sentence that contains the text. */
export async function waitForFeed(page: Page, text: string): Promise<void> {
  const told = (): Promise<string | null> => page.locator('.feed ol').textContent();
  await expect.poll(told, { timeout: 120_000, interval: 100 }).toContain(text);
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Scanner {
  axe: {
    run(
      within: unknown,
      options: { runOnly?: readonly string[] },
    ): Promise<{ violations: { id: string; nodes: { target: string[] }[] }[] }>;
  };
}

/** Of axe's rules those that look at colours: all that a theme can break. */
const COLOURS = ['color-contrast', 'link-in-text-block'];

/** What axe finds on the page, or within some of its parts: the rule and the place. */
export async function findViolations(
  page: Page,
  within: readonly string[] = ['html'],
  only?: 'colours',
): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource);
  const options = only ? { runOnly: COLOURS } : {};
  return await page.evaluate(
    async ([parts, options]) => {
      const { axe } = window as unknown as Scanner;
      const { violations } = await axe.run({ include: parts.map((part) => [part]) }, options);
      return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
    },
    [within, options] as const,
  );
}

/** Where Tab has come to. */
export interface Stop {
  name: string;
  /** Whether one sees that it has the focus. */
  ring: boolean;
  region: string;
  /** Which one it is, as long as it is on the page. */
  key: string;
}

/** What has the focus; null when nothing has. */
export async function focusedStop(page: Page): Promise<Stop | null> {
  return await page.evaluate(() => {
    const element = document.activeElement as HTMLElement | null;
    if (!element || element === document.body) return null;
    element.dataset['stop'] ??= String(document.querySelectorAll('[data-stop]').length);
    const labels = [...((element as HTMLInputElement).labels ?? [])].map((label) => label.textContent);
    const described = (element.getAttribute('aria-labelledby') ?? '')
      .split(' ')
      .map((id) => document.getElementById(id)?.textContent ?? '');
    const name = [
      element.getAttribute('aria-label'),
      ...labels,
      ...described,
      element.textContent,
      element.title,
    ]
      .map((text) => text?.trim())
      .find(Boolean);
    const style = getComputedStyle(element);
    const inTerminal = element.closest('.xterm') !== null;
    return {
      name: name ?? '',
      ring:
        inTerminal ||
        element instanceof SVGElement ||
        style.outlineStyle !== 'none' ||
        style.boxShadow !== 'none',
      region:
        element.closest('[aria-label]:is(section, main, aside, header, nav)')?.getAttribute('aria-label') ??
        '',
      key: element.dataset['stop'],
    };
  });
}
