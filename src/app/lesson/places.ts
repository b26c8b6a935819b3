/* Where links of a lesson lead inside this page: to another lesson, or to a card of interview mode. */

import { t } from '#app/i18n/i18n.svelte.ts';
import type { Course } from '#app/state/course.svelte.ts';
import type { Page } from '#app/state/page.svelte.ts';
import type { Playground } from '#app/state/playground.svelte.ts';

/** Opens the lesson that `lesson:13` or `lesson:13-partitions-and-lost-writes` names. */
export async function openLesson(course: Course, page: Page, name: string): Promise<void> {
  const number = Number.parseInt(name, 10);
  if (Number.isNaN(number)) throw new Error(t('lesson.unknown', { lesson: name.slice(0, 60) }));
  await course.openNumber(number);
  page.interview = false;
  page.contents = false;
}

/** Opens a card in interview mode; the lesson stays open behind it. */
export async function openCard(
  playground: Playground,
  course: Course,
  page: Page,
  id: string,
): Promise<void> {
  const { interviewOf } = await import('#app/interview/interview.svelte.ts');
  const interview = await interviewOf(playground, course);
  if (!interview.cards.some((card) => card.id === id))
    throw new Error(t('lesson.unknown', { lesson: id.slice(0, 60) }));
  interview.open(id);
  page.interview = true;
}
