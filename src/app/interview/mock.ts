/* The mock interview: which questions are asked, what follows, and what came of it. Pure: chance comes
 * in as a function. */

import type { Card, Words } from '#lesson/card.ts';
import type { Lang } from '#lesson/types.ts';
import type { Mark } from './reviews.ts';

/** Seconds for a question; an answer of two minutes is what an interviewer waits for. */
export const QUESTION_S = 120;
export const COUNTS: readonly number[] = [3, 5, 10];

/** What a good answer has; each is worth one point. */
export const RUBRIC = ['core', 'detail', 'trap', 'shown'] as const;
export type Criterion = (typeof RUBRIC)[number];

export interface MockAnswer {
  card: Card;
  /** Seconds used for it. */
  usedS: number;
  met: readonly Criterion[];
}

/** Draws cards without repeating one; a card of a topic that is known badly comes more often. */
export function drawCards(
  cards: readonly Card[],
  strengths: ReadonlyMap<string, number>,
  count: number,
  random: () => number,
): Card[] {
  const left = [...cards];
  const drawn: Card[] = [];
  while (drawn.length < count && left.length > 0) {
    const weights = left.map((card) => weightOf(card, strengths));
    let at = random() * weights.reduce((sum, weight) => sum + weight, 0);
    let index = weights.findIndex((weight) => (at -= weight) < 0);
    if (index < 0) index = left.length - 1;
    drawn.push(...left.splice(index, 1));
  }
  return drawn;
}

/** From 1 for topics known by heart to 5 for those never seen; the questions asked most weigh more. */
function weightOf(card: Card, strengths: ReadonlyMap<string, number>): number {
  const weakest = Math.min(...card.topics.map((topic) => strengths.get(topic) ?? 0));
  return (1 + 4 * (1 - weakest)) * (card.rank <= 20 ? 2 : 1);
}

/** The mark that a number of met criteria is worth for the schedule. */
export function markOf(met: readonly Criterion[]): Mark {
  if (met.length <= 1) return 1;
  return met.length as Mark;
}

export interface MockReport {
  points: number;
  most: number;
  /** Topics with their share of points, the weakest first. */
  topics: { topic: string; share: number }[];
}

export function reportOf(answers: readonly MockAnswer[]): MockReport {
  const topics = new Map<string, { points: number; most: number }>();
  for (const { card, met } of answers) {
    for (const topic of card.topics) {
      const { points, most } = topics.get(topic) ?? { points: 0, most: 0 };
      topics.set(topic, { points: points + met.length, most: most + RUBRIC.length });
    }
  }
  return {
    points: answers.reduce((sum, { met }) => sum + met.length, 0),
    most: answers.length * RUBRIC.length,
    topics: [...topics]
      .map(([topic, { points, most }]) => ({ topic, share: points / most }))
      .sort((a, b) => a.share - b.share || (a.topic < b.topic ? -1 : 1)),
  };
}

/** The report as Markdown. `words` gives the headings in the reader's language. */
export function reportAsMarkdown(
  answers: readonly MockAnswer[],
  lang: Lang,
  words: { title: string; criterion: (criterion: Criterion) => string },
): string {
  const { points, most, topics } = reportOf(answers);
  const questions = answers.map(({ card, met, usedS }) => {
    const lines = RUBRIC.map((each) => `- [${met.includes(each) ? 'x' : ' '}] ${words.criterion(each)}`);
    return `## ${card.question[lang]}\n\n${met.length}/${RUBRIC.length} · ${usedS} s\n\n${lines.join('\n')}`;
  });
  const weak = topics.map(({ topic, share }) => `- ${topic}: ${Math.round(share * 100)} %`).join('\n');
  return `# ${words.title}: ${points}/${most}\n\n${weak}\n\n${questions.join('\n\n')}\n`;
}

/** The popular mistake alone: a card goes on to say what is wrong with it, which would give it away. */
export function mistakeOf({ wrong }: Card): Words {
  return {
    en: /^.*?[.?!](?=\s|$)/.exec(wrong.en)?.[0] ?? wrong.en,
    zh: /^.*?[。？！]/.exec(wrong.zh)?.[0] ?? wrong.zh,
  };
}

export interface Claim {
  card: Card;
  /** True when the statement is the card's answer, false when it is the popular mistake. */
  right: boolean;
}

/** Statements to judge: mostly popular mistakes, some right ones among them, in a mixed order. */
export function drawClaims(cards: readonly Card[], count: number, random: () => number): Claim[] {
  const order = cards.map((card) => ({ card, at: random() })).sort((a, b) => a.at - b.at);
  return order.slice(0, count).map(({ card }) => ({ card, right: random() < 0.3 }));
}
