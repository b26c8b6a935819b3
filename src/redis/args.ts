/* Reading the arguments of commands: integers, floats, words, and the errors they give, in Redis's own
 * words. Nothing here knows a server, so that every file can make its errors while it is loaded. */

import type { Bytes } from '#base/bytes.ts';
import { parseDouble } from '#base/float.ts';
import { string2ll } from '#base/integer.ts';
import { ErrorReply } from './reply.ts';

export const WRONGTYPE = new ErrorReply('WRONGTYPE Operation against a key holding the wrong kind of value');
export const SYNTAX_ERROR = new ErrorReply('ERR syntax error');
export const NOT_INTEGER = new ErrorReply('ERR value is not an integer or out of range');
export const NOT_FLOAT = new ErrorReply('ERR value is not a valid float');
export const WOULD_OVERFLOW = new ErrorReply('ERR increment or decrement would overflow');
export const WOULD_BE_INFINITE = new ErrorReply('ERR increment would produce NaN or Infinity');
export const TOO_LONG = new ErrorReply('ERR string exceeds maximum allowed size (proto-max-bulk-len)');
export const NO_SUCH_KEY = new ErrorReply('ERR no such key');

/** An integer argument in the range of a C long as a number; exact up to 2^53. */
export function parseLong(text: Bytes): number | ErrorReply {
  const value = string2ll(text);
  return value === null ? NOT_INTEGER : Number(value);
}

/** An integer argument within limits, else the given error. */
export function parseRange(text: Bytes, min: number, max: number, error: ErrorReply): number | ErrorReply {
  const value = string2ll(text);
  if (value === null) return error;
  return value < min || value > max ? error : Number(value);
}

/** An integer that must not be negative: a count, a limit. */
export function parsePositive(text: Bytes, error?: ErrorReply): number | ErrorReply {
  const value = string2ll(text);
  if (value === null || value < 0) {
    return error ?? new ErrorReply('ERR value is out of range, must be positive');
  }
  return Number(value);
}

/** A float argument. */
export function parseFloatArg(text: Bytes): number | ErrorReply {
  return parseDouble(text) ?? NOT_FLOAT;
}

/** An error for a whole proc, in one line. */
export function error(text: string): ErrorReply {
  return new ErrorReply(text);
}

/** True when `text` is `word` (given in lower case) in any case. */
export function isWord(text: Bytes | undefined, word: string): boolean {
  return text !== undefined && text.length === word.length && text.toLowerCase() === word;
}
