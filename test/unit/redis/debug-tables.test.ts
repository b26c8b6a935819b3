/* DEBUG HTSTATS and HTSTATS-KEY tell of the tables as they are. */

import { describe, expect, it } from 'vitest';
import { ErrorReply, Verbatim } from '#redis/reply.ts';
import { LoneServer } from '#test/conformance/lone-server.ts';

function begin(): { ask: (line: string) => unknown; number: (text: unknown, name: string) => number } {
  const lone = new LoneServer({ 'enable-debug-command': 'yes' });
  const client = lone.connect();
  return {
    ask: (line) => lone.ask(client, ...line.split(' ')),
    number: (reply, name) => Number(new RegExp(`${name}: (\\d+)`).exec((reply as Verbatim).text)?.[1]),
  };
}

describe('the tables of DEBUG', () => {
  it('count the keys of a database, and apart from them those that expire', () => {
    const { ask } = begin();
    for (let at = 0; at < 10; at++) ask(`SET k${at} v`);
    ask('EXPIRE k3 100');
    const reply = ask('DEBUG HTSTATS 0') as Verbatim;
    expect(reply).toBeInstanceOf(Verbatim);
    const [keys, expires] = reply.text.split('[Expires HT]');
    expect(keys).toMatch(/^\[Dictionary HT\]\nHash table 0 stats \(main hash table\):\n table size: 16384\n/);
    expect(keys).toMatch(/number of elements: 10\n/);
    expect(expires).toMatch(/number of elements: 1\n different slots: 1\n max chain length: 1\n/);
    expect((ask('DEBUG HTSTATS 1') as Verbatim).text).toMatch(/No stats available for empty dictionaries/);
  });

  it('hold every element of a large set, hash or sorted set', () => {
    const { ask, number } = begin();
    const words = Array.from({ length: 1000 }, (_, at) => at);
    ask(`SADD s x ${words.join(' ')}`);
    ask(`HSET h ${words.map((at) => `f${at} ${at}`).join(' ')}`);
    ask(`ZADD z ${words.map((at) => `${at} m${at}`).join(' ')}`);
    for (const [key, size] of Object.entries({ s: 1001, h: 1000, z: 1000 })) {
      const reply = ask(`DEBUG HTSTATS-KEY ${key}`);
      expect(number(reply, 'number of elements')).toBe(size);
      const [chains, table] = [number(reply, 'different slots'), number(reply, 'table size')];
      expect(chains).toBeLessThanOrEqual(table);
      expect(chains * number(reply, 'max chain length')).toBeGreaterThanOrEqual(size);
      const lines = [...(reply as Verbatim).text.matchAll(/^ {3}(\d+): (\d+) /gm)];
      expect(lines.reduce((sum, [, length, count]) => sum + Number(length) * Number(count), 0)).toBe(size);
    }
  });

  it('are refused for what has none', () => {
    const { ask } = begin();
    ask('SADD ints 1 2 3');
    ask('RPUSH l a');
    const noTable = new ErrorReply(
      'ERR The value stored at the specified key is not represented using an hash table',
    );
    expect(ask('DEBUG HTSTATS-KEY ints')).toEqual(noTable);
    expect(ask('DEBUG HTSTATS-KEY l')).toEqual(noTable);
    expect(ask('DEBUG HTSTATS-KEY none')).toEqual(new ErrorReply('ERR no such key'));
    expect(ask('DEBUG HTSTATS x')).toEqual(new ErrorReply('ERR value is not an integer or out of range'));
    expect(ask('DEBUG HTSTATS 99')).toEqual(new ErrorReply('ERR Out of range database'));
  });
});
