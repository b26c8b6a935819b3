/* A long run by hand:
 *
 *     npx tsx test/fuzz/differential/long-run.ts <port of a real server> <first seed> <seeds> [commands]
 *
 * The server's data are deleted. It must allow DEBUG. */

import { loadLua } from '#node/lua.ts';
import { readDocs, runTwins, Twins } from './run.ts';

const [port, first, seeds, commands = 1000] = process.argv.slice(2).map(Number);
if (port === undefined || first === undefined || seeds === undefined) {
  console.error('usage: long-run.ts <port> <first seed> <seeds> [commands]');
  process.exit(2);
}
await loadLua();
const twins = new Twins(port);
await twins.begin(3);
const [docs] = await twins.send(['COMMAND', 'DOCS']);
const specs = readDocs(docs);
console.log(`${specs.length} commands`);
let different = 0;
for (let seed = first; seed < first + seeds; seed++) {
  const found = await runTwins(twins, specs, seed, commands);
  if (found === null) continue;
  different++;
  console.log(process.env.TERSE ? `${found.split('\n').slice(-3).join('\n')}\n` : `${found}\n`);
}
twins.end();
console.log(`${different} of ${seeds} runs ended in a difference`);
