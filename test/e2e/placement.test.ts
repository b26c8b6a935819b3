/* The same story in Node, in one worker of a real browser, and spread over two and four: one history. */

import { expect, test } from 'vitest';
import { makeSession } from '#session/in-place.ts';
import { withBenchPage } from '#test/bench/page.ts';
import { playStory } from '#test/bench/story.ts';

test('the trace hash does not depend on where the servers run', async () => {
  const inNode = await playStory(makeSession());
  expect(inNode).toMatch(/^[0-9a-f]{16}$/);
  expect(await playStory(makeSession(3))).toBe(inNode);
  await withBenchPage(async (page) => {
    for (const workers of [1, 2, 4]) {
      expect([workers, await page.evaluate((count) => window.playStory(count), workers)]).toEqual([
        workers,
        inNode,
      ]);
    }
  });
});
