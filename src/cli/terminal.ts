/* What a terminal shows: the transcript of a console, and how foreign bytes become safe text.
 *
 * A real terminal obeys whatever bytes reach it, so a value with an escape sequence in it can repaint
 * the screen. Here only sequences that a program wrote on purpose reach the terminal; control bytes
 * in anything else are shown in caret notation, as `cat -v` does, and malformed UTF-8 as U+FFFD. */

import type { Bytes } from '#base/bytes.ts';
import { utf8Decode } from '#base/bytes.ts';
import type { Micros } from '#redis/io.ts';

/** How much text a console remembers, in characters. */
const KEPT = 1 << 20;
/** Typed lines of which it is remembered where they stand. */
const LINES_KEPT = 200;

export interface TypedLine {
  /** Position in what was shown. */
  from: number;
  at: Micros;
}

// eslint-disable-next-line no-control-regex
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text of `bytes` in which nothing steers a terminal: tab and line feed stay, a carriage return
 *  before a line feed stays too, every other control character and the invisible marks that reorder
 *  text are made visible. */
export function sanitize(bytes: Bytes): string {
  return utf8Decode(bytes).replace(CONTROLS, (char, at: number, whole: string) => {
    const code = char.charCodeAt(0);
    if (char === '\r' && whole[at + 1] === '\n') return '';
    if (code < 0x20) return '^' + String.fromCharCode(code + 64);
    if (code === 0x7f) return '^?';
    return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
  });
}

/** Everything a console has shown, kept twice: as it looked, and without what was typed. */
export class Transcript {
  /** With prompts and typed lines. `shownFrom` counts the characters dropped at the front. */
  shown = '';
  shownFrom = 0;
  /** Only what programs printed. */
  printed = '';
  printedFrom = 0;

  /** Where typed lines begin, and when they were taken; the oldest are forgotten. */
  lines: TypedLine[] = [];

  /** A typed line comes next. */
  beginLine(at: Micros): void {
    this.lines.push({ from: this.shownEnd, at });
    if (this.lines.length > 2 * LINES_KEPT) this.lines = this.lines.slice(-LINES_KEPT);
  }

  print(text: string): void {
    this.append(text, true);
  }

  echo(text: string): void {
    this.append(text, false);
  }

  private append(text: string, printed: boolean): void {
    this.shown += text;
    if (this.shown.length > 2 * KEPT) {
      this.shownFrom += this.shown.length - KEPT;
      this.shown = this.shown.slice(-KEPT);
    }
    if (!printed) return;
    this.printed += text;
    if (this.printed.length > 2 * KEPT) {
      this.printedFrom += this.printed.length - KEPT;
      this.printed = this.printed.slice(-KEPT);
    }
  }

  /** Position after the last character; give it to `shownSince` later. */
  get shownEnd(): number {
    return this.shownFrom + this.shown.length;
  }

  get printedEnd(): number {
    return this.printedFrom + this.printed.length;
  }

  /** What was shown (with echo) since a position; older text may have been dropped. */
  shownSince(position: number): string {
    return this.shown.slice(Math.max(0, position - this.shownFrom));
  }

  /** What programs printed since a position. */
  printedSince(position: number): string {
    return this.printed.slice(Math.max(0, position - this.printedFrom));
  }
}
