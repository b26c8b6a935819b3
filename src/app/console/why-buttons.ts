/* "why?" behind each error that the page can explain. The output stays what the server sent: the button
 * is a decoration of the row, not text, so it is neither copied nor found by a search. */

import type { IMarker, Terminal } from '@xterm/xterm';
import { t } from '#app/i18n/i18n.svelte.ts';
import { errorIn } from '#app/state/last-error.ts';

/** Older errors keep their words and lose their button. */
const KEPT = 40;

export class WhyButtons {
  readonly terminal: Terminal;
  readonly open: (error: string) => void;
  #markers: IMarker[] = [];

  constructor(terminal: Terminal, open: (error: string) => void) {
    this.terminal = terminal;
    this.open = open;
  }

  /** Forgets all of them: the screen was cleared. */
  clear(): void {
    for (const marker of this.#markers) marker.dispose();
    this.#markers = [];
  }

  /** Looks through the rows from `from` to the cursor; called when they have been drawn. */
  mark(from: number): void {
    const { active } = this.terminal.buffer;
    const cursor = active.baseY + active.cursorY;
    for (let row = Math.max(0, from); row <= cursor; row++) {
      const line = active.getLine(row);
      if (!line || line.isWrapped || this.#markers.some((marker) => marker.line === row)) continue;
      let last = row;
      let text = line.translateToString(true);
      if (!text.startsWith('(error) ')) continue;
      while (active.getLine(last + 1)?.isWrapped)
        text += active.getLine(++last)?.translateToString(true) ?? '';
      const error = errorIn(text);
      if (error !== null)
        this.#add(error, last, cursor, active.getLine(last)?.translateToString(true).length ?? 0);
    }
  }

  #add(error: string, row: number, cursor: number, column: number): void {
    const { terminal } = this;
    const word = t('why.open');
    const width = Math.max(6, [...word].length * 2);
    const marker = terminal.registerMarker(row - cursor);
    const decoration = terminal.registerDecoration({
      marker,
      x: Math.max(0, Math.min(column + 1, terminal.cols - width)),
      width,
      layer: 'top',
    });
    decoration?.onRender((element) => {
      if (element.childElementCount > 0) return;
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'why';
      // Shift-Tab leaves the terminal; W opens the same by keyboard, so Tab need not walk through these.
      button.tabIndex = -1;
      button.textContent = word;
      button.setAttribute('aria-label', t('why.openOf', { error }));
      button.addEventListener('mousedown', (event) => event.stopPropagation());
      button.addEventListener('click', () => this.open(error));
      element.append(button);
    });
    this.#markers.push(marker);
    if (this.#markers.length > KEPT) this.#markers.shift()?.dispose();
  }
}
