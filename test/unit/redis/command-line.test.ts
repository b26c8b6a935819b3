/* The command line of redis-server as lines of its configuration file. */

import { expect, test } from 'vitest';
import { lastSetting, optionLines } from '#redis/command-line.ts';

test('an option with its values is a line; a value with blanks is quoted', () => {
  expect(
    optionLines(['--port', '7000', '--save', '', '--client-output-buffer-limit', 'replica', '1', '2', '3']),
  ).toEqual(['port 7000', 'save ""', 'client-output-buffer-limit replica 1 2 3']);
  expect(optionLines(['--requirepass', 'a "b" \\c'])).toEqual(['requirepass "a \\"b\\" \\\\c"']);
  expect(optionLines(['stray', '--appendonly'])).toEqual([' stray', 'appendonly']);
});

test('the last line that names a parameter gives its value', () => {
  const text = '# port 1\nport 2\r\n  PORT   3 \ndir "/var/lib"\nportable 4\n';
  expect(lastSetting(text, 'port')).toBe('3');
  expect(lastSetting(text, 'dir')).toBe('/var/lib');
  expect(lastSetting(text, 'logfile')).toBeUndefined();
});
