/* The watching and transferring modes of redis-cli, in virtual time, against a simulated server. */

import { beforeAll, describe, expect, test } from 'vitest';
import { CliWorld } from './cli-world.ts';
import { golden } from './golden.ts';

describe.sequential('redis-cli modes', () => {
  let world: CliWorld;
  const run = (...words: string[]): ReturnType<CliWorld['run']> =>
    world.run(['redis-cli', '-p', '7330', ...words], { tty: false, stdin: '' });

  beforeAll(() => {
    world = new CliWorld({ ports: [7330], paranoid: true });
    const commands = [
      'SET str hello',
      'SET long abcdefghijkl',
      'RPUSH list a b c',
      'RPUSH biglist 1 2 3 4 5',
      'SADD set one',
      'HSET hash f1 v1 f2 v2',
      'ZADD zset 1 a 2.5 b',
      'XADD st 1-1 f v',
    ];
    world.run(['redis-cli', '-p', '7330'], { tty: false, stdin: commands.join('\n') });
  });

  test('--scan lists every key once, and those of a pattern', () => {
    expect(run('--scan').stdout.trim().split('\n').sort()).toEqual(
      ['biglist', 'hash', 'list', 'long', 'set', 'st', 'str', 'zset'], // prettier-ignore
    );
    expect(run('--scan', '--pattern', '*list').stdout.trim().split('\n').sort()).toEqual(['biglist', 'list']);
    expect(run('--scan', '--pattern', 'none*').stdout).toBe('');
  });

  test('--bigkeys finds the biggest key of each type and sums them up in the form of 7.0', () => {
    const { stdout, exitCode } = run('--bigkeys');
    expect(exitCode).toBe(0);
    const head = golden('31-bigkeys.txt').split('\n').slice(0, 5).join('\n');
    expect(stdout.startsWith(head)).toBe(true);
    expect(stdout.slice(stdout.indexOf('-------- summary'))).toBe(`-------- summary -------

Sampled 8 keys in the keyspace!
Total key length in bytes is 31 (avg len 3.88)

Biggest   list found '"biglist"' has 5 items
Biggest   hash found '"hash"' has 2 fields
Biggest string found '"long"' has 12 bytes
Biggest stream found '"st"' has 1 entries
Biggest    set found '"set"' has 1 members
Biggest   zset found '"zset"' has 2 members

2 lists with 8 items (25.00% of keys, avg size 4.00)
1 hashs with 2 fields (12.50% of keys, avg size 2.00)
2 strings with 17 bytes (25.00% of keys, avg size 8.50)
1 streams with 1 entries (12.50% of keys, avg size 1.00)
1 sets with 1 members (12.50% of keys, avg size 1.00)
1 zsets with 2 members (12.50% of keys, avg size 2.00)
`);
  });

  test('--memkeys tells sizes in bytes', () => {
    const { stdout, exitCode } = run('--memkeys');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/Biggest string found '"(str|long)"' has \d+ bytes/);
    expect(run('--memkeys-samples', '2').exitCode).toBe(0);
  });

  test('--hotkeys needs an LFU policy and says so as recorded', () => {
    const refused = run('--hotkeys');
    expect(refused).toMatchObject({
      stdout: golden('33-hotkeys.txt'),
      stderr: golden('33-hotkeys.stderr'),
      exitCode: 1,
    });
    run('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lfu');
    for (let at = 0; at < 30; at++) run('GET', 'str');
    const { stdout, exitCode } = run('--hotkeys');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/hot key found with counter: \d+\tkeyname: "str"/);
  });

  test('--latency in a pipe samples for a second and gives one row', () => {
    const before = world.world.now;
    expect(run('--latency').stdout).toMatch(/^0 0 0\.00 (9\d|10[01])\n$/);
    expect(run('--latency', '--csv').stdout).toMatch(/^0,0,0\.00,(9\d|10[01])\n$/);
    expect(world.world.now - before).toBeGreaterThan(2_000_000);
  });

  test('--latency at a terminal redraws its line until Ctrl-C', () => {
    const opened = world.open(['redis-cli', '-p', '7330', '--latency']);
    for (let at = 0; at < 20; at++) opened.step();
    opened.input({ kind: 'interrupt' });
    opened.step();
    expect(opened.result().screen).toMatch(/\x1b\[0G\x1b\[2Kmin: 0, max: 0, avg: 0\.00 \(\d+ samples\)\^C/);
    expect(opened.process.exitCode).toBe(1);
  });

  test('--stat prints its header and one line per interval', () => {
    const opened = world.open(['redis-cli', '-p', '7330', '--stat', '-i', '0.5']);
    for (let at = 0; at < 440; at++) opened.step();
    const lines = opened.result().stdout.split('\n');
    expect(lines.slice(0, 2)).toEqual([
      '------- data ------ --------------------- load -------------------- - child -',
      'keys       mem      clients blocked requests            connections          ',
    ]);
    expect(lines[2]).toMatch(/^8 {10}\S+ +\d+ +0 +\d+ \(\+0\) +\d+ +$/);
    expect(lines.length).toBe(8);
    opened.input({ kind: 'interrupt' });
    opened.step();
    expect(opened.process.exitCode).toBe(1);
  });

  test('--replica is sent commands by a server that waits for its word', () => {
    const master = new CliWorld({
      ports: [7330],
      config: { 'repl-diskless-sync-delay': '0' },
      paranoid: true,
    });
    const replica = master.open(['redis-cli', '-p', '7330', '--replica'], { tty: false, stdin: '' });
    for (let at = 0; at < 30; at++) replica.step(100);
    master.run(['redis-cli', '-p', '7330', 'SET', 'a', '"\n']);
    expect(replica.result().stdout).toBe('"SET","a","\\"\\n"\n');
    expect(master.server(7330).replication.replicas).toHaveLength(1);
    master.kill(7330);
    replica.step(100);
    expect(replica.result()).toMatchObject({
      stderr: expect.stringMatching(
        /\nSYNC done after \d+ bytes\. Logging commands from master\.\nsending REPLCONF ACK 0\nError: Server closed the connection\n$/,
      ),
      exitCode: 1,
    });
  });

  test('--intrinsic-latency ends after its time', () => {
    const before = world.world.now;
    const { stdout, exitCode } = run('--intrinsic-latency', '1');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/1000 total runs/);
    expect(world.world.now - before).toBeGreaterThanOrEqual(1_000_000);
  });

  test('--lru-test counts hits and misses', () => {
    // Hundreds of thousands of requests a second: in a world that is not cloned at every step.
    const busy = new CliWorld({ ports: [7330] });
    const opened = busy.open(['redis-cli', '-p', '7330', '--lru-test', '100']);
    for (let at = 0; at < 210; at++) opened.step();
    expect(opened.result().stdout).toMatch(
      /^\d+ Gets\/sec \| Hits: \d+ \(\d+\.\d\d%\) \| Misses: \d+ \(\d+\.\d\d%\)\n/,
    );
    opened.input({ kind: 'interrupt' });
  });

  test('modes without a server say so and end with an error code', () => {
    for (const flags of [['--scan'], ['--stat'], ['--pipe'], ['--latency'], ['--bigkeys']]) {
      const result = world.run(['redis-cli', '-p', '7399', ...flags], { tty: false, stdin: '' });
      expect([flags, result.stderr, result.exitCode]).toEqual([
        flags,
        'Could not connect to Redis at 127.0.0.1:7399: Connection refused\n',
        1,
      ]);
    }
  });
});
