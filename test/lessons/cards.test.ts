/* Every interview card proves its answer: its check is false in a fresh world, still false when only the first
 * thing has been done, and true after the proof. */

import { describe, expect, it } from 'vitest';
import { freeNames, parseExpression } from '#lesson/expression.ts';
import { knownNames } from '#lesson/predicates.ts';
import type { Card } from '#lesson/card.ts';
import type { LessonState } from '#lesson/run.ts';
import { lessonOfProof } from '#lesson/proof.ts';
import { lessonIds, readCards } from '#node/lessons-plugin.ts';
import { loadLua } from '#node/lua.ts';
import { makeSession } from '#session/in-place.ts';
import { Player } from '#session/play.ts';

const ROOT = new URL('../../lessons', import.meta.url).pathname;
await loadLua();
const cards = readCards(ROOT);
const lessons = lessonIds(ROOT);

async function prove(card: Card): Promise<{ before: boolean; early: boolean; after: boolean; trouble: string }> {
  const session = makeSession();
  await session.open(card.proof.world);
  await session.setLesson({ do: 'begin', lesson: lessonOfProof(card), step: 0, solved: [] });
  const task = async (): Promise<LessonState['tasks'][string]> => {
    return ((await session.lessonState()) as LessonState).tasks['proof'] as LessonState['tasks'][string];
  };
  const before = (await task()).solved;
  const [first, ...rest] = card.proof.play;
  const player = new Player(session);
  if (first) await player.play([first]);
  const early = (await task()).solved;
  await player.play(rest);
  const { solved, checks } = await task();
  return { before, early, after: solved, trouble: checks[0]?.trouble ?? '' };
}

describe('interview cards', () => {
  it('are at least 62, each with words in both languages and a lesson that exists', () => {
    expect(cards.length).toBeGreaterThanOrEqual(62);
    const known = new Set(knownNames());
    for (const card of cards) {
      expect(lessons, card.id).toContain(card.lesson);
      for (const words of [card.question, card.answer, card.wrong, card.look]) {
        expect(words.zh, card.id).toMatch(/[\u4e00-\u9fff]/);
      }
      const names = freeNames(parseExpression(card.proof.check));
      expect(names.filter((name) => !known.has(name)), card.id).toEqual([]);
    }
  });

  it.each(cards.map((card) => [card.id, card] as const))('%s proves its answer', async (_, card) => {
    expect(await prove(card)).toEqual({ before: false, early: false, after: true, trouble: '' });
  });
});
