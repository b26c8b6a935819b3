/* Makes the link of what is seen now, and opens one. */

import { LinkError, packLink, unpackLink, type SharedLink } from './link-format.ts';
import { shareWord } from './words.ts';
import type { Course } from '#app/state/course.svelte.ts';
import type { Page } from '#app/state/page.svelte.ts';
import type { Playground } from '#app/state/playground.svelte.ts';

/** The whole address that leads to what is seen now. */
export async function linkTo(playground: Playground, course: Course): Promise<string> {
  const file = await playground.save();
  const { selection, lens } = playground;
  const { speed } = playground.clock;
  const { lang } = playground.preferences;
  const sight = { selection, lens, lang, lesson: course.lesson?.id ?? null, speed };
  const url = new URL(location.href);
  url.search = '';
  url.hash = await packLink({ file, sight });
  return url.href;
}

/** Opens the link in the page's address and says what came of it. A bad link leaves the world alone. */
export async function openLink(
  fragment: string,
  playground: Playground,
  course: Course,
  page: Page,
): Promise<void> {
  try {
    const link = await unpackLink(fragment);
    await openShared(link, playground, course);
    const now = playground.frame?.hash ?? '';
    const then = link.file.hash;
    if (now === then) page.say(shareWord('same', { hash: now }));
    else page.complain(new Error(shareWord('different', { now, then: then.slice(0, 80) })));
  } catch (error) {
    page.complain(new Error(problemText(error)));
  }
}

async function openShared(
  { file, sight }: SharedLink,
  playground: Playground,
  course: Course,
): Promise<void> {
  playground.pause();
  // First of all: what is refused here has changed nothing yet.
  await playground.load(file);
  // Who has chosen both languages keeps them; otherwise the link's language is shown, not kept.
  if (playground.preferences.lang !== sight.lang && playground.preferences.lang !== 'both')
    await playground.preferences.show(sight.lang);
  if (sight.lesson !== null) {
    await course.loadList();
    if (course.list.some(({ id }) => id === sight.lesson)) {
      await course.open(sight.lesson);
      playground.pause();
      // The lesson has made its own world; the link's is what is wanted.
      await playground.load(file);
    }
  }
  if (sight.speed !== null) playground.clock.setSpeed(sight.speed);
  if (sight.lens !== null && playground.server(sight.lens)) playground.setLens(sight.lens);
  if (sight.selection) playground.select(sight.selection);
}

/** What went wrong, in words for people. */
export function problemText(error: unknown): string {
  if (error instanceof LinkError) return shareWord(error.problem);
  return shareWord('refused', { why: error instanceof Error ? error.message : String(error) });
}
