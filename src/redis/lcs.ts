/* LCS: the longest common subsequence of two strings (after lcsCommand in t_string.c). */

import type { Bytes } from '#base/bytes.ts';
import { isWord, parseLong, SYNTAX_ERROR } from './args.ts';
import type { Client } from './client.ts';
import { lookupKeyRead } from './db.ts';
import { StringObj } from './object.ts';
import { ErrorReply, MapReply, type Reply } from './reply.ts';
import { consume } from './server.ts';

interface LcsOptions {
  len: boolean;
  idx: boolean;
  minMatchLen: number;
  withMatchLen: boolean;
}

function parseOptions(argv: readonly Bytes[]): LcsOptions | ErrorReply {
  const options: LcsOptions = { len: false, idx: false, minMatchLen: 0, withMatchLen: false };
  for (let at = 3; at < argv.length; at++) {
    if (isWord(argv[at], 'idx')) options.idx = true;
    else if (isWord(argv[at], 'len')) options.len = true;
    else if (isWord(argv[at], 'withmatchlen')) options.withMatchLen = true;
    else if (isWord(argv[at], 'minmatchlen') && at + 1 < argv.length) {
      const value = parseLong(argv[++at] as Bytes);
      if (value instanceof ErrorReply) return value;
      options.minMatchLen = Math.max(0, value);
    } else return SYNTAX_ERROR;
  }
  if (options.idx && options.len) {
    return new ErrorReply('ERR If you want both the length and indexes, please just use IDX.');
  }
  return options;
}

/** LCS key1 key2 [LEN] [IDX] [MINMATCHLEN n] [WITHMATCHLEN] */
export function lcs(client: Client, argv: readonly Bytes[]): Reply {
  const first = lookupKeyRead(client, argv[1] as Bytes);
  const second = lookupKeyRead(client, argv[2] as Bytes);
  if (
    (first !== null && !(first instanceof StringObj)) ||
    (second !== null && !(second instanceof StringObj))
  ) {
    return new ErrorReply('ERR The specified keys must contain string values');
  }
  const options = parseOptions(argv);
  if (options instanceof ErrorReply) return options;
  const a = first?.value ?? '';
  const b = second?.value ?? '';
  if ((a.length + 1) * (b.length + 1) * 4 > client.server.config.protoMaxBulkLen) {
    return new ErrorReply('ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len');
  }
  consume(client.server, a.length * b.length * 0.003);
  const lengths = lcsTable(a, b);
  const total = lengths[lengths.length - 1] as number;
  if (options.len) return total;
  return options.idx ? matchRanges(a, b, lengths, total, options) : subsequence(a, b, lengths, total);
}

/** Length of the LCS of each pair of prefixes, row by row. */
function lcsTable(a: Bytes, b: Bytes): Uint32Array {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const at = i * width + j;
      lengths[at] =
        a.charCodeAt(i - 1) === b.charCodeAt(j - 1)
          ? (lengths[at - width - 1] as number) + 1
          : Math.max(lengths[at - width] as number, lengths[at - 1] as number);
    }
  }
  return lengths;
}

function subsequence(a: Bytes, b: Bytes, lengths: Uint32Array, total: number): Bytes {
  const out = new Array<string>(total);
  let left = total;
  walkBack(a, b, lengths, (i) => {
    out[--left] = a.charAt(i);
  });
  return out.join('');
}

/** Runs of matching bytes from the last to the first, as [[a from, a to], [b from, b to], length?]. */
function matchRanges(a: Bytes, b: Bytes, lengths: Uint32Array, total: number, options: LcsOptions): Reply {
  const matches: Reply[] = [];
  let aFrom = -1;
  let bFrom = -1;
  let length = 0;
  const emit = (): void => {
    if (length === 0 || length < options.minMatchLen) return;
    const range: Reply[] = [
      [aFrom, aFrom + length - 1],
      [bFrom, bFrom + length - 1],
    ];
    if (options.withMatchLen) range.push(length);
    matches.push(range);
  };
  walkBack(a, b, lengths, (i, j) => {
    if (length > 0 && i === aFrom - 1 && j === bFrom - 1) length++;
    else {
      emit();
      length = 1;
    }
    aFrom = i;
    bFrom = j;
  });
  emit();
  return new MapReply([
    ['matches', matches],
    ['len', total],
  ]);
}

/** Visits the matched pairs of positions, last first. */
function walkBack(a: Bytes, b: Bytes, lengths: Uint32Array, visit: (i: number, j: number) => void): void {
  const width = b.length + 1;
  let i = a.length;
  let j = b.length;
  while (i > 0 && j > 0) {
    if (a.charCodeAt(i - 1) === b.charCodeAt(j - 1)) {
      visit(i - 1, j - 1);
      i--;
      j--;
    } else if ((lengths[(i - 1) * width + j] as number) > (lengths[i * width + j - 1] as number)) i--;
    else j--;
  }
}
