/* Files of interview mode: what goes out comes back, and what comes in damaged gets clear words. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  cardsAsAnki,
  cardsAsMarkdown,
  checkReviews,
  ImportError,
  LARGEST_IMPORT,
  readReviews,
  writeReviews,
} from '#app/interview/exchange.ts';
import type { Review } from '#app/interview/reviews.ts';
import type { Card } from '#lesson/card.ts';

const NOW = Date.UTC(2026, 0, 10);
const kept: Review[] = [
  { id: 'a1', card: 'psync', at: NOW, mark: 3 },
  { id: 'b2', card: 'epochs', at: NOW + 1, mark: 1 },
];

const card: Card = {
  id: 'psync',
  rank: 1,
  level: 'core',
  topics: ['replication', 'two words'],
  lesson: '08-replication',
  question: { en: 'What is <b>PSYNC</b>?\tTell', zh: '什么是 PSYNC？' },
  answer: { en: 'It *asks* for "more" & gets\nit', zh: '它请求续传' },
  wrong: { en: 'Nothing', zh: '没什么' },
  look: { en: 'There', zh: '那里' },
  proof: { world: {}, play: [], check: 'true' },
};

function reasonOf(text: string): string {
  try {
    readReviews(text);
    return 'accepted';
  } catch (error) {
    return error instanceof ImportError ? error.reason : String(error);
  }
}

describe('answers', () => {
  test('come back from a file as they were', () => {
    expect(readReviews(writeReviews(kept))).toEqual({ reviews: kept, damaged: 0 });
  });

  test('that are damaged are left out and counted', () => {
    const good = kept[0];
    const bad = [
      null,
      7,
      {},
      { ...good, id: '<script>' },
      { ...good, card: '../x' },
      { ...good, at: NaN },
      { ...good, at: -1 },
      { ...good, mark: 5 },
    ];
    expect(checkReviews([...bad, good])).toEqual({ reviews: [good], damaged: bad.length });
  });

  test('from files that are none are refused with the reason', () => {
    expect(reasonOf('{"format":')).toBe('notJson');
    expect(reasonOf('null')).toBe('notOurs');
    expect(reasonOf('{"format":"redis-cluster-playground","version":1,"inputs":[]}')).toBe('notOurs');
    expect(reasonOf(writeReviews(kept).replace('"version": 1', '"version": 2'))).toBe('newer');
    expect(reasonOf(' '.repeat(LARGEST_IMPORT + 1))).toBe('tooLarge');
  });

  test('from any text: reviews or a reason, never anything else', () => {
    const file = fc.record({
      format: fc.constantFrom('redis-cluster-playground-reviews', 'x'),
      version: fc.oneof(fc.integer(), fc.string()),
      reviews: fc.oneof(fc.array(fc.anything()), fc.anything()),
    });
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      file.map((made) => JSON.stringify(made)),
    );
    fc.assert(
      fc.property(text, (any) => {
        expect(['accepted', 'notJson', 'notOurs', 'newer']).toContain(reasonOf(any));
      }),
    );
  });
});

describe('cards', () => {
  test('for Anki are three columns, with markup as text', () => {
    const lines = cardsAsAnki([card], 'en').trimEnd().split('\n');
    expect(lines.slice(0, 2)).toEqual(['#separator:tab', '#html:true']);
    const columns = lines.at(-1)?.split('\t') ?? [];
    expect(columns).toHaveLength(3);
    expect(columns[0]).toBe('What is &lt;b&gt;PSYNC&lt;/b&gt;? Tell');
    expect(columns[1]).toContain('&quot;more&quot; &amp; gets it');
    expect(columns[2]).toBe('redis-cluster core replication two-words');
  });

  test('as Markdown keep their signs and their language', () => {
    expect(cardsAsMarkdown([card], 'en')).toContain('It \\*asks\\* for');
    expect(cardsAsMarkdown([card], 'zh')).toContain('## 什么是 PSYNC？');
  });
});
