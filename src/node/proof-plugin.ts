/* `npm run build` plays the lessons that were changed since it last did: a task that is true from the start, or
 * whose solution does not solve it, stops the build with file and line. `npm start` and `npm test` leave it out
 * (LESSONS=unproven): the one builds what was tested, the other plays every lesson several times. */

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';
import { lessonIds } from './lessons-plugin.ts';

/** What was proven, by lesson: a digest of its text. */
type Proven = Record<string, string>;

function digestOf(root: string, id: string): string {
  return createHash('sha256')
    .update(readFileSync(join(root, id, 'en.md')))
    .digest('hex');
}

function readProven(path: string): Proven {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Proven;
  } catch {
    return {};
  }
}

/** Plays these lessons; resolves to what is wrong with them, or null. */
function prove(project: string, root: string, ids: readonly string[]): Promise<string | null> {
  const program = join(project, 'src/node/prove-lessons.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', program, root, ...ids], {
    cwd: project,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code === 0 ? null : said.trim()));
  });
}

/** The Vite plugin; absolute paths of the project, of the lessons' folder, and of the file that remembers what
 *  was proven. */
export function proofPlugin(
  project: string,
  root: string,
  memory = join(project, 'node_modules/.cache/proven-lessons.json'),
): Plugin {
  let proof: Promise<string | null> = Promise.resolve(null);
  let now: Proven = {};
  return {
    name: 'lesson-proofs',
    apply: 'build',
    buildStart() {
      if (process.env['LESSONS'] === 'unproven') return;
      now = Object.fromEntries(lessonIds(root).map((id) => [id, digestOf(root, id)]));
      const known = readProven(memory);
      const changed = Object.keys(now).filter((id) => known[id] !== now[id]);
      if (changed.length === 0) return;
      this.info(`plays ${changed.length} changed lessons`);
      proof = prove(project, root, changed);
    },
    async buildEnd(error) {
      const mistake = await proof;
      if (mistake !== null) this.error(mistake);
      if (error || Object.keys(now).length === 0) return;
      mkdirSync(dirname(memory), { recursive: true });
      writeFileSync(memory, JSON.stringify(now));
    },
  };
}
