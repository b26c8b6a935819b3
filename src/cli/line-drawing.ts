/* Draws a line being edited on a terminal: prompt, text, grey hint, cursor; over several rows when the
 * line is long. Rows are broken here rather than by the terminal, so that where the cursor stands is
 * known on every terminal, wide characters and all. */

import { searchMatch, type LineState } from './line-editor.ts';
import { charWidth, textWidth } from './text-width.ts';

export interface DrawOptions {
  prompt: string;
  columns: number;
  /** Shown in grey after the line, as much of it as its row has room for. */
  hint?: string;
  /** A secret is typed: nothing of it is shown, or a star for each character. */
  hidden?: 'all' | 'stars' | null;
  history: readonly string[];
}

/** What was drawn: the text for the terminal, and where it left the cursor. */
export interface Drawn {
  output: string;
  /** Row of the cursor, counted from the first row of the prompt. */
  cursorRow: number;
}

const GREY = '\x1b[90m';
const GREEN = '\x1b[32m';
const RESET = '\x1b[0m';

interface Piece {
  text: string;
  style: string;
}

/** Draws at the cursor's row, which must be empty. */
export function drawLine(state: LineState, options: DrawOptions): Drawn {
  const { pieces, cursorAt } = compose(state, options);
  return layOut(pieces, cursorAt, Math.max(4, options.columns));
}

/** Goes back to the first row of what was drawn and clears it. */
export function eraseLine(drawn: Drawn): string {
  return `${drawn.cursorRow > 0 ? `\x1b[${drawn.cursorRow}A` : ''}\r\x1b[J`;
}

/** What stands in the line, and how many characters of it are before the cursor. */
function compose(state: LineState, options: DrawOptions): { pieces: Piece[]; cursorAt: number } {
  if (state.search) {
    const match = searchMatch(state, options.history);
    const failed = match === null && state.search.query !== '' ? 'failed ' : '';
    const lead = `(${failed}reverse-i-search)\`${state.search.query}': `;
    const text = match ?? '';
    return {
      pieces: [
        { text: lead, style: GREY },
        { text, style: '' },
      ],
      cursorAt: lead.length + text.length,
    };
  }
  const prompt = { text: options.prompt, style: GREEN };
  if (options.hidden === 'all') return { pieces: [prompt], cursorAt: options.prompt.length };
  const stars = (text: string): string => '*'.repeat([...text].length);
  const shown = options.hidden ? stars : (text: string): string => text;
  const hint = fitting(options.hint ?? '', options.columns - textWidth(options.prompt + state.text));
  return {
    pieces: [prompt, { text: shown(state.text), style: '' }, { text: hint, style: GREY }],
    cursorAt: options.prompt.length + shown(state.text.slice(0, state.cursor)).length,
  };
}

/** The beginning of `text` that takes no more than so many columns. */
function fitting(text: string, columns: number): string {
  let left = columns;
  let end = 0;
  for (const char of text) {
    left -= charWidth(char);
    if (left < 0) break;
    end += char.length;
  }
  return text.slice(0, end);
}

function layOut(pieces: readonly Piece[], cursorAt: number, columns: number): Drawn {
  let output = '';
  let [row, column, at] = [0, 0, 0];
  let cursor = { row: 0, column: 0 };
  const place = (): void => {
    // A cursor behind the last column stands at the start of the next row.
    cursor = column >= columns ? { row: row + 1, column: 0 } : { row, column };
  };
  for (const { text, style } of pieces) {
    if (text === '') continue;
    output += style;
    for (const char of text) {
      if (at === cursorAt) place();
      const width = charWidth(char);
      if (column + width > columns) {
        output += '\r\n';
        row++;
        column = 0;
      }
      output += char;
      column += width;
      at += char.length;
    }
    if (style !== '') output += RESET;
  }
  if (at <= cursorAt) place();
  if (cursor.row > row) {
    output += '\r\n';
    row++;
  }
  const up = row - cursor.row;
  output += `${up > 0 ? `\x1b[${up}A` : ''}\r${cursor.column > 0 ? `\x1b[${cursor.column}C` : ''}`;
  return { output, cursorRow: cursor.row };
}
