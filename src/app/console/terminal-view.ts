/* One terminal of the page: xterm shows what the console printed, and the line being typed below it.
 *
 * What was printed comes from the console's tab (and so from the world); the line being typed exists
 * only here until Enter, and is typed-line.ts's business. */

import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import type { ConsoleTab } from '#app/state/consoles.svelte.ts';
import type { Micros } from '#redis/io.ts';
import type { Playground } from '#app/state/playground.svelte.ts';
import type { Editor } from '#shell/editor/editor.ts';
import { completionsAt } from './completion.ts';
import { decorate } from './decorate.ts';
import { ExchangeButtons } from './exchange-buttons.ts';
import { linksOf } from './output-links.ts';
import { styleThroughObject, withAdoptedStyles } from './policy-styles.ts';
import { TerminalSearch } from './terminal-search.ts';
import { terminalTheme } from './terminal-theme.ts';
import { useOwnWidths } from './terminal-width.ts';
import { TypedLine } from './typed-line.ts';
import { WhyButtons } from './why-buttons.ts';

const SCROLLBACK = 5000;
const BRACKETED_PASTE = '\x1b[?2004h';
/** Goes the way of the text: terminal.reset() would overtake what was written but not yet drawn. */
const FULL_RESET = '\x1bc';
/** An editor's screen is another one, so that what was there comes back. */
const OTHER_SCREEN = '\x1b[?1049h';
const FIRST_SCREEN = '\x1b[?1049l';

export interface TerminalHost {
  tab: ConsoleTab;
  playground: Playground;
  /** The reader wants to leave the terminal by keyboard. */
  leave(): void;
  toggleSearch(): void;
  /** The reader asks why the server sent this error. */
  why(error: string): void;
  /** The reader asks for the messages of the line that was taken at that time. */
  exchange(at: Micros): void;
  report(error: unknown): void;
  /** Size of the type in pixels, and of a line in sizes of the type. */
  type: { size: number; line: number };
}

/** Shows nothing until its first restart(). */
export class TerminalView {
  readonly terminal: Terminal;
  readonly search: TerminalSearch;
  #host: TerminalHost;
  #fit = new FitAddon();
  #why: WhyButtons;
  #exchanges: ExchangeButtons;
  #removeStyles: () => void;
  #line: TypedLine;
  #shownTo = 0;
  /** Has the screen at the moment. */
  #editor: Editor | null = null;

  constructor(element: HTMLElement, label: string, host: TerminalHost) {
    this.#host = host;
    this.terminal = new Terminal({
      allowProposedApi: true,
      convertEol: true,
      cursorStyle: 'block',
      cursorInactiveStyle: 'outline',
      fontFamily: getComputedStyle(element).getPropertyValue('--font-mono'),
      fontSize: host.type.size,
      lineHeight: host.type.line,
      scrollback: SCROLLBACK,
      theme: terminalTheme(element),
    });
    this.#line = this.#typedLine();
    this.#why = new WhyButtons(this.terminal, (error) => host.why(error));
    this.#exchanges = new ExchangeButtons(this.terminal, (at) => host.exchange(at));
    this.terminal.loadAddon(this.#fit);
    useOwnWidths(this.terminal);
    this.search = new TerminalSearch(this.terminal);
    styleThroughObject();
    this.#removeStyles = withAdoptedStyles(() => this.terminal.open(element));
    this.terminal.textarea?.setAttribute('aria-label', label);
    this.terminal.attachCustomKeyEventHandler((event) => this.#onKey(event));
    this.terminal.onData((data) => (this.#editor ?? this.#line).type(data));
    this.terminal.registerLinkProvider(linksOf(this.terminal, host.playground));
    this.fit();
  }

  #typedLine(): TypedLine {
    const { terminal } = this;
    const { playground, tab, leave, report } = this.#host;
    return new TypedLine({
      reader: tab,
      get columns() {
        return terminal.cols;
      },
      write: (text) => terminal.write(text),
      complete: (line) => completionsAt(playground, tab, line),
      hint: async (line) => (await playground.ask((session) => session.complete(tab.id, line))).hint,
      submit: async (lines) => {
        for (const line of lines) await playground.typist.type(tab, line);
      },
      interrupt: (typed) => playground.typist.interrupt(tab, typed),
      eof: () => playground.typist.eof(tab),
      suspend: () => playground.typist.suspend(tab),
      leave,
      report,
    });
  }

  dispose(): void {
    this.terminal.dispose();
    this.#removeStyles();
  }

  focus(): void {
    this.terminal.focus();
  }

  fit(): void {
    const size = this.#fit.proposeDimensions();
    if (!size || (size.cols === this.terminal.cols && size.rows === this.terminal.rows)) return;
    this.#line.erase();
    this.#fit.fit();
    if (this.#editor) this.#drawEditor();
    else this.#line.draw();
  }

  setType({ size, line }: TerminalHost['type']): void {
    this.terminal.options.fontSize = size;
    this.terminal.options.lineHeight = line;
    this.fit();
  }

  setTheme(element: HTMLElement): void {
    this.terminal.options.theme = terminalTheme(element);
  }

  /** Draws everything afresh: the tab was opened, or the world has jumped to another time. */
  restart(): void {
    const { tab } = this.#host;
    this.terminal.write(FULL_RESET + BRACKETED_PASTE, () => this.#why.clear());
    this.#line.forgetScreen();
    this.#editor = null;
    this.#shownTo = tab.written;
    this.#print(tab.text);
    this.#line.draw();
    this.showEditor();
  }

  /** Shows what the console has printed since, and the prompt as it is now. */
  update(): void {
    const { tab } = this.#host;
    // What is printed meanwhile stands on the first screen, when that comes back.
    if (this.#editor) return;
    const fresh = tab.written - this.#shownTo;
    if (fresh > 0) {
      this.#line.erase();
      this.#print(tab.text.slice(-fresh));
      this.#shownTo = tab.written;
    }
    this.#line.update();
  }

  /** Gives the screen to the editor that the tab has, or takes it back. */
  showEditor(): void {
    const { editor } = this.#host.tab;
    if (editor === this.#editor) return;
    if (editor) {
      if (!this.#editor) this.terminal.write(OTHER_SCREEN);
      this.#editor = editor;
      editor.onChange = () => this.#drawEditor();
      this.#drawEditor();
      return;
    }
    this.#editor = null;
    this.terminal.write(FIRST_SCREEN);
    this.update();
  }

  #drawEditor(): void {
    const { cols, rows } = this.terminal;
    if (this.#editor && !this.#editor.hasEnded) this.terminal.write(this.#editor.draw(cols, rows));
  }

  /** Puts a line at the prompt without running it. */
  setLine(text: string): void {
    this.#line.set(text);
  }

  #print(text: string): void {
    if (text === '') return;
    // Where the text begins is known once all before it is on the screen.
    let from = 0;
    this.terminal.write('', () => {
      const { active } = this.terminal.buffer;
      from = active.baseY + active.cursorY;
    });
    const { tab } = this.#host;
    const pieces = tab.pieces(tab.written - text.length);
    for (const { text: piece, at } of pieces) {
      if (at !== null) this.terminal.write('', () => this.#exchanges.mark(at));
      this.terminal.write(decorate(piece));
    }
    this.terminal.write('', () => this.#why.mark(from));
    this.#line.printed(text);
  }

  // --- Keys that are not the line editor's ------------------------------------------------------

  /** False for keys that the browser or the page shall have. */
  #onKey(event: KeyboardEvent): boolean {
    if (event.type !== 'keydown') return true;
    const control = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    // Tab completes what there is; with nothing typed it moves on, so that the terminal is no trap.
    const idle = this.#line.isEmpty && !this.#editor;
    if (event.key === 'Tab' && (event.shiftKey || idle)) return false;
    if (control && key === 'v') return false;
    if (control && key === 'c' && (event.shiftKey || this.terminal.hasSelection())) return false;
    if (control && event.shiftKey && key === 'f') {
      event.preventDefault();
      this.#host.toggleSearch();
      return false;
    }
    // A tab must not be completed by the browser's own focus move.
    if (event.key === 'Tab') event.preventDefault();
    return true;
  }
}
