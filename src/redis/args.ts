/* Reading arguments of the commands in this folder: integers, seconds, and the errors they give. */

import type { Bytes } from '#base/bytes.ts';
import { string2ll } from '#base/integer.ts';
import { ErrorReply } from './reply.ts';

export const SYNTAX_ERROR = new ErrorReply('ERR syntax error');
export const NOT_INTEGER = new ErrorReply('ERR value is not an integer or out of range');
export const NO_SUCH_KEY = new ErrorReply('ERR no such key');

/** A 64-bit integer argument as a number; beyond 2^53 it is only near. */
export function parseLong(text: Bytes): number | ErrorReply {
  const value = string2ll(text);
  return value === null ? NOT_INTEGER : Number(value);
}

/** True when `text` is `word` (given in lower case) in any case. */
export function isWord(text: Bytes | undefined, word: string): boolean {
  return text !== undefined && text.length === word.length && text.toLowerCase() === word;
}
