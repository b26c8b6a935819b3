/* Where the texts by which redis-cli explains itself are found once they have been fetched. */

type Texts = typeof import('./help-words.ts');

/** Text that many worlds share, not state; written once. */
let installed: Texts | null = null;

export async function loadHelpWords(): Promise<void> {
  installed ??= await import('./help-words.ts');
}

/** A text of that name; empty when the texts have not been fetched. */
export function helpText(name: keyof Texts): string {
  return installed?.[name] ?? '';
}
