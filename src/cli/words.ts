/* Where redis-cli finds the sentences of its help once they have been fetched. */

type Words = Readonly<Record<string, readonly string[]>>;

/** Text that many worlds share, not state; written once. */
let installed: Words | null = null;

/** Fetches the sentences: a separate piece of the program. */
export async function loadCommandWords(): Promise<void> {
  installed ??= (await import('./command-words.ts')).COMMAND_WORDS;
}

/** What a command is for, in English and in Chinese; nothing when the sentences have not been fetched. */
export function commandWords(name: string): readonly string[] {
  return installed?.[name] ?? [];
}
