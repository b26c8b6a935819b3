/* What Tab offers in a console: the shell's advice at the shell's prompt, redis-cli's everywhere else. */

import type { ConsoleTab } from '#app/state/consoles.svelte.ts';
import type { Playground } from '#app/state/playground.svelte.ts';

/** The lines that `line` may become. */
export async function completionsAt(
  playground: Playground,
  tab: ConsoleTab,
  line: string,
): Promise<string[]> {
  if (tab.isAtShell) return (await playground.typist.shellOf(tab)).complete(line);
  const { candidates } = await playground.ask((session) => session.complete(tab.id, line));
  return [...candidates];
}
