/* Lessons played from first to last step in the page, by typing and clicking. */

import { afterAll, beforeAll, describe, test } from 'vitest';
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

describe.each(['en', 'zh'] as const)('in %s', (lang) => {
  test.each([1, 3, 6, 11, 13])('lesson %i is played on a desk', async (number) => {
    const page = await app.open({ lang, path: `?lesson=${number}` });
    await new LessonPlayer(page, readLesson(ROOT, idOf(number), lang), lang).play();
    await app.closePage(page);
  });

  test.each([1, 2, 3, 4, 5, 6])('lesson %i is played on a phone', async (number) => {
    const page = await app.open({ lang, path: `?lesson=${number}`, viewport: phone, touch: true });
    await new LessonPlayer(page, readLesson(ROOT, idOf(number), lang), lang, true).play();
    await app.closePage(page);
  });
});
