/* What survives: RDB files, the append only file, restarts. */

import { describe, expect, it } from 'vitest';
import { Status, type Verbatim } from '#redis/reply.ts';
import { LoneServer, MemoryDisk } from '#test/conformance/lone-server.ts';

const OK = new Status('OK');

function restart(lone: LoneServer, config: Record<string, string>): LoneServer {
  return new LoneServer(config, { disk: lone.disk });
}

describe('RDB', () => {
  it('a saved dataset is there after a restart, with databases, types and times of expiry', () => {
    const lone = new LoneServer({ save: '' });
    const client = lone.connect();
    lone.run(client, 'SET', 'greeting', 'hello');
    lone.run(client, 'RPUSH', 'list', 'a', 'b');
    lone.run(client, 'SET', 'volatile', 'x', 'PXAT', String(lone.wallMs + 60_000));
    lone.run(client, 'SELECT', '3');
    lone.run(client, 'HSET', 'hash', 'f', 'v');
    expect(lone.ask(client, 'SAVE')).toEqual(OK);
    const again = restart(lone, { save: '' });
    const reader = again.connect();
    expect(again.ask(reader, 'GET', 'greeting')).toBe('hello');
    expect(again.ask(reader, 'LRANGE', 'list', '0', '-1')).toEqual(['a', 'b']);
    expect(again.ask(reader, 'PEXPIRETIME', 'volatile')).toBe(lone.wallMs + 60_000);
    again.run(reader, 'SELECT', '3');
    expect(again.ask(reader, 'HGET', 'hash', 'f')).toBe('v');
  });

  it('a background save writes the dataset of its start', () => {
    const lone = new LoneServer({ save: '' });
    const client = lone.connect();
    lone.run(client, 'SET', 'k', 'before');
    lone.run(client, 'BGSAVE');
    lone.run(client, 'SET', 'k', 'after');
    expect(lone.disk.read('dump.rdb')).toBeUndefined();
    lone.advance(1000);
    const again = restart(lone, { save: '' });
    expect(again.ask(again.connect(), 'GET', 'k')).toBe('before');
  });

  it('a save point saves by itself once enough keys have changed for long enough', () => {
    const lone = new LoneServer({ save: '5 2' });
    const client = lone.connect();
    lone.run(client, 'SET', 'a', '1');
    lone.advance(10_000);
    expect(lone.disk.read('dump.rdb')).toBeUndefined();
    lone.run(client, 'SET', 'b', '1');
    lone.advance(2000);
    expect(lone.disk.read('dump.rdb')).toBeDefined();
    expect(lone.server.dirty).toBe(0);
  });

  it('a damaged file stops the server with the reason in its log', () => {
    const disk = new MemoryDisk();
    disk.write('dump.rdb', 'REDIS0010 this is not an RDB file');
    const lone = new LoneServer({ save: '' }, { disk });
    expect(lone.exitCode).toBe(1);
    expect(lone.logLines.join('\n')).toMatch(
      /Fatal error loading the DB[^]*Terminating server after rdb file reading/,
    );
  });
});

describe('the append only file', () => {
  const config = { save: '', appendonly: 'yes', appendfsync: 'always' };

  it('replays every change after a crash', () => {
    const lone = new LoneServer(config);
    const client = lone.connect();
    lone.run(client, 'SET', 'a', '1');
    lone.run(client, 'INCR', 'a');
    lone.run(client, 'SELECT', '2');
    lone.run(client, 'SADD', 's', 'x', 'y');
    lone.run(client, 'MULTI');
    lone.run(client, 'SET', 'm1', '1');
    lone.run(client, 'SET', 'm2', '2');
    lone.run(client, 'EXEC');
    const again = restart(lone, config);
    const reader = again.connect();
    expect(again.ask(reader, 'GET', 'a')).toBe('2');
    again.run(reader, 'SELECT', '2');
    expect(again.ask(reader, 'SCARD', 's')).toBe(2);
    expect(again.ask(reader, 'MGET', 'm1', 'm2')).toEqual(['1', '2']);
  });

  it('holds effects, not what depends on time or chance', () => {
    const lone = new LoneServer(config);
    const client = lone.connect();
    lone.run(client, 'SET', 'k', 'v', 'EX', '100');
    lone.run(client, 'EXPIRE', 'k', '200');
    lone.run(client, 'INCRBYFLOAT', 'f', '0.5');
    const text = lone.disk.read('appendonlydir/appendonly.aof.1.incr.aof') as string;
    expect(text).toContain(`PXAT\r\n$13\r\n${lone.wallMs + 100_000}\r\n`);
    expect(text).toContain('PEXPIREAT');
    expect(text).toContain('KEEPTTL');
    expect(text).not.toContain('INCRBYFLOAT');
  });

  it('an expired key is deleted in the file too', () => {
    const lone = new LoneServer(config);
    const client = lone.connect();
    lone.run(client, 'SET', 'k', 'v', 'PX', '50');
    lone.advance(1000);
    expect(lone.ask(client, 'DBSIZE')).toBe(0);
    expect(lone.disk.read('appendonlydir/appendonly.aof.1.incr.aof')).toContain('$3\r\nDEL\r\n$1\r\nk\r\n');
  });

  it('a rewrite makes a new base, and what came meanwhile is kept', () => {
    const lone = new LoneServer(config);
    const client = lone.connect();
    for (let i = 0; i < 50; i++) lone.run(client, 'INCR', 'n');
    lone.run(client, 'BGREWRITEAOF');
    lone.run(client, 'SET', 'meanwhile', 'yes');
    lone.advance(2000);
    expect(lone.disk.list()).toEqual([
      'appendonlydir/appendonly.aof.2.base.rdb',
      'appendonlydir/appendonly.aof.2.incr.aof',
      'appendonlydir/appendonly.aof.manifest',
    ]);
    const again = restart(lone, config);
    expect(again.ask(again.connect(), 'MGET', 'n', 'meanwhile')).toEqual(['50', 'yes']);
  });

  it('a file that ends in the middle of a command is cut, and the rest is loaded', () => {
    const lone = new LoneServer(config);
    const client = lone.connect();
    lone.run(client, 'SET', 'a', '1');
    lone.run(client, 'SET', 'b', '2');
    const path = 'appendonlydir/appendonly.aof.1.incr.aof';
    lone.disk.write(path, (lone.disk.read(path) as string).slice(0, -7));
    const again = restart(lone, config);
    expect(again.ask(again.connect(), 'MGET', 'a', 'b')).toEqual(['1', null]);
    const strict = new LoneServer({ ...config, 'aof-load-truncated': 'no' }, { disk: lone.disk });
    expect(strict.exitCode).toBe(null);
    lone.disk.append(path, '*3\r\n$3\r\nSET');
    expect(new LoneServer({ ...config, 'aof-load-truncated': 'no' }, { disk: lone.disk }).exitCode).toBe(1);
  });

  it('a transaction without its EXEC is not applied', () => {
    const lone = new LoneServer(config);
    const client = lone.connect();
    lone.run(client, 'SET', 'a', '1');
    const path = 'appendonlydir/appendonly.aof.1.incr.aof';
    lone.disk.append(path, '*1\r\n$5\r\nMULTI\r\n*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n9\r\n');
    const again = restart(lone, config);
    expect(again.ask(again.connect(), 'GET', 'a')).toBe('1');
  });

  it('rubbish in the file stops the server', () => {
    const lone = new LoneServer(config);
    lone.disk.append('appendonlydir/appendonly.aof.1.incr.aof', '*1\r\n$4\r\nNOPE\r\n');
    expect(restart(lone, config).exitCode).toBe(1);
  });

  it('can be switched on while the server runs', () => {
    const lone = new LoneServer({ save: '' });
    const client = lone.connect();
    lone.run(client, 'SET', 'old', '1');
    expect(lone.ask(client, 'CONFIG', 'SET', 'appendonly', 'yes')).toEqual(OK);
    lone.run(client, 'SET', 'new', '2');
    lone.advance(3000);
    const again = restart(lone, config);
    expect(again.ask(again.connect(), 'MGET', 'old', 'new')).toEqual(['1', '2']);
  });
});

describe('shutting down', () => {
  it('SIGTERM saves where snapshots are configured and ends with code 0', () => {
    const lone = new LoneServer({ save: '3600 1' });
    lone.run(lone.connect(), 'SET', 'k', 'v');
    lone.server.onSignal('TERM');
    lone.advance(200);
    expect(lone.exitCode).toBe(0);
    expect(lone.disk.read('dump.rdb')).toBeDefined();
  });

  it('SHUTDOWN ABORT takes back a signal that no cron has seen yet', () => {
    const lone = new LoneServer({ save: '' });
    const client = lone.connect();
    lone.server.onSignal('TERM');
    expect(lone.ask(client, 'SHUTDOWN', 'ABORT')).toEqual(OK);
    lone.advance(1000);
    expect(lone.exitCode).toBe(null);
    expect(lone.ask(client, 'SHUTDOWN', 'ABORT')).toMatchObject({ text: 'ERR No shutdown in progress.' });
  });

  const lagging = (): { lone: LoneServer; client: number; waiting: number } => {
    const lone = new LoneServer({ save: '', 'shutdown-timeout': '5' });
    const [replica, waiting, client] = [lone.connect(), lone.connect(), lone.connect()];
    lone.run(replica, 'PSYNC', '?', '-1');
    lone.run(client, 'SET', 'k', 'v');
    lone.run(waiting, 'SHUTDOWN');
    return { lone, client, waiting };
  };

  it('who asks for it waits as long as a replica lags, and is told when somebody takes it back', () => {
    const { lone, client, waiting } = lagging();
    const info = (): string => (lone.ask(client, 'INFO') as Verbatim).text;
    expect(info()).toContain('blocked_clients:1');
    expect(info()).toMatch(/shutdown_in_milliseconds:5000\r\n/);
    expect(lone.ask(client, 'CLIENT', 'UNBLOCK', '2')).toBe(0);
    expect(lone.ask(client, 'SHUTDOWN', 'ABORT')).toEqual(OK);
    expect(lone.take(waiting)).toMatchObject([{ text: 'ERR Errors trying to SHUTDOWN. Check logs.' }]);
    lone.advance(6000);
    expect(lone.exitCode).toBe(null);
    expect(info()).not.toContain('shutdown_in_milliseconds');
  });

  it('a replica that has not caught up in time is named in the log', () => {
    const { lone } = lagging();
    lone.advance(6000);
    expect(lone.exitCode).toBe(0);
    expect(lone.logLines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /^Lagging replica client id #1 reported offset \d+ behind master, lag=\d, state=/,
        ),
        '0 of 1 replicas are in sync when shutting down.',
      ]),
    );
  });

  it('who presses Ctrl-C twice does not wait', () => {
    const lone = new LoneServer({ save: '3600 1' });
    lone.run(lone.connect(), 'SET', 'k', 'v');
    lone.server.onSignal('INT');
    lone.server.onSignal('INT');
    expect(lone.exitCode).toBe(1);
    expect(lone.disk.read('dump.rdb')).toBeUndefined();
  });

  it('DEBUG PAUSE-CRON stops everything periodic', () => {
    const lone = new LoneServer({ save: '', 'enable-debug-command': 'yes' });
    const client = lone.connect();
    lone.run(client, 'DEBUG', 'PAUSE-CRON', '1');
    lone.server.onSignal('TERM');
    lone.advance(1000);
    expect(lone.exitCode).toBe(null);
    lone.run(client, 'DEBUG', 'PAUSE-CRON', '0');
    lone.advance(200);
    expect(lone.exitCode).toBe(0);
  });

  it('SHUTDOWN NOSAVE leaves nothing behind', () => {
    const lone = new LoneServer({ save: '3600 1' });
    const client = lone.connect();
    lone.run(client, 'SET', 'k', 'v');
    lone.run(client, 'SHUTDOWN', 'NOSAVE');
    expect(lone.exitCode).toBe(0);
    expect(lone.disk.read('dump.rdb')).toBeUndefined();
  });
});

describe('the configuration file', () => {
  it('CONFIG REWRITE keeps comments and order, changes lines in place and adds new ones at the end', () => {
    const disk = new MemoryDisk();
    disk.write('redis.conf', '# my server\nmaxmemory 100mb\n\nappendfsync always\n');
    const lone = new LoneServer({}, { disk, configFile: 'redis.conf' });
    const client = lone.connect();
    expect(lone.ask(client, 'CONFIG', 'GET', 'maxmemory')).toMatchObject({
      pairs: [['maxmemory', '104857600']],
    });
    lone.run(client, 'CONFIG', 'SET', 'maxmemory', '200mb', 'hz', '20');
    expect(lone.ask(client, 'CONFIG', 'REWRITE')).toEqual(OK);
    const text = disk.read('redis.conf') as string;
    expect(text.startsWith('# my server\nmaxmemory 209715200\n\nappendfsync always\n')).toBe(true);
    expect(text).toContain('\nhz 20\n');
  });

  it('a mistake in the file stops the server', () => {
    const disk = new MemoryDisk();
    disk.write('redis.conf', 'maxmemory lots\n');
    const lone = new LoneServer({}, { disk, configFile: 'redis.conf' });
    expect(lone.exitCode).toBe(1);
    expect(lone.logLines.join('\n')).toContain('argument must be a memory value');
  });
});
