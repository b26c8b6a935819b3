/* What the real redis-cli 7.0.15 printed, by the name of its recording. */

import { existsSync, readFileSync } from 'node:fs';
import { utf8Decode } from '#base/bytes.ts';

const file = (name: string): URL => new URL(`../golden/${name}`, import.meta.url);

/** The bytes of a recording. */
export function golden(name: string): string {
  return readFileSync(file(name), 'latin1');
}

/** What was printed to standard error beside the recording `name`; nothing when there is no such file. */
export function goldenErrors(name: string): string {
  const errors = name.replace(/\.(txt|ansi)$/, '.stderr');
  return existsSync(file(errors)) ? golden(errors) : '';
}

/** Text of a recording: bytes read as UTF-8, the terminal's \r\n made \n. */
export function plain(bytes: string): string {
  return utf8Decode(bytes).replaceAll('\r\n', '\n');
}
