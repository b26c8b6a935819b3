/* A recorded terminal session of a lone server, taken apart into commands and replayed. */

import { expect } from 'vitest';
import { utf8Decode } from '#base/bytes.ts';
import type { OpenConsole } from './cli-world.ts';
import { golden } from './golden.ts';

export interface Block {
  prompt: string;
  command: string;
  output: string;
}

const PROMPT = /^((?:127\.0\.0\.1:\d+(?:\[\d+\])?(?:\(TX\))?|not connected)> )(.*)$/;

/** A terminal's transcript as commands with their output. */
export function blocksOf(name: string): Block[] {
  const blocks: Block[] = [];
  for (const line of golden(name).replaceAll('\r\n', '\n').split('\n')) {
    const found = PROMPT.exec(line.replace('\x1b[H\x1b[2J', ''));
    if (found !== null) blocks.push({ prompt: found[1] as string, command: found[2] as string, output: '' });
    else if (blocks.length > 0) (blocks.at(-1) as Block).output += line + '\n';
  }
  return blocks.map((block) => ({ ...block, output: block.output.replace(/\n$/, '') }));
}

/** What depends on time or chance. */
export function mask(text: string): string {
  return text
    .replaceAll('\r', '')
    .replace(/\(\d+\.\d\ds\)/g, '(time)')
    .replace(/^\d{10}\.\d{6} \[(\d+) 127\.0\.0\.1:\d+\]/gm, 'TIME [$1 ADDR]')
    .replace(/^\d{10}\.\d{6} \[/gm, 'TIME [')
    .replace(/"id" => \(integer\) \d+/g, '"id" => (integer) ID')
    .replace(/("id"\n *\d+\) )\(integer\) \d+/g, '$1(integer) ID')
    .replace(/0x[0-9a-f]{12}/g, 'POINTER')
    .replace(/lru:\d+/g, 'lru:N')
    .replace(/("age-seconds"\n *\d+\)) .*/g, '$1 AGE')
    .replace(/\b(id|addr|laddr|fd|age|qbuf|qbuf-free|argv-mem|rbs|rbp|tot-mem)=[\d.:]+/g, '$1=N')
    .replace(/(master_replid\d?):[0-9a-f]{40}/g, '$1:REPLID')
    .replace(/(master_last_io_seconds_ago|lag|rdb_last_save_time|down_since_seconds)([:=])\d+/g, '$1$2N');
}

/** Types a transcript's commands and compares block by block; `except` gives reasons to pass over. */
export function replay(
  opened: OpenConsole,
  blocks: readonly Block[],
  except: Readonly<Record<string, string>> = {},
): void {
  for (let tries = 0; tries < 100 && opened.process.prompt === null; tries++) opened.step();
  for (const { prompt, command, output } of blocks) {
    expect(opened.process.prompt, command).toBe(prompt);
    const from = opened.process.transcript.printedEnd;
    opened.type(utf8Decode(command));
    const printed = opened.process.transcript
      .printedSince(from)
      .replace('\x1b[H\x1b[2J', '')
      .replace(/[\x02\x03]/g, '')
      .replace(/\n$/, '');
    if (Object.keys(except).some((name) => command.startsWith(name))) continue;
    expect([command, mask(printed)]).toEqual([command, mask(utf8Decode(output))]);
  }
}
