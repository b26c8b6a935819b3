/* The consoles of the page: one tab per program that runs in the world. What a program printed is
 * kept here as text, so that a terminal that is opened late, or not at all, loses nothing. */

import type { LoggedInput } from '#session/api.ts';
import type { ConsoleFrame, Frame } from '#sim/frame.ts';

/** Characters kept per console; the oldest fall off. */
const KEPT = 200_000;

/** As many lines as redis-cli keeps. */
const HISTORY_KEPT = 100;

export class ConsoleTab {
  readonly id: string;
  /** Name of the server it was opened on. */
  readonly server: string;
  readonly argv: readonly string[];
  /** True for redis-cli -c, which follows MOVED and ASK. */
  readonly redirects: boolean;
  prompt: string | null = $state(null);
  hidden = $state(false);
  /** Lines typed while the program runs, sent one by one as its prompt comes back. */
  readonly waitingLines: string[] = [];
  /** False when the world, at the time it is at, has no such console: it was turned back to before it. */
  alive = $state(true);
  /** A line is on its way; what earlier frames say of the prompt is out of date. */
  sending = false;
  /** Lines typed here, oldest first. */
  history: readonly string[] = $state.raw([]);
  /** Everything printed and typed, as text for a terminal. */
  text = '';
  /** Grows when `text` does; restarts say that the terminal must be drawn afresh. */
  written = $state(0);
  restarts = $state(0);

  constructor(id: string, server: string, argv: readonly string[]) {
    this.id = id;
    this.server = server;
    this.argv = argv;
    this.redirects = argv.includes('-c');
  }

  remember(line: string): void {
    if (line.trim() === '' || this.history.at(-1) === line) return;
    this.history = [...this.history, line].slice(-HISTORY_KEPT);
  }

  append(text: string): void {
    if (text === '') return;
    this.text += text;
    this.written += text.length;
    if (this.text.length > KEPT * 1.25) this.text = this.text.slice(-KEPT);
  }

  /** Replaces everything: the world has jumped to another time. */
  restart(text: string): void {
    this.text = text.slice(-KEPT);
    this.written = this.text.length;
    this.restarts++;
  }
}

export class Consoles {
  tabs: readonly ConsoleTab[] = $state.raw([]);
  activeId: string | null = $state(null);
  /** Times that each id was given, so that none is given twice in one world. */
  #given = new Map<string, number>();

  get active(): ConsoleTab | undefined {
    return this.tabs.find((tab) => tab.id === this.activeId);
  }

  find(id: string): ConsoleTab | undefined {
    return this.tabs.find((tab) => tab.id === id);
  }

  /** A new tab, shown at once; the world must be told separately. */
  create(server: string, argv: readonly string[]): ConsoleTab {
    const tab = new ConsoleTab(this.#freshId(server, argv.includes('-c')), server, argv);
    this.tabs = [...this.tabs, tab];
    this.activeId = tab.id;
    return tab;
  }

  /** Takes over the tabs of a session that was opened from a file. */
  restore(inputs: readonly LoggedInput[]): void {
    this.clear();
    for (const { input } of inputs) {
      if (input.kind === 'openConsole' && input.console.startsWith('console:')) this.#adopt(input);
      else if (input.kind === 'closeConsole') this.remove(input.console);
    }
    this.activeId = this.tabs[0]?.id ?? null;
  }

  #adopt({ console: id, argv }: { console: string; argv: readonly string[] }): void {
    const server = /\d+/.exec(id)?.[0] ?? id;
    const stem = id.replace(/\.\d+$/, '');
    this.#given.set(stem, (this.#given.get(stem) ?? 0) + 1);
    this.tabs = [...this.tabs, new ConsoleTab(id, server, argv)];
  }

  clear(): void {
    this.tabs = [];
    this.activeId = null;
    this.#given.clear();
  }

  /** Lessons see by the id on which server a line was typed. */
  #freshId(server: string, redirects: boolean): string {
    const id = `console:${server}${redirects ? 'c' : ''}`;
    const times = (this.#given.get(id) ?? 0) + 1;
    this.#given.set(id, times);
    return times === 1 ? id : `${id}.${times}`;
  }

  remove(id: string): void {
    const at = this.tabs.findIndex((tab) => tab.id === id);
    if (at < 0) return;
    this.tabs = this.tabs.filter((tab) => tab.id !== id);
    if (this.activeId === id) this.activeId = (this.tabs[at] ?? this.tabs[at - 1])?.id ?? null;
  }

  accept(frame: Frame): void {
    for (const part of frame.consoles) this.#acceptPart(part, frame.eventsReset);
    if (!frame.eventsReset) return;
    for (const tab of this.tabs) {
      tab.alive = frame.consoles.some(({ id }) => id === tab.id);
      if (tab.alive) continue;
      tab.restart('');
      tab.prompt = null;
    }
  }

  #acceptPart(part: ConsoleFrame, reset: boolean): void {
    const tab = this.find(part.id);
    if (!tab) return;
    tab.alive = true;
    if (reset) tab.restart(part.output);
    else tab.append(part.output);
    if (!tab.sending) tab.prompt = part.prompt;
    tab.hidden = part.hidden;
  }
}
