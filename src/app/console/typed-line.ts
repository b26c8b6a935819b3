/* The line being typed at a terminal: its keys, its history, what Tab offers and what is advised behind it.
 *
 * Knows a terminal only as something to write to, so that the same code that the page runs can be held against
 * recordings of the real redis-cli. The drawn line is taken off the screen before output is written and put back
 * behind it. After Enter it stays until the world's echo of it arrives, so nothing flickers. */

import { drawLine, eraseLine, type Drawn } from '#cli/line-drawing.ts';
import {
  edit,
  EMPTY_LINE,
  parseKeys,
  withText,
  type Act,
  type Key,
  type LineState,
} from '#cli/line-editor.ts';
import type { ConsoleFrame } from '#sim/frame.ts';

/** Who waits for the line. */
export interface LineReader {
  /** Null while a program runs. */
  readonly prompt: string | null;
  /** A secret is asked for. */
  readonly hidden: boolean;
  /** It reads keys as redis-cli does. */
  readonly linenoise: ConsoleFrame['linenoise'] | null;
  /** It is a shell, which has advice of its own. */
  readonly isAtShell: boolean;
  readonly history: readonly string[];
  /** Lines of the history were changed, by their steps back. */
  revise(drafts: Readonly<Record<number, string>>): void;
}

export interface LineHost {
  readonly reader: LineReader;
  readonly columns: number;
  write(text: string): void;
  /** The whole lines that a line may become. */
  complete(line: string): Promise<readonly string[]>;
  /** What may follow a line. */
  hint(line: string): Promise<string>;
  submit(lines: readonly string[]): Promise<void>;
  /** Ctrl-C, with what was typed. */
  interrupt(typed: string): Promise<void>;
  /** Ctrl-D where nothing was typed. */
  eof(): Promise<void>;
  suspend(): Promise<void>;
  /** The reader wants to leave the terminal by keyboard. */
  leave(): void;
  report(error: unknown): void;
}

/** Tab was pressed: what it offers one after the other, and then what was typed. */
interface Completing {
  typed: LineState;
  candidates: readonly string[];
  at: number;
}

export class TypedLine {
  readonly #host: LineHost;
  #line: LineState = EMPTY_LINE;
  #hint = '';
  #drawn: Drawn | null = null;
  /** The drawn line was submitted; its echo is on the way. */
  #submitted = false;
  #completing: Completing | null = null;
  /** What was printed last did not end its row. */
  #midRow = false;

  constructor(host: LineHost) {
    this.#host = host;
  }

  get isEmpty(): boolean {
    return this.#line.text === '';
  }

  /** Puts a line at the prompt without running it. */
  set(text: string): void {
    this.#line = withText(this.#line, text);
    this.redraw();
  }

  /** The screen was cleared: nothing stands on it, and no echo is waited for. */
  forgetScreen(): void {
    this.#drawn = null;
    this.#submitted = false;
    this.#midRow = false;
  }

  /** Takes the line off the screen, so that something can be printed there. */
  erase(): void {
    if (this.#drawn) this.#host.write(eraseLine(this.#drawn));
    this.#drawn = null;
  }

  /** Something was printed, the echo of a submitted line with it. */
  printed(text: string): void {
    this.#submitted = false;
    this.#midRow = !/(?:\n|\x1b\[2J)$/.test(text);
  }

  /** Draws the line anew, unless it waits for its echo. */
  update(): void {
    if (!this.#submitted) this.redraw();
  }

  redraw(): void {
    this.erase();
    this.draw();
  }

  draw(): void {
    const { reader, columns } = this.#host;
    // While a program runs there is no prompt; what is typed ahead shows unless output stands there.
    if (reader.prompt === null && (this.#midRow || this.#line.text === '')) return;
    if (this.#midRow) this.#host.write('\r\n');
    this.#midRow = false;
    const secret = reader.linenoise ? 'stars' : 'all';
    this.#drawn = drawLine(this.#line, {
      prompt: reader.prompt ?? '',
      columns,
      hint: this.#hint,
      hidden: reader.hidden ? secret : null,
      history: reader.history,
    });
    this.#host.write(this.#drawn.output);
  }

  // --- Keys -------------------------------------------------------------------------------------

  /** What the terminal sent. */
  type(data: string): void {
    for (const key of parseKeys(data)) this.#press(key);
    void this.#askHint().catch(this.#host.report);
  }

  #press(key: Key): void {
    const { reader } = this.#host;
    const isTab = key.kind === 'key' && key.name === 'tab';
    const completing = this.#completing;
    if (!isTab) this.#completing = null;
    if (completing && key.kind === 'key' && key.escape) {
      this.#line = completing.typed;
      if (key.name === 'escape') return this.redraw();
    }
    const { state, act } = edit(this.#line, key, reader.history, reader.linenoise ? 'linenoise' : 'readline');
    const same = state.text === this.#line.text;
    this.#line = state;
    if (!same) this.#hint = '';
    if (act) this.#act(act);
    else this.update();
  }

  #act(act: Act): void {
    const host = this.#host;
    switch (act.do) {
      case 'submit':
        this.#submitted = host.reader.prompt !== null;
        if (host.reader.linenoise) host.reader.revise(act.drafts);
        void host.submit(act.lines).catch(host.report);
        return;
      case 'interrupt':
        this.#submitted = host.reader.prompt !== null;
        void host.interrupt(act.text).catch(host.report);
        return;
      case 'suspend':
        void host.suspend().catch(host.report);
        return;
      case 'eof':
        void host.eof().catch(host.report);
        return;
      case 'complete':
        void this.#complete().catch(host.report);
        return;
      case 'clear':
        this.#drawn = null;
        host.write('\x1b[2J\x1b[H');
        this.draw();
        return;
      case 'leave':
        return host.leave();
      case 'bell':
        this.redraw();
    }
  }

  // --- Completion and hints ---------------------------------------------------------------------

  async #complete(): Promise<void> {
    const { reader } = this.#host;
    // Whoever asks a question knows no answers.
    if (reader.linenoise === null && !reader.isAtShell) return;
    if (this.#completing === null) {
      const typed = this.#line;
      const candidates = await this.#host.complete(typed.text);
      if (this.#line !== typed || candidates.length === 0) return;
      this.#completing = { typed, candidates, at: -1 };
    }
    const { typed, candidates } = this.#completing;
    const at = (this.#completing.at + 1) % (candidates.length + 1);
    const next = candidates[at];
    this.#line = next === undefined ? typed : withText(typed, next);
    this.#completing = { typed, candidates, at };
    // What a shell is certain of is typed; Tab asks again what may follow.
    if (reader.isAtShell && candidates.length === 1) this.#completing = null;
    this.redraw();
    await this.#askHint();
  }

  async #askHint(): Promise<void> {
    const { reader } = this.#host;
    const { text } = this.#line;
    if (text.trim() === '' || reader.linenoise !== 'hints') return;
    const hint = await this.#host.hint(text);
    if (this.#line.text !== text || hint === this.#hint) return;
    this.#hint = hint;
    this.update();
  }
}
