/* The first line of a script that says how it wants to be run (after evalExtractShebangFlags in eval.c). */

import type { Bytes } from '#base/bytes.ts';
import { ErrorReply } from '#redis/reply.ts';
import { FLAG_NAMES, noFlags, type ScriptFlags } from './state.ts';

const fail = (text: string): ErrorReply => new ErrorReply(`ERR ${text}`);

/** Flags of a shebang line, null without one; and the script with that line made empty. */
export function parseShebang(body: Bytes): { flags: ScriptFlags | null; code: Bytes } | ErrorReply {
  if (!body.startsWith('#!')) return { flags: null, code: body };
  const end = body.indexOf('\n');
  if (end < 0) return fail('Invalid script shebang');
  const parts = body.slice(0, end).split(' ').filter(Boolean);
  if (parts[0] !== '#!lua') return fail(`Unexpected engine in script shebang: ${parts[0] ?? ''}`);
  const flags = noFlags();
  for (const part of parts.slice(1)) {
    if (!part.startsWith('flags=')) return fail(`Unknown lua shebang option: ${part}`);
    for (const name of part.slice(6).split(',').filter(Boolean)) {
      const flag = FLAG_NAMES.find(([known]) => known === name)?.[1];
      if (flag === undefined) return fail(`Unexpected flag in script shebang: ${name}`);
      flags[flag] = true;
    }
  }
  return { flags, code: body.slice(end) };
}
