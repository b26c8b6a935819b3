/* Text of the console outside the terminal: plain text, colours, things that can be selected, chips. */

import { describe, expect, test } from 'vitest';
import { chipsFor } from '#app/console/chips.ts';
import { decorate } from '#app/console/decorate.ts';
import { findWords } from '#app/console/output-links.ts';
import { plainText } from '#app/console/plain-text.ts';
import type { ServerFrame } from '#sim/frame.ts';

describe('plain text', () => {
  test.each([
    ['colours go', '\x1b[31m(error)\x1b[0m x', '(error) x'],
    ['titles go', 'a\x1b]0;title\x07b', 'ab'],
    ['control bytes go, tabs and lines stay', 'a\x00\x07\tb\nc', 'a\tb\nc'],
    ['a progress line that was written over shows its end', '10%\r20%\r30%\nnext', '30%\nnext'],
    ['a carriage return before a line end is nothing', 'a\r\nb', 'a\nb'],
    ['an unfinished escape goes', 'a\x1b', 'a'],
  ])('%s', (_, text, expected) => {
    expect(plainText(text)).toBe(expected);
  });
});

describe('colours', () => {
  test('prompts, errors and redirects are coloured and nothing else is changed', () => {
    const text =
      '127.0.0.1:7000> GET foo\n(error) MOVED 1 127.0.0.1:7001\n"(error) x"\n-> Redirected to slot [1] x\n';
    const colored = decorate(text);
    // eslint-disable-next-line no-control-regex
    expect(colored.replace(/\x1b\[\d+m/g, '')).toBe(text);
    expect(colored).toContain('\x1b[32m127.0.0.1:7000> \x1b[39mGET foo');
    expect(colored).toContain('\n"(error) x"\n');
  });
});

describe('things in the output', () => {
  const id = '0123456789abcdef0123456789abcdef01234567';
  const servers = [{ name: '7002', nodeId: id, port: 7002 }] as ServerFrame[];

  test('addresses, node ids and slots of this world are found', () => {
    expect(findWords(`(error) MOVED 12182 127.0.0.1:7002`, servers)).toEqual([
      { from: 8, length: 11, selection: { kind: 'slot', slot: 12182 } },
      { from: 20, length: 14, selection: { kind: 'server', name: '7002' } },
    ]);
    expect(findWords(`${id} master`, servers)[0]?.selection).toEqual({ kind: 'server', name: '7002' });
    expect(findWords(`"${id}"`, servers)[0]?.selection).toEqual({ kind: 'server', name: '7002' });
    expect(findWords('-> Redirected to slot [866] located at', servers)).toHaveLength(1);
  });

  test('a key is found in a typed line, and in a reply that quotes it', () => {
    const foo = { kind: 'key', key: 'foo', slot: 12182 };
    expect(findWords('127.0.0.1:7000> hset foo a b', servers)).toEqual([
      { from: 21, length: 3, selection: foo },
    ]);
    expect(findWords('1) "foo"', servers)).toEqual([{ from: 3, length: 5, selection: foo }]);
    expect(findWords('127.0.0.1:7000> CLUSTER KEYSLOT {foo}x', servers)[0]?.selection).toMatchObject({
      slot: 12182,
    });
  });

  test('strangers are not', () => {
    expect(findWords('127.0.0.1:9999 slot 99999', servers)).toEqual([]);
    expect(findWords('127.0.0.1:7000> INFO server', servers)).toEqual([]);
    expect(findWords('"\\x00\\xff"', servers)).toEqual([]);
  });
});

describe('chips', () => {
  test('an empty line offers commands and the last lines', () => {
    const labels = chipsFor('', ['GET a']).map(({ label }) => label);
    expect(labels).toContain('CLUSTER');
    expect(labels).toContain('GET a');
  });

  test('after a command come the keys that were used last, then values and options', () => {
    const labels = (line: string): string[] =>
      chipsFor(line, ['SET cart 1', 'INFO', 'hget x y']).map(({ label }) => label);
    expect(labels('GET ')[0]).toBe('cart');
    expect(labels('GET ')).toContain('foo');
    expect(labels('set cart 1')).toContain('EX 60');
    expect(chipsFor('EXPIRE cart', []).map(({ line }) => line)).toContain('EXPIRE cart 60 ');
    expect(labels('NOSUCH a b')).toEqual([]);
  });

  test('a line typed twice is offered once, the newest first', () => {
    const typed = ['GET b', 'GET a', 'GET c', 'GET a', 'ROLE', 'GET a'];
    const labels = chipsFor('', typed).map(({ label }) => label);
    expect(labels.slice(-3)).toEqual(['GET a', 'GET c', 'GET b']);
    expect(new Set(labels).size).toBe(labels.length);
  });

  test('they build a line word by word', () => {
    expect(chipsFor('cluster', []).find(({ label }) => label === 'KEYSLOT')?.line).toBe('cluster KEYSLOT ');
    expect(chipsFor('GET', [])[0]?.line).toBe('GET foo ');
    expect(chipsFor('GET foo extra', [])).toEqual([]);
  });
});
