/* A terminal without a screen: the page's own, which draws nothing here but knows what it would draw. */

import { createRequire } from 'node:module';
import type * as xterm from '@xterm/xterm';
import { useOwnWidths } from '#app/console/terminal-width.ts';

// Node takes the package for a module of the old kind.
const { Terminal } = createRequire(import.meta.url)('@xterm/xterm') as typeof xterm;

export class BlindTerminal {
  readonly terminal: xterm.Terminal;

  /** `convertEol`: a line feed begins a row, as in what a console of the page prints. */
  constructor(columns: number, rows: number, convertEol: boolean) {
    this.terminal = new Terminal({ cols: columns, rows, convertEol, allowProposedApi: true });
    useOwnWidths(this.terminal);
  }

  write(text: string): void {
    this.terminal.write(text);
  }

  /** What stands there once all that was written is drawn. */
  async screen(): Promise<string[]> {
    await new Promise<void>((done) => this.terminal.write('', done));
    const { active } = this.terminal.buffer;
    const lines: string[] = [];
    for (let row = 0; row < this.terminal.rows; row++) {
      const cursor = row === active.cursorY ? active.cursorX : -1;
      lines.push(this.row(active.baseY + row, cursor));
    }
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }

  private row(at: number, cursor: number): string {
    const line = this.terminal.buffer.active.getLine(at);
    let text = '';
    let grey = false;
    for (let column = 0; column < this.terminal.cols; column++) {
      const cell = line?.getCell(column);
      const isGrey = cell?.isFgPalette() === true && cell.getFgColor() === 8;
      if (isGrey !== grey) text += isGrey ? '‹' : '›';
      grey = isGrey;
      if (column === cursor) text += '▮';
      if (cell?.getWidth() !== 0) text += cell?.getChars() || ' ';
    }
    if (cursor === this.terminal.cols) text += '▮';
    return (grey ? `${text}›` : text).trimEnd();
  }
}
