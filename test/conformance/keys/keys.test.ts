/* The recordings of keys, replayed: after each key, what stands on a terminal of the page is what stood on one
 * of the real redis-cli.
 *
 * What is meant to differ is in no recording, or named where it is:
 * - a line's characters are characters, not bytes;
 * - several lines that are pasted all run; the real one loses what comes behind the first;
 * - keys that the real one does not know do as in readline (Ctrl-R, Ctrl-Y, Alt-B) or nothing; there they put their
 *   bytes into the line. Escape leaves the terminal at once; there it waits for two more keys;
 * - the prompt begins a row of its own, also behind ^C; there it stands behind it until the next key;
 * - what is submitted looks the same however wide the terminal is: no empty row behind a line that just fills
 *   one, and Ctrl-C takes the advice away. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { loadLua } from '#node/lua.ts';
import { loadCommandDocs } from '#redis/words.ts';
import { KeyedConsole } from './keyed-console.ts';
import { bytesOfKeys, parseKeyRecording } from './recording.ts';

beforeAll(async () => {
  await loadLua();
  await loadCommandDocs();
});

const names = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.txt'));

test.for(names)('%s', async (name) => {
  const recording = parseKeyRecording(readFileSync(join(import.meta.dirname, name), 'utf8'));
  const console = new KeyedConsole(recording);
  let isSame = true;
  const shown: unknown[] = [];
  const recorded: unknown[] = [];
  for (const { keys, except, screen } of recording.steps) {
    if (keys.includes('<C-l>')) isSame = true;
    if (except !== null) isSame = false;
    await console.press(bytesOfKeys(keys));
    if (!isSame) continue;
    shown.push([keys, ...(await console.screen())]);
    recorded.push([keys, ...screen]);
  }
  expect(shown).toEqual(recorded);
});
