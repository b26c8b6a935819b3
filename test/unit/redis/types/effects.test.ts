/* What commands of the types send to replicas and the AOF: the effect, never the chance, the clock or the
 * waiting behind it. */

import { beforeAll, describe, expect, test } from 'vitest';
import type { Bytes } from '#base/bytes.ts';
import { loadLua } from '#node/lua.ts';
import { RequestParser } from '#redis/resp.ts';
import { LoneServer } from '../../../conformance/lone-server.ts';

beforeAll(() => loadLua());

/** Runs commands and returns what the last of them added to the AOF. */
function effects(...commands: Bytes[][]): string[] {
  const lone = new LoneServer({ appendonly: 'yes', appendfsync: 'always' });
  const socket = lone.connect();
  const written = (): string => {
    const files = [...lone.disk.files].filter(([path]) => path.endsWith('.incr.aof'));
    return files.map(([, data]) => data).join('');
  };
  let before = '';
  for (const argv of commands) {
    before = written();
    lone.run(socket, ...argv);
  }
  const parser = new RequestParser();
  parser.feed(written().slice(before.length));
  const out: string[] = [];
  const limits = { maxBulkLength: 1 << 20, authRequired: false };
  for (let argv = parser.next(limits); argv; argv = parser.next(limits)) out.push(argv.join(' '));
  return out.filter((line) => line !== 'SELECT 0');
}

describe('the effect that is propagated', () => {
  test('of chance is its outcome', () => {
    expect(effects(['SADD', 's', 'a'], ['SPOP', 's'])).toEqual(['SREM s a']);
    expect(effects(['SADD', 's', 'a', 'b'], ['SPOP', 's', '5'])).toEqual(['DEL s']);
    expect(effects(['SADD', 's', 'a', 'a2'], ['SPOP', 's', '1'])[0]).toMatch(/^SREM s a2?$/);
  });

  test('of waiting is the plain command', () => {
    expect(effects(['RPUSH', 'l', 'a'], ['BLPOP', 'none', 'l', '0'])).toEqual(['LPOP l']);
    expect(effects(['RPUSH', 'l', 'a'], ['BLMOVE', 'l', 'm', 'LEFT', 'RIGHT', '0'])).toEqual([
      'LMOVE l m LEFT RIGHT',
    ]);
    expect(effects(['ZADD', 'z', '1', 'a'], ['BZPOPMIN', 'z', '0'])).toEqual(['ZPOPMIN z']);
    expect(effects(['RPUSH', 'l', 'a', 'b'], ['BLMPOP', '0', '1', 'l', 'LEFT', 'COUNT', '2'])).toEqual([
      'LPOP l 2',
    ]);
  });

  test('of popping several names how many there were', () => {
    expect(effects(['RPUSH', 'l', 'a', 'b'], ['LMPOP', '1', 'l', 'LEFT', 'COUNT', '9'])).toEqual([
      'LPOP l 2',
    ]);
    expect(effects(['ZADD', 'z', '1', 'a'], ['ZMPOP', '1', 'z', 'MIN', 'COUNT', '9'])).toEqual([
      'ZPOPMIN z 1',
    ]);
  });

  test('of a transaction is framed once, and only when it is more than one', () => {
    expect(effects(['MULTI'], ['SET', 'a', '1'], ['EXEC'])).toEqual(['SET a 1']);
    expect(effects(['MULTI'], ['SET', 'a', '1'], ['SET', 'b', '2'], ['EXEC'])).toEqual([
      'MULTI',
      'SET a 1',
      'SET b 2',
      'EXEC',
    ]);
  });

  test('of what a walk finds expired are single deletions', () => {
    const lone = new LoneServer({ appendonly: 'yes', appendfsync: 'always', 'enable-debug-command': 'yes' });
    const socket = lone.connect();
    lone.run(socket, 'DEBUG', 'SET-ACTIVE-EXPIRE', '0');
    for (const key of ['a', 'b']) lone.run(socket, 'SET', key, '1', 'PX', '1');
    lone.advance(5);
    expect(lone.ask(socket, 'SCAN', '0')).toEqual(['0', []]);
    const files = [...lone.disk.files].filter(([path]) => path.endsWith('.incr.aof'));
    const text = files.map(([, data]) => data).join('');
    expect(text.split('DEL').length - 1).toBe(2);
    expect(text).not.toContain('MULTI');
  });

  test('of a trimming with a limit loads again under other limits', () => {
    const lone = new LoneServer({
      appendonly: 'yes',
      appendfsync: 'always',
      'enable-debug-command': 'yes',
      'stream-node-max-entries': '10',
    });
    const socket = lone.connect();
    for (let id = 1; id <= 30; id++) lone.run(socket, 'XADD', 's', String(id), 'f', 'v');
    lone.run(socket, 'XADD', 's', 'MAXLEN', '~', '5', 'LIMIT', '10', '31', 'f', 'v');
    expect(lone.ask(socket, 'XLEN', 's')).toBe(21);
    lone.run(socket, 'CONFIG', 'SET', 'stream-node-max-entries', '1');
    // Twice: what loading does must not be written to the file that is loaded.
    for (let round = 0; round < 2; round++) {
      expect(lone.ask(socket, 'DEBUG', 'LOADAOF')).toMatchObject({ text: 'OK' });
      expect(lone.ask(socket, 'XLEN', 's')).toBe(21);
    }
  });

  test('of floating point is the result', () => {
    expect(effects(['HINCRBYFLOAT', 'h', 'f', '0.1'])).toEqual(['HSET h f 0.1']);
    expect(effects(['GEOADD', 'g', '13.361389', '38.115556', 'Palermo'])).toEqual([
      'ZADD g 3479099956230698 Palermo',
    ]);
  });

  test('of the clock is the moment itself', () => {
    expect(effects(['XADD', 's', '*', 'f', 'v'])).toEqual(['XADD s 1700000000000-0 f v']);
    const trimmed = effects(
      ['XADD', 's', '1-1', 'f', 'v'],
      ['XADD', 's', 'MAXLEN', '~', '1', '2-1', 'f', 'v'],
    );
    expect(trimmed).toEqual(['XADD s MAXLEN = 2 2-1 f v']);
  });

  test('of a group read is a claim of each entry', () => {
    const commands = [
      ['XADD', 's', '1-1', 'f', 'v'],
      ['XGROUP', 'CREATE', 's', 'g', '0'],
      ['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 's', '>'],
    ];
    expect(effects(...commands)).toEqual([
      'XCLAIM s g c 0 1-1 TIME 1700000000000 RETRYCOUNT 1 FORCE JUSTID LASTID 1-1',
    ]);
  });

  test('of a group read without acknowledgements is the place that the group has come to', () => {
    const commands = [
      ['XADD', 's', '1-1', 'f', 'v'],
      ['XGROUP', 'CREATE', 's', 'g', '0'],
      ['XREADGROUP', 'GROUP', 'g', 'c', 'NOACK', 'STREAMS', 's', '>'],
    ];
    expect(effects(...commands)).toEqual([
      'MULTI',
      'XGROUP CREATECONSUMER s g c',
      'XGROUP SETID s g 1-1 ENTRIESREAD 1',
      'EXEC',
    ]);
  });

  test('of a script is what its commands did, within one transaction', () => {
    const script =
      'redis.call("set", "a", 1) redis.call("spop", "none") redis.call("incr", "a") return redis.call("get", "a")';
    expect(effects(['EVAL', script, '0'])).toEqual(['MULTI', 'set a 1', 'incr a', 'EXEC']);
    expect(effects(['EVAL', 'redis.set_repl(redis.REPL_NONE) redis.call("set", "a", 1)', '0'])).toEqual([]);
  });

  test('of what changed nothing is nothing', () => {
    expect(effects(['SADD', 's', 'a'], ['SADD', 's', 'a'])).toEqual([]);
    expect(effects(['ZADD', 'z', '1', 'a'], ['ZADD', 'z', '1', 'a'])).toEqual([]);
    expect(effects(['HDEL', 'h', 'f'])).toEqual([]);
    expect(effects(['SETBIT', 'b', '3', '0'], ['SETBIT', 'b', '3', '0'])).toEqual([]);
  });
});

describe('clients that wait', () => {
  test('are served in the order in which they came, each from the key that got data', () => {
    const lone = new LoneServer();
    const [first, second, pusher] = [lone.connect(), lone.connect(), lone.connect()];
    lone.run(first, 'BLPOP', 'a', 'b', '0');
    lone.run(second, 'BLPOP', 'a', 'b', '0');
    lone.run(pusher, 'RPUSH', 'b', '1', '2', '3');
    expect(lone.take(first)).toEqual([['b', '1']]);
    expect(lone.take(second)).toEqual([['b', '2']]);
    expect(lone.ask(pusher, 'LRANGE', 'b', '0', '-1')).toEqual(['3']);
  });

  test('are not woken by a value of another type, and hear of their timeout', () => {
    const lone = new LoneServer();
    const [waiting, other] = [lone.connect(), lone.connect()];
    lone.run(waiting, 'BZPOPMIN', 'k', '1');
    lone.run(other, 'RPUSH', 'k', 'x');
    expect(lone.take(waiting)).toEqual([]);
    lone.advance(1200);
    expect(lone.take(waiting)).toMatchObject([{ nullArray: true }]);
  });

  test('for a key that expires before their turn go on waiting', () => {
    const lone = new LoneServer({ 'enable-debug-command': 'yes' });
    const [waiting, other] = [lone.connect(), lone.connect()];
    lone.run(waiting, 'BLPOP', 'k', '0');
    lone.run(other, 'MULTI');
    lone.run(other, 'RPUSH', 'k', 'x');
    lone.run(other, 'PEXPIRE', 'k', '100');
    lone.run(other, 'DEBUG', 'SLEEP', '0.2');
    lone.run(other, 'EXEC');
    expect(lone.take(waiting)).toEqual([]);
    lone.run(other, 'RPUSH', 'k', 'y');
    expect(lone.take(waiting)).toEqual([['k', 'y']]);
  });

  test('as readers of a group hear that their stream was overwritten', () => {
    const lone = new LoneServer();
    const [reader, other] = [lone.connect(), lone.connect()];
    lone.run(other, 'XGROUP', 'CREATE', 's', 'g', '$', 'MKSTREAM');
    lone.run(reader, 'XREADGROUP', 'GROUP', 'g', 'c', 'BLOCK', '0', 'STREAMS', 's', '>');
    lone.run(other, 'SET', 's', 'text');
    expect(lone.take(reader)).toMatchObject([{ text: 'UNBLOCKED the stream key no longer exists' }]);
  });

  test('for new entries get what came after they asked, not what came before', () => {
    const lone = new LoneServer();
    const [reader, writer] = [lone.connect(), lone.connect()];
    lone.ask(writer, 'XADD', 's', '1-1', 'f', 'old');
    lone.run(reader, 'XREAD', 'BLOCK', '0', 'STREAMS', 's', '$');
    lone.ask(writer, 'XADD', 's', '2-1', 'f', 'new');
    expect(lone.take(reader)).toEqual([[['s', [['2-1', ['f', 'new']]]]]]);
  });
});
