/* Transcripts: readable, playable, and nothing printed gets out of its place. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { castOf, markdownOf } from '#app/export/transcript.ts';

const printed = [
  { at: 1_000_000, console: 'console:7000', text: '127.0.0.1:7000> ' },
  { at: 1_200_000, console: 'console:7000', text: 'GET foo\n(error) MOVED 12182 127.0.0.1:7002\n' },
  { at: 9_000_000, console: 'console:7001', text: '\u001b[1mPONG\u001b[0m\n' },
];

test('Markdown tells time, console and text, without colours', () => {
  expect(markdownOf(printed, 'Title', 'seed 1')).toBe(
    '# Title\n\nseed 1\n\n## 1.000 s, console:7000\n\n```text\n127.0.0.1:7000> GET foo\n' +
      '(error) MOVED 12182 127.0.0.1:7002\n```\n\n## 9.000 s, console:7001\n\n```text\nPONG\n```\n',
  );
});

test('no text closes the fence it stands in', () => {
  const ticks = fc.array(fc.constantFrom('`', '```', '\n', '````', 'x', '\u001b[31m')).map((p) => p.join(''));
  fc.assert(
    fc.property(ticks, (text) => {
      const lines = markdownOf([{ at: 0, console: 'c', text: `a${text}z` }], 'T', 'A').split('\n');
      const fence = (lines.find((line) => line.endsWith('text') && line.startsWith('```')) ?? '').slice(
        0,
        -4,
      );
      expect(lines.filter((line) => line === fence).length).toBe(1);
    }),
  );
});

test('a cast has a header and events in order, each a JSON line', () => {
  const lines = castOf(printed, 'Title', 1_767_225_600_000).trimEnd().split('\n');
  const [header, ...events] = lines.map((line) => JSON.parse(line) as unknown);
  expect(header).toMatchObject({ version: 2, width: 100, timestamp: 1_767_225_600 });
  expect(events).toEqual([
    [0, 'o', expect.stringContaining('127.0.0.1:7000> ')],
    [0.2, 'o', 'GET foo\r\n(error) MOVED 12182 127.0.0.1:7002\r\n'],
    [8, 'o', expect.stringContaining('PONG')],
  ]);
});
