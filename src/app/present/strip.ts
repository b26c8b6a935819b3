/* How many lines the console of a room needs: those of the last line typed and its reply, as far as the
 * stage can spare them. */

import { plainText } from '#app/console/plain-text.ts';
import type { ConsoleTab } from '#app/state/consoles.svelte.ts';

/** What always stands there, and what the stage can spare at most. */
export const FEWEST_LINES = 3;
export const MOST_LINES = 9;

/** Lines for the last exchange of a console with its new prompt, in a terminal so many characters wide. */
export function stripLines(tab: ConsoleTab | undefined, columns: number): number {
  const from = tab?.typed.at(-1)?.from;
  // `written` grows with the text, which is no state of its own.
  if (!tab || from === undefined || tab.written === 0) return FEWEST_LINES;
  const text = plainText(
    tab
      .pieces(from)
      .map((piece) => piece.text)
      .join(''),
  );
  const wrapped = text.split('\n').map((line) => Math.max(1, Math.ceil(line.length / columns)));
  const lines = wrapped.reduce((sum, rows) => sum + rows, 0);
  return Math.min(MOST_LINES, Math.max(FEWEST_LINES, lines));
}
