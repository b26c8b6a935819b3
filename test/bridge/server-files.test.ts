/* Files exchanged with a real redis-server: whatever one has written the other loads, byte for byte the same
 * values; and what else a server does that is run as redis-server is run. */

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import {
  freePorts,
  redisCli,
  run,
  scratchFolder,
  spawnOurServer,
  startOurServer,
  startRealServer,
  stopAll,
  type Running,
} from './processes.ts';

afterEach(stopAll);

type Start = (options: Record<string, string>) => Promise<Running>;

async function ask(server: Running, ...words: string[]): Promise<string> {
  return (await redisCli(['-p', server.port, ...words])).stdout.trim();
}

/** One value of each type and of each encoding, and what is special: expiry, databases, functions. */
const FILL = `
SET text hello
SET number 12345
SET long ${'x'.repeat(200)}
SETRANGE huge 30000 end
RPUSH list a b c 1 -2 100000
RPUSH longlist ${Array.from({ length: 600 }, (_, at) => `element-${at}`).join(' ')}
SADD numbers 1 2 70000 -5000000000
SADD words a b c
SADD manywords ${Array.from({ length: 200 }, (_, at) => `word-${at}`).join(' ')}
HSET hash field value other 12
HSET bighash ${Array.from({ length: 600 }, (_, at) => `f${at} v${at}`).join(' ')}
ZADD scores 1.5 a -inf b 3 c
ZADD bigscores ${Array.from({ length: 200 }, (_, at) => `${at * 1.25} m${at}`).join(' ')}
XADD stream 1-1 a 1 b 2
XADD stream 2-1 a 3 b 4
XGROUP CREATE stream group 0
XREADGROUP GROUP group reader COUNT 1 STREAMS stream >
PFADD visitors a b c d
SET mortal soon EX 100000
SELECT 3
SET elsewhere yes
FUNCTION LOAD "#!lua name=lib\\nredis.register_function('answer', function() return 42 end)"
`;

async function fill(server: Running): Promise<void> {
  const { stdout } = await redisCli(['-p', server.port], FILL);
  expect(stdout).not.toMatch(/ERR|WRONGTYPE/);
}

/** What the server holds, as itself sums it up. */
async function contents(server: Running): Promise<string[]> {
  return [
    await ask(server, 'DEBUG', 'DIGEST'),
    await ask(server, 'INFO', 'keyspace').then((text) => text.replace(/,avg_ttl=\d+/g, '')),
    await ask(server, 'FCALL', 'answer', '0'),
    await ask(server, 'XINFO', 'GROUPS', 'stream'),
    await ask(server, 'OBJECT', 'ENCODING', 'bigscores'),
  ];
}

const pairs: [string, Start, string, Start][] = [
  ['our server', startOurServer, 'a real one', startRealServer],
  ['a real server', startRealServer, 'ours', startOurServer],
];

describe.each(pairs)('what %s writes', (_writer, startWriter, reader, startReader) => {
  test(`as dump.rdb, ${reader} loads`, async () => {
    const dir = scratchFolder();
    const first = await startWriter({ dir, 'enable-debug-command': 'yes' });
    await fill(first);
    const before = await contents(first);
    expect(await ask(first, 'SAVE')).toBe('OK');
    await first.stop();
    const second = await startReader({ dir, 'enable-debug-command': 'yes' });
    expect(await contents(second)).toEqual(before);
  });

  test.each(['yes', 'no'])(`as append only files, base as RDB %s, ${reader} loads`, async (preamble) => {
    const dir = scratchFolder();
    const config = {
      dir,
      appendonly: 'yes',
      'aof-use-rdb-preamble': preamble,
      'enable-debug-command': 'yes',
    };
    const first = await startWriter(config);
    await fill(first);
    expect(await ask(first, 'BGREWRITEAOF')).toMatch(/started|scheduled/);
    await expect
      .poll(() => ask(first, 'INFO', 'persistence'), { timeout: 60_000 })
      .toMatch(/aof_rewrite_in_progress:0[\s\S]*aof_rewrite_scheduled:0/);
    await ask(first, 'SET', 'later', 'than the base');
    const before = await contents(first);
    await first.stop();
    const second = await startReader(config);
    expect(await contents(second)).toEqual(before);
    expect(await ask(second, 'GET', 'later')).toBe('than the base');
  });
});

describe('a server of ours that is run as redis-server', () => {
  test('reads a configuration file, what it includes, and the command line behind it', async () => {
    const dir = scratchFolder();
    const port = await freePorts(1);
    writeFileSync(join(dir, 'more.conf'), 'maxmemory 7mb\n');
    writeFileSync(
      join(dir, 'redis.conf'),
      `# a comment\nport ${port}\ndir ${dir}\nuser ann on >secret ~a* +@all\nrename-command FLUSHALL ""\ninclude ${dir}/more.conf\nhz 20\n`,
    );
    const program = [
      '--import',
      'tsx',
      'src/node/redis-server.ts',
      join(dir, 'redis.conf'),
      '--hz',
      '30',
      '--save',
    ];
    const running = run(process.execPath, program);
    await expect
      .poll(() => redisCli(['-p', port, 'PING']).then((done) => done.stdout), { timeout: 60_000 })
      .toBe('PONG\n');
    const cli = async (...words: string[]): Promise<string> =>
      (await redisCli(['-p', port, ...words])).stdout.trim();
    expect(await cli('CONFIG', 'GET', 'maxmemory')).toBe('maxmemory\n7340032');
    expect(await cli('CONFIG', 'GET', 'hz')).toBe('hz\n30');
    expect(await cli('CONFIG', 'GET', 'dir')).toBe(`dir\n${dir}`);
    expect(await cli('CONFIG', 'GET', 'save')).toBe('save');
    expect(await cli('FLUSHALL')).toMatch(/^ERR unknown command 'FLUSHALL'/);
    expect(await cli('--user', 'ann', '--pass', 'secret', 'SET', 'b', '1')).toMatch(/NOPERM/);
    expect(await cli('CONFIG', 'REWRITE')).toBe('OK');
    expect(readFileSync(join(dir, 'redis.conf'), 'utf8')).toMatch(/user ann on #\w{64} ~a\*/);
    await cli('SHUTDOWN');
    expect((await running).code).toBe(0);
  });

  test('obeys SIGTERM: saves and ends with 0', async () => {
    const dir = scratchFolder();
    const server = await startOurServer({ dir, save: '900 1' });
    await ask(server, 'SET', 'k', 'v');
    expect(await server.stop('SIGTERM')).toBe(0);
    expect(server.output()).toMatch(/Received SIGTERM scheduling shutdown/);
    expect(readdirSync(dir)).toEqual(['dump.rdb']);
  });

  test('listens on a Unix socket', async () => {
    const dir = scratchFolder();
    const unixsocket = join(dir, 'socket');
    await startOurServer({ dir, unixsocket });
    const { stdout } = await redisCli(['-s', unixsocket, 'CLIENT', 'INFO']);
    expect(stdout).toContain(`addr=${unixsocket}:0 laddr=${unixsocket}:0`);
  });

  test('takes the place of a Unix socket that was left behind, with its rights, and leaves nothing', async () => {
    const dir = scratchFolder();
    const unixsocket = join(dir, 'socket');
    writeFileSync(unixsocket, '');
    const server = await startOurServer({ dir, unixsocket, unixsocketperm: '700', pidfile: 'a.pid' });
    expect((await redisCli(['-s', unixsocket, 'PING'])).stdout).toBe('PONG\n');
    expect(statSync(unixsocket).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(dir, 'a.pid'), 'utf8')).toBe(`${server.child.pid}\n`);
    server.child.kill('SIGHUP');
    expect(await ask(server, 'PING')).toBe('PONG');
    expect(await server.stop()).toBe(0);
    expect(readdirSync(dir)).toEqual([]);
  });

  test('goes into the background, where it listens when the command returns', async () => {
    const dir = scratchFolder();
    const pidfile = join(dir, 'redis.pid');
    const port = await freePorts(1);
    const server = ['--import', 'tsx', 'src/node/redis-server.ts', '-', '--port', String(port), '--dir', dir];
    const begun = await run(process.execPath, server, `daemonize yes\npidfile ${pidfile}\nmaxclients 77\n`);
    expect(begun).toEqual({ code: 0, stdout: '', stderr: '' });
    const cli = async (...words: string[]): Promise<string> =>
      (await redisCli(['-p', port, ...words])).stdout.trim();
    const pid = readFileSync(pidfile, 'utf8').trim();
    try {
      expect(await cli('CONFIG', 'GET', 'maxclients')).toBe('maxclients\n77');
      expect(await cli('INFO', 'server')).toContain(`process_id:${pid}\r\n`);
      await cli('SHUTDOWN', 'NOSAVE');
      expect(readdirSync(dir)).toEqual([]);
    } finally {
      if (existsSync(pidfile)) process.kill(Number(pid), 'SIGKILL');
    }
  });

  test('writes its log where the configuration says', async () => {
    const dir = scratchFolder();
    const logfile = join(dir, 'redis.log');
    const server = await spawnOurServer({ dir, logfile, 'enable-debug-command': 'yes' });
    await expect
      .poll(() => (existsSync(logfile) ? readFileSync(logfile, 'utf8') : ''), { timeout: 60_000 })
      .toMatch(/^\d+:M .* \* Ready to accept connections$/m);
    expect(server.output()).toBe('');
    renameSync(logfile, `${logfile}.1`);
    await ask(server, 'DEBUG', 'LOG', 'after the log was moved away');
    expect(readFileSync(logfile, 'utf8')).toContain('after the log was moved away');
  });

  test('names its files and writes what a script logs byte by byte', async () => {
    const dir = join(scratchFolder(), '主节点');
    mkdirSync(dir);
    const server = await spawnOurServer({ dir, logfile: 'é.log', dbfilename: 'ü.rdb' });
    const logfile = join(dir, 'é.log');
    const log = (): string => (existsSync(logfile) ? readFileSync(logfile, 'utf8') : '');
    await expect.poll(log, { timeout: 60_000 }).toContain('Ready to accept connections');
    await ask(server, 'EVAL', "redis.log(redis.LOG_WARNING, '从节点 é')", '0');
    expect(log()).toMatch(/ # 从节点 é$/m);
    expect(await ask(server, 'CONFIG', 'GET', 'dir')).toBe(`dir\n${dir}`);
    expect(await ask(server, 'SAVE')).toBe('OK');
    expect(readdirSync(dir).sort()).toEqual(['é.log', 'ü.rdb']);
  });

  test('outlives the reader of its log', async () => {
    const server = await startOurServer({ 'enable-debug-command': 'yes' });
    server.child.stdout?.destroy();
    await ask(server, 'DEBUG', 'LOG', 'nobody reads this');
    expect(await ask(server, 'PING')).toBe('PONG');
  });

  test.each([
    ['an unknown parameter', { 'no-such-thing': 'yes' }, /Bad directive or wrong number of arguments/],
    ['a value out of range', { hz: 'often' }, /argument couldn't be parsed into an integer/],
    ['a folder that is not there', { dir: '/no/such/folder' }, /Can't chdir .*No such file or directory/],
    [
      'a log file that cannot be',
      { logfile: '/no/such/folder/log' },
      /Can't open the log file: No such file/,
    ],
    ['save points in disorder', { save: '1 2 3' }, /Invalid save parameters/],
  ])('refuses to start with %s', async (_what, options, why) => {
    const server = await spawnOurServer(options as Record<string, string>);
    const [code] = (await once(server.child, 'close')) as [number];
    expect(code).toBe(1);
    expect(server.output()).toMatch(why);
  });

  test('refuses to start on a port in use, and with a damaged dump file', async () => {
    const first = await startOurServer();
    const second = await spawnOurServer({ port: String(first.port) });
    expect(((await once(second.child, 'close')) as [number])[0]).toBe(1);
    expect(second.output()).toMatch(/Address already in use/);
    const dir = scratchFolder();
    mkdirSync(join(dir, 'appendonlydir'));
    writeFileSync(join(dir, 'dump.rdb'), 'REDIS0010 this is no dump');
    const third = await spawnOurServer({ dir });
    expect(((await once(third.child, 'close')) as [number])[0]).toBe(1);
  });
});
