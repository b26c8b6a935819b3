import { expect, test } from 'vitest';
import { parseOptions, type OptionSpec } from '#node/options.ts';

const specs = {
  port: { kind: 'number', value: 'N', default: 7000, min: 1, max: 65535, help: 'a port' },
  for: { kind: 'duration', value: 'TIME', default: 60_000, help: 'how long' },
  name: { kind: 'text', help: 'a name' },
  config: { kind: 'pairs', help: 'settings' },
  fault: { kind: 'texts', help: 'faults' },
  empty: { kind: 'flag', help: 'nothing inside' },
} as const satisfies Record<string, OptionSpec>;

const parse = (...argv: string[]): unknown => parseOptions(argv, specs, 'Usage: test');
const complaint = (...argv: string[]): unknown => {
  const result = parseOptions(argv, specs, 'Usage: test');
  return 'message' in result ? [result.message.split('\n')[0], result.code] : result;
};

test('options that are not given have their defaults', () => {
  expect(parse()).toEqual({
    options: { port: 7000, for: 60_000, name: undefined, config: [], fault: [], empty: undefined },
  });
});

test('values stand behind the option or after an equals sign', () => {
  expect(parse('--port', '1', '--for=1.5m', '--name=a=b', '--empty')).toMatchObject({
    options: { port: 1, for: 90_000, name: 'a=b', empty: true },
  });
  expect(parse('--for', '500ms')).toMatchObject({ options: { for: 500 } });
  expect(parse('--for', '7')).toMatchObject({ options: { for: 7000 } });
});

test('lists grow with each use', () => {
  expect(
    parse('--config', 'maxmemory=1mb', '--config', 'save 900 1', '--fault', 'x', '--fault', 'y'),
  ).toMatchObject({
    options: {
      config: [
        ['maxmemory', '1mb'],
        ['save', '900 1'],
      ],
      fault: ['x', 'y'],
    },
  });
});

test.each([
  [['--nope'], 'Unknown option "--nope".'],
  [['stray'], 'Unknown option "stray".'],
  [['--constructor', 'x'], 'Unknown option "--constructor".'],
  [['--port'], '--port needs a value.'],
  [['--port', '0'], '--port must be a whole number from 1 to 65535, not "0".'],
  [['--port', '1e3'], '--port must be a whole number from 1 to 65535, not "1e3".'],
  [['--for', 'soon'], '--for must be a time such as 500ms, 60s or 2m, not "soon".'],
  [['--empty=yes'], '--empty takes no value.'],
  [['--config', 'novalue'], '--config needs name=value, not "novalue".'],
])('%j is refused in a sentence', (argv, message) => {
  expect(complaint(...argv)).toEqual([message, 1]);
});

test('help is no mistake and names every option', () => {
  const result = parseOptions(['--help'], specs, 'Usage: test');
  expect(result).toMatchObject({ code: 0 });
  for (const name of Object.keys(specs)) expect('message' in result && result.message).toContain(`--${name}`);
});
