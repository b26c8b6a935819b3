/* RESTORE and scripts are doors to garbage: whatever comes in, the server answers and stays sound. */

import * as fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { Bytes } from '#base/bytes.ts';
import { loadLua } from '#node/lua.ts';
import { crc64 } from '#redis/crc64.ts';
import { ErrorReply, type Reply } from '#redis/reply.ts';
import { LoneServer } from '../conformance/lone-server.ts';

beforeAll(() => loadLua());

const runs = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 150) };
const element = fc.oneof(
  fc.integer().map(String),
  fc.string({ unit: 'binary-ascii', maxLength: 40 }),
  fc.constantFrom('', 'x'.repeat(100)),
);

/** Commands that fill the key `k` with a value of any type. */
const filling: fc.Arbitrary<Bytes[][]> = fc.oneof(
  element.map((value) => [['SET', 'k', value]]),
  fc
    .array(element, { minLength: 1, maxLength: 40 })
    .chain((values) =>
      fc.constantFrom<Bytes[][]>(
        [['RPUSH', 'k', ...values]],
        [['SADD', 'k', ...values]],
        [['HSET', 'k', ...values.flatMap((value, at) => [`f${at}`, value])]],
        [['ZADD', 'k', ...values.flatMap((value, at) => [String(at / 3), value])]],
        [['PFADD', 'k', ...values]],
        [
          ...values.map((value, at) => ['XADD', 'k', `${at + 1}-1`, 'f', value]),
          ['XGROUP', 'CREATE', 'k', 'g', '0'],
          ['XREADGROUP', 'GROUP', 'g', 'c', 'COUNT', '5', 'STREAMS', 'k', '>'],
        ],
      ),
    ),
);

function newServer(): (...argv: Bytes[]) => Reply {
  const lone = new LoneServer({ 'hash-max-listpack-entries': '20', 'zset-max-listpack-entries': '20' });
  const socket = lone.connect();
  return (...argv) => lone.ask(socket, ...argv);
}

test('DUMP and RESTORE give the same value back, whatever its type', () => {
  fc.assert(
    fc.property(filling, (commands) => {
      const ask = newServer();
      for (const argv of commands) ask(...argv);
      const payload = ask('DUMP', 'k') as Bytes;
      expect(ask('RESTORE', 'copy', '0', payload)).toMatchObject({ text: 'OK' });
      expect(ask('DUMP', 'copy')).toBe(payload);
      // A string that was changed in place is raw until it is written anew, in Redis too.
      if (commands[0]?.[0] !== 'PFADD') {
        expect(ask('OBJECT', 'ENCODING', 'copy')).toBe(ask('OBJECT', 'ENCODING', 'k'));
      }
    }),
    runs,
  );
});

const reads: Bytes[][] = [
  ['GET', 'k2'],
  ['LRANGE', 'k2', '0', '-1'],
  ['SMEMBERS', 'k2'],
  ['HGETALL', 'k2'],
  ['ZRANGE', 'k2', '0', '-1', 'WITHSCORES'],
  ['XRANGE', 'k2', '-', '+'],
  ['XINFO', 'STREAM', 'k2', 'FULL'],
  ['PFCOUNT', 'k2'],
  ['DUMP', 'k2'],
];

test('a damaged payload is refused as "Bad data format", or is a value that can be used', () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom('set', 'insert', 'remove')), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(filling, damage, (commands, changes) => {
      const ask = newServer();
      for (const argv of commands) ask(...argv);
      let body = (ask('DUMP', 'k') as Bytes).slice(0, -8);
      for (const [where, byte, how] of changes) {
        const at = where % Math.max(1, body.length - 2);
        body =
          body.slice(0, at) +
          (how === 'remove' ? '' : String.fromCharCode(byte)) +
          body.slice(at + (how === 'insert' ? 0 : 1));
      }
      const reply = ask('RESTORE', 'k2', '0', body + crc64(body));
      if (reply instanceof ErrorReply) {
        expect(['ERR Bad data format', 'ERR DUMP payload version or checksum are wrong']).toContain(
          reply.text,
        );
        expect(ask('EXISTS', 'k2')).toBe(0);
        return;
      }
      for (const argv of reads) expect(ask(...argv)).toBeDefined();
      const again = ask('DUMP', 'k2') as Bytes;
      expect(ask('RESTORE', 'k3', '0', again)).toMatchObject({ text: 'OK' });
    }),
    { numRuns: runs.numRuns * 4 },
  );
});

test('random bytes as scripts, libraries, JSON, MessagePack and structures end in replies', () => {
  const ask = newServer();
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary-ascii', maxLength: 60 }),
      fc.string({ unit: 'binary', maxLength: 30 }),
      (code, data) => {
        const bytes = [...data].map((char) => String.fromCharCode((char.codePointAt(0) ?? 0) & 255)).join('');
        for (const reply of [
          ask('EVAL', code, '0'),
          ask('FUNCTION', 'LOAD', code),
          ask('FUNCTION', 'LOAD', `#!lua name=x\n${code}`),
          ask('EVAL', 'return cjson.decode(ARGV[1])', '0', bytes),
          ask('EVAL', 'return {cmsgpack.unpack(ARGV[1])}', '0', bytes),
          ask('EVAL', 'return {struct.unpack(ARGV[1], ARGV[2])}', '0', code.slice(0, 8), bytes),
          ask('EVAL', 'return string.format(ARGV[1], 1, 2, 3)', '0', code),
          ask('FUNCTION', 'RESTORE', bytes),
        ]) {
          expect(reply).toBeDefined();
        }
        expect(ask('EVAL', 'return 1', '0')).toBe(1);
      },
    ),
    runs,
  );
});

/** Lua programs that make sense often enough to reach deep. */
const program: fc.Arbitrary<string> = fc.letrec<{ expression: string; statement: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(
      '1',
      '"x"',
      'nil',
      'true',
      '{}',
      '{1,2}',
      'KEYS',
      'ARGV[1]',
      '2^53',
      '0/0',
      'cjson.null',
      'redis',
      'math.pi',
    ),
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom('+', '..', '==', '<', 'and', 'or', '*', '%'),
        tie('expression'),
      )
      .map((parts) => `(${parts.join(' ')})`),
    fc
      .tuple(
        fc.constantFrom(
          'tostring',
          'type',
          'cjson.encode',
          'cmsgpack.pack',
          'pcall',
          'string.rep',
          'unpack',
          'bit.bnot',
          'next',
          'setmetatable',
          'rawset',
          'error',
        ),
        tie('expression'),
      )
      .map(([f, e]) => `${f}(${e})`),
    fc
      .tuple(
        fc.constantFrom('redis.call', 'redis.pcall'),
        fc.constantFrom('get', 'set', 'incr', 'lpush', 'nosuch', 'hgetall'),
        tie('expression'),
      )
      .map(([f, c, e]) => `${f}("${c}", "k", ${e})`),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `(${a})[${b}]`),
    tie('statement').map((body) => `(function() ${body} end)()`),
  ),
  statement: fc.oneof(
    { maxDepth: 3 },
    tie('expression').map((e) => `return ${e}`),
    fc.tuple(tie('expression'), tie('statement')).map(([e, s]) => `local v = ${e} ${s}`),
    fc.tuple(tie('expression'), tie('statement')).map(([e, s]) => `for i = 1, 3 do local w = ${e} end ${s}`),
    fc.tuple(tie('expression'), tie('statement')).map(([e, s]) => `if ${e} then ${s} end`),
  ),
})).statement;

test('random programs end in replies and leave the globals as they were', () => {
  const ask = newServer();
  const globals =
    'local t = {} for k in pairs(_G) do t[#t + 1] = k end table.sort(t) return table.concat(t, " ")';
  const before = ask('EVAL', globals, '0');
  fc.assert(
    fc.property(program, (code) => {
      expect(ask('EVAL', code, '1', 'k', 'arg')).toBeDefined();
      expect(ask('EVAL', globals, '0')).toBe(before);
    }),
    runs,
  );
});
