/* The command line of redis-server as lines of its configuration file. */

import { expect, test } from 'vitest';
import { lastSetting, readCommandLine } from '#redis/command-line.ts';

test.each([
  [['redis.conf'], 'redis.conf', ''],
  [['--port', '7000', '--hz', '20'], null, 'port "7000" \nhz "20" '],
  [['x.conf', '--save', '--hz', '20'], 'x.conf', 'save ""\nhz "20" '],
  [['--logfile', '--odd', '--hz', '20'], null, 'logfile "--odd" \nhz "20" '],
  [['--maxmemory 5mb', '--hz', '20'], null, 'maxmemory 5mb \nhz "20" '],
  [['--bind', '127.0.0.1', '::1'], null, 'bind "127.0.0.1" "::1" '],
  [['--requirepass', 'a "b"'], null, 'requirepass "a \\"b\\"" '],
])('options are lines of the configuration: %j', (words, file, lines) => {
  expect(readCommandLine(words)).toEqual({ file, stdin: false, lines });
});

test('more may stand on standard input', () => {
  expect(readCommandLine(['x.conf', '--hz', '20', '-']).stdin).toBe(true);
});

test('the last line that names a parameter gives its value', () => {
  const text = '# port 1\nport 2\r\n  PORT   3 \ndir "/var/lib"\nportable 4\n';
  expect(lastSetting(text, 'port')).toBe('3');
  expect(lastSetting(text, 'dir')).toBe('/var/lib');
  expect(lastSetting(text, 'logfile')).toBeUndefined();
});
