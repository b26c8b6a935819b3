/* The cards as a deck: finding, filtering, and what comes next. Pure functions. */

import type { Card } from '#lesson/card.ts';
import { recall, type Known } from './reviews.ts';

export interface Filter {
  /** Words that must all occur, in either language. */
  text: string;
  topic: string | null;
  level: Card['level'] | null;
  dueOnly: boolean;
}

export const EVERYTHING: Filter = { text: '', topic: null, level: null, dueOnly: false };
export const LEVELS: readonly Card['level'][] = ['basic', 'core', 'advanced'];

/** Topics of the deck, those with most cards first. */
export function topicsOf(cards: readonly Card[]): string[] {
  const counts = new Map<string, number>();
  for (const topic of cards.flatMap(({ topics }) => topics)) counts.set(topic, (counts.get(topic) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([topic]) => topic);
}

/** A card that is due, or was never asked. */
export function wantsReview(known: Known | undefined, now: number): boolean {
  return !known || known.due <= now;
}

export function filterCards(
  cards: readonly Card[],
  filter: Filter,
  known: ReadonlyMap<string, Known>,
  now: number,
): Card[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  return cards.filter((card) => {
    if (filter.topic !== null && !card.topics.includes(filter.topic)) return false;
    if (filter.level !== null && card.level !== filter.level) return false;
    if (filter.dueOnly && !wantsReview(known.get(card.id), now)) return false;
    const text = textOf(card);
    return words.every((word) => text.includes(word));
  });
}

function textOf({ id, topics, question, answer, wrong }: Card): string {
  return [id, ...topics, ...[question, answer, wrong].flatMap(({ en, zh }) => [en, zh])]
    .join(' ')
    .toLowerCase();
}

/** The card to ask next: of those that are due the one due longest, then new ones, the most asked first.
 *  Null when nothing is due. */
export function nextCard(
  cards: readonly Card[],
  known: ReadonlyMap<string, Known>,
  now: number,
  not?: string,
): Card | null {
  const due = (card: Card): number => known.get(card.id)?.due ?? Infinity;
  const waiting = cards
    .filter((card) => card.id !== not && wantsReview(known.get(card.id), now))
    .sort((a, b) => (due(a) === due(b) ? a.rank - b.rank : due(a) - due(b)));
  return waiting[0] ?? null;
}

/** How well each topic is known, 0 to 1: the mean over its cards. */
export function strengths(
  cards: readonly Card[],
  known: ReadonlyMap<string, Known>,
  now: number,
): Map<string, number> {
  const sums = new Map<string, { sum: number; count: number }>();
  for (const card of cards) {
    const value = recall(known.get(card.id), now);
    for (const topic of card.topics) {
      const entry = sums.get(topic) ?? { sum: 0, count: 0 };
      sums.set(topic, { sum: entry.sum + value, count: entry.count + 1 });
    }
  }
  return new Map([...sums].map(([topic, { sum, count }]) => [topic, sum / count]));
}
