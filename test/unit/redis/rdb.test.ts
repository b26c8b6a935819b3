import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { fromUint8, type Bytes } from '#base/bytes.ts';
import { loadLua } from '#node/lua.ts';
import { crc64 } from '#redis/crc64.ts';
import { lzfCompress, lzfDecompress } from '#redis/lzf.ts';
import {
  RdbError,
  createDumpPayload,
  loadDumpObject,
  rdbLoad,
  rdbSave,
  verifyDumpPayload,
} from '#redis/rdb.ts';
import { Double, Status, type Reply } from '#redis/reply.ts';
import { HashObj } from '#redis/types/hash-obj.ts';
import type { ListObj } from '#redis/types/list-obj.ts';
import { littleEndian } from '#redis/types/listpack.ts';
import type { ZsetObj } from '#redis/types/zset-obj.ts';
import { LoneServer } from '#test/conformance/lone-server.ts';

beforeAll(() => loadLua());

const fixture = fromUint8(readFileSync(join(import.meta.dirname, '../../fixtures/rdb/all-types-7.0.15.rdb')));

/** A server that has loaded a file, and how to ask it. */
function loaded(file: Bytes): (...argv: Bytes[]) => Reply {
  const lone = new LoneServer();
  rdbLoad(lone.server, file);
  const socket = lone.connect();
  return (...argv) => lone.ask(socket, ...argv);
}

/** A payload with a right checksum around any bytes. */
function payload(data: Bytes): Bytes {
  const body = data + littleEndian(10, 2);
  return body + crc64(body);
}

test('the checksum is the one of the published check value', () => {
  expect(crc64('123456789')).toBe(littleEndian(0xe9c6d914c4b8d9can, 8));
});

describe('LZF', () => {
  test('gives back what was put in', () => {
    for (const text of [
      'a'.repeat(1000),
      'abcabcabc'.repeat(50),
      JSON.stringify(Object.keys(Array.from({ length: 300 }))),
      'xyz'.repeat(9000),
    ]) {
      const packed = lzfCompress(text, text.length) as Bytes;
      expect(packed.length).toBeLessThan(text.length);
      expect(lzfDecompress(packed, text.length)).toBe(text);
    }
  });

  test('refuses what cannot be shortened and what is damaged', () => {
    expect(lzfCompress('abcdefghijklmnopqrstuvwxyz0123456789', 32)).toBeNull();
    expect(lzfDecompress('\x20\x05', 10)).toBeNull();
    expect(lzfDecompress('\x05ab', 6)).toBeNull();
    expect(lzfDecompress('\x00a', 2 ** 30)).toBeNull();
  });
});

describe('a file of real 7.0.15', () => {
  test('is read with every type, encoding, expiry, database and library', () => {
    const ask = loaded(fixture);
    expect(ask('GET', 'int')).toBe('12345');
    expect(ask('GET', 'long')).toBe('abcdefgh'.repeat(60));
    expect(ask('LRANGE', 'list', '0', '-1')).toEqual(['a', 'b', '1', '-5', 'x'.repeat(100)]);
    expect(ask('LLEN', 'biglist')).toBe(3000);
    expect(ask('LINDEX', 'biglist', '-1')).toBe('3000');
    expect(ask('SMEMBERS', 'ints')).toMatchObject({ items: ['-2', '1', '300'] });
    expect(ask('SISMEMBER', 'ints64', '9223372036854775807')).toBe(1);
    expect(ask('SCARD', 'words')).toBe(3);
    expect(ask('HGETALL', 'smallhash')).toMatchObject({
      pairs: [
        ['a', '1'],
        ['b', 'two'],
      ],
    });
    expect(ask('HGET', 'bighash', 'e')).toBe('5');
    expect(ask('ZRANGE', 'bigz', '0', '-1')).toEqual(['e', 'a', 'b', 'c', 'd', 'f']);
    expect(ask('XRANGE', 'stream', '-', '+')).toEqual([
      ['1-1', ['f', 'a', 'g', 'b']],
      ['5-0', ['other', 'z']],
    ]);
    expect(ask('XPENDING', 'stream', 'grp')).toEqual([1, '1-1', '1-1', [['alice', '1']]]);
    expect(ask('PEXPIRETIME', 'volatile')).toBe(4102444800000);
    expect(ask('PFCOUNT', 'hll')).toBe(3);
    expect(ask('FCALL', 'answer', '0')).toBe(42);
    expect(ask('DBSIZE')).toBe(17);
    ask('SELECT', '3');
    expect(ask('GET', 'other')).toBe('db3');
  });

  test('comes out again with the same contents', () => {
    const lone = new LoneServer();
    rdbLoad(lone.server, fixture);
    const again = loaded(rdbSave(lone.server));
    const before = loaded(fixture);
    for (const key of ['int', 'list', 'biglist', 'ints', 'smallhash', 'smallz', 'bigz', 'stream', 'hll']) {
      expect(again('DUMP', key), key).toBe(before('DUMP', key));
    }
  });

  test('is refused when any part of it is damaged, and only ever by RdbError', () => {
    const lone = new LoneServer();
    for (let at = 0; at < fixture.length; at += 1 + Math.floor(fixture.length / 400)) {
      const damaged =
        fixture.slice(0, at) + String.fromCharCode(fixture.charCodeAt(at) ^ 0x41) + fixture.slice(at + 1);
      lone.ask(lone.connect(), 'FLUSHALL');
      expect(() => rdbLoad(lone.server, damaged), `byte ${at}`).toThrow(RdbError);
      lone.ask(lone.connect(), 'FLUSHALL');
      expect(() => rdbLoad(lone.server, fixture.slice(0, at)), `cut at ${at}`).toThrow(RdbError);
    }
  });
});

describe('older encodings', () => {
  const ziplist = '\x1b\0\0\0\x12\0\0\0\x04\0\0\x01a\x03\xf2\x02\x01b\x03\xfe\x07\xff';

  test('a ziplist is read as list, hash and sorted set', () => {
    const text = String.fromCharCode(ziplist.length) + ziplist.slice(1);
    const bytes = String.fromCharCode(text.length) + text;
    const list = loadDumpObject(payload(`\x0a${bytes}`)) as ListObj;
    expect([...list.items]).toEqual(['a', '1', 'b', '7']);
    const hash = loadDumpObject(payload(`\x0d${bytes}`)) as HashObj;
    expect([...hash.entries()]).toEqual([
      ['a', '1'],
      ['b', '7'],
    ]);
    const zset = loadDumpObject(payload(`\x0c${bytes}`)) as ZsetObj;
    expect(zset.get('b')).toBe(7);
  });

  test('a zipmap is read as hash', () => {
    const zipmap = '\x02\x03foo\x03\0bar\x05hello\x05\0world\xff';
    const hash = loadDumpObject(payload(`\x09${String.fromCharCode(zipmap.length)}${zipmap}`)) as HashObj;
    expect([...hash.entries()]).toEqual([
      ['foo', 'bar'],
      ['hello', 'world'],
    ]);
  });

  test('plain lists, sets and sorted sets with textual scores are read', () => {
    expect([...(loadDumpObject(payload('\x01\x02\x01a\x01b')) as ListObj).items]).toEqual(['a', 'b']);
    expect((loadDumpObject(payload('\x03\x01\x01a\x032.5')) as ZsetObj).get('a')).toBe(2.5);
    expect((loadDumpObject(payload('\x03\x01\x01a\xfe')) as ZsetObj).get('a')).toBe(Infinity);
  });
});

/** A stream of one entry, 1-1, with the given number of elements behind its fields. */
function streamOf(count: string): string {
  const body = `\x01\x01\0\x01\x01\x01\x81a\x02\0\x01\x02\x01\0\x01\0\x01\x811\x02${count}\x01\xff`;
  const listpack = `${littleEndian(body.length + 6, 4)}\x0a\0${body}`;
  const id = `${'\0'.repeat(7)}\x01`;
  return `\x0f\x01\x10${id}${id}${String.fromCharCode(listpack.length)}${listpack}\x01\x01\x01\0`;
}

describe('a payload', () => {
  test('with another checksum or a newer version is not verified', () => {
    const good = createDumpPayload(new LoneServerValue().hash());
    expect(verifyDumpPayload(good)).toBe(true);
    expect(verifyDumpPayload(`x${good}`)).toBe(false);
    expect(verifyDumpPayload('')).toBe(false);
    const newer = good.slice(0, -10) + littleEndian(11, 2);
    expect(verifyDumpPayload(newer + crc64(newer))).toBe(false);
  });

  test('in a file passes over empty collections, which old versions left behind', () => {
    // One set of no members, one list of one element.
    const body = 'REDIS0010\xfe\x00\x02\x01s\x00\x01\x01l\x01\x01a\xff';
    const ask = loaded(body + crc64(body));
    expect([ask('DBSIZE'), ask('LRANGE', 'l', '0', '-1'), ask('EXISTS', 's')]).toEqual([1, ['a'], 0]);
  });

  // Found by giving changed payloads to a real 7.0.15 with sanitize-dump-payload and to this one.
  test.for([
    [
      'a ziplist whose header points elsewhere',
      '\x0c\x17\x17\0\0\0\x0f\0\0\0\x04\0\0\x01a\x03\x011\x03\x01b\x03\x012\xff',
      null,
    ],
    ['a ziplist that ends within a number', '\x0a\x0e\x0e\0\0\0\x0a\0\0\0\x01\0\0\xe0\x01\xff', null],
    ['a listpack that ends within a number', '\x12\x01\x02\x0a\x0a\0\0\0\x01\0\xf4\x01\x01\xff', null],
    ['a zipmap with another number of pairs', '\x09\x07\x02\x01a\x01\0x\xff', null],
    ['a stream entry that counts wrongly', streamOf('\x05'), null],
    ['the same entry that counts right', streamOf('\x04'), ['XLEN', 1]],
    ['a score with something behind it', '\x03\x01\x01a\x041P.5', ['ZSCORE', '1']],
    [
      'a packed score with something behind it',
      '\x11\x0f\x0f\0\0\0\x02\0\x81a\x02\x832/5\x04\xff',
      ['ZSCORE', '2'],
    ],
    ['a packed score that is none', '\x11\x0f\x0f\0\0\0\x02\0\x81a\x02\x83v.5\x04\xff', ['ZSCORE', '0']],
    ['a string that goes on in what follows the value', '\0\x05abc', ['GET', 'abc\x0a\0']],
  ] as const)('with %s is taken or refused as by the real one', ([, data, expected]) => {
    const lone = new LoneServer({ 'enable-debug-command': 'yes', 'sanitize-dump-payload': 'yes' });
    const client = lone.connect();
    lone.run(client, 'DEBUG', 'SET-SKIP-CHECKSUM-VALIDATION', '1');
    const reply = lone.ask(client, 'RESTORE', 'k', '0', `${data}${littleEndian(10, 2)}01234567`);
    expect(reply).toMatchObject({ text: expected === null ? 'ERR Bad data format' : 'OK' });
    if (expected === null) return;
    const [command, value] = expected;
    const got = lone.ask(client, command, 'k', ...(command === 'ZSCORE' ? ['a'] : []));
    expect(got instanceof Double ? String(got.value) : got).toBe(value);
  });

  test('that is damaged is refused, and the log says where, be its checksum right or not looked at', () => {
    const lone = new LoneServer({ 'enable-debug-command': 'yes' });
    const client = lone.connect();
    const restore = (data: string): unknown =>
      lone.ask(client, 'RESTORE', 'k', '0', `${data}${littleEndian(10, 2)}01234567`, 'REPLACE');
    const refused = (text: string): unknown => expect.objectContaining({ text });
    expect(restore('\0\x01a')).toEqual(refused('ERR DUMP payload version or checksum are wrong'));
    lone.run(client, 'DEBUG', 'SET-SKIP-CHECKSUM-VALIDATION', '1');
    expect(restore('\0\x01a')).toEqual(new Status('OK'));
    const ziplist = '\x0b\0\0\0\x0a\0\0\0\0\0\xfe';
    const stream = `\x13\x01\x10${'\0'.repeat(16)}\x07\x07\0\0\0\0\0\xfe`;
    for (const [data, says] of [
      [`\x0a\x0b${ziplist}`, 'List ziplist'],
      [`\x0d\x0b${ziplist}`, 'Hash ziplist'],
      // A field that is there twice.
      ['\x0d\x1b\x1b\0\0\0\x16\0\0\0\x04\0\0\x02a\0\x04\x02b\0\x04\x02a\0\x04\x02d\0\xff', 'Hash ziplist'],
      ['\x11\x07\x07\0\0\0\0\0\xfe', 'Zset listpack'],
      ['\x12\x01\x01\0', 'Quicklist'],
      ['\x09\x03\x01\x05a', 'Zipmap'],
      ['\x0b\x02\x02\0', 'Intset'],
      [stream, 'Stream listpack'],
    ] as const) {
      expect(restore(data), says).toEqual(refused('ERR Bad data format'));
      expect(lone.logLines.at(-1)).toContain(`${says} integrity check failed.`);
    }
    expect(lone.ask(client, 'GET', 'k')).toBe('a');
  });

  test('of an empty collection, of duplicates or of NaN is refused', () => {
    for (const data of [
      '\x02\x00',
      '\x02\x02\x01a\x01a',
      '\x05\x01\x01a\0\0\0\0\0\0\xf8\x7f',
      '\x04\x01\x01a',
      '\x99',
      '',
    ]) {
      expect(() => loadDumpObject(payload(data)), JSON.stringify(data)).toThrow(RdbError);
    }
  });
});

/** Makes values without a database. */
class LoneServerValue {
  hash(): HashObj {
    const hash = new HashObj();
    const { config } = new LoneServer().server;
    hash.set('field', 'value', config);
    return hash;
  }
}

test('a key without members, as an old bug left it, is passed over', () => {
  // A hash of no fields between two strings; no checksum.
  const string = (text: string): string => String.fromCharCode(text.length) + text;
  const file = [
    'REDIS0010\xfe\0',
    `\0${string('a')}${string('1')}`,
    `\x04${string('hollow')}\0`,
    `\0${string('b')}${string('2')}`,
    '\xff\0\0\0\0\0\0\0\0',
  ].join('');
  const lone = new LoneServer({ save: '' });
  rdbLoad(lone.server, file);
  expect(lone.ask(lone.connect(), 'MGET', 'a', 'hollow', 'b')).toEqual(['1', null, '2']);
  expect(lone.ask(lone.connect(), 'DBSIZE')).toBe(2);
  expect(lone.logLines.join('\n')).toMatch(/skipping empty key: hollow[^]*empty keys skipped: 1/);
});
