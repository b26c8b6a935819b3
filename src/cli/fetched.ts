/* Where programs that only a shell runs, and the modes of redis-cli that only a command line asks for, are found
 * once they have been fetched: most visits need none of them. */

import type * as shellPrograms from './shell-programs.ts';

/** Code that many worlds share, not state; written once. */
let fetched: typeof shellPrograms | null = null;

export async function loadShellPrograms(): Promise<void> {
  fetched ??= await import('./shell-programs.ts');
}

/** Null until they have been fetched, before the first input that could want one (session/pieces.ts). */
export function fetchedPrograms(): typeof shellPrograms | null {
  return fetched;
}
