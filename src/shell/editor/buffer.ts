/* A text that is being edited: its lines, the cursor, and what was done to it. All changes go through
 * `replace`, which exchanges whole lines, so that each can be undone by exchanging them back. */

import { charAfter, charBefore, wordAfter, wordBefore } from '#cli/line-editor.ts';
import { columnAt, indexAt } from './cells.ts';

export interface Place {
  readonly row: number;
  /** Index into the line, never inside a character. */
  readonly index: number;
}

interface Change {
  readonly row: number;
  readonly removed: readonly string[];
  readonly inserted: readonly string[];
  readonly before: Place;
  readonly after: Place;
  /** What was typed without a pause for anything else is undone at once. */
  readonly typed: boolean;
}

export class TextBuffer {
  /** At least one. */
  readonly lines: string[];
  cursor: Place = { row: 0, index: 0 };
  private undone: Change[] = [];
  private readonly done: Change[] = [];
  private saved: Change | undefined = undefined;
  /** Column to which moves up and down try to come back. */
  private wanted: number | null = null;

  constructor(text: string) {
    this.lines = text.split('\n');
    if (this.lines.length > 1 && this.lines.at(-1) === '') this.lines.pop();
  }

  /** The file that it makes; its last line has an end, too. */
  get text(): string {
    const whole = this.lines.join('\n');
    return whole === '' ? '' : `${whole}\n`;
  }

  get line(): string {
    return this.lines[this.cursor.row] ?? '';
  }

  get isModified(): boolean {
    return this.done.at(-1) !== this.saved;
  }

  markSaved(): void {
    this.saved = this.done.at(-1);
  }

  // --- Changing ---------------------------------------------------------------------------------

  private replace(
    row: number,
    count: number,
    inserted: readonly string[],
    after: Place,
    typed = false,
  ): void {
    const removed = this.splice(row, count, inserted);
    let change: Change = { row, removed, inserted, before: this.cursor, after, typed };
    const last = this.done.at(-1);
    const goesOn = last?.typed && typed && last.row === row && last.after.index === this.cursor.index;
    if (goesOn && last !== this.saved && last.inserted.length === 1 && count === 1) {
      change = { ...change, removed: last.removed, before: last.before };
      this.done.pop();
    }
    this.done.push(change);
    this.undone = [];
    this.cursor = after;
    this.wanted = null;
  }

  /** Puts text at the cursor, which may be many lines. */
  insert(text: string, typed = false): void {
    const { row, index } = this.cursor;
    const parts = text.split('\n');
    const tail = parts.at(-1) ?? '';
    const end = this.line.slice(index);
    const whole = parts.map((part, at) => (at === 0 ? this.line.slice(0, index) : '') + part);
    whole[whole.length - 1] += end;
    const at = parts.length === 1 ? index + tail.length : tail.length;
    this.replace(row, 1, whole, { row: row + parts.length - 1, index: at }, typed);
  }

  /** Takes away what is between two places; returns it. */
  remove(from: Place, to: Place): string {
    const taken = this.between(from, to);
    if (taken === '') return taken;
    const first = (this.lines[from.row] ?? '').slice(0, from.index);
    const last = (this.lines[to.row] ?? '').slice(to.index);
    this.replace(from.row, to.row - from.row + 1, [first + last], from);
    return taken;
  }

  between(from: Place, to: Place): string {
    const lines = this.lines.slice(from.row, to.row + 1);
    lines[lines.length - 1] = (lines.at(-1) ?? '').slice(0, to.index);
    lines[0] = (lines[0] ?? '').slice(from.index);
    return lines.join('\n');
  }

  backspace(): void {
    this.remove(this.charBefore(), this.cursor);
  }

  delete(): void {
    this.remove(this.cursor, this.charAfter());
  }

  /** Takes whole lines away; returns them. */
  cutLines(count: number): string[] {
    const { row } = this.cursor;
    const taken = this.lines.slice(row, row + count);
    const next = Math.min(row, Math.max(0, this.lines.length - taken.length - 1));
    this.replace(row, taken.length, this.lines.length === taken.length ? [''] : [], { row: next, index: 0 });
    return taken;
  }

  /** Puts whole lines in front of a row, and the cursor on the first (or behind the last) of them. */
  pasteLines(lines: readonly string[], row: number, behind = false): void {
    if (lines.length === 0) return;
    const isEmpty = this.lines.length === 1 && this.lines[0] === '';
    const last = { row: lines.length - 1, index: (lines.at(-1) ?? '').length };
    if (isEmpty) this.replace(0, 1, lines, last);
    else this.replace(row, 0, lines, { row: behind ? row + lines.length : row, index: 0 });
  }

  /** Joins the line below to this one. */
  join(): void {
    const below = this.lines[this.cursor.row + 1];
    if (below === undefined) return;
    const end = { row: this.cursor.row, index: this.line.length };
    this.replace(end.row, 2, [`${this.line} ${below.trimStart()}`], end);
  }

  /** Takes back the last change; false when there is none. */
  undo(): boolean {
    const change = this.done.pop();
    if (!change) return false;
    this.undone.push(change);
    this.exchange(change.row, change.inserted, change.removed, change.before);
    return true;
  }

  redo(): boolean {
    const change = this.undone.pop();
    if (!change) return false;
    this.done.push(change);
    this.exchange(change.row, change.removed, change.inserted, change.after);
    return true;
  }

  private exchange(row: number, out: readonly string[], into: readonly string[], cursor: Place): void {
    this.splice(row, out.length, into);
    this.goTo(cursor);
  }

  /** Exchanges lines in place; a paste may have more of them than a call takes arguments. */
  private splice(row: number, count: number, into: readonly string[]): string[] {
    const behind = this.lines.splice(row);
    const removed = behind.splice(0, count);
    for (const line of into) this.lines.push(line);
    for (const line of behind) this.lines.push(line);
    return removed;
  }

  // --- Moving -----------------------------------------------------------------------------------

  /** Goes to the nearest place there is. */
  goTo({ row, index }: Place): void {
    const near = Math.max(0, Math.min(row, this.lines.length - 1));
    this.cursor = { row: near, index: Math.max(0, Math.min(index, (this.lines[near] ?? '').length)) };
    this.wanted = null;
  }

  charBefore(): Place {
    const { row, index } = this.cursor;
    if (index > 0) return { row, index: charBefore(this.line, index) };
    return row === 0 ? this.cursor : { row: row - 1, index: (this.lines[row - 1] ?? '').length };
  }

  charAfter(): Place {
    const { row, index } = this.cursor;
    if (index < this.line.length) return { row, index: charAfter(this.line, index) };
    return row + 1 < this.lines.length ? { row: row + 1, index: 0 } : this.cursor;
  }

  wordBefore(): Place {
    const { row, index } = this.cursor;
    return index === 0 ? this.charBefore() : { row, index: wordBefore(this.line, index) };
  }

  /** Where the next word begins. */
  wordAfter(): Place {
    const { row, index } = this.cursor;
    if (index >= this.line.length) return this.charAfter();
    const end = wordAfter(this.line, index);
    const gap = /^\s*/.exec(this.line.slice(end))?.[0].length ?? 0;
    const leading = /^\s+/.exec(this.line.slice(index))?.[0].length ?? 0;
    return { row, index: leading > 0 ? index + leading : end + gap };
  }

  /** Goes up (or down), and as far right as it was before. */
  moveRows(by: number): void {
    const column = this.wanted ?? columnAt(this.line, this.cursor.index);
    const row = Math.max(0, Math.min(this.cursor.row + by, this.lines.length - 1));
    this.goTo({ row, index: indexAt(this.lines[row] ?? '', column) });
    this.wanted = column;
  }

  /** Goes to where a text stands next, around the end; `null` when it is nowhere. */
  find(wanted: string, back = false): 'found' | 'wrapped' | null {
    if (wanted === '') return null;
    // Letters that change their length with their case are looked for as they are.
    const fold = (text: string): string =>
      text.toLowerCase().length === text.length ? text.toLowerCase() : text;
    const query = fold(wanted);
    const { row, index } = this.cursor;
    const count = this.lines.length;
    for (let step = 0; step <= count; step++) {
      const at = (((back ? row - step : row + step) % count) + count) % count;
      const line = fold(this.lines[at] ?? '');
      const found =
        step === 0 ? beyond(line, query, index, back) : back ? line.lastIndexOf(query) : line.indexOf(query);
      if (found < 0) continue;
      this.goTo({ row: at, index: found });
      const wrapped = back
        ? at > row || (at === row && found >= index)
        : at < row || (at === row && found <= index);
      return wrapped ? 'wrapped' : 'found';
    }
    return null;
  }

  /** Columns that the text before the cursor takes. */
  get column(): number {
    return columnAt(this.line, this.cursor.index);
  }
}

/** Where `query` stands in a line strictly behind (or before) a place. */
function beyond(line: string, query: string, index: number, back: boolean): number {
  if (!back) return line.indexOf(query, index + 1);
  return index === 0 ? -1 : line.lastIndexOf(query, index - 1);
}
