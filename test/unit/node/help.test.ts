/* Every program of package.json says how it is used when it is asked, and does nothing else. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };

const root = join(import.meta.dirname, '..', '..', '..');
/** Of these, vite itself tells the options. */
const vites = ['dev', 'build'];
const own = Object.entries(manifest.scripts).filter(([name]) => !vites.includes(name));

/** Runs the script of package.json as npm does, with these words behind it. */
async function runScript(script: string, ...words: string[]): Promise<[code: number | null, said: string]> {
  const [program = '', ...argv] = script.split(' ');
  const loader = program === 'tsx' ? ['--import', 'tsx'] : [];
  const child = spawn(process.execPath, [...loader, ...argv, ...words], { cwd: root });
  let said = '';
  child.stdout.on('data', (data: Buffer) => (said += String(data)));
  child.stderr.on('data', (data: Buffer) => (said += String(data)));
  const [code] = (await once(child, 'close')) as [number | null];
  return [code, said];
}

test.each(own)('npm run %s -- --help tells how it is used', { timeout: 120_000 }, async (name, script) => {
  const [code, said] = await runScript(script, '--help');
  expect([code, said]).toEqual([0, expect.stringMatching(/^Usage: npm (test|start|run )/)]);
  expect(said).toContain(['test', 'start'].includes(name) ? `npm ${name}` : `npm run ${name}`);
  expect(said).not.toMatch(/^ +at |Error/m);
});
