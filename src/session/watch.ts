/* Watching a session: a lesson sees states, events and finished lines, and never changes the world. */

import type { Micros } from '#redis/io.ts';
import type { Frame } from '#sim/frame.ts';
import type { WorldHost } from '#sim/host.ts';
import type { ConsoleState, PartReport } from '#sim/part.ts';
import type { Input } from './api.ts';
import { typedIn } from './tape.ts';

const LINES_KEPT = 500;

/** A line that was typed on a console and whose program has come back to its prompt. */
export interface FinishedLine {
  at: Micros;
  began: Micros;
  console: string;
  line: string;
  text: string;
}

/** What a watch is shown. */
export interface Sight {
  /** With all views, and the events since the last look. */
  frame: Frame;
  lines: readonly FinishedLine[];
  /** Keys that each server holds itself, with the values that are strings. */
  contents: PartReport['contents'];
}

export interface Watch {
  /** Whether it wants to be shown anything at present. */
  readonly active: boolean;
  /** A message of the page, as given to `setLesson`. */
  control(message: unknown, now: Micros): void;
  state(): unknown;
  /** Time has passed or something was done. */
  observe(sight: Sight): void;
  /** What is wrong with an expression, in words for people; null when it can be computed. */
  problemOf(expression: string): string | null;
  /** Whether an expression over the state holds. */
  holds(expression: string, sight: Sight): boolean;
  /** The session is on its way to another time, `to`, and stands at `now`: from there on everything happens
   *  once more. What was seen after `to` has not happened. */
  jumped(now: Micros, to: Micros): void;
}

/** The lines of all consoles, from typing to the prompt that follows. */
export class TypedLines {
  finished: FinishedLine[] = [];
  private open: { began: Micros; console: string; line: string; printedFrom: number }[] = [];

  /** Something is about to be done: it may be that a line is typed. */
  async hear(host: WorldHost, input: Input): Promise<void> {
    if (input.kind === 'line') await this.begin(host, input.console, input.line);
    // A program that the shell runs at the terminal was typed as well.
    if (input.kind === 'run' && input.tty && !input.background)
      await this.begin(host, input.console, input.argv.join(' '));
    if (input.kind === 'print' && input.echo) this.note(host.now, input.console, typedIn(input.text));
  }

  /** A line of the shell's own. It needs no time, so it counts as later than all that has been seen by now;
   *  what its programs print is not told apart. */
  private note(now: Micros, console: string, line: string): void {
    if (!line.startsWith('redis-cli'))
      this.finished.push({ at: now + 1, began: now, console, line, text: '' });
  }

  private async begin(host: WorldHost, console: string, line: string): Promise<void> {
    await this.settle(host);
    const state = await host.consoleState(console);
    if (state) this.open.push({ began: host.now, console, line, printedFrom: state.printedEnd });
  }

  /** Finds the lines that have finished. */
  async settle(host: WorldHost): Promise<void> {
    if (this.open.length === 0) return;
    const open = this.open;
    this.open = [];
    for (const entry of open) {
      const state = await host.consoleState(entry.console);
      if (!state) continue;
      if (state.prompt === null && !state.exited) this.open.push(entry);
      else {
        const text = printedSince(state, entry.printedFrom);
        const { began, console, line } = entry;
        this.finished.push({ at: host.now, began, console, line, text });
      }
    }
    if (this.finished.length > LINES_KEPT * 2) this.finished = this.finished.slice(-LINES_KEPT);
  }

  jumped(now: Micros): void {
    this.open = [];
    this.finished = this.finished.filter(({ at }) => at <= now);
  }
}

/** What programs printed on a console since a position; what fell off the transcript is gone. */
export function printedSince({ printed, printedEnd }: ConsoleState, from: number): string {
  return printed.slice(Math.max(0, from - (printedEnd - printed.length)));
}
