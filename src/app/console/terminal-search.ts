/* Finds text in what a terminal shows. Lines that the terminal wrapped are searched as one line; case does
 * not matter. Every match is marked, the one in hand also selected, so that it can be copied. */

import type { IDecoration, Terminal } from '@xterm/xterm';

/** The part of xterm's buffer that searching needs. */
export interface SearchedBuffer {
  readonly length: number;
  getLine(y: number): SearchedLine | undefined;
}
interface SearchedLine {
  readonly isWrapped: boolean;
  readonly length: number;
  getCell(x: number): { getChars(): string; getWidth(): number } | undefined;
}

/** Where a match stands: its first cell, and how many cells it takes (over the ends of rows). */
export interface Match {
  row: number;
  column: number;
  cells: number;
}

/** More marks than this help nobody's eyes. */
const MARKED = 500;
const COLOUR = '#8a5a00';
const COLOUR_IN_HAND = '#0b61c4';

/** All matches of `wanted` in the buffer, from its top. */
export function findMatches(buffer: SearchedBuffer, columns: number, wanted: string): Match[] {
  if (wanted === '') return [];
  const pattern = new RegExp(wanted.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'giu');
  const found: Match[] = [];
  for (let row = 0; row < buffer.length;) {
    const { text, cells, rows } = readLine(buffer, row, columns);
    for (const match of text.matchAll(pattern)) {
      const from = cells[match.index] ?? 0;
      const to = cells[match.index + match[0].length] ?? from;
      found.push({ row: row + Math.floor(from / columns), column: from % columns, cells: to - from });
    }
    row += rows;
  }
  return found;
}

/** One line with the rows it was wrapped into; `cells` holds the cell of each unit of the text. */
function readLine(buffer: SearchedBuffer, from: number, columns: number) {
  let text = '';
  const cells: number[] = [];
  let rows = 0;
  do {
    const line = buffer.getLine(from + rows);
    for (let x = 0; x < columns; x++) {
      const cell = line?.getCell(x);
      if (!cell || cell.getWidth() === 0) continue;
      const chars = cell.getChars() || ' ';
      for (let unit = 0; unit < chars.length; unit++) cells.push(rows * columns + x);
      text += chars;
    }
    rows++;
  } while (buffer.getLine(from + rows)?.isWrapped);
  cells.push(rows * columns);
  return { text, cells, rows };
}

/** The match to go to: the next after `current` (or before it), around the ends; at first the newest. */
export function nextMatch(matches: readonly Match[], current: Match | null, back: boolean): number {
  if (!current) return back ? matches.length - 1 : 0;
  const after = (match: Match): boolean =>
    match.row > current.row || (match.row === current.row && match.column > current.column);
  const before = (match: Match): boolean =>
    match.row < current.row || (match.row === current.row && match.column < current.column);
  const at = back ? matches.findLastIndex(before) : matches.findIndex(after);
  if (at >= 0) return at;
  return back ? matches.length - 1 : 0;
}

export class TerminalSearch {
  #terminal: Terminal;
  #marks: IDecoration[] = [];
  #current: Match | null = null;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Goes to the next match, or to the one before; says which of how many it is. */
  find(wanted: string, back: boolean): { at: number; count: number } {
    const terminal = this.#terminal;
    const matches = findMatches(terminal.buffer.active, terminal.cols, wanted);
    this.#unmark();
    const at = matches.length === 0 ? -1 : nextMatch(matches, this.#current, back);
    const match = matches[at];
    this.#current = match ?? null;
    if (!match) {
      terminal.clearSelection();
      return { at, count: 0 };
    }
    const first = Math.max(0, Math.min(at - MARKED / 2, matches.length - MARKED));
    for (const one of matches.slice(first, first + MARKED)) this.#mark(one, one === match);
    terminal.select(match.column, match.row, match.cells);
    const top = terminal.buffer.active.viewportY;
    if (match.row < top || match.row >= top + terminal.rows) {
      terminal.scrollToLine(match.row - Math.floor(terminal.rows / 2));
    }
    return { at, count: matches.length };
  }

  /** Takes marks and selection away. */
  clear(): void {
    this.#unmark();
    this.#current = null;
    this.#terminal.clearSelection();
  }

  #unmark(): void {
    for (const mark of this.#marks) {
      mark.marker.dispose();
      mark.dispose();
    }
    this.#marks = [];
  }

  #mark({ row, column, cells }: Match, inHand: boolean): void {
    const terminal = this.#terminal;
    const { baseY, cursorY } = terminal.buffer.active;
    for (let left = cells, at = row, x = column; left > 0; at++, x = 0) {
      const width = Math.min(left, terminal.cols - x);
      left -= width;
      const marker = terminal.registerMarker(at - baseY - cursorY);
      const backgroundColor = inHand ? COLOUR_IN_HAND : COLOUR;
      const mark = terminal.registerDecoration({
        marker,
        x,
        width,
        backgroundColor,
        foregroundColor: '#ffffff',
        layer: 'top',
      });
      if (mark) this.#marks.push(mark);
      else marker.dispose();
    }
  }
}
