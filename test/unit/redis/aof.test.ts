/* The files of the append only file: the manifest, the base as commands, what rewrites leave behind. */

import { describe, expect, it, test } from 'vitest';
import { loadLua } from '#node/lua.ts';
import { parseManifest } from '#redis/aof-manifest.ts';
import { ErrorReply, OK, type Reply, type Verbatim } from '#redis/reply.ts';
import { LoneServer, MemoryDisk } from '#test/conformance/lone-server.ts';

const config = { save: '', appendonly: 'yes', appendfsync: 'always', 'enable-debug-command': 'yes' };
const MANIFEST = 'appendonlydir/appendonly.aof.manifest';

const command = (...argv: string[]): string =>
  `*${argv.length}\r\n${argv.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join('')}`;

/** A disk with these files in the folder of the AOF. */
function diskWith(files: Record<string, string>): MemoryDisk {
  const disk = new MemoryDisk();
  for (const [name, data] of Object.entries(files)) disk.write(`appendonlydir/${name}`, data);
  return disk;
}

describe('a manifest', () => {
  test('is written as it is read, with names in quotes where they need them', () => {
    const text =
      'file "a b.1.base.rdb" seq 1 type b\nfile old seq 3 type h\nfile x.4.incr.aof seq 4 type i\n';
    const manifest = parseManifest(text);
    if ('error' in manifest) throw new Error(manifest.error);
    expect(manifest.base).toEqual({ name: 'a b.1.base.rdb', seq: 1 });
    expect(manifest.format()).toBe(text);
  });

  test.each([
    ['', /empty AOF manifest/],
    ['file a seq 1 type b\n\nfile b seq 1 type i\n', /Invalid AOF manifest file format/],
    ['file a seq 1 type b\nfile b seq 2 type b\n', /duplicate base/],
    ['file a seq 2 type i\nfile b seq 1 type i\n', /non-monotonic/],
    ['file a seq 1 type x\n', /Unknown AOF file type/],
    ['file a seq 1\n', /Invalid AOF manifest file format/],
    ['file a seq none type i\n', /Invalid AOF manifest file format/],
    ['file ../a seq 1 type i\n', /can't be a path/],
    ['file a seq 1 type i', /too long line/],
    [`file ${'a'.repeat(2000)} seq 1 type i\n`, /too long line/],
    ['file "a seq 1 type i\n', /Invalid AOF manifest file format/],
    ['\0\xff\n', /Invalid AOF manifest file format/],
  ])('that makes no sense is refused: %j', (text, why) => {
    const parsed = parseManifest(text);
    expect('error' in parsed && parsed.error).toMatch(why);
  });
});

describe('loading', () => {
  it('stops the server when a file is missing that the manifest names', () => {
    const lone = new LoneServer(config, {
      disk: diskWith({ 'appendonly.aof.manifest': 'file appendonly.aof.1.incr.aof seq 1 type i\n' }),
    });
    expect(lone.exitCode).toBe(1);
    expect(lone.logLines.join('\n')).toMatch(/appendonly\.aof\.1\.incr\.aof .*No such file/);
  });

  it('takes up the single file of versions before 7.0', () => {
    const disk = new MemoryDisk();
    disk.write('appendonly.aof', command('SET', 'k', 'old'));
    const lone = new LoneServer(config, { disk });
    expect(lone.ask(lone.connect(), 'GET', 'k')).toBe('old');
    expect(disk.read('appendonly.aof')).toBeUndefined();
    expect(disk.read(MANIFEST)).toBe(
      'file appendonly.aof seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n',
    );
  });

  const manifest =
    'file appendonly.aof.1.base.aof seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n';

  it('cuts off half a command, and half a transaction, at the end of the last file only', () => {
    const whole = command('SET', 'k', '1');
    const half = `${whole}${command('MULTI')}${command('SET', 'k', '2')}`;
    for (const tail of [half, `${whole}*3\r\n$3\r\nSET\r\n$1\r`]) {
      const disk = diskWith({
        'appendonly.aof.manifest': manifest,
        'appendonly.aof.1.base.aof': '',
        'appendonly.aof.1.incr.aof': tail,
      });
      const lone = new LoneServer(config, { disk });
      expect(lone.ask(lone.connect(), 'GET', 'k')).toBe('1');
      expect(disk.read('appendonlydir/appendonly.aof.1.incr.aof')).toBe(whole);
    }
    const disk = diskWith({
      'appendonly.aof.manifest': manifest,
      'appendonly.aof.1.base.aof': half,
      'appendonly.aof.1.incr.aof': whole,
    });
    expect(new LoneServer(config, { disk }).exitCode).toBe(1);
  });

  test.each([
    ['what is no command', 'hello\n', /Bad file format/],
    ['a count that is none', '*x\r\n', /Bad file format/],
    ['an argument without its length', '*1\r\nPING\r\n', /Bad file format/],
    ['an unknown command', command('BLA', 'x'), /Unknown command 'BLA'/],
    ['a dump that is cut off', 'REDIS0010\xfa\x05', /Bad file format/],
  ])('stops the server at %s', (_what, data, why) => {
    const disk = diskWith({
      'appendonly.aof.manifest': manifest,
      'appendonly.aof.1.base.aof': command('SET', 'a', '1'),
      'appendonly.aof.1.incr.aof': data,
    });
    const lone = new LoneServer(config, { disk });
    expect(lone.exitCode).toBe(1);
    expect(lone.logLines.join('\n')).toMatch(why);
  });
});

describe('loading a long file', () => {
  const manifest = 'file a.base.aof seq 1 type b\nfile a.incr.aof seq 1 type i\n';
  const increments = (key: string, count: number): string => command('INCR', key).repeat(count);

  const isLoading = (reply: Reply): boolean => reply instanceof ErrorReply && reply.code === 'LOADING';

  it('lets clients in between, who hear LOADING, and ends as if it had been read at once', () => {
    const disk = diskWith({
      'appendonly.aof.manifest': manifest,
      'a.base.aof': increments('a', 2500),
      'a.incr.aof': `${increments('a', 500)}${command('MULTI')}${increments('b', 2000)}${command('EXEC')}`,
    });
    const lone = new LoneServer(config, { disk });
    const client = lone.connect();
    const seen: number[] = [];
    for (let slices = 0; lone.server.loading; slices++) {
      expect(slices).toBeLessThan(50);
      for (const argv of [['GET', 'a'], ['EVAL', 'return 1', '0'], ['PING'], ['EXEC']]) {
        expect(isLoading(lone.ask(client, ...argv))).toBe(argv[0] !== 'EXEC');
      }
      for (const name of ['appendonly', 'repl-diskless-load'])
        expect(isLoading(lone.ask(client, 'CONFIG', 'SET', name, 'x'))).toBe(true);
      expect(lone.ask(client, 'CONFIG', 'SET', 'maxclients', '50')).toEqual(OK);
      const info = (lone.ask(client, 'INFO', 'persistence') as Verbatim).text;
      expect(info).toMatch(/^loading:1\r$/m);
      seen.push(Number(/^loading_loaded_bytes:(\d+)\r$/m.exec(info)?.[1]));
      lone.advance(1);
    }
    expect(new Set(seen).size).toBeGreaterThan(2);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(lone.ask(client, 'MGET', 'a', 'b')).toEqual(['3000', '2000']);
    const log = lone.logLines.join('\n');
    expect(log).toMatch(
      /DB loaded from base file a\.base\.aof[^]*incr file a\.incr\.aof[^]*from append only file/,
    );
    lone.run(client, 'INCR', 'a');
    const again = new LoneServer(config, { disk });
    again.advance(1000);
    expect(again.ask(again.connect(), 'GET', 'a')).toBe('3001');
  });

  it('by DEBUG LOADAOF answers when it is done, and at once in a transaction', () => {
    const lone = new LoneServer(config);
    const [asker, other] = [lone.connect(), lone.connect()];
    for (let at = 0; at < 3000; at++) lone.run(asker, 'INCR', 'a');
    expect(lone.run(asker, 'DEBUG', 'LOADAOF')).toEqual([]);
    lone.run(asker, 'INCR', 'a');
    expect(isLoading(lone.ask(other, 'GET', 'a'))).toBe(true);
    expect(isLoading(lone.ask(other, 'DEBUG', 'LOADAOF'))).toBe(true);
    lone.advance(200);
    expect(lone.take(asker)).toEqual([OK, 3001]);
    lone.run(asker, 'MULTI');
    lone.run(asker, 'DEBUG', 'LOADAOF');
    lone.run(asker, 'GET', 'a');
    expect(lone.ask(asker, 'EXEC')).toEqual([OK, '3001']);
    expect(lone.server.loading).toBe(false);
  });

  it('waits for a script in it that takes long, however long, and runs what stands behind it', async () => {
    await loadLua();
    const script = "redis.call('set', KEYS[1], 'y') for i = 1, 3000000 do end return 1";
    const disk = diskWith({
      'appendonly.aof.manifest': manifest,
      'a.base.aof': '',
      'a.incr.aof': command('EVAL', script, '1', 'x') + command('APPEND', 'x', 'z'),
    });
    const lone = new LoneServer({ ...config, 'busy-reply-threshold': '1' }, { disk });
    const client = lone.connect();
    expect(isLoading(lone.ask(client, 'GET', 'x'))).toBe(true);
    expect(lone.logLines.join('\n')).toContain('Slow script detected');
    lone.advance(60_000);
    expect(lone.ask(client, 'GET', 'x')).toBe('yz');
  });
});

describe('a rewrite', () => {
  it('makes a new base and increment and deletes those before, unless told to keep them', () => {
    const lone = new LoneServer(config);
    const client = lone.connect();
    lone.run(client, 'SET', 'k', 'v');
    lone.run(client, 'CONFIG', 'SET', 'aof-disable-auto-gc', 'yes');
    lone.run(client, 'BGREWRITEAOF');
    lone.advance(1000);
    expect(lone.disk.read(MANIFEST)).toBe(
      [
        'file appendonly.aof.2.base.rdb seq 2 type b',
        'file appendonly.aof.1.incr.aof seq 1 type h',
        'file appendonly.aof.1.base.rdb seq 1 type h',
        'file appendonly.aof.2.incr.aof seq 2 type i',
        '',
      ].join('\n'),
    );
    lone.run(client, 'CONFIG', 'SET', 'aof-disable-auto-gc', 'no');
    expect(lone.disk.list()).toEqual([
      'appendonlydir/appendonly.aof.2.base.rdb',
      'appendonlydir/appendonly.aof.2.incr.aof',
      MANIFEST,
    ]);
  });

  it('as commands holds the same dataset', () => {
    const lone = new LoneServer({ ...config, 'aof-use-rdb-preamble': 'no' });
    const client = lone.connect();
    lone.run(client, 'RPUSH', 'list', ...Array.from({ length: 200 }, (_, at) => `e${at}`));
    lone.run(client, 'HSET', 'hash', 'f', '1', 'g', '2');
    lone.run(client, 'SADD', 'set', 'a', 'b');
    lone.run(client, 'ZADD', 'zset', '1.1', 'a', '-inf', 'b');
    lone.run(client, 'SET', 'volatile', 'x', 'PXAT', String(lone.wallMs + 1_000_000));
    lone.run(client, 'XADD', 'stream', '1-1', 'a', '1');
    lone.run(client, 'XADD', 'stream', '5-1', 'a', '2');
    lone.run(client, 'XDEL', 'stream', '5-1');
    lone.run(client, 'XGROUP', 'CREATE', 'stream', 'group', '0');
    lone.run(client, 'XREADGROUP', 'GROUP', 'group', 'ann', 'STREAMS', 'stream', '>');
    lone.run(client, 'XGROUP', 'CREATECONSUMER', 'stream', 'group', 'bob');
    lone.run(client, 'SELECT', '2');
    lone.run(client, 'XADD', 'empty', '7-7', 'a', '1');
    lone.run(client, 'XTRIM', 'empty', 'MAXLEN', '0');
    const look = (server: LoneServer): unknown => {
      const reader = server.connect();
      const digest = server.ask(reader, 'DEBUG', 'DIGEST');
      const stream = server.ask(reader, 'XINFO', 'STREAM', 'stream', 'FULL');
      server.run(reader, 'SELECT', '2');
      return [digest, stream, server.ask(reader, 'XINFO', 'STREAM', 'empty')];
    };
    const before = look(lone);
    lone.run(client, 'BGREWRITEAOF');
    lone.advance(1000);
    expect(lone.disk.read('appendonlydir/appendonly.aof.2.base.aof')).toMatch(/^\*2\r\n\$6\r\nSELECT/);
    const again = new LoneServer(config, { disk: lone.disk });
    again.moveTo(lone.now);
    expect(look(again)).toEqual(before);
  });

  it('that ends the switching on makes the first files; until then there are none', () => {
    const lone = new LoneServer({ save: '' });
    const client = lone.connect();
    lone.run(client, 'SET', 'a', '1');
    lone.run(client, 'CONFIG', 'SET', 'appendonly', 'yes');
    lone.run(client, 'SET', 'b', '2');
    expect(lone.disk.read(MANIFEST)).toBeUndefined();
    lone.advance(1000);
    expect(lone.disk.read(MANIFEST)).toContain('appendonly.aof.1.incr.aof');
    const again = new LoneServer(config, { disk: lone.disk });
    expect(again.ask(again.connect(), 'MGET', 'a', 'b')).toEqual(['1', '2']);
  });

  it('inside a transaction is put off until its end', () => {
    const lone = new LoneServer(config);
    const client = lone.connect();
    lone.run(client, 'MULTI');
    lone.run(client, 'BGREWRITEAOF');
    lone.run(client, 'BGSAVE');
    const replies = lone.ask(client, 'EXEC') as { text: string }[];
    expect(replies.map(({ text }) => text)).toEqual([
      'Background append only file rewriting scheduled',
      'Background saving scheduled',
    ]);
    lone.advance(2000);
    expect(lone.server.aof.rewrites).toBe(1);
    expect(lone.disk.read('dump.rdb')).toBeDefined();
  });
});

it('an EXEC that changes one key is propagated without MULTI, more changes with it', () => {
  const lone = new LoneServer(config);
  const client = lone.connect();
  const written = (): string => {
    const file = 'appendonlydir/appendonly.aof.1.incr.aof';
    const data = lone.disk.read(file) ?? '';
    lone.disk.write(file, '');
    return [...data.matchAll(/\$\d+\r\n([^\r]*)\r\n/g)].map(([, word]) => word).join(' ');
  };
  lone.run(client, 'MULTI');
  lone.run(client, 'SET', 'a', '1');
  lone.run(client, 'EXEC');
  expect(written()).toBe('SELECT 0 SET a 1');
  lone.run(client, 'MULTI');
  lone.run(client, 'SET', 'a', '2');
  lone.run(client, 'DEL', 'a');
  lone.run(client, 'EXEC');
  expect(written()).toBe('MULTI SET a 2 DEL a EXEC');
});
