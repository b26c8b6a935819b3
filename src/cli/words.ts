/* Where the texts by which redis-cli explains itself are found once they have been fetched. */

import type * as texts from './help-words.ts';

type Texts = typeof texts;

/** Text that many worlds share, not state; written once. */
let installed: Texts | null = null;

export async function loadHelpWords(): Promise<void> {
  installed ??= await import('./help-words.ts');
}

/** A text of that name; empty when the texts have not been fetched. */
export function helpText(name: keyof Texts): string {
  return installed?.[name] ?? '';
}
