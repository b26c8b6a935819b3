/* How many lines the console of a room needs: those of the last line typed and its reply, as far as the
 * stage can spare them. */

import { plainText } from '#app/console/plain-text.ts';
import type { Micros } from '#redis/io.ts';
import type { ConsoleTab } from '#app/state/consoles.svelte.ts';

/** What always stands there, and what the stage can spare at most. */
export const FEWEST_LINES = 3;
export const MOST_LINES = 9;

/** Lines for the last exchange of a console with its new prompt, in a terminal so many characters wide; an
 *  exchange from before `since` needs none. */
export function stripLines(tab: ConsoleTab | undefined, columns: number, since: Micros): number {
  // `written` is the state that grows with the text and with the lines typed, so it is asked first.
  if (!tab || tab.written === 0) return FEWEST_LINES;
  const last = tab.typed.at(-1);
  if (!last || last.at < since) return FEWEST_LINES;
  const text = plainText(
    tab
      .pieces(last.from)
      .map((piece) => piece.text)
      .join(''),
  );
  const wrapped = text.split('\n').map((line) => Math.max(1, Math.ceil(line.length / columns)));
  const lines = wrapped.reduce((sum, rows) => sum + rows, 0);
  return Math.min(MOST_LINES, Math.max(FEWEST_LINES, lines));
}
