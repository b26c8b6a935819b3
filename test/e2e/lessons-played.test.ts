/* Lessons played from first to last step in the page, by typing and clicking. */

import { afterAll, beforeAll, test } from 'vitest';
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

const idOf = (number: number): string => ids[number - 1] as string;

test.each([
  ['en', 1],
  ['zh', 3],
  ['en', 6],
] as const)('in %s lesson %i is played on a desk', async (lang, number) => {
  const page = await app.open({ lang, path: `?lesson=${number}` });
  await new LessonPlayer(page, readLesson(ROOT, idOf(number), lang), lang).play();
  await app.closePage(page);
});

test.each([1, 2, 3, 4, 5, 6])('lesson %i is played on a phone', async (number) => {
  const page = await app.open({ path: `?lesson=${number}`, viewport: phone, touch: true });
  await new LessonPlayer(page, readLesson(ROOT, idOf(number), 'en'), 'en', true).play();
  await app.closePage(page);
});
