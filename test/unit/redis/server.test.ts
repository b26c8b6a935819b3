/* What a server does beside answering: waiting clients, pauses, limits, the cost of commands. */

import { describe, expect, it } from 'vitest';
import { ErrorReply, MapReply, NULL_ARRAY, Push, Status } from '#redis/reply.ts';
import { LoneServer } from '#test/conformance/lone-server.ts';

describe('waiting clients', () => {
  it('are served in the order in which they came', () => {
    const lone = new LoneServer();
    const [first, second, pusher] = [lone.connect(), lone.connect(), lone.connect()];
    expect(lone.run(first, 'BLPOP', 'l', '0')).toEqual([]);
    expect(lone.run(second, 'BLPOP', 'l', '0')).toEqual([]);
    lone.run(pusher, 'RPUSH', 'l', 'a', 'b', 'c');
    expect(lone.take(first)).toEqual([['l', 'a']]);
    expect(lone.take(second)).toEqual([['l', 'b']]);
    expect(lone.ask(pusher, 'LRANGE', 'l', '0', '-1')).toEqual(['c']);
  });

  it('get nothing at the end of their time, and what they sent meanwhile is answered then', () => {
    const lone = new LoneServer();
    const client = lone.connect();
    expect(lone.run(client, 'BLPOP', 'l', '1')).toEqual([]);
    expect(lone.run(client, 'PING')).toEqual([]);
    lone.advance(900);
    expect(lone.take(client)).toEqual([]);
    lone.advance(300);
    expect(lone.take(client)).toEqual([NULL_ARRAY, new Status('PONG')]);
  });

  it('stay where they are when somebody before them took the data', () => {
    const lone = new LoneServer();
    const [waiting, other] = [lone.connect(), lone.connect()];
    lone.run(waiting, 'BLPOP', 'l', '0');
    lone.run(other, 'MULTI');
    lone.run(other, 'RPUSH', 'l', 'x');
    lone.run(other, 'LPOP', 'l');
    lone.run(other, 'EXEC');
    expect(lone.take(waiting)).toEqual([]);
    lone.run(other, 'RPUSH', 'l', 'y');
    expect(lone.take(waiting)).toEqual([['l', 'y']]);
  });

  it('are forgotten when they go', () => {
    const lone = new LoneServer();
    const [waiting, other] = [lone.connect(), lone.connect()];
    lone.run(waiting, 'BLPOP', 'l', '0');
    lone.drop(waiting);
    lone.run(other, 'RPUSH', 'l', 'x');
    expect(lone.ask(other, 'LLEN', 'l')).toBe(1);
    expect(lone.server.blockedClients.size).toBe(0);
  });
});

describe('a pause', () => {
  it('keeps writes back until its end and loses none', () => {
    const lone = new LoneServer();
    const [boss, client] = [lone.connect(), lone.connect()];
    lone.run(boss, 'CLIENT', 'PAUSE', '1000', 'WRITE');
    expect(lone.run(client, 'SET', 'k', 'v')).toEqual([]);
    expect(lone.ask(boss, 'GET', 'k')).toBe(null);
    lone.advance(1100);
    expect(lone.take(client)).toEqual([new Status('OK')]);
    expect(lone.ask(boss, 'GET', 'k')).toBe('v');
  });
});

describe('limits', () => {
  it('one client more than maxclients is told so and closed', () => {
    const lone = new LoneServer({ maxclients: '2' });
    lone.connect();
    lone.connect();
    const third = lone.connect();
    expect(lone.take(third)).toEqual([new ErrorReply('ERR max number of clients reached')]);
    expect(lone.closed.has(third)).toBe(true);
  });

  it('an idle client is closed after its timeout, a subscriber is not', () => {
    const lone = new LoneServer({ timeout: '5' });
    const [idle, subscriber] = [lone.connect(), lone.connect()];
    lone.run(subscriber, 'SUBSCRIBE', 'news');
    lone.advance(8000);
    expect(lone.closed.has(idle)).toBe(true);
    expect(lone.closed.has(subscriber)).toBe(false);
  });

  it('a client that wants no replies hears of its subscriptions and messages all the same', () => {
    const lone = new LoneServer();
    const [silent, other] = [lone.connect(), lone.connect()];
    expect(lone.run(silent, 'CLIENT', 'REPLY', 'OFF')).toEqual([]);
    expect(lone.run(silent, 'PSUBSCRIBE', 'p*')).toEqual([new Push(['psubscribe', 'p*', 1])]);
    lone.run(other, 'PUBLISH', 'pq', 'hello');
    expect(lone.take(silent)).toEqual([new Push(['pmessage', 'p*', 'pq', 'hello'])]);
    expect(lone.run(silent, 'PING')).toEqual([]);
    lone.run(silent, 'PUNSUBSCRIBE');
    for (const argv of [['MULTI'], ['SUBSCRIBE', 'news'], ['PING']]) lone.run(silent, ...argv);
    expect(lone.run(silent, 'EXEC')).toEqual([new Push(['subscribe', 'news', 1])]);
  });

  it('a client that wants no replies goes by QUIT only with a message that is on its way', () => {
    const lone = new LoneServer();
    const [silent, told] = [lone.connect(), lone.connect()];
    lone.feed(silent, 'CLIENT REPLY OFF\r\nQUIT\r\n');
    lone.feed(told, 'CLIENT REPLY OFF\r\nSUBSCRIBE a\r\nQUIT\r\n');
    expect([silent, told].map((socket) => lone.closed.has(socket))).toEqual([false, true]);
  });

  it('a transaction may subscribe to channels, but not to shard channels', () => {
    const lone = new LoneServer();
    const client = lone.connect();
    for (const argv of [['MULTI'], ['SUBSCRIBE', 'a'], ['SSUBSCRIBE', 'b']]) lone.run(client, ...argv);
    expect(lone.run(client, 'EXEC')).toEqual([
      [
        new Push(['subscribe', 'a', 1]),
        new ErrorReply("ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client"),
      ],
    ]);
  });

  it('a client that is not authenticated may not send long requests', () => {
    const lone = new LoneServer({ requirepass: 'secret' });
    const client = lone.connect();
    lone.feed(client, '*11\r\n');
    expect(lone.take(client)).toEqual([
      new ErrorReply('ERR Protocol error: unauthenticated multibulk length'),
    ]);
    expect(lone.closed.has(client)).toBe(true);
  });

  it('what a broken stream holds is not run, and the server lives', () => {
    const lone = new LoneServer();
    const client = lone.connect();
    lone.feed(client, '*1\r\n$4\r\nPING\r\n*1\r\n!oops\r\n*1\r\n$4\r\nPING\r\n');
    expect(lone.take(client)).toEqual([
      new Status('PONG'),
      new ErrorReply("ERR Protocol error: expected '$', got '!'"),
    ]);
    expect(lone.closed.has(client)).toBe(true);
    expect(lone.ask(lone.connect(), 'PING')).toEqual(new Status('PONG'));
  });
});

describe('the cost of commands', () => {
  it('KEYS on a large keyspace takes visibly long and is in the slow log', () => {
    const lone = new LoneServer({ save: '', 'enable-debug-command': 'yes' });
    const client = lone.connect();
    lone.run(client, 'DEBUG', 'POPULATE', '50000');
    const before = lone.busyMicros;
    lone.run(client, 'GET', 'key:1');
    const cheap = lone.busyMicros - before;
    lone.run(client, 'KEYS', 'nothing*');
    const dear = lone.busyMicros - before - cheap;
    expect(cheap).toBeLessThan(50);
    expect(dear).toBeGreaterThan(10_000);
    expect(lone.ask(client, 'SLOWLOG', 'GET', '1')).toMatchObject([
      [1, expect.any(Number), expect.any(Number), ['KEYS', 'nothing*'], '127.0.0.1:40001', ''],
    ]);
  });

  it('DEBUG SLEEP keeps the processor busy for its time', () => {
    const lone = new LoneServer({ 'enable-debug-command': 'yes' });
    const client = lone.connect();
    const before = lone.busyMicros;
    lone.run(client, 'DEBUG', 'SLEEP', '0.25');
    expect(lone.busyMicros - before).toBeGreaterThanOrEqual(250_000);
  });
});

describe('access control', () => {
  it('refusals are in the log once, with a count', () => {
    const lone = new LoneServer();
    const [boss, client] = [lone.connect(), lone.connect()];
    lone.run(boss, 'ACL', 'SETUSER', 'ada', 'on', 'nopass', '+@all', '-flushall', '~a*');
    lone.run(client, 'AUTH', 'ada', 'x');
    lone.run(client, 'GET', 'b');
    lone.run(client, 'GET', 'b');
    lone.run(client, 'FLUSHALL');
    expect(lone.server.aclLog.map(({ reason, object, count }) => [reason, object, count])).toEqual([
      ['command', 'flushall', 1],
      ['key', 'b', 2],
    ]);
  });

  it('a deleted user loses its connections', () => {
    const lone = new LoneServer();
    const [boss, client] = [lone.connect(), lone.connect()];
    lone.run(boss, 'ACL', 'SETUSER', 'ada', 'on', 'nopass', '+@all');
    lone.run(client, 'AUTH', 'ada', 'x');
    lone.run(boss, 'ACL', 'DELUSER', 'ada');
    expect(lone.closed.has(client)).toBe(true);
  });
});

describe('MONITOR', () => {
  it('shows commands as they run, quoted', () => {
    const lone = new LoneServer();
    const [monitor, client] = [lone.connect(), lone.connect()];
    lone.run(monitor, 'MONITOR');
    lone.run(client, 'SET', 'k', 'a "b"\n');
    expect(lone.take(monitor)).toEqual([
      new Status(`1700000000.000000 [0 127.0.0.1:40002] "SET" "k" "a \\"b\\"\\n"`),
    ]);
  });
});

describe('the end of a pause by command', () => {
  it('answers the one who ended it first, then whoever waited', () => {
    const lone = new LoneServer();
    const [boss, client] = [lone.connect(), lone.connect()];
    lone.run(boss, 'CLIENT', 'PAUSE', '100000', 'WRITE');
    lone.run(client, 'INCR', 'n');
    lone.run(client, 'INCR', 'n');
    expect(lone.ask(boss, 'CLIENT', 'UNPAUSE')).toEqual(new Status('OK'));
    expect(lone.take(client)).toEqual([1, 2]);
  });
});

describe('parameters that exist for tests', () => {
  it('are found by their name and by no pattern', () => {
    const lone = new LoneServer();
    const client = lone.connect();
    expect(lone.ask(client, 'CONFIG', 'SET', 'key-load-delay', '-7')).toEqual(new Status('OK'));
    expect(lone.ask(client, 'CONFIG', 'GET', 'key-load-delay')).toEqual(
      new MapReply([['key-load-delay', '-7']]),
    );
    expect(lone.ask(client, 'CONFIG', 'GET', 'key-load-d*')).toEqual(new MapReply([]));
    expect(lone.ask(client, 'CONFIG', 'SET', 'loading-process-events-interval-bytes', '3')).toBeInstanceOf(
      ErrorReply,
    );
  });
});

describe('a reply beyond the output buffer limit', () => {
  const long = 'x'.repeat(1000);
  const request = (...argv: string[]): string =>
    `*${argv.length}\r\n${argv.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join('')}`;

  it('ends the connection at once, and nothing of it is sent', () => {
    const lone = new LoneServer({ 'client-output-buffer-limit': 'normal 50000 0 0' });
    const [boss, client] = [lone.connect(), lone.connect()];
    lone.run(boss, 'RPUSH', 'list', ...Array.from({ length: 200 }, () => long));
    lone.feed(client, request('LRANGE', 'list', '0', '10'));
    expect(lone.takeBytes(client).length).toBeGreaterThan(11_000);
    expect(lone.closed.has(client)).toBe(false);
    lone.feed(client, request('LRANGE', 'list', '0', '-1') + request('SET', 'after', '1'));
    expect(lone.closed.has(client)).toBe(true);
    expect(lone.takeBytes(client)).toBe('');
    expect(lone.ask(boss, 'EXISTS', 'after')).toBe(0);
  });

  it('of a transaction ends the connection, but the transaction is done whole', () => {
    const lone = new LoneServer({ 'client-output-buffer-limit': 'normal 50000 0 0' });
    const [boss, client] = [lone.connect(), lone.connect()];
    lone.run(boss, 'SET', 'big', 'x'.repeat(100_000));
    lone.feed(
      client,
      request('MULTI') + request('GET', 'big') + request('SET', 'after', '1') + request('EXEC'),
    );
    expect(lone.closed.has(client)).toBe(true);
    expect(lone.ask(boss, 'GET', 'after')).toBe('1');
  });

  it('ends a random draw that would never end', () => {
    for (const command of ['SRANDMEMBER set', 'HRANDFIELD hash', 'ZRANDMEMBER zset']) {
      const lone = new LoneServer({ 'client-output-buffer-limit': 'normal 50000 0 0' });
      const boss = lone.connect();
      lone.run(boss, 'SADD', 'set', 'a');
      lone.run(boss, 'HSET', 'hash', 'f', 'v');
      lone.run(boss, 'ZADD', 'zset', '1', 'm');
      for (const count of ['-9000', '-9000000000000000000']) {
        const client = lone.connect();
        lone.feed(client, `${command} ${count}\r\n`);
        expect(lone.closed.has(client)).toBe(true);
        expect(lone.takeBytes(client)).toBe('');
      }
      lone.run(boss, 'CONFIG', 'SET', 'client-output-buffer-limit', 'normal 0 0 0');
      const client = lone.connect();
      lone.feed(client, `${command} -9000\r\n`);
      expect(lone.takeBytes(client)).toMatch(/^\*9000\r\n/);
      lone.feed(client, `${command} -9223372036854775807\r\n`);
      expect(lone.closed.has(client)).toBe(true);
    }
  });

  it('is not reached by a draw of pairs whose number does not fit', () => {
    const lone = new LoneServer();
    const client = lone.connect();
    lone.run(client, 'ZADD', 'zset', '1', 'm');
    lone.run(client, 'HSET', 'hash', 'm', '1');
    for (const draw of [
      ['ZRANDMEMBER', 'zset', 'WITHSCORES'],
      ['HRANDFIELD', 'hash', 'WITHVALUES'],
    ] as const) {
      const [command, key, pairs] = draw;
      const asked = (count: string): unknown => lone.ask(client, command, key, count, pairs);
      for (const count of ['4611686018427387904', '-4611686018427387904'])
        expect(asked(count)).toEqual(new ErrorReply('ERR value is out of range'));
      expect(asked('4611686018427387903')).toHaveLength(2);
    }
  });
});

describe('a client that has switched replies off', () => {
  it('is not heard after QUIT, but stays connected, since nothing is left to be sent to it', () => {
    for (const word of ['OFF', 'SKIP']) {
      const lone = new LoneServer();
      const [boss, client] = [lone.connect(), lone.connect()];
      lone.feed(client, `CLIENT REPLY ${word}\r\nQUIT\r\nSET k v\r\n`);
      lone.feed(client, 'SET k v\r\n');
      expect(lone.closed.has(client)).toBe(false);
      expect(lone.takeBytes(client)).toBe('');
      expect(lone.ask(boss, 'EXISTS', 'k')).toBe(0);
    }
  });
});

it('the query buffer holds all that was read at once, as it was written', () => {
  const lone = new LoneServer();
  const client = lone.connect();
  const sizeAfter = (bytes: string): string | undefined => {
    lone.feed(client, bytes);
    return / qbuf=(\d+) /.exec(lone.takeBytes(client))?.[1];
  };
  expect(sizeAfter('CLIENT LIST\r\n')).toBe('13');
  expect(sizeAfter('*2\r\n$6\r\nCLIENT\r\n$4\r\nLIST\r\n')).toBe('26');
  expect(sizeAfter('PING\r\nCLIENT LIST\r\nPING\r\nGET')).toBe('28');
});

it('INFO counts clients that a pause keeps waiting as blocked', () => {
  const lone = new LoneServer();
  const [boss, client] = [lone.connect(), lone.connect()];
  lone.run(boss, 'CLIENT', 'PAUSE', '10000', 'WRITE');
  lone.run(client, 'SET', 'k', 'v');
  expect(lone.ask(boss, 'INFO', 'clients')).toMatchObject({
    text: expect.stringContaining('blocked_clients:1'),
  });
});

it('a command that CLIENT UNBLOCK ends with an error is counted as failed', () => {
  const lone = new LoneServer();
  const [boss, client] = [lone.connect(), lone.connect()];
  const id = lone.ask(client, 'CLIENT', 'ID');
  lone.run(client, 'BLPOP', 'list', '0');
  lone.run(boss, 'CLIENT', 'UNBLOCK', String(id), 'ERROR');
  expect(lone.ask(boss, 'INFO', 'errorstats')).toMatchObject({
    text: expect.stringContaining('errorstat_UNBLOCKED:count=1'),
  });
  expect(lone.ask(boss, 'INFO', 'commandstats')).toMatchObject({
    text: expect.stringMatching(/cmdstat_blpop:calls=1,.*failed_calls=1/),
  });
});
