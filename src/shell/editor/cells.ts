/* Where the characters of a line of a file stand on a screen: tabs reach to the next eighth column, control
 * characters show as a sign and a letter, and Chinese takes two columns. */

import { charWidth } from '#cli/text-width.ts';

const TAB = 8;

/** A control character as it is shown: ^A, ^[, ^?. */
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

/** What a character looks like at a column. */
export function shownAs(char: string, column: number): string {
  if (char === '\t') return ' '.repeat(TAB - (column % TAB));
  if (!CONTROL.test(char)) return /[\ud800-\udfff]/u.test(char) ? '�' : char;
  const code = char.charCodeAt(0);
  return code < 0x20 ? `^${String.fromCharCode(code + 64)}` : code === 0x7f ? '^?' : '·';
}

function widthOf(char: string, column: number): number {
  if (char === '\t') return TAB - (column % TAB);
  return CONTROL.test(char) ? shownAs(char, column).length : charWidth(char);
}

/** The column at which the character at an index begins. */
export function columnAt(line: string, index: number): number {
  let column = 0;
  let at = 0;
  for (const char of line) {
    if (at >= index) break;
    column += widthOf(char, column);
    at += char.length;
  }
  return column;
}

/** The last place in a line that is not right of a column. */
export function indexAt(line: string, column: number): number {
  let reached = 0;
  let at = 0;
  for (const char of line) {
    const width = widthOf(char, reached);
    if (reached + width > column) break;
    reached += width;
    at += char.length;
  }
  return at;
}

/** The columns of a line from `left` on, at most so many; `<` and `>` say that there is more. */
export function visiblePart(line: string, left: number, columns: number): string {
  const hasMore = columnsUpTo(line, left + columns + 1) > left + columns;
  const from = left > 0 ? left + 1 : 0;
  const to = left + columns - (hasMore ? 1 : 0);
  let out = left > 0 ? '<' : '';
  let column = 0;
  for (const char of line) {
    const start = column;
    column += widthOf(char, start);
    if (column < from || (column === from && start < from)) continue;
    if (start >= to) break;
    // Of a wide character that an edge cuts the part inside stays empty.
    const isWhole = start >= from && column <= to;
    out += isWhole ? shownAs(char, start) : ' '.repeat(Math.min(column, to) - Math.max(start, from));
  }
  return hasMore ? `${out}>` : out;
}

/** Columns that a line takes, counted no further than `most`. */
function columnsUpTo(line: string, most: number): number {
  let column = 0;
  for (const char of line) {
    if (column >= most) break;
    column += widthOf(char, column);
  }
  return column;
}
