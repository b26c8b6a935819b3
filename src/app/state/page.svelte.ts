/* Small state of the page that is neither the world's nor a preference: which dialog is open, which tab
 * of the phone, what was announced. */

import { createContext } from 'svelte';
import type { Teacher } from '#app/classroom/teacher.svelte.ts';
import { messageOf } from '#app/i18n/i18n.svelte.ts';
import type { PageActions, Shortcut } from './shortcuts.ts';
import { lastError } from './last-error.ts';
import type { Micros } from '#redis/io.ts';
import type { ConsoleTab } from './consoles.svelte.ts';
import type { Playground } from './playground.svelte.ts';

export const [getPage, setPage] = createContext<Page>();

export type Dialog = 'help' | 'world' | 'fork' | 'share' | 'paste' | 'chaos' | 'offline' | null;
export type PhoneTab = 'lesson' | 'console' | 'nodes' | 'time' | 'feed';

export class Page implements PageActions {
  dialog: Dialog = $state(null);
  /** Whoever comes for the first time reads what this is, and what to try. */
  phoneTab: PhoneTab = $state('lesson');
  /** A sentence that floats over the page for a while: an error, something done. */
  notice: { text: string; bad: boolean } | null = $state.raw(null);
  /** The rail shows interview mode in the place of the lesson. */
  interview = $state(false);
  /** What the rail shows has nothing to do with the world; on a phone it takes the whole screen. */
  reading = $state(false);
  /** A card to be opened in it; interview mode takes it and sets null. */
  card: string | null = $state(null);
  /** A class is held in this page: it teaches ("?teach", or by the menu) or follows ("?follow"). */
  classroom = $state(/[?&](teach|follow)\b/.test(location.search));
  /** The page is shown to a room: the layout for projectors in the place of the panels. */
  presenting = $state(/[?&]present\b/.test(location.search));
  /** Size of what is drawn for a room, 1 on a screen of 1280 x 720; null on a desk. */
  projector: number | null = $state(null);
  /** Set while a class is taught from this page. */
  teacher: Teacher | null = $state.raw(null);
  /** The rail shows the contents of the course. */
  contents = $state(false);
  /** The panel of the inspector that a lesson asked for; the inspector takes it and sets null. */
  panel: string | null = $state(null);
  /** What a lesson wants the slot map to count; the stage takes it and sets null. */
  slotMap: 'keys' | 'load' | null = $state(null);
  /** A line to be put at the prompt, not run; the console takes it and sets null. */
  ahead: string | null = $state(null);
  keys: readonly Shortcut[] = [];
  /** Set by the console while it is shown. */
  consoleFocus: (() => void) | null = null;
  /** Set by the stage while it is shown: what it draws now, as an SVG file. */
  picture: (() => { svg: string; size: { width: number; height: number } } | null) | null = $state.raw(null);

  /** Set by the stage while it is shown: zooms by a factor, or shows all again. */
  zoomStage: ((factor: number | null) => void) | null = null;
  /** Set by the list of breakpoints while it is there. */
  breakpointsShow: (() => void) | null = null;

  fork(): void {
    this.dialog = 'fork';
  }

  showBreakpoints(): void {
    this.breakpointsShow?.();
  }

  /** Turns to a panel of the inspector, also where the inspector lies behind a tab. */
  turnTo(panel: string): void {
    this.panel = panel;
    this.phoneTab = 'nodes';
  }

  /** Opens "Why?" for what is selected; with nothing selected, for the last error of the console. */
  why(playground: Playground): void {
    const tab = playground.consoles.active;
    const error = playground.selection === null && tab ? lastError(tab.text) : null;
    if (tab && error !== null) playground.selection = { kind: 'reply', server: tab.server, error };
    if (!playground.preferences.inspectorOpen) playground.preferences.toggle('inspector');
    this.turnTo('why');
  }

  /** Opens "Why?" for an error that a server sent. */
  whyReply(playground: Playground, server: string, error: string): void {
    playground.selection = { kind: 'reply', server, error };
    this.why(playground);
  }

  /** Shows the messages of the line that a console took at that time. */
  showExchange(playground: Playground, tab: ConsoleTab, at: Micros): void {
    playground.selection = { kind: 'exchange', console: tab.id, from: at, until: tab.lineAfter(at) };
    if (!playground.preferences.inspectorOpen) playground.preferences.toggle('inspector');
    this.turnTo('packet');
  }

  help(): void {
    this.dialog = 'help';
  }

  focusConsole(): void {
    this.phoneTab = 'console';
    this.consoleFocus?.();
  }

  /** Puts a line at the prompt of the open console without running it. */
  typeAhead(line: string): void {
    this.ahead = line;
    this.focusConsole();
  }

  say(text: string): void {
    this.notice = { text, bad: false };
  }

  /** Shows what went wrong, in the words of the error. */
  complain(error: unknown): void {
    void messageOf(error).then((text) => (this.notice = { text, bad: true }));
  }
}
