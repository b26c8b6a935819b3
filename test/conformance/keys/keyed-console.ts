/* A console of the page without the page: the line that is typed, the terminal it stands on, and redis-cli in a
 * small world behind them. */

import { completionsOf, hintOf } from '#cli/help.ts';
import { remembered, revised } from '#cli/typed-history.ts';
import { TypedLine, type LineHost, type LineReader } from '#app/console/typed-line.ts';
import { CliWorld, type OpenConsole } from '#test/conformance/cli/cli-world.ts';
import { BlindTerminal } from './blind-terminal.ts';
import type { KeyRecording } from './recording.ts';

/** A second is enough for whatever is typed here, and for redis-cli to say so. */
const STEP_MS = 5;
const STEPS = 200;

export class KeyedConsole implements LineReader {
  readonly isAtShell = false;
  history: readonly string[] = [];
  private readonly opened: OpenConsole;
  private readonly terminal: BlindTerminal;
  private readonly line: TypedLine;
  private shownTo = 0;

  constructor({ port, options, columns, rows, command }: KeyRecording) {
    const world = new CliWorld({ ports: [port], config: options });
    this.opened = world.open(command.split(' '), { vars: { TERM: 'xterm' } });
    this.terminal = new BlindTerminal(columns, rows, true);
    this.line = new TypedLine(this.host(columns));
    this.wait();
  }

  get prompt(): string | null {
    return this.opened.process.prompt;
  }
  get hidden(): boolean {
    return this.opened.process.hidden;
  }
  get linenoise(): LineReader['linenoise'] {
    return this.opened.process.linenoise;
  }

  revise(drafts: Readonly<Record<number, string>>): void {
    this.history = revised(this.history, drafts);
  }

  private host(columns: number): LineHost {
    const never = (): never => {
      throw new Error('no recording has this key');
    };
    return {
      reader: this,
      columns,
      write: (text) => this.terminal.write(text),
      complete: (line) => Promise.resolve(completionsOf(line)),
      hint: (line) => Promise.resolve(hintOf(line)),
      submit: (lines) => {
        for (const line of lines) {
          if (!this.hidden) this.history = remembered(this.history, line);
          this.input({ kind: 'line', line });
        }
        return Promise.resolve();
      },
      interrupt: (line) => Promise.resolve(this.input({ kind: 'interrupt', line })),
      eof: () => Promise.resolve(this.input({ kind: 'eof' })),
      suspend: never,
      leave: never,
      report: (error) => {
        throw error;
      },
    };
  }

  private input(input: unknown): void {
    this.opened.input(input);
    this.wait();
  }

  /** Lets the world go on until a line is asked for again, and shows what was printed. */
  private wait(): void {
    for (let at = 0; at < STEPS && (at === 0 || this.prompt === null); at++) this.opened.step(STEP_MS);
    const { transcript } = this.opened.process;
    const fresh = transcript.shownSince(this.shownTo).replace(/[\x02\x03]/g, '');
    this.shownTo = transcript.shownEnd;
    if (fresh !== '') {
      this.line.erase();
      this.terminal.write(fresh);
      this.line.printed(fresh);
    }
    this.line.update();
  }

  /** Sends what a terminal sends, and waits for all that comes of it. */
  async press(data: string): Promise<void> {
    for (const key of data.match(/\x1b(?:\[[\d;]*.|.)|[\x00-\x1f\x7f]|[^\x00-\x1f\x7f]+/gsu) ?? []) {
      this.line.type(key);
      // What Tab offers and what is advised come by promises.
      for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    }
  }

  screen(): Promise<string[]> {
    return this.terminal.screen();
  }
}
