/* The keys of a presenter. A clicker sends PageDown, PageUp, F5 and "." or B, wherever the focus is; the
 * others work where no text is being typed. */

import type { Page } from '#app/state/page.svelte.ts';
import { takesText } from '#app/state/shortcuts.ts';
import type { Show } from './show.svelte.ts';

/** What a key does beyond the show itself. */
export interface PresenterActions {
  openNotes(): void;
  leave(): void;
}

/** Keys as the help lists them, with the words that say what they do. */
export const KEYS = [
  ['PageDown', 'key_next'],
  ['PageUp', 'key_previous'],
  ['B  .', 'key_blank'],
  ['Space  F5', 'key_play'],
  ['Z', 'key_zoom'],
  ['+  −', 'key_closer'],
  ['P', 'key_pointer'],
  ['M', 'key_mark'],
  ['J', 'key_list'],
  ['I', 'key_side'],
  ['V', 'key_panel'],
  ['N', 'key_notes'],
  ['1 – 9', 'key_digits'],
  ['Esc', 'key_escape'],
  ['Q', 'key_leave'],
] as const;

const CLICKER: readonly string[] = ['PageDown', 'PageUp', 'F5'];

/** Does what the key means while presenting; false when it means nothing here. */
export function onPresenterKey(
  show: Show,
  page: Page,
  actions: PresenterActions,
  event: KeyboardEvent,
): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return false;
  const { key } = event;
  const fails = (error: unknown): void => page.complain(error);
  const clicker = CLICKER.includes(key);
  if (page.dialog !== null || (!clicker && takesText(event.target))) return false;
  if (show.blank && key !== 'Shift') {
    show.blank = false;
    return true;
  }
  if (clicker) {
    // Its other key, "." or B, must not end up in the console.
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    if (key === 'PageDown') show.next().catch(fails);
    else if (key === 'PageUp') show.previous().catch(fails);
    else show.playground.toggle();
    return true;
  }
  if (/^Digit[1-9]$/.test(event.code)) return onDigit(show, Number(event.code.slice(5)) - 1, event.shiftKey);
  if (key === 'Escape') {
    page.zoomStage?.(null);
    return show.clear();
  }
  if (key === '.') show.blank = true;
  else if (!show.playground.preferences.shortcuts) return false;
  else return onLetter(show, page, actions, key.toLowerCase());
  return true;
}

function onDigit(show: Show, place: number, less: boolean): boolean {
  if (show.listing) {
    show.goTo(show.bookmarks.length - 1 - place).catch((error: unknown) => show.page.complain(error));
    return true;
  }
  if (!show.question || show.question.revealed) return false;
  show.raise(place, less ? -1 : 1);
  return true;
}

function onLetter(show: Show, page: Page, { openNotes, leave }: PresenterActions, key: string): boolean {
  switch (key) {
    case 'b':
      show.blank = true;
      return true;
    case 'z':
      show.zoomOn();
      return true;
    case 'p':
      show.pointing = !show.pointing;
      return true;
    case 'm':
      show.mark('');
      return true;
    case 'j':
      show.listing = !show.listing;
      return true;
    case 'i':
      show.sideOpen = !show.sideOpen;
      return true;
    case 'v':
      page.panel = 'next';
      return true;
    case 'n':
      openNotes();
      return true;
    case 'q':
      leave();
      return true;
    case '?':
      show.helping = !show.helping;
      return true;
    case '+':
    case '=':
      page.zoomStage?.(1.3);
      return true;
    case '-':
      page.zoomStage?.(1 / 1.3);
      return true;
    default:
      return false;
  }
}
