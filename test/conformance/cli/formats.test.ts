/* Replies as redis-cli 7.0.15 printed them: formats.json holds, for each command, the bytes of the
 * server's reply and what the real tool made of it in each output mode. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { formatReply, toResp2, UnknownReplyType } from '#cli/format.ts';
import type { OutputMode } from '#cli/format.ts';
import { wantsRawOutput } from '#cli/issue-command.ts';
import { ReplyParser } from '#redis/resp.ts';
import type { Reply } from '#redis/reply.ts';

interface Row {
  resp: 2 | 3;
  argv: string[];
  reply: string;
  printed: Record<OutputMode, string | { stderr: string; code: number }>;
}

const rows = JSON.parse(readFileSync(new URL('./formats.json', import.meta.url), 'utf8')) as Row[];

function parse(bytes: string): Reply {
  const parser = new ReplyParser();
  parser.feed(bytes);
  const reply = parser.next();
  if (reply === undefined) throw new Error(`cannot read ${JSON.stringify(bytes)}`);
  return reply;
}

test('the record covers both protocols and every output mode', () => {
  expect(rows.filter((row) => row.resp === 2).length).toBeGreaterThan(70);
  expect(rows.filter((row) => row.resp === 3).length).toBeGreaterThan(70);
  for (const row of rows) {
    expect(Object.keys(row.printed)).toEqual(['standard', 'raw', 'csv', 'json', 'quoted-json']);
  }
});

for (const mode of ['standard', 'raw', 'csv', 'json', 'quoted-json'] as const) {
  test.for(rows.map((row) => [`RESP${row.resp} ${row.argv.join(' ').slice(0, 70)}`, row] as const))(
    `${mode}: %s is printed as by the real redis-cli`,
    ([, row]) => {
      const reply = row.resp === 2 ? toResp2(parse(row.reply)) : parse(row.reply);
      const rawStrings = wantsRawOutput(row.argv);
      const expected = row.printed[mode];
      if (typeof expected === 'string') expect(formatReply(reply, mode, { rawStrings })).toBe(expected);
      else {
        expect(() => formatReply(reply, mode, { rawStrings })).toThrow(UnknownReplyType);
        expect(expected.stderr).toBe('Unknown reply type: 13\n');
      }
    },
  );
}
