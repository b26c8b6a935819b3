/* Transcripts of redis-cli 7.0.15 with a lone server, on a terminal and in a pipe, against ours with a
 * simulated server. The files in ../golden are what the real one printed; each command of a transcript
 * must be answered the same, but for what is listed here with its reason. */

import { beforeAll, describe, expect, test } from 'vitest';
import { utf8Decode } from '#base/bytes.ts';
import { loadLua } from '#node/lua.ts';
import { CliWorld } from './cli-world.ts';
import { golden } from './golden.ts';
import { blocksOf, mask, replay } from './transcript-blocks.ts';

/** Without the reply to CONFIG GET maxmemory*: real servers list parameters in the order of a hash table. */
function withoutConfig(text: string): string {
  return text
    .replace(/(?:maxmemory[\w-]*\n\w+\n){5}/, '')
    .replace(/(?: ?\d+\) "(?:maxmemory[\w-]*|noeviction|\d+)"\n){10}/, '')
    .replace(/^[{]?"maxmemory.*\n/m, '');
}

/** The commands of a transcript as they would be piped in. */
function piped(name: string): string {
  return blocksOf(name)
    .map((block) => block.command)
    .filter((command) => command !== 'exit')
    .join('\n');
}

describe.sequential('a lone server', () => {
  let world: CliWorld;
  beforeAll(async () => {
    await loadLua();
    world = new CliWorld({ ports: [7330], config: { 'enable-debug-command': 'yes' }, paranoid: true });
  });

  test('commands that fill the server answer as recorded', () => {
    replay(world.open(['redis-cli', '-p', '7330']), blocksOf('10-format-tty-setup.pty.txt'));
  });

  test('every kind of reply looks on a RESP2 terminal as recorded', () => {
    replay(world.open(['redis-cli', '-p', '7330']), blocksOf('11-format-tty-resp2.pty.txt'), {
      'CONFIG GET': 'real servers list parameters in the order of a hash table',
    });
  });

  test('every kind of reply looks on a RESP3 terminal as recorded', () => {
    replay(world.open(['redis-cli', '-p', '7330', '-3']), blocksOf('12-format-tty-resp3.pty.txt'), {
      'CONFIG GET': 'real servers list parameters in the order of a hash table',
      'MEMORY STATS': 'figures of the computer it was recorded on',
      'CLIENT INFO': 'ids, ages and buffer sizes of the computer it was recorded on',
    });
  });

  test('a big number ends redis-cli, as it did', () => {
    const opened = world.open(['redis-cli', '-p', '7330', '-3']);
    opened.step(50);
    opened.step(50);
    opened.type(`EVAL "return {big_number='123456789012345678901234567890'}" 0`);
    // On a terminal both outputs are one.
    const recorded = golden('12-format-tty-resp3-bignum-crash.pty.txt').trimEnd().split('\r\n').at(-1);
    expect(opened.result()).toMatchObject({ stderr: `${recorded}\n`, exitCode: 1 });
  });

  for (const [name, ...flags] of [
    ['13-format-pipe-raw.txt'],
    ['14-format-pipe-noraw.txt', '--no-raw'],
    ['15-format-pipe-csv.txt', '--csv'],
    ['16-format-pipe-json.txt', '--json'],
  ] as const) {
    test(`piped commands print ${name} as recorded`, () => {
      const stdin = piped('11-format-tty-resp2.pty.txt');
      const { stdout } = world.run(['redis-cli', '-p', '7330', ...flags], { tty: false, stdin });
      // Control bytes are shown by our console, so the record is shown in the same way.
      expect(withoutConfig(stdout)).toBe(withoutConfig(shown(golden(name))));
    });
  }

  test.for([
    ['19-oneshot-get', 'GET', 'str'],
    ['19-oneshot-get-nil', 'GET', 'nokey'],
    ['19-oneshot-lrange', 'LRANGE', 'list', '0', '-1'],
    ['19-oneshot-error', 'NOSUCH'],
    ['19-oneshot-error-e', '-e', 'NOSUCH'],
    ['19-oneshot-int', 'INCR', 'num'],
    ['19-oneshot-empty', 'LRANGE', 'nokey', '0', '-1'],
    ['19-oneshot-noraw', '--no-raw', 'LRANGE', 'list', '0', '-1'],
    ['19-oneshot-quoted-input', '--quoted-input', 'SET', '"q\\x00k"', 'v'],
    ['19-oneshot-repeat', '-r', '3', '-i', '0.01', 'PING'],
    ['19-oneshot-delim', '-d', ',', 'LRANGE', 'list', '0', '-1'],
    ['19-oneshot-n-db', '-n', '3', 'DBSIZE'],
    ['19-oneshot-multi-arg-noquote', 'SET', 'a key', 'a value'],
    ['19-oneshot-badopt', '--nosuchoption'],
  ])('%s prints what was recorded', ([name, ...words]) => {
    const argv = name === '19-oneshot-badopt' ? words : ['-p', '7330', ...words];
    if (name === '19-oneshot-int') world.run(['redis-cli', '-p', '7330', 'SET', 'num', '47']);
    const run = world.run(['redis-cli', ...argv], { tty: false, stdin: '' });
    expect(run.stdout).toBe(golden(`${name}.txt`));
    const failing = name === '19-oneshot-badopt' || name === '19-oneshot-error-e';
    expect([run.stderr, run.exitCode]).toEqual([failing ? golden(`${name}.stderr`) : '', failing ? 1 : 0]);
  });

  test('a refused connection is told and ends with an error code', () => {
    const run = world.run(['redis-cli', '-p', '7399', 'PING'], { tty: false, stdin: '' });
    expect(run).toMatchObject({
      stdout: golden('19-oneshot-connrefused.txt'),
      stderr: golden('19-oneshot-connrefused.stderr'),
      exitCode: 1,
    });
  });

  test('-x takes the last argument from standard input', () => {
    const run = world.run(['redis-cli', '-p', '7330', '-x', 'SET', 'fromstdin'], {
      tty: false,
      stdin: 'some data\n',
    });
    expect(run.stdout).toBe(golden('19-oneshot-x.txt'));
    expect(world.run(['redis-cli', '-p', '7330', 'GET', 'fromstdin']).stdout).toBe('"some data\\n"\n');
  });

  test('prompts tell database, transaction and connection', () => {
    const opened = world.open(['redis-cli', '-p', '7330']);
    opened.step(50);
    replay(opened, blocksOf('20-prompts.pty.txt'));
    expect(opened.process.exitCode).toBe(0);
  });

  test('without a server the prompt says so, and CONNECT helps', () => {
    const opened = world.open(['redis-cli', '-p', '7399']);
    opened.step(50);
    replay(opened, blocksOf('22-tty-connrefused.pty.txt'));
  });

  test.for([
    ['23-tty-subscribe.pty.txt', []],
    ['24-tty-subscribe-resp3.pty.txt', []],
    ['26-tty-pubsub-messages.pty.txt', [['PUBLISH', 'ch1', 'hello']]],
    ['27-tty-psubscribe.pty.txt', [['PUBLISH', 'news.x', 'p1']]],
    [
      '28-tty-monitor.pty.txt',
      [
        ['SET', 'mk', 'a "b"\n'],
        ['GET', 'mk'],
        ['EVAL', "return redis.call('get','mk')", '0'],
      ],
    ],
  ] as [string, string[][]][])('%s is left by Ctrl-C as recorded', ([name, others]) => {
    const blocks = blocksOf(name);
    const opened = world.open(['redis-cli', '-p', '7330', ...(name.includes('resp3') ? ['-3'] : [])]);
    for (let tries = 0; tries < 1000 && opened.process.prompt === null; tries++) opened.step();
    expect(opened.process.prompt).toBe('127.0.0.1:7330> ');
    opened.input({ kind: 'line', line: blocks[0]?.command });
    opened.step(600);
    for (const argv of others) world.run(['redis-cli', '-p', '7330', ...argv], { tty: false, stdin: '' });
    opened.step(20);
    opened.input({ kind: 'interrupt' });
    opened.step(100);
    const recorded = golden(name)
      .replaceAll('\r\n', '\n')
      .replace(/127\.0\.0\.1:7330> $/, '');
    expect(mask(opened.result().screen)).toBe(mask(recorded));
    expect(opened.process.prompt).toBe('127.0.0.1:7330> ');
    opened.type('PING');
    expect(opened.result().screen).toMatch(/PONG\n$/);
  });

  test('-x at a terminal takes lines until Ctrl-D', () => {
    const opened = world.open(['redis-cli', '-p', '7330', '-x', 'SET', 'typed']);
    opened.step(50);
    opened.type('one');
    opened.type('two');
    opened.input({ kind: 'eof' });
    opened.step(50);
    expect(opened.result()).toMatchObject({ screen: 'one\ntwo\nOK\n', exitCode: 0 });
    expect(world.run(['redis-cli', '-p', '7330', 'GET', 'typed']).stdout).toBe('"one\\ntwo\\n"\n');
  });

  test('Ctrl-C at a question leaves what was typed, and its mark behind it', () => {
    const opened = world.open(['ask', 'Sure? ']);
    opened.step(50);
    opened.input({ kind: 'interrupt', line: 'ye\x1b[2J' });
    opened.step(50);
    expect(opened.result()).toMatchObject({ screen: 'Sure? ye^[[2J^C\n', exitCode: 130 });
  });

  test('Ctrl-C while a command blocks ends redis-cli', () => {
    const opened = world.open(['redis-cli', '-p', '7330']);
    opened.step(50);
    opened.input({ kind: 'line', line: 'BLPOP nolist 0' });
    opened.step(100);
    expect(opened.process.prompt).toBeNull();
    opened.input({ kind: 'interrupt' });
    opened.step();
    expect(opened.process.exitCode).toBe(1);
  });

  test('--pipe counts replies and errors as recorded', () => {
    const bad = world.run(['redis-cli', '-p', '7330', '--pipe'], {
      tty: false,
      stdin: 'SET p1 v\r\nINCR str\r\nSET p2 v\r\n',
    });
    expect(bad).toMatchObject({
      stdout: golden('34-pipe.txt'),
      stderr: golden('34-pipe.stderr'),
      exitCode: 1,
    });
    const good = world.run(['redis-cli', '-p', '7330', '--pipe'], {
      tty: false,
      stdin: 'SET p1 v\r\nSET p2 v\r\n',
    });
    expect(good).toMatchObject({ stdout: golden('35-pipe-ok.txt'), exitCode: 0 });
  });

  test('errors are told on a terminal as recorded', () => {
    const other = new CliWorld({ ports: [7331], config: { 'enable-debug-command': 'yes' } });
    const opened = other.open(['redis-cli', '-p', '7331']);
    opened.step(50);
    const blocks = blocksOf('46-err-gallery.pty.txt');
    replay(opened, blocks, {
      'DEBUG OBJECT': 'an address in memory',
      CONFIG: 'how much memory is used',
      'SET big': 'how much memory is used',
    });
  });
});

/** Bytes as our console shows them. */
function shown(bytes: string): string {
  const text = utf8Decode(bytes);
  // eslint-disable-next-line no-control-regex
  return text
    .replaceAll('\r\n', '\n')
    .replace(/[\x00-\x08\x0b-\x1f]/g, (char) => `^${String.fromCharCode(char.charCodeAt(0) + 64)}`);
}
