/* What INFO counts, and when: calls that wait, errors within replies, errors that somebody else gets; and what
 * keyspace events and invalidations are told of. The figures are those of a real 7.0.15. */

import { describe, expect, it } from 'vitest';
import { loadLua } from '#node/lua.ts';
import { ErrorReply, type MapReply, Push, Status, type Verbatim } from '#redis/reply.ts';
import { LoneServer } from '#test/conformance/lone-server.ts';

const words = (line: string): string[] => line.split(' ');

/** The value of a field of INFO. */
function field(lone: LoneServer, name: string): string {
  const info = lone.ask(lone.connect(), 'INFO', 'everything') as Verbatim;
  return new RegExp(`^${name.replaceAll('|', '\\|')}:(.*)\r$`, 'm').exec(info.text)?.[1] ?? '';
}

/** Calls, refused and failed calls of a command. */
function counts(lone: LoneServer, name: string): number[] {
  return [...field(lone, `cmdstat_${name}`).matchAll(/calls=(\d+)/g)].map(([, count]) => Number(count));
}

describe('commands that wait', () => {
  it('are counted once, when they begin to', () => {
    const lone = new LoneServer();
    const [waiting, other] = [lone.connect(), lone.connect()];
    lone.run(waiting, 'BLPOP', 'l', '0');
    expect(counts(lone, 'blpop')).toEqual([1, 0, 0]);
    lone.run(other, 'RPUSH', 'l', 'a');
    expect(lone.take(waiting)).toEqual([['l', 'a']]);
    expect(counts(lone, 'blpop')).toEqual([1, 0, 0]);
  });

  it('have failed when CLIENT UNBLOCK ends them, and with ERROR that has failed as well', () => {
    const lone = new LoneServer();
    const [waiting, other] = [lone.connect(), lone.connect()];
    lone.run(waiting, 'BLPOP', 'l', '0');
    expect(lone.ask(other, 'CLIENT', 'UNBLOCK', String(waiting), 'TIMEOUT')).toBe(1);
    expect(counts(lone, 'blpop')).toEqual([1, 0, 1]);
    expect(counts(lone, 'client|unblock')).toEqual([1, 0, 0]);
    lone.run(waiting, 'BLPOP', 'l', '0');
    expect(lone.ask(other, 'CLIENT', 'UNBLOCK', String(waiting), 'ERROR')).toBe(1);
    expect(counts(lone, 'blpop')).toEqual([2, 0, 2]);
    expect(counts(lone, 'client|unblock')).toEqual([2, 0, 1]);
  });

  it('find nothing twice: hits, misses and events are those of the first look', () => {
    const lone = new LoneServer({ 'notify-keyspace-events': 'Em' });
    const [waiting, other, listener] = [lone.connect(), lone.connect(), lone.connect()];
    lone.run(listener, 'PSUBSCRIBE', '__keyevent*');
    lone.run(waiting, ...words('XREAD BLOCK 0 STREAMS a b 0 0'));
    const [misses, hits] = [field(lone, 'keyspace_misses'), field(lone, 'keyspace_hits')];
    lone.take(listener);
    lone.run(other, ...words('XADD b 1-1 f v'));
    expect(lone.take(waiting)).toHaveLength(1);
    expect([field(lone, 'keyspace_misses'), field(lone, 'keyspace_hits')]).toEqual([misses, hits]);
    expect(lone.take(listener)).toEqual([]);
  });

  it('hear of it when the group that they read with is gone', () => {
    const lone = new LoneServer();
    const [waiting, other] = [lone.connect(), lone.connect()];
    lone.run(other, ...words('XGROUP CREATE x g $ MKSTREAM'));
    lone.run(waiting, ...words('XREADGROUP GROUP g c BLOCK 0 STREAMS x >'));
    lone.run(other, ...words('XGROUP DESTROY x g'));
    expect(lone.take(waiting)).toEqual([
      new ErrorReply('NOGROUP the consumer group this client was blocked on no longer exists'),
    ]);
  });
});

describe('errors', () => {
  it('within the reply of a script count, one by one', async () => {
    await loadLua();
    const lone = new LoneServer();
    lone.ask(
      lone.connect(),
      'EVAL',
      "return {1, redis.error_reply('MY own'), {redis.error_reply('MY other')}}",
      '0',
    );
    expect(field(lone, 'errorstat_MY')).toBe('count=2');
    expect(counts(lone, 'eval')).toEqual([1, 0, 1]);
  });

  it('that abort a transaction count as what is answered', () => {
    const lone = new LoneServer({ 'min-replicas-to-write': '1' });
    const client = lone.connect();
    for (const line of ['MULTI', 'PING']) lone.run(client, ...words(line));
    lone.run(client, 'SET', 'a', '1');
    lone.run(client, 'EXEC');
    expect(field(lone, 'errorstat_NOREPLICAS')).toBe('count=1');
    expect(field(lone, 'errorstat_EXECABORT')).toBe('count=1');
    expect(field(lone, 'errorstat_ERR')).toBe('');
  });

  it('of permission within EXEC say that the rules have changed meanwhile', () => {
    const lone = new LoneServer();
    const [client, admin] = [lone.connect(), lone.connect()];
    lone.run(admin, ...words('ACL SETUSER bob on >p +@all ~*'));
    lone.run(client, ...words('AUTH bob p'));
    for (const line of ['MULTI', 'SET a 1', 'GET a']) lone.run(client, ...words(line));
    lone.run(admin, ...words('ACL SETUSER bob -set resetkeys ~b*'));
    const refused = (reason: string): ErrorReply =>
      new ErrorReply(
        `NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. This command is no longer allowed for the following reason: ${reason}`,
      );
    expect(lone.ask(client, 'EXEC')).toEqual([
      refused('no permission to execute the command or subcommand'),
      refused('no permission to touch the specified keys'),
    ]);
  });
});

describe('looking for a key', () => {
  it('is a miss and an event for XAUTOCLAIM and XACK, and none for RESTORE', () => {
    const lone = new LoneServer({ 'notify-keyspace-events': 'Em' });
    const [client, listener] = [lone.connect(), lone.connect()];
    lone.run(listener, 'PSUBSCRIBE', '__keyevent*');
    lone.take(listener);
    lone.run(client, ...words('XAUTOCLAIM x g c 0 0'));
    lone.run(client, ...words('XACK x g 1-1'));
    lone.run(client, ...words('RESTORE y 0 rubbish'));
    const missed = new Push(['pmessage', '__keyevent*', '__keyevent@0__:keymiss', 'x']);
    expect(lone.take(listener)).toEqual([missed, missed]);
    expect(field(lone, 'keyspace_misses')).toBe('2');
  });

  it('ends at the first value of another type', () => {
    const lone = new LoneServer();
    const client = lone.connect();
    lone.run(client, 'SET', 's', 'x');
    lone.run(client, 'SINTERSTORE', 'd', 's', 'none');
    expect([field(lone, 'keyspace_hits'), field(lone, 'keyspace_misses')]).toEqual(['1', '0']);
  });
});

describe('tracking', () => {
  it('CLIENT CACHING holds for one command, also for one that does not exist', () => {
    const lone = new LoneServer();
    const client = lone.connect();
    for (const line of ['HELLO 3', 'CLIENT TRACKING ON OPTIN', 'CLIENT CACHING yes', 'NOSUCH', 'GET a'])
      lone.run(client, ...words(line));
    expect(lone.run(client, 'SET', 'a', '1')).toEqual([new Status('OK')]);
  });

  it('tells whoever is redirected to, when he has subscribed to anything', () => {
    const lone = new LoneServer();
    const [reader, listener] = [lone.connect(), lone.connect()];
    lone.run(listener, 'SUBSCRIBE', 'news');
    lone.take(listener);
    lone.run(reader, ...words(`CLIENT TRACKING ON REDIRECT ${listener}`));
    lone.run(reader, 'GET', 'a');
    lone.run(reader, 'SET', 'a', '1');
    expect(lone.take(listener)).toEqual([new Push(['message', '__redis__:invalidate', ['a']])]);
  });

  it('broadcasts keys in their order, and no change when a waiting client takes an element', () => {
    const lone = new LoneServer();
    const [client, other, waiting] = [lone.connect(), lone.connect(), lone.connect()];
    for (const line of ['HELLO 3', 'CLIENT TRACKING ON BCAST']) lone.run(client, ...words(line));
    lone.run(other, 'MSET', 'z', '1', 'a', '2', 'm', '3');
    expect(lone.take(client)).toEqual([new Push(['invalidate', ['a', 'm', 'z']])]);
    for (const line of ['CLIENT TRACKING OFF', 'CLIENT TRACKING ON']) lone.run(client, ...words(line));
    lone.run(waiting, 'BLPOP', 'l', '0');
    for (const line of ['MULTI', 'RPUSH l a', 'EXEC']) lone.run(client, ...words(line));
    lone.take(client);
    lone.run(client, 'LLEN', 'l');
    lone.run(waiting, 'BRPOPLPUSH', 'l', 'd', '0');
    lone.run(other, 'RPUSH', 'l', 'b');
    expect(lone.take(client)).toEqual([new Push(['invalidate', ['l']])]);
  });

  it('tells what a transaction did before it turned tracking off', () => {
    const lone = new LoneServer();
    const [client, other] = [lone.connect(), lone.connect()];
    for (const line of ['HELLO 3', 'CLIENT TRACKING ON', 'MULTI', 'FLUSHALL', 'CLIENT TRACKING OFF'])
      lone.run(client, ...words(line));
    lone.take(client);
    lone.feed(client, 'EXEC\r\n');
    expect(lone.takeBytes(client)).toBe('*2\r\n+OK\r\n+OK\r\n>2\r\n$10\r\ninvalidate\r\n_\r\n');
    lone.run(other, ...words('CLIENT TRACKING ON'));
    expect(lone.run(other, 'HELLO', '3')).toHaveLength(1);
  });

  it('knows nothing of changes to a consumer group, and forgets a key when nobody tracks any more', () => {
    const lone = new LoneServer();
    const client = lone.connect();
    for (const line of ['XGROUP CREATE x g $ MKSTREAM', 'HELLO 3', 'CLIENT TRACKING ON', 'XLEN x'])
      lone.run(client, ...words(line));
    expect(lone.run(client, ...words('XGROUP DELCONSUMER x g c'))).toEqual([0]);
    expect(lone.run(client, ...words('XGROUP DESTROY x g'))).toEqual([1]);
    lone.run(client, ...words('CLIENT TRACKING OFF'));
    expect(field(lone, 'tracking_total_keys')).toBe('1');
    lone.run(client, ...words('XADD x 1-1 f v'));
    expect(field(lone, 'tracking_total_keys')).toBe('0');
  });

  it('refuses a prefix that is there already, and lists them in order', () => {
    const lone = new LoneServer();
    const client = lone.connect();
    lone.run(client, ...words('CLIENT TRACKING ON BCAST PREFIX k'));
    const overlap =
      "Prefix 'k' overlaps with an existing prefix 'k'. Prefixes for a single client must not overlap.";
    const again = lone.ask(client, ...words('CLIENT TRACKING ON BCAST PREFIX k PREFIX k1'));
    expect(again).toEqual(new ErrorReply(`ERR ${overlap}`));
    lone.run(client, ...words('CLIENT TRACKING ON BCAST PREFIX a'));
    const info = lone.ask(client, ...words('CLIENT TRACKINGINFO')) as MapReply;
    expect(info.pairs.at(-1)).toEqual(['prefixes', ['a', 'k']]);
  });

  it('remembers a reader that waited once, when he began to', () => {
    const lone = new LoneServer();
    const [reader, other] = [lone.connect(), lone.connect()];
    for (const line of ['HELLO 3', 'CLIENT TRACKING ON', 'XREAD BLOCK 0 STREAMS x $'])
      lone.run(reader, ...words(line));
    lone.run(other, ...words('XADD x 1-1 f v'));
    expect(lone.take(reader)).toHaveLength(2);
    lone.run(other, ...words('XADD x 2-1 f v'));
    expect(lone.take(reader)).toEqual([]);
  });
});
