/* The command line of redis-server: which configuration file, and which lines behind it (after main in
 * server.c). `--name value ...` is a line of the file; what follows an option is its value even when it
 * begins with two dashes, and only what follows that is the next option. */

import type { Bytes } from '#base/bytes.ts';
import { sdscatrepr } from '#base/quote.ts';
import { splitArgs } from '#base/split-args.ts';

export interface CommandLine {
  /** The configuration file, or null when the command line names none. */
  file: Bytes | null;
  /** `-`: more of the configuration is read from standard input. */
  stdin: boolean;
  /** Lines that stand behind the file. */
  lines: Bytes;
}

/** Parameters that may be given without a value, which then empties them. */
const MAY_BE_BARE = new Set(['--save']);

/** Reads the words behind `redis-server`. */
export function readCommandLine(words: readonly Bytes[]): CommandLine {
  const line: CommandLine = { file: null, stdin: false, lines: '' };
  const options = [...words];
  if (options[0] !== undefined && !options[0].startsWith('-')) line.file = options.shift() as Bytes;
  let isName = true;
  options.forEach((word, at) => {
    if (word === '-' && (at === 0 || at === options.length - 1)) line.stdin = true;
    else if (isName && word.startsWith('--')) {
      line.lines += `${line.lines === '' ? '' : '\n'}${word.slice(2)} `;
      isName = (splitArgs(word)?.length ?? 1) > 1;
      const next = options[at + 1];
      if (!isName && MAY_BE_BARE.has(word.toLowerCase()) && (next === undefined || next.startsWith('--'))) {
        line.lines += '""';
        isName = true;
      }
    } else {
      line.lines += `${sdscatrepr(word)} `;
      isName = true;
    }
  });
  return line;
}

/** The last value that a configuration gives a parameter, for what must be known before a server reads it. */
export function lastSetting(text: string, name: string): string | undefined {
  const values = [...text.matchAll(/^[ \t]*([\w-]+)[ \t]+(.*?)[ \t\r]*$/gm)].filter(
    ([, found]) => found?.toLowerCase() === name,
  );
  return values.at(-1)?.[2]?.replaceAll(/^["']|["']$/g, '');
}
