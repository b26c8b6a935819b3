/* Lessons played from first to last step in the page, by typing and clicking. PLAYED=7,12 plays others than those
 * that are always played on a desk, PLAYED=all the whole course, which takes ten minutes. */

import { afterAll, beforeAll, describe, test } from 'vitest';
import type { Lang } from '#lesson/types.ts';
import { lessonIds, readLesson } from '#node/lessons-plugin.ts';
import { phone, startApp, type App } from './harness.ts';
import { LessonPlayer } from './lesson-player.ts';

const ROOT = new URL('../../lessons', import.meta.url).pathname;
const ids = lessonIds(ROOT);

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

async function play(lang: Lang, number: number, onPhone: boolean): Promise<void> {
  const path = `?lesson=${number}`;
  const page = await app.open({ lang, path, ...(onPhone && { viewport: phone, touch: true }) });
  await new LessonPlayer(page, readLesson(ROOT, ids[number - 1] as string, lang), lang, onPhone).play();
  await app.closePage(page);
}

/** Numbers of the lessons that are played on a desk. */
function onDesk(): number[] {
  const wanted = process.env['PLAYED'];
  if (!wanted) return [1, 3, 6, 11, 13];
  return ids
    .map((_, at) => at + 1)
    .filter((number) => wanted === 'all' || wanted.split(',').includes(String(number)));
}

/** A lesson is many lines, faults and waits; a machine that has other things to do needs minutes for it. */
const LIMIT_MS = 240_000;

describe.each(['en', 'zh'] as const)('in %s', (lang) => {
  test.each(onDesk())('lesson %i is played on a desk', (number) => play(lang, number, false), LIMIT_MS);
  test.each([1, 2, 3, 4, 5, 6])(
    'lesson %i is played on a phone',
    (number) => play(lang, number, true),
    LIMIT_MS,
  );
});
