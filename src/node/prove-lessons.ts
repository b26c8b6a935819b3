/* The build's question whether lessons prove themselves, in a process of its own: the whole engine is needed for
 * it. Prints a line for each lesson that does not, with file and line, and then ends with 1.
 *
 *   tsx src/node/prove-lessons.ts FOLDER 03-slots-and-hash-tags ... */

import { mistakeOf } from './lesson-proof.ts';
import { loadLua } from './lua.ts';

const [root = '', ...ids] = process.argv.slice(2);
await loadLua();
for (const id of ids) {
  const mistake = await mistakeOf(root, id);
  if (mistake === null) continue;
  process.exitCode = 1;
  console.error(mistake);
}
