/* The deck and the mock interview: what is found, what comes next, what is drawn. */

import { describe, expect, test } from 'vitest';
import { EVERYTHING, filterCards, nextCard, strengths, topicsOf } from '#app/interview/deck.ts';
import {
  drawCards,
  drawClaims,
  markOf,
  mistakeOf,
  reportAsMarkdown,
  reportOf,
  RUBRIC,
} from '#app/interview/mock.ts';
import { knownCards, type Mark } from '#app/interview/reviews.ts';
import { readCards } from '#node/lessons-plugin.ts';

const NOW = Date.UTC(2026, 0, 10);
const DAY = 86_400_000;
const cards = readCards(new URL('../../../../lessons', import.meta.url).pathname);

/** The same chances every time. */
function chance(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1664525 + 1013904223) >>> 0) / 2 ** 32;
}

const known = (entries: [card: string, at: number, mark: Mark][]) =>
  knownCards(entries.map(([card, at, mark], index) => ({ id: `r${index}`, card, at, mark })));

describe('the deck', () => {
  test('is searched in both languages and filtered by topic and level', () => {
    const find = (filter: object): string[] =>
      filterCards(cards, { ...EVERYTHING, ...filter }, new Map(), NOW).map(({ id }) => id);
    expect(find({ text: 'moved ask' })).toContain('moved-vs-ask');
    expect(find({ text: '积压缓冲' })).toContain('psync');
    expect(find({ text: 'no such words' })).toEqual([]);
    expect(find({ topic: 'election', level: 'advanced' })).toEqual(
      cards
        .filter(({ topics, level }) => topics.includes('election') && level === 'advanced')
        .map(({ id }) => id),
    );
    expect(find({})).toHaveLength(cards.length);
  });

  test('knows its topics, the largest first', () => {
    const topics = topicsOf(cards);
    const size = (topic: string): number => cards.filter((card) => card.topics.includes(topic)).length;
    expect(topics.map(size)).toEqual(topics.map(size).sort((a, b) => b - a));
  });

  test('asks what is due longest first, then new ones by rank, then nothing', () => {
    const [first, second, third] = cards.slice(0, 3).map(({ id }) => id) as [string, string, string];
    const deck = cards.slice(0, 3);
    const due = known([
      [third, NOW - 20 * DAY, 1],
      [second, NOW - 10 * DAY, 1],
    ]);
    expect(nextCard(deck, due, NOW)?.id).toBe(third);
    expect(nextCard(deck, due, NOW, third)?.id).toBe(second);
    expect(nextCard(deck, new Map(), NOW)?.id).toBe(first);
    expect(nextCard(deck, known(deck.map(({ id }) => [id, NOW, 4])), NOW)).toBeNull();
  });
});

describe('the mock interview', () => {
  test('draws each card at most once', () => {
    const drawn = drawCards(cards, new Map(), cards.length + 5, chance(1));
    expect(new Set(drawn.map(({ id }) => id)).size).toBe(cards.length);
  });

  test('draws more from what is known least', () => {
    const failover = (card: { topics: string[] }): boolean => card.topics.includes('failover');
    const good = known(cards.filter((card) => !failover(card)).map(({ id }) => [id, NOW, 4]));
    const strength = strengths(cards, good, NOW);
    expect(strength.get('pubsub')).toBeCloseTo(1);
    let weak = 0;
    let even = 0;
    for (let seed = 1; seed <= 200; seed++) {
      weak += drawCards(cards, strength, 3, chance(seed * 977)).filter(failover).length;
      even += drawCards(cards, new Map(), 3, chance(seed * 977)).filter(failover).length;
    }
    expect(weak).toBeGreaterThan(even * 1.5);
  });

  test('turns the rubric into marks and a report, the weakest topic first', () => {
    expect([0, 1, 2, 3, 4].map((count) => markOf(RUBRIC.slice(0, count)))).toEqual([1, 1, 2, 3, 4]);
    const [a, b] = [cards.find(({ id }) => id === 'psync'), cards.find(({ id }) => id === 'pubsub')];
    if (!a || !b) throw new Error('cards are missing');
    const answers = [
      { card: a, usedS: 60, met: [...RUBRIC] },
      { card: b, usedS: 130, met: ['core' as const] },
    ];
    const report = reportOf(answers);
    expect([report.points, report.most]).toEqual([5, 8]);
    expect(report.topics.map(({ topic }) => topic)).toEqual(['pubsub', 'replication']);
    const text = reportAsMarkdown(answers, 'en', { title: 'Mock interview', criterion: (each) => each });
    expect(text).toContain('# Mock interview: 5/8');
    expect(text).toContain('- [x] core');
    expect(text).toContain('1/4 · 130 s');
  });

  test('a mistake is put forward without what refutes it', () => {
    const card = cards.find(({ id }) => id === 'key-to-slot');
    expect(card && mistakeOf(card)).toEqual({
      en: 'The server passes the request on to the right node.',
      zh: '服务器会把请求转给正确的节点。',
    });
  });

  test('statements to judge are of both kinds and each of another card', () => {
    const claims = drawClaims(cards, 10, chance(3));
    expect(new Set(claims.map(({ card }) => card.id)).size).toBe(10);
    expect(new Set(drawClaims(cards, 62, chance(5)).map(({ right }) => right)).size).toBe(2);
  });
});
