/* The build's view of the course. Virtual modules hand its texts to the page:
 *
 *   virtual:lessons   the list of lessons, and loaders: one chunk per lesson and language
 *   virtual:glossary  the terms, in both languages
 *   virtual:cards     the interview cards
 *
 * A mistake in a file stops the build with file and line; in `npm run dev` a saved file reloads. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Plugin } from 'vite';
import { parseCard, type Card } from '#lesson/card.ts';
import { parseGlossary, type Glossary } from '#lesson/glossary.ts';
import { parseLesson, translateLesson } from '#lesson/parse.ts';
import { knownNames } from '#lesson/predicates.ts';
import type { GoalServer, Lang, Lesson } from '#lesson/types.ts';

const KNOWN = new Set(knownNames());

/** Reads one lesson in one language from the lessons folder `root`. */
export function readLesson(root: string, id: string, lang: Lang): Lesson {
  const path = (name: string): string => join(root, id, `${name}.md`);
  const original = parseLesson(id, `lessons/${id}/en.md`, readFileSync(path('en'), 'utf8'), KNOWN);
  original.goal = readGoal(join(root, id, 'goal.json'));
  if (lang === 'en') return original;
  if (!existsSync(path('zh'))) throw new Error(`lessons/${id}: zh.md is missing`);
  return translateLesson(original, `lessons/${id}/zh.md`, readFileSync(path('zh'), 'utf8'));
}

/** The recorded goal of a challenge; test/lessons writes and checks it. */
function readGoal(path: string): GoalServer[] | null {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as GoalServer[]) : null;
}

/** Folder names of all lessons, in order. */
export function lessonIds(root: string): string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /^\d\d-/.test(entry.name))
    .map((entry) => entry.name)
    .sort();
}

export function readGlossary(root: string): Glossary {
  const file = 'lessons/glossary/terms.yaml';
  return parseGlossary(file, readFileSync(join(root, 'glossary/terms.yaml'), 'utf8'));
}

/** All interview cards, the most asked first. */
export function readCards(root: string): Card[] {
  const files = readdirSync(join(root, 'cards')).filter((file) => file.endsWith('.yaml'));
  const cards = files.map((file) => {
    return parseCard(
      file.slice(0, -5),
      `lessons/cards/${file}`,
      readFileSync(join(root, 'cards', file), 'utf8'),
      KNOWN,
    );
  });
  return cards.sort((a, b) => a.rank - b.rank);
}

/** What a lesson holds for its tests alone is not sent to the page. */
function withoutProofs(key: string, value: unknown): unknown {
  return key === 'wrong' || key === 'harmless' ? [] : value;
}

/** What the contents list shows of a lesson, without its text. */
function summary(root: string, id: string): unknown {
  const en = readLesson(root, id, 'en');
  const zh = readLesson(root, id, 'zh');
  const blocks = en.steps.flatMap((step) => step.blocks);
  const tasks = blocks.flatMap((block) => (block.kind === 'task' ? [block.task.id] : []));
  return {
    id,
    number: en.number,
    minutes: en.minutes,
    steps: en.steps.length,
    tasks,
    title: { en: en.title, zh: zh.title },
    objective: { en: en.objective, zh: zh.objective },
  };
}

function listModule(root: string): string {
  const ids = lessonIds(root);
  const loaders = ids.map((id) => {
    const load = (lang: Lang): string => `() => import(${JSON.stringify(join(root, id, `${lang}.md`))})`;
    return `${JSON.stringify(id)}: { en: ${load('en')}, zh: ${load('zh')} }`;
  });
  const list = JSON.stringify(ids.map((id) => summary(root, id)));
  return `export const lessons = ${list};\nexport const loaders = { ${loaders.join(', ')} };\n`;
}

const MODULES: Readonly<Record<string, (root: string) => string>> = {
  'virtual:lessons': listModule,
  'virtual:glossary': (root) => `export const glossary = ${JSON.stringify(readGlossary(root))};`,
  'virtual:cards': (root) => `export const cards = ${JSON.stringify(readCards(root))};`,
};

/** The Vite plugin; `root` is the absolute path of the lessons folder. */
export function lessonsPlugin(root: string): Plugin {
  return {
    name: 'lessons',
    enforce: 'pre',
    resolveId: (id) => (Object.hasOwn(MODULES, id) ? `\0${id}` : null),
    load(id) {
      const make = MODULES[id.slice(1)];
      if (id.startsWith('\0') && make) return make(root);
      const inside = relative(root, id.split('?')[0] ?? '');
      const match = /^(\d\d-[^/\\]+)[/\\](en|zh)\.md$/.exec(inside);
      if (!match) return null;
      const lesson = readLesson(root, match[1] as string, match[2] as Lang);
      this.addWatchFile(join(root, lesson.id, 'en.md'));
      return `export default ${JSON.stringify(lesson, withoutProofs)};`;
    },
    configureServer: (server) => void server.watcher.add(root),
    handleHotUpdate({ file, server }) {
      if (relative(root, file).startsWith('..')) return undefined;
      // What was made from the old file is forgotten, then the page asks again.
      server.moduleGraph.invalidateAll();
      server.ws.send({ type: 'full-reload' });
      return [];
    },
  };
}
