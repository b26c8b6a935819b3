import { describe, expect, test } from 'vitest';
import { defaultConfig, parseOptions, type CliConfig, type Parsed } from '#cli/options.ts';

function parse(...argv: string[]): Parsed {
  return parseOptions(argv, true, {});
}

function config(...argv: string[]): CliConfig {
  const parsed = parse(...argv);
  if (parsed.kind !== 'run') throw new Error(parsed.kind);
  return parsed.config;
}

describe('the command line', () => {
  test('without options it means the default server and a prompt', () => {
    expect(config()).toEqual(defaultConfig(true));
    expect(config()).toMatchObject({ host: '127.0.0.1', port: 6379, output: 'standard', argv: [] });
  });

  test('options end where the command begins', () => {
    expect(config('-p', '7000', '-c', 'set', '-p', '1')).toMatchObject({
      port: 7000,
      cluster: true,
      argv: ['set', '-p', '1'],
    });
  });

  test('an unknown option, and one without its value, are refused with the words of 7.0', () => {
    for (const option of ['--nosuch', '-t', '-p']) {
      expect(parse(option)).toEqual({
        kind: 'error',
        text: `Unrecognized option or bad number of args for: '${option}'\n`,
      });
    }
  });

  test('a URI says all in one', () => {
    expect(config('-u', 'redis://bob:p%40w@10.0.0.1:7001/3')).toMatchObject({
      host: '10.0.0.1',
      port: 7001,
      user: 'bob',
      auth: 'p@w',
      db: 3,
    });
    expect(config('-u', 'redis://h')).toMatchObject({ host: 'h', port: 6379, auth: null });
    expect(parse('-u', 'http://x')).toEqual({ kind: 'error', text: 'Invalid URI scheme\n' });
  });

  test('a password on the command line is warned of, unless that is not wanted', () => {
    expect(parse('-a', 'x')).toMatchObject({
      warnings: expect.stringContaining('may not be safe') as string,
    });
    expect(parse('-a', 'x', '--no-auth-warning')).toMatchObject({ warnings: '' });
    expect(parseOptions([], true, { REDISCLI_AUTH: 'x' })).toMatchObject({
      warnings: '',
      config: { auth: 'x' },
    });
  });

  test('JSON asks for RESP3, unless RESP2 was asked for before', () => {
    expect(config('--json')).toMatchObject({ output: 'json', resp3: true });
    expect(config('-2', '--json')).toMatchObject({ output: 'json', resp3: false });
  });

  test('--cluster takes words up to the next option', () => {
    const { manager } = config(
      '--cluster',
      'create',
      'a:1',
      'b:2',
      '--cluster-replicas',
      '1',
      '--cluster-yes',
    );
    expect(manager).toMatchObject({ command: 'create', args: ['a:1', 'b:2'], replicas: 1, yes: true });
    expect(
      config('--cluster', 'rebalance', 'a:1', '--cluster-weight', 'x=1', 'y=2.5', '--cluster-simulate')
        .manager,
    ).toMatchObject({
      weights: ['x=1', 'y=2.5'],
      simulate: true,
    });
    expect(parse('--cluster')).toEqual({ kind: 'usage', code: 1 });
  });

  test('garbage never throws', () => {
    const words = [
      '--',
      '-',
      '',
      '\x00',
      '-u',
      'redis://@:/',
      '--quoted-pattern',
      '"',
      '--pattern',
      '-X',
      '--cluster-weight',
      '=',
      '-i',
      'x',
    ];
    let seed = 7;
    for (let round = 0; round < 2000; round++) {
      const argv: string[] = [];
      for (let at = 0; at < 5; at++)
        argv.push(words[(seed = (seed * 1103515245 + 12345) & 0x7fffffff) % words.length] as string);
      expect(['run', 'error', 'usage', 'version']).toContain(parse(...argv).kind);
    }
  });
});
