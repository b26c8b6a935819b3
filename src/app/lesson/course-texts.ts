/* All lessons of one language and the glossary, loaded once when they are first searched. */

import type { Glossary } from '#lesson/glossary.ts';
import type { Lang, Lesson } from '#lesson/types.ts';

export interface CourseTexts {
  lessons: Lesson[];
  glossary: Glossary;
}

const loaded = new Map<Lang, Promise<CourseTexts>>();

async function load(lang: Lang): Promise<CourseTexts> {
  const [{ lessons, loaders }, { glossary }] = await Promise.all([
    import('virtual:lessons'),
    import('virtual:glossary'),
  ]);
  const texts = await Promise.all(lessons.map(({ id }) => loaders[id]?.[lang]()));
  return { lessons: texts.flatMap((text) => (text ? [text.default] : [])), glossary };
}

/** The texts; a failed load is tried again the next time. */
export function courseTexts(lang: Lang): Promise<CourseTexts> {
  const known = loaded.get(lang);
  if (known) return known;
  const loading = load(lang);
  loaded.set(lang, loading);
  loading.catch(() => loaded.delete(lang));
  return loading;
}
