/* A mark at the end of each line that was typed: it shows the messages which that line sent and got. Like
 * "why?" it is a decoration of the row and no text. */

import type { IMarker, Terminal } from '@xterm/xterm';
import type { Micros } from '#redis/io.ts';
import { t } from '#app/i18n/i18n.svelte.ts';

/** Older lines lose theirs. */
const KEPT = 60;
const WIDTH = 2;

export class ExchangeButtons {
  readonly terminal: Terminal;
  readonly open: (at: Micros) => void;
  #markers: IMarker[] = [];

  constructor(terminal: Terminal, open: (at: Micros) => void) {
    this.terminal = terminal;
    this.open = open;
  }

  /** Marks the row of the cursor, where the line begins that was taken at that time. */
  mark(at: Micros): void {
    const { terminal } = this;
    const marker = terminal.registerMarker(0);
    this.#markers.push(marker);
    if (this.#markers.length > KEPT) this.#markers.shift()?.dispose();
    const decoration = terminal.registerDecoration({
      marker,
      x: Math.max(0, terminal.cols - WIDTH),
      width: WIDTH,
      layer: 'top',
    });
    decoration?.onRender((element) => {
      const typed = terminal.buffer.active.getLine(marker.line)?.translateToString(true) ?? '';
      if (element.childElementCount > 0 || typed.length > terminal.cols - WIDTH) return;
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'exchange';
      button.tabIndex = -1;
      button.textContent = '⇄';
      button.title = t('exchange.open');
      button.setAttribute('aria-label', t('exchange.open'));
      button.addEventListener('mousedown', (event) => event.stopPropagation());
      button.addEventListener('click', () => this.open(at));
      element.append(button);
    });
  }
}
