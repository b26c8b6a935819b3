/* Small state of the page that is neither the world's nor a preference: which dialog is open, which tab
 * of the phone, what was announced. */

import { createContext } from 'svelte';
import type { PageActions, Shortcut } from './shortcuts.ts';

export const [getPage, setPage] = createContext<Page>();

export type Dialog = 'help' | 'world' | null;
export type PhoneTab = 'lesson' | 'console' | 'nodes' | 'time' | 'feed';

export class Page implements PageActions {
  dialog: Dialog = $state(null);
  phoneTab: PhoneTab = $state('console');
  /** A sentence that floats over the page for a while: an error, something done. */
  notice: { text: string; bad: boolean } | null = $state.raw(null);
  /** The rail shows the contents of the course. */
  contents = $state(false);
  /** The panel of the inspector that a lesson asked for; the inspector takes it and sets null. */
  panel: string | null = $state(null);
  /** A line to be put at the prompt, not run; the console takes it and sets null. */
  ahead: string | null = $state(null);
  keys: readonly Shortcut[] = [];
  /** Set by the console while it is shown. */
  consoleFocus: (() => void) | null = null;

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
    this.notice = { text: error instanceof Error ? error.message : String(error), bad: true };
  }
}
