/* The consoles of the page: one tab per program that runs in the world. What a program printed is
 * kept here as text, so that a terminal that is opened late, or not at all, loses nothing. */

import { remembered, revised } from '#cli/typed-history.ts';
import type { Input, LoggedInput } from '#session/api.ts';
import type { Editor } from '#shell/editor/editor.ts';
import type { Micros } from '#redis/io.ts';
import type { ConsoleFrame, Frame } from '#sim/frame.ts';

/** Characters kept per console; the oldest fall off. */
const KEPT = 200_000;
/** Typed lines whose messages can be asked for. */
const LINES_KEPT = 200;

/** The name by which lessons know the console of the machine itself. */
export const HOST = 'host';

/** The shell of a tab, once it is loaded. */
export interface TabShell {
  readonly prompt: string;
  readonly busy: 'no' | 'script' | 'program';
  readonly ended: boolean;
  type(line: string): Promise<void>;
  /** What Tab offers for a line: whole lines. */
  complete(line: string): Promise<string[]>;
  /** Ctrl-C, with what stood at the prompt. */
  interrupt(typed: string): Promise<void>;
  /** Ctrl-Z. */
  suspend(): Promise<void>;
}

/** The prompt of a shell that is not loaded yet. */
const FIRST_PROMPT = 'root@redis:~# ';

export class ConsoleTab {
  readonly id: string;
  /** Name of the server it was opened on. */
  readonly server: string;
  readonly argv: readonly string[];
  /** True for redis-cli -c, which follows MOVED and ASK. */
  readonly redirects: boolean;
  /** True for a shell, which lives here and not in the world. */
  readonly isShell: boolean;
  shell: TabShell | null = null;
  /** Has the whole terminal while it is open. */
  editor: Editor | null = $state.raw(null);
  /** The prompt of the program that the world runs here. */
  worldPrompt: string | null = null;
  prompt: string | null = $state(null);
  hidden = $state(false);
  /** Keys are those of redis-cli's prompt. */
  linenoise: ConsoleFrame['linenoise'] | null = null;
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
  /** Typed lines: where they begin, counted as `written` is, and when they were taken. */
  typed: readonly { from: number; at: Micros }[] = [];

  constructor(id: string, server: string, argv: readonly string[]) {
    this.id = id;
    this.server = server;
    this.argv = argv;
    this.redirects = argv.includes('-c');
    this.isShell = argv[0] === 'sh';
  }

  /** Lines go to the shell itself, not to a program of the world. */
  get isAtShell(): boolean {
    return this.isShell && this.shell?.busy !== 'program';
  }

  /** A line was typed. What was asked for as a secret, and commands with passwords, are forgotten. */
  remember(line: string): void {
    if (!this.hidden) this.history = remembered(this.history, line);
  }

  revise(drafts: Readonly<Record<number, string>>): void {
    this.history = revised(this.history, drafts);
  }

  /** The prompt as the one says who has the terminal: the shell, or a program of the world. */
  showPrompt(): void {
    if (!this.isShell || this.shell?.busy === 'program') this.prompt = this.worldPrompt;
    else if (this.shell?.busy === 'script') this.prompt = null;
    else this.prompt = this.worldPrompt === null ? null : (this.shell?.prompt ?? FIRST_PROMPT);
  }

  append(text: string, typed: ConsoleFrame['typed'] = []): void {
    if (text === '') return;
    this.#addTyped(typed);
    this.text += text;
    this.written += text.length;
    if (this.text.length > KEPT * 1.25) this.text = this.text.slice(-KEPT);
  }

  /** Replaces everything: the world has jumped to another time. */
  restart(text: string, typed: ConsoleFrame['typed'] = []): void {
    this.text = text.slice(-KEPT);
    this.typed = [];
    this.written = this.text.length - text.length;
    this.#addTyped(typed);
    this.written = this.text.length;
    this.restarts++;
  }

  #addTyped(typed: readonly { from: number; at: Micros }[]): void {
    const placed = typed.map(({ from, at }) => ({ from: this.written + from, at }));
    this.typed = [...this.typed, ...placed].slice(-LINES_KEPT);
  }

  /** The text from an offset on in pieces: each typed line begins one, and says when it was taken. */
  pieces(from: number): { text: string; at: Micros | null }[] {
    const start = Math.max(from, this.written - this.text.length);
    const cuts = this.typed.filter((line) => line.from >= start);
    const ends = [...cuts.map((line) => line.from), this.written];
    const at = (offset: number): number => this.text.length - (this.written - offset);
    const first = { text: this.text.slice(at(start), at(ends[0] ?? start)), at: null };
    return [
      first,
      ...cuts.map((cut, n) => ({ text: this.text.slice(at(cut.from), at(ends[n + 1] ?? 0)), at: cut.at })),
    ];
  }

  /** When the line behind this one was taken; null when there is none yet. */
  lineAfter(at: Micros): Micros | null {
    return this.typed.find((line) => line.at > at)?.at ?? null;
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
    const server = argv[0] === 'sh' ? HOST : (/\d+/.exec(id)?.[0] ?? id);
    const stem = id.replace(/\.\d+$/, '');
    this.#given.set(stem, (this.#given.get(stem) ?? 0) + 1);
    this.tabs = [...this.tabs, new ConsoleTab(id, server, argv)];
  }

  /** A console that somebody else opened or closed, in a world that this page follows. */
  join(input: Input): void {
    if (input.kind === 'closeConsole') this.remove(input.console);
    if (input.kind !== 'openConsole' || !input.console.startsWith('console:')) return;
    if (!this.find(input.console)) this.#adopt(input);
    this.activeId ??= input.console;
  }

  /** Takes all tabs away; the returned function brings them back. */
  clear(): () => void {
    const { tabs, activeId } = this;
    const given = this.#given;
    this.tabs = [];
    this.activeId = null;
    this.#given = new Map();
    return () => {
      this.tabs = tabs;
      this.activeId = activeId;
      this.#given = given;
    };
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
    if (reset) tab.restart(part.output, part.typed);
    else tab.append(part.output, part.typed);
    tab.worldPrompt = part.prompt;
    if (!tab.sending) tab.showPrompt();
    tab.hidden = part.hidden;
    tab.linenoise = part.linenoise ?? null;
  }
}
