/* The build's view of lessons: `virtual:lessons` lists them, and every `lessons/NN-name/en.md` or
 * `zh.md` can be imported as the Lesson it describes. A mistake in a file stops the build with file
 * and line; in `npm run dev` a saved file reloads the lesson. */

import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Plugin } from 'vite';
import { parseLesson, translateLesson } from '#lesson/parse.ts';
import type { Lang, Lesson } from '#lesson/types.ts';

const LIST = 'virtual:lessons';

/** Reads one lesson in one language from the lessons folder `root`. */
export function readLesson(root: string, id: string, lang: Lang): Lesson {
  const path = (name: string): string => join(root, id, `${name}.md`);
  const original = parseLesson(id, `lessons/${id}/en.md`, readFileSync(path('en'), 'utf8'));
  if (lang === 'en') return original;
  if (!existsSync(path('zh'))) throw new Error(`lessons/${id}: zh.md is missing`);
  return translateLesson(original, `lessons/${id}/zh.md`, readFileSync(path('zh'), 'utf8'));
}

/** Folder names of all lessons, in order. */
export function lessonIds(root: string): string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /^\d\d-/.test(entry.name))
    .map((entry) => entry.name)
    .sort();
}

/** What the contents list shows of a lesson, without its text. */
function summary(root: string, id: string): unknown {
  const en = readLesson(root, id, 'en');
  const zh = readLesson(root, id, 'zh');
  const tasks = en.steps
    .flatMap((step) => step.blocks)
    .flatMap((block) => (block.kind === 'task' ? [block.task.id] : []));
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

/** The Vite plugin; `root` is the absolute path of the lessons folder. */
export function lessonsPlugin(root: string): Plugin {
  return {
    name: 'lessons',
    enforce: 'pre',
    resolveId: (id) => (id === LIST ? `\0${LIST}` : null),
    load(id) {
      if (id === `\0${LIST}`) {
        for (const lesson of lessonIds(root)) {
          this.addWatchFile(join(root, lesson, 'en.md'));
          this.addWatchFile(join(root, lesson, 'zh.md'));
        }
        return listModule(root);
      }
      const inside = relative(root, id.split('?')[0] ?? '');
      const match = /^(\d\d-[^/\\]+)[/\\](en|zh)\.md$/.exec(inside);
      if (!match) return null;
      const lesson = readLesson(root, match[1] as string, match[2] as Lang);
      this.addWatchFile(join(root, lesson.id, 'en.md'));
      return `export default ${JSON.stringify(lesson)};`;
    },
    handleHotUpdate({ file, server }) {
      if (relative(root, file).startsWith('..') || !file.endsWith('.md')) return undefined;
      server.ws.send({ type: 'full-reload' });
      return [];
    },
  };
}
