/* What a lone server says of itself, and its errors, as recorded from 7.0.15. Of INFO the fields and their
 * order must be the same, and the values of all that do not tell of a computer, of time or of how much was
 * asked before. */

import { beforeAll, describe, expect, test } from 'vitest';
import { loadLua } from '#node/lua.ts';
import { CliWorld, type OpenConsole } from './cli-world.ts';
import { golden, goldenErrors, plain } from './golden.ts';
import { infoShape } from './info-shape.ts';
import { hintOf } from '#cli/help.ts';
import { loadCommandDocs } from '#redis/words.ts';
import { blocksOf, mask, replay } from './transcript-blocks.ts';

const BIG_NUMBER = `EVAL "return {big_number='123456789012345678901234567890'}" 0`;

/** Commands of a transcript, from the second up to and with `last`, and then one that ends redis-cli. */
function piped(name: string, last: string): string {
  const commands = blocksOf(name).map((block) => block.command);
  return [...commands.slice(1, commands.indexOf(last) + 1), BIG_NUMBER].join('\n');
}

/** Replies without figures of a computer, and without the order of parameters, which is that of a hash table. */
function portable(text: string): string[] {
  const fields = /("(?:[\w-]+\.[\w-]+|db\.0|fragmentation)"(?: =>|:) ?(?:\((?:integer|double)\) )?)[\d.]+/g;
  return mask(text)
    .replace(fields, '$1N')
    .replace(/^.*"overhead.hashtable.main".*$/gm, 'overhead')
    .replace(/^\d# ("maxmemory)/gm, '$1')
    .replace(/^\{"maxmemory.*$/gm, (line) => line.slice(1, -1).split(',').sort().join('\n'))
    .split('\n')
    .sort();
}

const SECTIONS = [
  'server',
  'clients',
  'memory',
  'persistence',
  'stats',
  'replication',
  'cpu',
  'modules',
  'errorstats',
  'cluster',
  'keyspace',
  'commandstats',
  'latencystats',
];

describe.sequential('a lone server', () => {
  let world: CliWorld;
  const run = (...words: string[]): ReturnType<CliWorld['run']> =>
    world.run(['redis-cli', '-p', '7330', ...words], { tty: false, stdin: '' });

  beforeAll(async () => {
    await loadLua();
    world = new CliWorld({ ports: [7330], config: { 'enable-debug-command': 'yes' } });
    replay(world.open(['redis-cli', '-p', '7330']), blocksOf('10-format-tty-setup.pty.txt'));
    world.run(['redis-cli', '-p', '7330', '-x', 'SET', 'fromstdin'], { tty: false, stdin: 'some data\n' });
  });

  test('the version is told as recorded', () => {
    expect(run('--version').stdout).toBe(golden('00-version.txt'));
  });

  test.for([
    ['17-format-pipe-json-resp3.txt', '--json', 'CLIENT TRACKING ON'],
    ['18-format-pipe-noraw-resp3.txt', '--no-raw', 'NOSUCH'],
  ] as const)(
    '%s: RESP3 in a pipe is printed as recorded, until a big number ends it',
    ([name, flag, last]) => {
      const stdin = piped('12-format-tty-resp3.pty.txt', last);
      const result = world.run(['redis-cli', '-p', '7330', '-3', flag], { tty: false, stdin });
      expect(portable(result.stdout)).toEqual(portable(plain(golden(name))));
      expect([result.stderr, result.exitCode]).toEqual([goldenErrors(name), 1]);
    },
  );

  test('--eval runs a file as recorded', () => {
    const files = { 'g.lua': "return {KEYS[1], ARGV[1], redis.call('get', KEYS[1])}" };
    const argv = ['redis-cli', '-p', '7330', '--eval', 'g.lua', 'str', ',', 'argv1'];
    expect(world.run(argv, { tty: false, stdin: '', files }).stdout).toBe(golden('19-oneshot-eval.txt'));
  });

  test('--scan with a pattern finds what was recorded', () => {
    const found = run('--scan', '--pattern', '*st*').stdout.split('\n').sort();
    expect(found).toEqual(golden('30-scan.txt').split('\n').sort());
  });

  test('--memkeys sums up in the recorded form', () => {
    // How many bytes a key takes is an estimate of ours, and which is seen first is chance.
    const shape = (text: string): string[] =>
      text
        .slice(text.indexOf('-------- summary'))
        .replace(/[\d.]+/g, 'N')
        .replace(/'".*"'/g, 'KEY')
        .split('\n');
    expect(shape(run('--memkeys').stdout)).toEqual(shape(golden('32-memkeys.txt')));
  });

  test.for([
    ['36-info-default.txt'],
    ['36-info-all.txt', 'all'],
    ['36-info-everything.txt', 'everything'],
    ...SECTIONS.map((section) => [`37-info-${section}.txt`, section]),
  ] as [string, string?][])('%s: INFO has the recorded fields', ([name, section]) => {
    run('NOSUCH');
    const { stdout } = run('INFO', ...(section === undefined ? [] : [section]));
    expect(infoShape(stdout)).toEqual(infoShape(golden(name)));
  });

  test.for([
    ['39-acl-cat.txt', 'ACL', 'CAT'],
    ['39-command-count.txt', 'COMMAND', 'COUNT'],
    ['39-config-get-all.txt', 'CONFIG', 'GET', '*'],
  ] as const)('%s holds what was recorded', ([name, ...words]) => {
    const pairs = (text: string): string[] => {
      const lines = text.split('\n').slice(0, -1);
      if (words[0] !== 'CONFIG') return lines.sort();
      // The recorded server was started with four options.
      const given = /^(bind|dir|logfile|save) /;
      const all = lines.flatMap((line, at) => (at % 2 === 0 ? [`${line} ${lines[at + 1]}`] : []));
      return all.filter((line) => !given.test(line)).sort();
    };
    expect(pairs(run(...words).stdout)).toEqual(pairs(golden(name)));
  });

  test('CLIENT LIST has the recorded form', () => {
    const shape = (text: string): string => mask(text.trim().split('\n').at(-1) ?? '');
    expect(shape(run('CLIENT', 'LIST').stdout)).toBe(shape(golden('39-client-list.txt')));
  });
});

test('hints behind what is typed are as recorded, letter by letter', async () => {
  await loadCommandDocs();
  // One refresh of the line: text, grey hint (cut at the edge of a terminal of 120 columns), cursor.
  const refresh = /\r\x1b\[0K127\.0\.0\.1:7330> ([^\r\x1b]*)(?:\x1b\[0;90;49m([^\x1b]*)\x1b\[0m)?\r\x1b\[/g;
  const seen = [...golden('25-tty-xterm-colors-hints.pty.raw').matchAll(refresh)];
  expect(seen.length).toBeGreaterThan(40);
  for (const [, line = '', hint = ''] of seen) {
    const ours = hintOf(line);
    expect([line, ours.slice(0, hint.length)]).toEqual([line, hint]);
    if (line.length + ours.length < 90) expect([line, ours.trimEnd()]).toEqual([line, hint.trimEnd()]);
  }
});

describe.sequential('a master and its replica', () => {
  let world: CliWorld;
  let busy: OpenConsole;
  const at = (port: number, name: string, except: Readonly<Record<string, string>> = {}): void =>
    replay(world.open(['redis-cli', '-p', String(port)]), blocksOf(name), except);
  const run = (...words: string[]): ReturnType<CliWorld['run']> =>
    world.run(['redis-cli', '-p', '7331', ...words], { tty: false, stdin: '' });

  beforeAll(async () => {
    await loadLua();
    world = new CliWorld({
      ports: [7331, 7332],
      config: { 'lua-time-limit': '200', 'repl-ping-replica-period': '60' },
    });
    // The first ping of a replication stream comes with the first second of its server.
    world.runMs(3000);
    world.run(['redis-cli', '-p', '7332', 'REPLICAOF', '127.0.0.1', '7331'], { tty: false, stdin: '' });
    // Diskless synchronisation begins after five seconds.
    world.runMs(8000);
  });

  test('a replica takes no writes, as recorded', () => at(7332, '40-err-readonly-replica.pty.txt'));
  test('a master tells of its replica, and asks for enough of them, as recorded', () => {
    at(7331, '41-master-with-replica.pty.txt');
  });

  test('a replica without its master serves nothing if it is told so, as recorded', () => {
    world.run(['redis-cli', '-p', '7332', 'CONFIG', 'SET', 'replica-serve-stale-data', 'no']);
    world.kill(7331);
    world.runMs(1500);
    at(7332, '42-err-masterdown.pty.txt');
    world.restart(7331);
    world.runMs(1000);
    run('SET', 'a', '1');
  });

  test('a server that is busy with a script says so, as recorded', () => {
    busy = world.open(['redis-cli', '-p', '7331', 'EVAL', 'while true do end', '0'], {
      tty: false,
      stdin: '',
    });
    busy.step(1000);
    at(7331, '43-err-busy.pty.txt');
    busy.step(100);
    expect(busy.process.exitCode).toBe(0);
  });

  test('passwords and permissions are asked for as recorded', () => {
    run('ACL', 'SETUSER', 'al', 'on', '>pw', '~a', '+get');
    run('CONFIG', 'SET', 'requirepass', 'sekret');
    at(7331, '45-err-auth.pty.txt');
    for (const [name, ...words] of [
      ['45-err-auth-cli-a', '-a', 'sekret', 'PING'],
      ['45-err-auth-cli-a-wrong', '-a', 'bad', 'PING'],
      ['45-err-auth-cli-none', 'PING'],
    ] as const) {
      const { stdout, stderr } = run(...words);
      expect([name, stdout, stderr]).toEqual([name, golden(`${name}.txt`), goldenErrors(`${name}.txt`)]);
    }
    run('-a', 'sekret', 'CONFIG', 'SET', 'requirepass', '');
  });

  test('a server whose last snapshot failed takes no writes, as recorded', () => {
    run('CONFIG', 'SET', 'save', '3600 1');
    run('DEL', 'a');
    world.server(7331).persistence.lastBgsaveOk = false;
    const works = 'a simulated disk is never full: snapshots succeed again';
    at(7331, '47-err-misconf.pty.txt', { BGSAVE: works, SAVE: works, INFO: works });
  });

  test('a script that has written cannot be killed, as recorded', () => {
    run('CONFIG', 'SET', 'save', '');
    const script = "redis.call('set', 'a', 1) while true do end";
    busy = world.open(['redis-cli', '-p', '7331', 'EVAL', script, '0'], { tty: false, stdin: '' });
    busy.step(1000);
    const shutdown = 'a simulated server looks up from its script a few times a second';
    at(7331, '44-err-unkillable.pty.txt', { 'SHUTDOWN NOSAVE': shutdown });
  });
});
