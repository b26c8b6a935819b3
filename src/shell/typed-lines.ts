/* The lines typed at a prompt: what `history` lists, and what `!!`, `!5`, `!-2`, `!set` and `!$` in a line
 * mean. It is text of the keyboard: a line is replaced before the shell reads it. */

import { fail, ok, type Execute } from './command.ts';

/** As many as bash keeps. */
const KEPT = 500;

export class TypedLines {
  private lines: string[] = [];
  /** Lines that fell off at the front, so that numbers stay. */
  private gone = 0;

  add(line: string): void {
    if (line.trim() === '' || line.startsWith(' ')) return;
    this.lines.push(line);
    if (this.lines.length <= KEPT) return;
    this.lines.shift();
    this.gone++;
  }

  /** The line with its references replaced; the reference that means nothing, if there is one. */
  expand(line: string): { text: string } | { unknown: string } {
    let unknown: string | null = null;
    // Quoted by ' nothing is replaced; neither is ! behind $, { or [, nor before a blank, =, ( or a quote.
    const text = line.replace(/'[^']*'|\\.|[$[{]!|!(?:!|\$|\^|\*|-?\d+|[A-Za-z][\w-]*)/g, (reference) => {
      if (!reference.startsWith('!')) return reference;
      const found = this.meaning(reference.slice(1));
      if (found === undefined) unknown ??= reference;
      return found ?? '';
    });
    return unknown === null ? { text } : { unknown };
  }

  private meaning(what: string): string | undefined {
    const last = this.lines.at(-1);
    const words = last?.trim().split(/\s+/) ?? [];
    if (what === '!') return last;
    if (what === '$') return words.at(-1);
    if (what === '^') return words[1];
    if (what === '*') return last === undefined ? undefined : words.slice(1).join(' ');
    const number = Number(what);
    if (Number.isNaN(number)) return this.lines.findLast((line) => line.startsWith(what));
    return number < 0 ? this.lines.at(number) : this.lines[number - 1 - this.gone];
  }

  /** history [N] | -c */
  readonly command: Execute = ([word]) => {
    if (word === '-c') {
      this.gone = 0;
      this.lines = [];
      return Promise.resolve(ok(''));
    }
    if (word !== undefined && !/^\d+$/.test(word))
      return Promise.resolve(fail(`bash: history: ${word}: numeric argument required`));
    const numbered = this.lines.map((line, at) => `${String(at + 1 + this.gone).padStart(5)}  ${line}\n`);
    return Promise.resolve(ok(numbered.slice(-Number(word ?? KEPT)).join('')));
  };
}
