/* Reading ranges of sorted sets from arguments (after zslParseRange and zslParseLexRange). */

import type { Bytes } from '#base/bytes.ts';
import { parseDouble } from '#base/float.ts';
import type { ErrorReply } from '#redis/reply.ts';
import { error } from '#redis/args.ts';
import type { LexBound, LexRange, ScoreRange } from './zset-obj.ts';

/** strtod on a C string: spaces in front are skipped, nothing at all is zero, overflow is infinite. */
function strtod(text: Bytes): number {
  const end = text.indexOf('\0');
  const string = end < 0 ? text : text.slice(0, end);
  if (string === '') return 0;
  const number = string.replace(/^[ \t\n\v\f\r]+/, '');
  const value = parseDouble(number);
  if (value !== null) return value;
  return /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?$/i.test(number) ? Number(number) : NaN;
}

/** Reads `min` and `max`, each a float with `(` in front to exclude it. */
export function parseScoreRange(min: Bytes, max: Bytes): ScoreRange | ErrorReply {
  const [minExclusive, maxExclusive] = [min.startsWith('('), max.startsWith('(')];
  const low = strtod(minExclusive ? min.slice(1) : min);
  const high = strtod(maxExclusive ? max.slice(1) : max);
  if (Number.isNaN(low) || Number.isNaN(high)) return error('ERR min or max is not a float');
  return { min: low, max: high, minExclusive, maxExclusive };
}

function parseLexBound(text: Bytes): LexBound | null {
  if (text === '-' || text === '+') return text;
  if (text.startsWith('[')) return { value: text.slice(1), exclusive: false };
  if (text.startsWith('(')) return { value: text.slice(1), exclusive: true };
  return null;
}

/** Reads `min` and `max`, each `-`, `+`, `[bytes` or `(bytes`. */
export function parseLexRange(min: Bytes, max: Bytes): LexRange | ErrorReply {
  const low = parseLexBound(min);
  const high = parseLexBound(max);
  if (low === null || high === null) return error('ERR min or max not valid string range item');
  return { min: low, max: high };
}
