/* The same story in Node, in one worker of a real browser, and spread over two and four: one history. */

import { expect, test } from 'vitest';
import { makeSession } from '#session/in-place.ts';
import { withBenchPage } from '#test/bench/page.ts';
import { playStory } from '#test/bench/story.ts';

/** Masters of a world whose servers meet, and of one whose servers are given as members. */
const SIZES = [3, 50];

test('the trace hash does not depend on where the servers run', async () => {
  await withBenchPage(async (page) => {
    for (const masters of SIZES) {
      const inNode = await playStory(makeSession(), masters);
      expect(inNode).toMatch(/^[0-9a-f]{16}$/);
      expect(await playStory(makeSession(3), masters), `${masters} masters in 3 parts`).toBe(inNode);
      for (const workers of [1, 2, 4]) {
        const there = await page.evaluate(([count, size]) => window.playStory(count, size), [
          workers,
          masters,
        ] as const);
        expect(there, `${masters} masters in ${workers} workers`).toBe(inNode);
      }
    }
  });
});
