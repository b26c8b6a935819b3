/* The build plays a lesson that was changed, and stops at a task that does not prove itself. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { proofPlugin } from '#node/proof-plugin.ts';

const folder = mkdtempSync(join(tmpdir(), 'lessons-'));
const memory = join(folder, 'memory/proven.json');
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => rmSync(memory, { force: true }));

const lesson = (check: string, solution: string): string => `---
title: One key
minutes: 5
objective: Write a key.
teaches: [set]
---

## A key

\`\`\`task write
goal: Write a key.
checks:
  - is: ${check}
    say: It is there
hints:
  - command: SET
solutions:
  - - 7002: ${solution}
wrong:
  - do:
      - 7000: PING
    leaves: 1
\`\`\`
`;

/** Builds nothing but the lesson; resolves to why it cannot be built. */
async function buildWith(text: string): Promise<string | null> {
  const root = join(folder, 'lessons');
  const project = join(import.meta.dirname, '../..');
  mkdirSync(join(root, '01-one-key'), { recursive: true });
  writeFileSync(join(root, '01-one-key/en.md'), text);
  writeFileSync(join(folder, 'page.js'), 'export default 1;');
  const before = process.env['LESSONS'];
  delete process.env['LESSONS'];
  try {
    await build({
      root: folder,
      configFile: false,
      logLevel: 'silent',
      plugins: [proofPlugin(project, root, memory)],
      build: { write: false, rollupOptions: { input: join(folder, 'page.js'), preserveEntrySignatures: 'strict' } },
    });
    return null;
  } catch (error) {
    return (error as Error).message;
  } finally {
    if (before !== undefined) process.env['LESSONS'] = before;
  }
}

it.each([
  ['a task that is true from the start', 'servers().length > 0', 'SET foo bar', 'solved before anything is done for it'],
  ['a solution that does not solve', "value('7002', 'foo') == 'bar'", 'SET foo baz', 'not solved by its solution 1'],
])('%s stops the build, with file and line', async (_, check, solution, what) => {
  expect(await buildWith(lesson(check, solution))).toContain(`lessons/01-one-key/en.md:10: task write is ${what}`);
});

it('what proves itself is built, and remembered until it is changed', async () => {
  expect(await buildWith(lesson("value('7002', 'foo') == 'bar'", 'SET foo bar'))).toBeNull();
  expect(Object.keys(JSON.parse(readFileSync(memory, 'utf8')) as object)).toEqual(['01-one-key']);
  // Known by now: not played again, and the memory stays as it is.
  const known = readFileSync(memory, 'utf8');
  expect(await buildWith(lesson("value('7002', 'foo') == 'bar'", 'SET foo bar'))).toBeNull();
  expect(readFileSync(memory, 'utf8')).toBe(known);
  expect(await buildWith(lesson("value('7002', 'foo') == 'bar'", 'SET foo baz'))).toContain('not solved');
});
