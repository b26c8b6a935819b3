/* HSCAN, SSCAN and ZSCAN (after scanGenericCommand in db.c, for values). A value in a small encoding is
 * returned whole with cursor 0, whatever COUNT says. */

import { cString, type Bytes } from '#base/bytes.ts';
import { stringmatchlen } from '#base/glob.ts';
import { string2ll, UINT64_MAX } from '#base/integer.ts';
import { ErrorReply, type Reply } from '#redis/reply.ts';
import { NOT_INTEGER, SYNTAX_ERROR, isWord } from '#redis/args.ts';
import type { Dict } from './dict.ts';

/** COUNT and MATCH of a scan. */
export interface ScanOptions {
  count: number;
  pattern: Bytes | null;
}

/** A cursor as strtoul reads it: spaces in front are refused, nothing at all is 0. */
export function parseLongCursor(text: Bytes): bigint | ErrorReply {
  const match = /^([+-]?)([0-9]*)$/.exec(cString(text));
  const [, sign, digits] = match ?? [];
  if (digits === undefined || (digits === '' && sign !== '')) return INVALID_CURSOR;
  const value = BigInt(digits);
  if (value > UINT64_MAX) return INVALID_CURSOR;
  return BigInt.asUintN(64, sign === '-' ? -value : value);
}

const INVALID_CURSOR = new ErrorReply('ERR invalid cursor');

/** A cursor of a value, whose tables are never so large that its upper half counts. */
export function parseCursor(text: Bytes): number | ErrorReply {
  const cursor = parseLongCursor(text);
  return cursor instanceof ErrorReply ? cursor : Number(BigInt.asUintN(32, cursor));
}

/** Reads [MATCH pattern] [COUNT count] from `from` on. */
export function parseScanOptions(argv: readonly Bytes[], from: number): ScanOptions | ErrorReply {
  const options: ScanOptions = { count: 10, pattern: null };
  for (let at = from; at < argv.length; at += 2) {
    const value = argv[at + 1];
    if (value === undefined) return SYNTAX_ERROR;
    if (isWord(argv[at], 'count')) {
      const count = string2ll(value);
      if (count === null) return NOT_INTEGER;
      if (count < 1) return SYNTAX_ERROR;
      options.count = Number(count);
    } else if (isWord(argv[at], 'match')) {
      options.pattern = value;
    } else {
      return SYNTAX_ERROR;
    }
  }
  return options;
}

/** Scans a value: all of `small` at once, or one step through `dict`. `emit` turns an element into
 *  the replies that stand for it. */
export function scanValue<V>(
  cursor: number,
  options: ScanOptions,
  small: Iterable<[Bytes, V]> | null,
  dict: Dict<V> | null,
  emit: (member: Bytes, value: V) => Reply[],
): Reply {
  const out: Reply[] = [];
  const { pattern } = options;
  const all = pattern === null || pattern === '*';
  const visit = (member: Bytes, value: V): void => {
    if (all || stringmatchlen(pattern, member, false)) out.push(...emit(member, value));
  };
  if (small) {
    for (const [member, value] of small) visit(member, value);
    return ['0', out];
  }
  let next = cursor;
  let visited = 0;
  let steps = 0;
  do {
    next = (dict as Dict<V>).scan(next, (member, value) => {
      visited++;
      visit(member, value);
    });
    // Sparse tables must not make one call endless: ten empty buckets per element asked for.
  } while (next !== 0 && visited < options.count && ++steps < options.count * 10);
  return [String(next), out];
}
