/* A card's proof as a lesson of one task, so that a session watches it as it watches lessons. */

import type { Card } from './card.ts';
import type { Lesson } from './types.ts';

/** The lesson whose only task, "proof", is solved when the card's check holds. */
export function lessonOfProof(card: Card): Lesson {
  const { world, play, check } = card.proof;
  const task = {
    id: 'proof',
    goal: card.question.en,
    checks: [{ expression: check, say: card.answer.en }],
    hints: [],
    solutions: [play],
    harmless: [],
    wrong: [],
    challenge: false,
  };
  return {
    id: `card-${card.id}`,
    number: 0,
    lang: 'en',
    title: card.question.en,
    minutes: 1,
    objective: card.answer.en,
    world,
    start: [],
    teaches: [],
    cards: [card.id],
    steps: [{ id: 's1', title: card.question.en, blocks: [{ kind: 'task', task }] }],
    notes: '',
    goal: null,
  };
}
