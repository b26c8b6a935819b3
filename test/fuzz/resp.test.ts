/* Streams in random pieces, and streams of rubbish. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BigNumber,
  Bool,
  ErrorReply,
  MapReply,
  NULL_ARRAY,
  Push,
  SetReply,
  Status,
  Verbatim,
  type Reply,
} from '#redis/reply.ts';
import { encodeCommand, encodeReply, ReplyParser, RequestParser } from '#redis/resp.ts';
import { LoneServer } from '#test/conformance/lone-server.ts';

const bytes = fc
  .array(fc.integer({ min: 0, max: 255 }), { maxLength: 30 })
  .map((codes) => String.fromCharCode(...codes));
const line = fc.string({ maxLength: 20 }).map((text) => text.replace(/[^ -~]/g, '.'));
const limits = { maxBulkLength: 1000, authRequired: false };

/** Cuts `text` at random places. */
function pieces(text: string, cuts: readonly number[]): string[] {
  const at = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((from, index) => text.slice(from, at[index] ?? text.length));
}

describe('requests', () => {
  it('arrive whole, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(bytes, { minLength: 1, maxLength: 5 }), { maxLength: 6 }),
        fc.array(fc.nat(), { maxLength: 10 }),
        (commands, cuts) => {
          const parser = new RequestParser();
          const read: string[][] = [];
          for (const piece of pieces(commands.map(encodeCommand).join(''), cuts)) {
            parser.feed(piece);
            for (let argv = parser.next(limits); argv !== null; argv = parser.next(limits)) read.push(argv);
          }
          expect(parser.error).toBe(null);
          expect(read).toEqual(commands);
        },
      ),
    );
  });

  it('of rubbish give commands or one protocol error, and the server lives', () => {
    const lone = new LoneServer();
    fc.assert(
      fc.property(
        fc.array(fc.oneof(bytes, fc.constantFrom('*1\r\n', '$3\r\n', '\r\n', '*-1\r\n', '$-1\r\n')), {
          maxLength: 8,
        }),
        (parts) => {
          const socket = lone.connect();
          for (const part of parts) lone.feed(socket, part);
          const output = lone.takeBytes(socket);
          expect(output === '' || output.endsWith('\r\n')).toBe(true);
          lone.drop(socket);
          const other = lone.connect();
          expect(lone.ask(other, 'PING')).toEqual(new Status('PONG'));
          lone.drop(other);
        },
      ),
    );
  });
});

const scalar: fc.Arbitrary<Reply> = fc.oneof(
  bytes,
  fc.integer(),
  fc.bigInt({ min: 2n ** 54n, max: 2n ** 62n }),
  fc.constant(null),
  line.map((text) => new Status(text)),
  line.map((text) => new ErrorReply(text)),
  fc.boolean().map((value) => new Bool(value)),
  fc.constant(new BigNumber('123456789012345678901234567890')),
  bytes.map((text) => new Verbatim('txt', text)),
);
const { reply } = fc.letrec<{ reply: Reply }>((tie) => ({
  reply: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    fc.array(tie('reply'), { maxLength: 4 }),
    fc.array(tie('reply'), { maxLength: 4 }).map((items) => new SetReply(items)),
    fc.array(tie('reply'), { maxLength: 4 }).map((items) => new Push(items)),
    fc.array(fc.tuple(tie('reply'), tie('reply')), { maxLength: 3 }).map((pairs) => new MapReply(pairs)),
  ),
}));

describe('replies', () => {
  it('in RESP3 come back as they were, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(reply, { maxLength: 4 }),
        fc.array(fc.nat(), { maxLength: 10 }),
        (replies, cuts) => {
          const parser = new ReplyParser();
          const read: Reply[] = [];
          for (const piece of pieces(replies.map((one) => encodeReply(one, 3)).join(''), cuts)) {
            parser.feed(piece);
            for (let one = parser.next(); one !== undefined; one = parser.next()) read.push(one);
          }
          expect(parser.error).toBe(null);
          expect(read).toEqual(replies);
        },
      ),
    );
  });

  it('in RESP2 use only what RESP2 knows', () => {
    fc.assert(
      fc.property(reply, (one) => {
        const parser = new ReplyParser();
        parser.feed(encodeReply(one, 2));
        const read = parser.next();
        expect(read).toBeDefined();
        expect(kinds(read as Reply).filter((kind) => !RESP2.has(kind))).toEqual([]);
      }),
    );
    expect(encodeReply(NULL_ARRAY, 2)).toBe('*-1\r\n');
  });

  it('of rubbish never throw', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            bytes,
            line.map((text) => `*${text}\r\n`),
          ),
          { maxLength: 6 },
        ),
        (parts) => {
          const parser = new ReplyParser();
          parser.feed(parts.join(''));
          let count = 0;
          while (parser.next() !== undefined) count++;
          expect(count).toBeLessThan(1000);
        },
      ),
    );
  });
});

const RESP2 = new Set(['string', 'number', 'bigint', 'null', 'Status', 'ErrorReply', 'NullArray', 'array']);

function kinds(one: Reply): string[] {
  if (one === null) return ['null'];
  if (typeof one !== 'object') return [typeof one];
  return Array.isArray(one) ? ['array', ...(one as Reply[]).flatMap(kinds)] : [one.constructor.name];
}
