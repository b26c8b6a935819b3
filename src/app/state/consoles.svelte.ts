/* The consoles of the page: one tab per program that runs in the world. What a program printed is
 * kept here as text, so that a terminal that is opened late, or not at all, loses nothing. */

import type { ConsoleFrame, Frame } from '#sim/frame.ts';

/** Characters kept per console; the oldest fall off. */
const KEPT = 200_000;

export class ConsoleTab {
  readonly id: string;
  readonly argv: readonly string[];
  title = $state('');
  prompt: string | null = $state(null);
  hidden = $state(false);
  /** Everything printed and typed, as text for a terminal. */
  text = '';
  /** Grows when `text` does; restarts say that the terminal must be drawn afresh. */
  written = $state(0);
  restarts = $state(0);

  constructor(id: string, argv: readonly string[], title: string) {
    this.id = id;
    this.argv = argv;
    this.title = title;
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

  get active(): ConsoleTab | undefined {
    return this.tabs.find((tab) => tab.id === this.activeId);
  }

  find(id: string): ConsoleTab | undefined {
    return this.tabs.find((tab) => tab.id === id);
  }

  add(tab: ConsoleTab): void {
    this.tabs = [...this.tabs, tab];
    this.activeId = tab.id;
  }

  remove(id: string): void {
    const at = this.tabs.findIndex((tab) => tab.id === id);
    if (at < 0) return;
    this.tabs = this.tabs.filter((tab) => tab.id !== id);
    if (this.activeId === id) this.activeId = (this.tabs[at] ?? this.tabs[at - 1])?.id ?? null;
  }

  accept(frame: Frame): void {
    for (const part of frame.consoles) this.#acceptPart(part, frame.eventsReset);
  }

  #acceptPart(part: ConsoleFrame, reset: boolean): void {
    const tab = this.find(part.id);
    if (!tab) return;
    if (reset) tab.restart(part.output);
    else tab.append(part.output);
    tab.prompt = part.prompt;
    tab.hidden = part.hidden;
  }
}
