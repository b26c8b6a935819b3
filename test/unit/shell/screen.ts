/* As much of a terminal as an editor's screen needs: places, letters, wide letters. */

import { charWidth } from '#cli/text-width.ts';

/** What stands on the screen after `output`, and where the cursor is. Throws at what it does not know. */
export function screenOf(
  output: string,
  columns: number,
  rows: number,
): { lines: string[]; cursor: { row: number; column: number } } {
  const cells = Array.from({ length: rows }, () => Array.from({ length: columns }, () => ' '));
  let [row, column] = [0, 0];
  const piece = /\x1b\[(\?25[lh]|[\d;]*[HJm])|([^])/gu;
  for (const [, sequence, char = ''] of output.matchAll(piece)) {
    if (sequence !== undefined) {
      if (!sequence.endsWith('H')) continue;
      const [to = 1, across = 1] = sequence.slice(0, -1).split(';').filter(Boolean).map(Number);
      [row, column] = [to - 1, across - 1];
      continue;
    }
    if (char < ' ') throw new Error(`the screen got ${JSON.stringify(char)}`);
    const width = charWidth(char);
    const line = cells[row];
    if (!line) throw new Error(`there is no row ${row}`);
    if (width === 0) {
      line[Math.max(0, column - 1)] += char;
      continue;
    }
    if (column + width > columns) throw new Error(`row ${row} is too long at ${JSON.stringify(char)}`);
    line[column] = char;
    if (width === 2) line[column + 1] = '';
    column += width;
  }
  return { lines: cells.map((line) => line.join('').trimEnd()), cursor: { row, column } };
}
