/* Where the texts about the commands are found once they have been fetched: most visits need none of them. */

import type { docsReply } from './command-docs.ts';
import type { Command } from './command-table.ts';
import type * as words from './command-words.ts';
import type { Reply } from './reply.ts';

type Words = typeof words;

/** Text and code that many worlds share, not state; each written once. */
let installed: Words | null = null;
let docs: typeof docsReply | null = null;

/** Fetches what each command is for: redis-cli's help needs no more. */
export async function loadCommandWords(): Promise<void> {
  installed ??= await import('./command-words.ts');
}

/** Fetches what COMMAND DOCS tells. */
export async function loadCommandDocs(): Promise<void> {
  await loadCommandWords();
  docs ??= (await import('./command-docs.ts')).docsReply;
}

/** What a command is for, in English and in Chinese; nothing when the sentences have not been fetched. */
export function commandWords(name: string): readonly string[] {
  return installed?.COMMAND_WORDS[name] ?? [];
}

/** The lines of CLUSTER HELP; none when they have not been fetched. */
export function clusterHelp(): Words['CLUSTER_HELP'] {
  return installed?.CLUSTER_HELP ?? [];
}

/** What COMMAND DOCS answers about a command; null when that has not been fetched. */
export function commandDocs(command: Command): Reply {
  return docs?.(command) ?? null;
}
