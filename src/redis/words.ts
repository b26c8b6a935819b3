/* Where the texts about the commands are found once they have been fetched: most visits need none of them. */

import type * as DocsModule from './command-docs.ts';
import type { Command } from './command-table.ts';
import type { Reply } from './reply.ts';
import type { Bytes } from '#base/bytes.ts';

type Docs = typeof DocsModule;
type Words = Readonly<Record<string, readonly string[]>>;

/** Text and code that many worlds share, not state; each written once. */
let installed: Words | null = null;
let docs: Docs | null = null;
let helpReplies: Readonly<Record<string, string>> | null = null;

/** Fetches all of them: for redis-cli's help and hints, the HELP subcommands and COMMAND DOCS. */
export async function loadCommandDocs(): Promise<void> {
  installed ??= (await import('./command-words.ts')).COMMAND_WORDS;
  docs ??= await import('./command-docs.ts');
  helpReplies ??= (await import('./help-replies.ts')).HELP_REPLIES;
}

/** What a command is for, in English and in Chinese; nothing when the sentences have not been fetched. */
export function commandWords(name: string): readonly string[] {
  return installed?.[name] ?? [];
}

/** What COMMAND DOCS answers about a command; null when that has not been fetched. */
export function commandDocs(command: Command): Reply {
  return docs?.docsReply(command) ?? null;
}

/** The arguments of a command as redis-cli shows them, and the version that brought it; empty when that has
 *  not been fetched. */
export function commandSynopsis(command: Command): string {
  return docs?.synopsisOf(command) ?? '';
}
export function commandSince(command: Command): string {
  return docs?.sinceOf(command) ?? '';
}

/** What a container's HELP says of its subcommands, line by line; null when that has not been fetched. */
export function helpReply(name: string): Bytes[] | null {
  return helpReplies?.[name]?.split('\n') ?? null;
}
