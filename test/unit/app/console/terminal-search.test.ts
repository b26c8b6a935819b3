import { expect, test } from 'vitest';
import { findMatches, nextMatch, type SearchedBuffer } from '#app/console/terminal-search.ts';
import { WIDTHS } from '#app/console/terminal-width.ts';

/** Rows of a terminal as xterm holds them; a row that begins with ↩ goes on from the one above. */
function bufferOf(columns: number, rows: readonly string[]): SearchedBuffer {
  const lines = rows.map((row) => {
    const isWrapped = row.startsWith('↩');
    const cells: { chars: string; width: number }[] = [];
    for (const chars of isWrapped ? row.slice(1) : row) {
      const width = WIDTHS.wcwidth(chars.codePointAt(0) ?? 0);
      cells.push({ chars, width });
      if (width === 2) cells.push({ chars: '', width: 0 });
    }
    while (cells.length < columns) cells.push({ chars: '', width: 1 });
    const getCell = (x: number) => {
      const cell = cells[x];
      return cell && { getChars: () => cell.chars, getWidth: () => cell.width };
    };
    return { isWrapped, length: columns, getCell };
  });
  return { length: lines.length, getLine: (y) => lines[y] };
}

test('matches are found in every line, whatever their case', () => {
  const buffer = bufferOf(20, ['flags: Master', 'no', 'MASTER master']);
  expect(findMatches(buffer, 20, 'master')).toEqual([
    { row: 0, column: 7, cells: 6 },
    { row: 2, column: 0, cells: 6 },
    { row: 2, column: 7, cells: 6 },
  ]);
});

test('a match runs over the end of a row', () => {
  const buffer = bufferOf(10, ['0123456mas', '↩ter-789', 'other']);
  expect(findMatches(buffer, 10, 'master')).toEqual([{ row: 0, column: 7, cells: 6 }]);
});

test('Chinese characters take two cells', () => {
  const buffer = bufferOf(20, ['ab主节点 主节点']);
  expect(findMatches(buffer, 20, '节点')).toEqual([
    { row: 0, column: 4, cells: 4 },
    { row: 0, column: 11, cells: 4 },
  ]);
});

test('what is searched is text, not a pattern', () => {
  const buffer = bufferOf(30, ['a.b [x] (1) $', 'aXb \\ ^ {2}']);
  for (const wanted of ['a.b', '[x]', '(1)', '$', '\\', '^', '{2}', '-', '*', '/', '\ud800', '|'])
    expect(findMatches(buffer, 30, wanted).length, wanted).toBe(
      ['-', '*', '/', '\ud800', '|'].includes(wanted) ? 0 : 1,
    );
  expect(findMatches(buffer, 30, '')).toEqual([]);
});

test('going on from a match leads around the ends, at first to the newest', () => {
  const buffer = bufferOf(10, ['a', 'b a', 'a']);
  const matches = findMatches(buffer, 10, 'a');
  const second = matches[1] ?? null;
  expect(nextMatch(matches, null, true)).toBe(2);
  expect(nextMatch(matches, second, true)).toBe(0);
  expect(nextMatch(matches, second, false)).toBe(2);
  expect(nextMatch(matches, matches[2] ?? null, false)).toBe(0);
  expect(nextMatch(matches, matches[0] ?? null, true)).toBe(2);
});

test('a mark that combines joins the character before it and takes no column of its own', () => {
  const letter = WIDTHS.charProperties(0x65, 0);
  const accent = WIDTHS.charProperties(0x301, letter);
  expect([letter, accent]).toEqual([1 << 1, (1 << 1) | 1]);
  const wide = WIDTHS.charProperties(0x4e3b, accent);
  expect([wide, WIDTHS.charProperties(0x301, wide)]).toEqual([2 << 1, (2 << 1) | 1]);
  // With nothing before it, it stands alone.
  expect(WIDTHS.charProperties(0x301, 0)).toBe(0);
});
