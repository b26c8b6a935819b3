/* The rules of the house that a compiler does not know. Each test lists every offender, so that one run
 * shows all there is to mend. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import projects from '../projects.json' with { type: 'json' };

const root = join(import.meta.dirname, '..', '..');

/** Who may import whom: base <- redis <- cli, client, sim <- lesson, shell <- session <- app | workers
 *  | node. This table is the architecture. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  base: [],
  redis: ['base'],
  cli: ['base', 'redis'],
  client: ['base', 'redis'],
  // The words in which a world is described and disturbed (session/api.ts) are everybody's.
  sim: ['base', 'redis', 'cli', 'client', 'session/api.ts'],
  lesson: ['base', 'redis', 'cli', 'client', 'sim', 'session/api.ts'],
  shell: ['base', 'redis', 'cli', 'client', 'sim', 'session/api.ts'],
  session: ['base', 'redis', 'cli', 'client', 'sim', 'lesson', 'shell'],
  app: ['base', 'redis', 'cli', 'client', 'sim', 'lesson', 'shell', 'session', 'workers'],
  workers: ['base', 'redis', 'cli', 'client', 'sim', 'lesson', 'shell', 'session'],
  // `npm run sim -- --swarm` plays the random worlds of the tests.
  node: ['base', 'redis', 'cli', 'client', 'sim', 'lesson', 'shell', 'session', 'test/sim/swarm.ts'],
};

/** Folders whose code takes time and chance as arguments. */
const core = ['base', 'redis', 'sim', 'cli', 'client', 'lesson', 'session'];

/** Tables of data rather than code; their length is what it is. */
const dataFiles = [
  'src/redis/command-table.ts',
  'src/redis/command-docs-rows.ts',
  'src/redis/command-words.ts',
  'src/cli/help-words.ts',
];

/** Code that is loaded once and shared by all worlds; no state of a world is in it. */
const loadedCode = [
  'src/redis/scripting/interpreter.ts',
  'src/redis/words.ts',
  'src/cli/words.ts',
  'src/cli/fetched.ts',
];

interface SourceFile {
  /** From the root, with forward slashes. */
  path: string;
  text: string;
  /** The text with comments and strings blanked, line for line. */
  code: string;
}

function listFiles(folder: string, ending: RegExp): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => {
      const full = join(entry.parentPath, entry.name);
      const text = readFileSync(full, 'utf8');
      const path = full.slice(root.length + 1).replaceAll('\\', '/');
      return { path, text, code: blankCommentsAndStrings(text) };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Good enough for rules about words: a regular expression with a quote in it may hide a line, never
 *  invent one. */
function blankCommentsAndStrings(text: string): string {
  const token = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g;
  return text.replace(token, (found) => found.replace(/[^\n]/g, ' '));
}

const sources = [...listFiles('src', /\.(ts|mjs|svelte)$/), ...listFiles('workers', /\.ts$/)];
// This file spells out what it forbids.
const tests = listFiles('test', /\.(ts|mjs)$/).filter((file) => file.path !== 'test/unit/tidy.test.ts');
const everything = [...sources, ...tests];

/** "path:line text" for each line that `offends`. */
function offenders(
  files: SourceFile[],
  offends: (line: string, file: SourceFile) => boolean,
  of: 'text' | 'code',
) {
  return files.flatMap((file) =>
    file[of]
      .split('\n')
      .flatMap((line, at) => (offends(line, file) ? [`${file.path}:${at + 1} ${line.trim()}`] : [])),
  );
}

/** The module specifiers a file imports, statically or not. */
function importsOf(file: SourceFile): string[] {
  const text = file.text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const found = text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"]([^'"]+)['"]/g);
  return [...found].map((match) => match[1] as string);
}

const folderOf = (path: string): string =>
  path.startsWith('workers/') ? 'workers' : (path.split('/')[1] as string);

describe('imports', () => {
  test('point one way, as the table says', () => {
    const wrong = sources.flatMap((file) => {
      const from = folderOf(file.path);
      return importsOf(file)
        .flatMap((name) => /^#((\w+)\/.*)$/.exec(name)?.slice(1, 3).join(' ') ?? [])
        .map((pair) => pair.split(' ') as [path: string, folder: string])
        .filter(
          ([path, to]) =>
            to !== from && !mayImport[from]?.some((allowed) => allowed === to || allowed === path),
        )
        .map(([path]) => `${file.path} imports #${path}`);
    });
    expect(wrong).toEqual([]);
  });

  test('never climb: inside a folder ./, across folders #folder/', () => {
    const wrong = sources.flatMap((file) =>
      importsOf(file)
        .filter((name) => name.startsWith('../') || name.startsWith(`#${folderOf(file.path)}/../`))
        .map((name) => `${file.path} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  test('of the core reach neither Node nor the page', () => {
    const wrong = sources
      .filter((file) => core.includes(folderOf(file.path)))
      .flatMap((file) => importsOf(file).map((name) => ({ file, name })))
      .filter(({ name }) => name.startsWith('node:') || /^(svelte|d3|@xterm|comlink|idb|ws)\b/.test(name))
      .map(({ file, name }) => `${file.path} imports ${name}`);
    expect(wrong).toEqual([]);
  });
});

describe('the core', () => {
  const files = sources.filter((file) => core.includes(folderOf(file.path)));

  test('knows no clock, no chance and no timer of its own', () => {
    const banned =
      /\bDate\b(?!\s*[:?])|\bMath\.random\b|\bperformance\.now\b|(?<![.\w])(setTimeout|setInterval|setImmediate|requestAnimationFrame)\(/;
    expect(offenders(files, (line) => banned.test(line), 'code')).toEqual([]);
  });

  test('keeps no module-level variable that can change', () => {
    const stateful = files.filter((file) => !loadedCode.includes(file.path));
    expect(offenders(stateful, (line) => /^(export )?(let|var) /.test(line), 'code')).toEqual([]);
  });
});

describe('files', () => {
  test('have at most 600 lines', () => {
    const long = everything
      .filter((file) => !dataFiles.includes(file.path))
      .map((file) => ({ path: file.path, lines: file.text.split('\n').length - 1 }))
      .filter(({ lines }) => lines > 600)
      .map(({ path, lines }) => `${path} has ${lines} lines`);
    expect(long).toEqual([]);
  });

  test('begin with what they are', () => {
    const bare = sources
      .filter(
        ({ path, text }) => !(path.endsWith('.svelte') ? /^(<!--|<script[^>]*>\s*\/\*)/ : /^\/\*/).test(text),
      )
      .map((file) => file.path);
    expect(bare).toEqual([]);
  });

  test('are named in kebab-case, components also in capitals', () => {
    const odd = everything
      .map((file) => file.path.split('/').at(-1) as string)
      .filter(
        (name) =>
          !(
            name.endsWith('.svelte')
              ? /^([A-Z]\w*|[a-z0-9]+(-[a-z0-9]+)*)\.svelte$/
              : /^[a-z0-9]+(-[a-z0-9]+)*(\.\w+)+$/
          ).test(name),
      );
    expect(odd).toEqual([]);
  });

  test('know no path of one machine', () => {
    const machinePath = /(?<![\w.~}/])\/(work|home|mnt|Users)\/|\.\.\/shared\b/;
    expect(offenders(everything, (line) => machinePath.test(line), 'text')).toEqual([]);
  });

  test('hold no reminder without a test', () => {
    const reminder = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|')})\\b`);
    const allowed = (line: string): boolean => line.includes('.test.ts');
    expect(offenders(sources, (line) => reminder.test(line) && !allowed(line), 'text')).toEqual([]);
  });
});

describe('tests', () => {
  const files = tests.filter((file) => file.path.endsWith('.test.ts'));

  test('are all run: none is skipped, alone, or left for later', () => {
    const evasion =
      /\b(test|it|describe)\.(skip|only|todo|fails|skipIf|runIf)\b|\b(xit|xtest|xdescribe|fdescribe)\b/;
    expect(offenders(files, (line) => evasion.test(line), 'code')).toEqual([]);
  });

  test('lie in a folder that `npm test` runs', () => {
    const known = projects.map((project) => project.name);
    const lost = files
      .map((file) => file.path)
      .filter((path) => !known.includes(path.split('/')[1] as string));
    expect(lost).toEqual([]);
  });

  test('do not sleep', () => {
    const sleep = /waitForTimeout|setTimeout\(\s*(resolve|done|r)\b/;
    expect(offenders(files, (line) => sleep.test(line), 'code')).toEqual([]);
  });
});

describe('the lock file', () => {
  const text = readFileSync(join(root, 'package-lock.json'), 'utf8');

  test('names no registry', () => {
    expect(text).not.toMatch(/"resolved":/);
  });

  test('names the packages of other platforms too, without which npm ci refuses it', () => {
    const { packages } = JSON.parse(text) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>;
    };
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
      ),
    );
    expect(missing).toEqual([]);
  });
});
