/* Every recording of the real redis-cli is replayed by a test of this folder, or stands below with the
 * reason why it is not. The names of all of them are in golden/index.txt. */

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { golden } from './golden.ts';

const OWN_WORDS = 'what commands are for: ours says it in words of its own, in two languages';

/** Recordings that are not replayed. A star stands for any end of a name. */
const NOT_REPLAYED: Readonly<Record<string, string>> = {
  '21-tty-help.pty.txt': OWN_WORDS,
  '38-help-debug.txt': 'ours names the subcommands that there are here',
  '39-command-docs-get.txt': OWN_WORDS,
  '39-memory-doctor.txt': OWN_WORDS,
  '39-lolwut.txt': 'a picture drawn by lot',
  '48-err-loading.pty.txt': 'a simulated server reads its file in one step: nobody finds it loading',
};

const folder = new URL('.', import.meta.url);
const tests = readdirSync(folder)
  .filter((name) => name.endsWith('.ts') && name !== 'recordings.test.ts')
  .map((name) => readFileSync(new URL(name, folder), 'utf8'))
  .join('\n');

/** Names as tests write them: whole, without the ending, or with the part in braces filled in. */
function isReplayed(name: string): boolean {
  const stem = name.replace(/\.(txt|stderr)$/, '');
  if (tests.includes(`'${name}'`) || tests.includes(`'${stem}'`) || tests.includes(`'${stem}.txt'`))
    return true;
  return [...tests.matchAll(/`(\d[\w-]*)\$\{\w+\}([\w.-]*)`/g)].some(
    ([, head = '', tail = '']) => name.startsWith(head) && name.endsWith(tail),
  );
}

function isListed(name: string): boolean {
  return Object.keys(NOT_REPLAYED).some((pattern) =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  );
}

const names = golden('index.txt').trim().split('\n');

test('every recording is replayed, or listed with the reason why not', () => {
  expect(names.length).toBe(325);
  expect(names.filter((name) => !isReplayed(name) && !isListed(name))).toEqual([]);
});

test('what is listed is not replayed after all, and no longer kept', () => {
  const kept = new Set(readdirSync(new URL('../golden/', import.meta.url)));
  expect(names.filter((name) => isListed(name) && kept.has(name))).toEqual([]);
  expect(names.filter((name) => !isListed(name) && !kept.has(name))).toEqual([]);
  expect([...kept].filter((name) => name !== 'index.txt' && !names.includes(name))).toEqual([]);
});
