import { expect, test } from 'vitest';
import { MapReply, Status } from '#redis/reply.ts';
import { describePayload } from '#session/packet-detail.ts';

const shown = (detail: ReturnType<typeof describePayload>): [number, number, string, string][] =>
  detail.fields.map(({ offset, length, name, value }) => [offset, length, name, value]);

test('a command is shown argument by argument, at its offsets', () => {
  const detail = describePayload({ kind: 'command', argv: ['SET', 'k', 'a\r\nb'] });
  expect(detail.hex.length / 2).toBe('*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\na\r\nb\r\n'.length);
  expect(shown(detail)).toEqual([
    [0, 4, 'array of', '3'],
    [4, 4, 'bulk length', '3'],
    [8, 3, 'value', 'SET'],
    [13, 4, 'bulk length', '1'],
    [17, 1, 'value', 'k'],
    [20, 4, 'bulk length', '4'],
    [24, 4, 'value', 'a\r\nb'],
  ]);
});

test('a reply is shown in its protocol', () => {
  expect(shown(describePayload({ kind: 'reply', reply: new Status('OK'), resp: 2 }))).toEqual([
    [0, 5, 'simple string', 'OK'],
  ]);
  const map = describePayload({ kind: 'reply', reply: new MapReply([['a', 1]]), resp: 3 });
  expect(shown(map).map(([, , name]) => name)).toEqual(['map of', 'bulk length', 'value', 'integer']);
});

test('bytes that are no RESP are one field, and what carries nothing has none', () => {
  expect(shown(describePayload({ kind: 'bytes', data: 'REDIS0010' }))).toEqual([
    [0, 9, 'bytes', 'REDIS0010'],
  ]);
  expect(describePayload(null)).toEqual({ hex: '', fields: [] });
  const huge = describePayload({
    kind: 'command',
    argv: Array.from({ length: 5000 }, () => 'x'.repeat(100)),
  });
  expect(huge.fields.length).toBeLessThanOrEqual(501);
  expect(huge.hex.length).toBe(2 << 16);
});
