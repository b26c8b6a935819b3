/* One terminal of the page: xterm shows what the console printed, and the line being edited below it.
 *
 * What was printed comes from the console's tab (and so from the world); the line being edited exists
 * only here until Enter. The drawn line is taken off the screen before output is written and put
 * back behind it. After Enter it stays until the world's echo of it arrives, so nothing flickers. */

import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import { drawLine, eraseLine, type Drawn } from '#cli/line-drawing.ts';
import { edit, EMPTY_LINE, parseKeys, withText, type Act, type LineState } from '#cli/line-editor.ts';
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
  #line: LineState = EMPTY_LINE;
  #hint = '';
  #drawn: Drawn | null = null;
  /** The drawn line was submitted; its echo is on the way. */
  #submitted = false;
  /** Tab pressed again walks through these. */
  #candidates: string[] = [];
  #shownTo = 0;
  #midLine = false;
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
    this.#why = new WhyButtons(this.terminal, (error) => host.why(error));
    this.#exchanges = new ExchangeButtons(this.terminal, (at) => host.exchange(at));
    this.terminal.loadAddon(this.#fit);
    useOwnWidths(this.terminal);
    this.search = new TerminalSearch(this.terminal);
    styleThroughObject();
    this.#removeStyles = withAdoptedStyles(() => this.terminal.open(element));
    this.terminal.textarea?.setAttribute('aria-label', label);
    this.terminal.attachCustomKeyEventHandler((event) => this.#onKey(event));
    this.terminal.onData((data) => this.#onData(data));
    this.terminal.registerLinkProvider(linksOf(this.terminal, host.playground));
    this.fit();
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
    this.#erase();
    this.#fit.fit();
    if (this.#editor) this.#drawEditor();
    else this.#draw();
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
    this.#drawn = null;
    this.#submitted = false;
    this.#midLine = false;
    this.#editor = null;
    this.#shownTo = tab.written;
    this.#print(tab.text);
    this.#draw();
    this.showEditor();
  }

  /** Shows what the console has printed since, and the prompt as it is now. */
  update(): void {
    const { tab } = this.#host;
    // What is printed meanwhile stands on the first screen, when that comes back.
    if (this.#editor) return;
    const fresh = tab.written - this.#shownTo;
    if (fresh > 0) {
      this.#erase();
      this.#submitted = false;
      this.#print(tab.text.slice(-fresh));
      this.#shownTo = tab.written;
    }
    if (!this.#submitted) this.#redraw();
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
    this.#line = withText(this.#line, text);
    this.#redraw();
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
    this.#midLine = !text.endsWith('\n');
  }

  // --- The line being edited --------------------------------------------------------------------

  #erase(): void {
    if (this.#drawn) this.terminal.write(eraseLine(this.#drawn));
    this.#drawn = null;
  }

  #redraw(): void {
    this.#erase();
    this.#draw();
  }

  #draw(): void {
    const { tab } = this.#host;
    // While a program runs there is no prompt; what is typed ahead shows unless output stands there.
    if (tab.prompt === null && (this.#midLine || this.#line.text === '')) return;
    if (this.#midLine) this.terminal.write('\r\n');
    this.#midLine = false;
    this.#drawn = drawLine(this.#line, {
      prompt: tab.prompt ?? '',
      columns: this.terminal.cols,
      hint: tab.hidden ? '' : this.#hint,
      hidden: tab.hidden,
      history: tab.history,
    });
    this.terminal.write(this.#drawn.output);
  }

  #onData(data: string): void {
    if (this.#editor) return this.#editor.type(data);
    for (const key of parseKeys(data)) {
      const { state, act } = edit(this.#line, key, this.#host.tab.history);
      const same = state.text === this.#line.text;
      this.#line = state;
      if (act?.do !== 'complete' && !(key.kind === 'key' && key.name === 'tab')) this.#candidates = [];
      if (!same) this.#hint = '';
      if (act) this.#act(act);
      else if (!this.#submitted) this.#redraw();
    }
    void this.#askHint().catch(this.#host.report);
  }

  #act(act: Act): void {
    const { playground, tab, report } = this.#host;
    switch (act.do) {
      case 'submit':
        this.#submitted = tab.prompt !== null;
        void this.#submit(act.lines).catch(report);
        return;
      case 'interrupt':
        this.#redraw();
        void playground.typist.interrupt(tab).catch(report);
        return;
      case 'suspend':
        void playground.typist.suspend(tab).catch(report);
        return;
      case 'eof':
        void this.#submit(['exit']).catch(report);
        return;
      case 'complete':
        void this.#complete().catch(report);
        return;
      case 'clear':
        this.#drawn = null;
        this.terminal.write('\x1b[2J\x1b[H');
        this.#draw();
        return;
      case 'leave':
        return this.#host.leave();
      case 'bell':
        this.#redraw();
    }
  }

  async #submit(lines: readonly string[]): Promise<void> {
    const { playground, tab } = this.#host;
    for (const line of lines) await playground.typist.type(tab, line);
  }

  // --- Completion and hints ---------------------------------------------------------------------

  async #complete(): Promise<void> {
    const { playground, tab } = this.#host;
    const { text } = this.#line;
    if (this.#candidates.length === 0) {
      const found = await completionsAt(playground, tab, text);
      if (this.#line.text !== text) return;
      this.#candidates = found;
    }
    const next = this.#candidates.shift();
    if (next === undefined) return;
    // What was certain is typed; Tab asks again what may follow.
    if (this.#candidates.length > 0) this.#candidates.push(next);
    this.#line = withText(this.#line, next);
    this.#redraw();
    await this.#askHint();
  }

  async #askHint(): Promise<void> {
    const { playground, tab } = this.#host;
    const { text } = this.#line;
    if (text.trim() === '' || tab.hidden || tab.isAtShell) return;
    const { hint } = await playground.ask((session) => session.complete(tab.id, text));
    if (this.#line.text !== text || hint === this.#hint) return;
    this.#hint = hint;
    if (!this.#submitted) this.#redraw();
  }

  // --- Keys that are not the line editor's ------------------------------------------------------

  /** False for keys that the browser or the page shall have. */
  #onKey(event: KeyboardEvent): boolean {
    if (event.type !== 'keydown') return true;
    const control = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    // Tab completes what there is; with nothing typed it moves on, so that the terminal is no trap.
    const idle = this.#line.text === '' && !this.#editor;
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
