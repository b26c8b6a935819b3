/* The pieces of the program that a page fetches when they are first wanted. In Node they lie at hand, and
 * nobody can say what a client will ask for. */

import { loadCommandDocs } from '#redis/words.ts';
import { loadLua } from './lua.ts';

/** Makes them all ready. */
export async function loadPieces(): Promise<void> {
  await Promise.all([loadLua(), loadCommandDocs()]);
}
