import { expect, test } from 'vitest';
import {
  Attribute,
  BigNumber,
  Bool,
  Double,
  ErrorReply,
  MapReply,
  NullArray,
  Push,
  SetReply,
  Status,
  Verbatim,
  type Reply,
} from '#redis/reply.ts';
import { asReceived, payloadBytes } from '#sim/payload.ts';
import { decodePayload, encodePayload } from '#sim/wire.ts';

const replies: Reply[] = [
  'text',
  '',
  7,
  -(2n ** 60n),
  null,
  new NullArray(),
  new Status('OK'),
  new ErrorReply('ERR no'),
  [1, 'a', [null, new NullArray(), new Double(1.5, '1.5')]],
  new Double(0.1, '0.1'),
  new Bool(true),
  new BigNumber('123456789012345678901234567890'),
  new Verbatim('txt', 'some text'),
  new MapReply([
    ['a', 1],
    ['b', [new Bool(false)]],
  ]),
  new SetReply(['x', new Verbatim('txt', 'y')]),
  new Push(['message', 'channel', 'x']),
  new Attribute([['ttl', 5]], 'value'),
];

test.each([2, 3] as const)(
  'a reply of RESP%i is received as a record exactly as it would be read from bytes',
  (resp) => {
    for (const reply of replies) {
      const record = asReceived({ kind: 'reply', reply, resp });
      const sent = { kind: 'reply', reply, resp } as const;
      expect(decodePayload(encodePayload(sent), sent)).toEqual(record);
    }
  },
);

test('the length of a command and of common replies is that of their bytes', () => {
  for (const argv of [
    ['PING'],
    ['SET', 'key', 'x'.repeat(1234)],
    ['DEL', ...Array.from({ length: 120 }, String)],
  ]) {
    const payload = { kind: 'command', argv } as const;
    const exact = encodePayload(payload).length;
    expect(Math.abs(payloadBytes(payload) - exact)).toBeLessThanOrEqual(3);
  }
  for (const reply of replies.slice(0, 8)) {
    const payload = { kind: 'reply', reply, resp: 2 } as const;
    expect(Math.abs(payloadBytes(payload) - encodePayload(payload).length)).toBeLessThanOrEqual(2);
  }
});
