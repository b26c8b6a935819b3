/* The console before a room grows with what it has to show. */

import { expect, test } from 'vitest';
import { FEWEST_LINES, MOST_LINES, stripLines } from '#app/present/strip.ts';
import { ConsoleTab } from '#app/state/consoles.svelte.ts';

const PROMPT = '127.0.0.1:7000> ';

function tabWith(...exchanges: string[]): ConsoleTab {
  const tab = new ConsoleTab('7000', '7000', ['redis-cli']);
  exchanges.forEach((text, at) => tab.append(text, [{ from: PROMPT.length, at }]));
  return tab;
}

test.each([
  ['a short reply', `${PROMPT}GET a\r\n"1"\r\n`, FEWEST_LINES],
  ['five rows and the next prompt', `${PROMPT}KEYS *\r\n1) "a"\r\n2) "b"\r\n3) "c"\r\n4) "d"\r\n`, 6],
  ['a row of two lines', `${PROMPT}ECHO\r\n"${'x'.repeat(60)}"\r\n"y"\r\n`, 5],
  ['colours are not counted', `${PROMPT}LOLWUT\r\n${'\x1b[31m'.repeat(40)}x\r\n`, FEWEST_LINES],
  ['more than the stage can spare', `${PROMPT}INFO\r\n${'a:1\r\n'.repeat(200)}`, MOST_LINES],
])('%s', (_, text, lines) => {
  expect(stripLines(tabWith(text), 40, 0)).toBe(lines);
});

test('only the last exchange counts', () => {
  const long = `${PROMPT}INFO\r\n${'a:1\r\n'.repeat(200)}`;
  expect(stripLines(tabWith(long, `${PROMPT}PING\r\nPONG\r\n`), 40, 0)).toBe(FEWEST_LINES);
  expect(stripLines(tabWith(), 40, 0)).toBe(FEWEST_LINES);
  expect(stripLines(undefined, 40, 0)).toBe(FEWEST_LINES);
  // What was typed in an earlier step.
  expect(stripLines(tabWith(long), 40, 1)).toBe(FEWEST_LINES);
});
