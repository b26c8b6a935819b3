/* The screen of an editor as text for a terminal. */

import { textWidth } from '#cli/text-width.ts';
import { visiblePart } from './cells.ts';
import type { Editor } from './editor.ts';

const CLEAR = '\x1b[H\x1b[2J';
const HIDE = '\x1b[?25l';
const SHOW = '\x1b[?25h';
const INVERSE = '\x1b[7m';
const PLAIN = '\x1b[m';
/** On a lower screen the text needs the rows more than the keys do. */
const ROWS_FOR_HELP = [6, 11] as const;

const at = (row: number, column: number): string => `\x1b[${row + 1};${column + 1}H`;

/** Everything that stands on a screen of that size. Scrolls so that the cursor is on it. */
export function drawScreen(editor: Editor, columns: number, rows: number): string {
  const { buffer, manner } = editor;
  const helpLines = ROWS_FOR_HELP.filter((least) => rows >= least).length;
  const help = helpRows(manner.help, columns, helpLines);
  const first = manner.title === null ? 0 : 1;
  const page = Math.max(1, rows - first - 1 - help.length);
  editor.page = page;
  const { row } = buffer.cursor;
  if (row < editor.top) editor.top = row;
  if (row >= editor.top + page) editor.top = row - page + 1;
  editor.top = Math.max(0, Math.min(editor.top, buffer.lines.length - 1));
  let out = HIDE + CLEAR;
  if (manner.title) out += at(0, 0) + titleRow(manner.title, columns);
  const left = leftOf(buffer.column, columns);
  for (let line = 0; line < page; line++) {
    const text = buffer.lines[editor.top + line];
    const isCursors = editor.top + line === row;
    out += at(first + line, 0);
    out += text === undefined ? manner.beyond : visiblePart(text, isCursors ? left : 0, columns);
  }
  const below = first + page;
  const said = saidBelow(editor, columns);
  out += at(below, 0) + said.text;
  help.forEach((text, line) => (out += at(below + 1 + line, 0) + text));
  const cursor =
    said.cursor === null ? at(first + row - editor.top, buffer.column - left) : at(below, said.cursor);
  return out + cursor + SHOW;
}

/** The first column shown of the cursor's line: lines longer than the screen are turned like pages. */
function leftOf(column: number, columns: number): number {
  if (column < columns - 1) return 0;
  const step = Math.max(1, columns - 8);
  return Math.max(0, Math.floor((column - 7) / step) * step);
}

function titleRow(
  { left, middle, right }: { left: string; middle: string; right: string },
  columns: number,
): string {
  const room = Math.max(0, columns - textWidth(left) - textWidth(right) - 4);
  const name = fit(middle, room);
  const before = Math.max(0, Math.floor((columns - textWidth(name)) / 2) - textWidth(left) - 1);
  const start = ` ${left}${' '.repeat(Math.min(before, room - textWidth(name)))} ${name}`;
  const gap = Math.max(0, columns - textWidth(start) - textWidth(right) - 1);
  return `${INVERSE}${fit(`${start}${' '.repeat(gap)}${right} `, columns)}${PLAIN}`;
}

/** The line below the text: a question with its cursor, or something said. */
function saidBelow(editor: Editor, columns: number): { text: string; cursor: number | null } {
  const { question, message, manner } = editor;
  if (question) {
    const asked = question.label + (question.text ?? '');
    let shown = visiblePart(asked, 0, Number.MAX_SAFE_INTEGER);
    if (question.text === null) shown = fit(shown, columns - 1);
    // Of what is too long one sees the end, where one types.
    while (textWidth(shown) >= columns) shown = [...shown].slice(1).join('');
    return {
      text: `${INVERSE}${shown.padEnd(shown.length + columns - textWidth(shown))}${PLAIN}`,
      cursor: textWidth(shown),
    };
  }
  return {
    text:
      message === ''
        ? manner.idle
        : `${INVERSE}${fit(visiblePart(` ${message} `, 0, columns), columns)}${PLAIN}`,
    cursor: null,
  };
}

/** Keys and what they do, as many as fit, read downwards. */
function helpRows(help: Editor['manner']['help'], columns: number, lines: number): string[] {
  if (help.length === 0) return [];
  const each = Math.max(...help.map(([key, what]) => textWidth(key) + textWidth(what) + 3));
  const across = Math.max(
    1,
    Math.min(Math.ceil(help.length / Math.max(1, lines)), Math.floor(columns / each)),
  );
  const width = Math.floor(columns / across);
  return Array.from({ length: lines }, (_, line) => {
    const cells = help.filter((__, place) => place % lines === line).slice(0, across);
    return cells
      .map(([key, what]) => {
        const word = fit(what, width - textWidth(key) - 1);
        const gap = Math.max(0, width - textWidth(key) - 1 - textWidth(word));
        return `${INVERSE}${key}${PLAIN} ${word}${' '.repeat(gap)}`;
      })
      .join('');
  });
}

/** As much of a text as so many columns hold. */
function fit(text: string, columns: number): string {
  let out = '';
  let used = 0;
  for (const char of text) {
    used += textWidth(char);
    if (used > columns) break;
    out += char;
  }
  return out;
}
