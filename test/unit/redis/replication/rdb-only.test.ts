/* Who asks for a snapshot and nothing else (redis-cli --rdb), or for the functions in it (--functions-rdb). */

import { beforeAll, describe, expect, it } from 'vitest';
import { loadLua } from '#node/lua.ts';
import { scanRdb } from '#redis/rdb-scan.ts';
import { LoneServer, MemoryDisk } from '#test/conformance/lone-server.ts';

beforeAll(() => loadLua());

const LIBRARY = `#!lua name=lib
redis.register_function('answer', function() return 42 end)`;

/** A server with a key and a function, and one who has told it `lines` before SYNC. */
function synchronized(
  lines: readonly string[],
  config: Record<string, string> = {},
): { lone: LoneServer; boss: number; replica: number } {
  const lone = new LoneServer(config);
  const [boss, replica] = [lone.connect(), lone.connect()];
  lone.run(boss, 'SET', 'k', 'v');
  lone.run(boss, 'FUNCTION', 'LOAD', LIBRARY);
  for (const line of lines) {
    lone.feed(replica, `${line}\r\n`);
    expect(lone.takeBytes(replica)).toBe('+OK\r\n');
  }
  lone.feed(replica, 'SYNC\r\n');
  return { lone, boss, replica };
}

/** The snapshot that has arrived, and what came behind it. */
function received(lone: LoneServer, replica: number): { snapshot: string; rest: string } {
  const [, , snapshot, rest] = /\$EOF:(.{40})\r\n([^]*)\1([^]*)$/.exec(lone.takeBytes(replica)) ?? [];
  return { snapshot: snapshot as string, rest: rest as string };
}

/** What a server makes of a snapshot. */
function restored(snapshot: string): { keys: unknown; answer: unknown } {
  const disk = new MemoryDisk();
  disk.write('dump.rdb', snapshot);
  const lone = new LoneServer({}, { disk });
  lone.advance(1000);
  const client = lone.connect();
  return { keys: lone.ask(client, 'DBSIZE'), answer: lone.ask(client, 'FCALL', 'answer', '0') };
}

describe('a replica that wants no more than a snapshot', () => {
  it('is sent the snapshot, nothing of what is written meanwhile, and the end of the connection', () => {
    const { lone, boss, replica } = synchronized(['REPLCONF capa eof', 'REPLCONF rdb-only 1'], {
      'rdb-key-save-delay': '10000000',
    });
    lone.advance(8000);
    expect(lone.server.persistence.bgsave?.target).toBe('sockets');
    lone.run(boss, 'SET', 'later', 'x');
    expect(lone.closed.has(replica)).toBe(false);
    lone.advance(12_000);
    const { snapshot, rest } = received(lone, replica);
    expect(restored(snapshot)).toEqual({ keys: 1, answer: 42 });
    expect(rest).toBe('');
    expect(lone.closed.has(replica)).toBe(true);
    expect(lone.server.replication.replicas).toEqual([]);
    expect(lone.logLines).toContainEqual(expect.stringMatching(/^RDB transfer completed, rdb only replica/));
  });

  it('is closed behind a file from disk as well, and goes on when it changes its mind', () => {
    const disk = { 'repl-diskless-sync': 'no' };
    const { lone, replica } = synchronized(['REPLCONF rdb-only 1'], disk);
    lone.advance(3000);
    expect(lone.takeBytes(replica)).toMatch(/^\n*\$\d+\r\nREDIS0010/);
    expect(lone.closed.has(replica)).toBe(true);
    const other = synchronized(['REPLCONF rdb-only 1', 'REPLCONF rdb-only 0'], disk);
    other.lone.advance(3000);
    other.lone.run(other.boss, 'SET', 'later', 'x');
    expect(other.lone.takeBytes(other.replica)).toMatch(/later\r\n\$1\r\nx\r\n$/);
  });
});

describe('a replica that wants the functions alone', () => {
  const functions = 'REPLCONF rdb-filter-only functions';

  it('gets them at once through its connection, whatever the server does for others', () => {
    const { lone, replica } = synchronized(['REPLCONF capa eof', 'REPLCONF rdb-only 1', functions], {
      'repl-diskless-sync': 'no',
    });
    lone.advance(3000);
    const { snapshot } = received(lone, replica);
    expect(restored(snapshot)).toEqual({ keys: 0, answer: 42 });
    expect(lone.disk.read('dump.rdb')).toBeUndefined();
  });

  it('does not share its snapshot with one who wants everything', () => {
    const { lone, replica } = synchronized(['REPLCONF capa eof', functions]);
    const whole = lone.connect();
    for (const line of ['REPLCONF capa eof', 'SYNC']) lone.feed(whole, `${line}\r\n`);
    lone.advance(8000);
    expect(restored(received(lone, replica).snapshot)).toEqual({ keys: 0, answer: 42 });
    lone.advance(8000);
    expect(restored(received(lone, whole).snapshot)).toEqual({ keys: 1, answer: 42 });
  });

  it('gets an empty snapshot when it names nothing', () => {
    const { lone, replica } = synchronized(['REPLCONF capa eof', 'REPLCONF rdb-filter-only ""']);
    lone.advance(8000);
    const parts = [...scanRdb(received(lone, replica).snapshot)].map(({ kind }) => kind);
    expect(new Set(parts)).toEqual(new Set(['aux', 'end']));
  });

  it('is refused what does not exist, and what cannot be sent without a file', () => {
    const lone = new LoneServer();
    const replica = lone.connect();
    const replyTo = (line: string): string => {
      lone.feed(replica, `${line}\r\n`);
      return lone.takeBytes(replica);
    };
    expect(replyTo('REPLCONF rdb-filter-only "functions keys"')).toBe(
      '-ERR Unsupported rdb-filter-only option: keys\r\n',
    );
    expect(replyTo(`REPLCONF rdb-filter-only "'"`)).toBe('-ERR Missing rdb-filter-only values\r\n');
    expect(replyTo('REPLCONF rdb-filter-only FUNCTIONS')).toBe('+OK\r\n');
    expect(replyTo('PING\r\nSYNC')).toBe('+PONG\r\n-ERR SYNC and PSYNC are invalid with pending output\r\n');
    expect(replyTo('SYNC')).toBe('-ERR Filtered replica requires EOF capability\r\n');
    expect(replyTo('PSYNC ? -1')).toBe('-ERR Filtered replica requires EOF capability\r\n');
    expect(lone.server.replication.replicas).toEqual([]);
  });
});
