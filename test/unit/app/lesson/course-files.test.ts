/* Progress as a file, the search over the course, and the models behind the figures. */

import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { failoverTimes } from '#app/lesson/figures/timeout-model.ts';
import { countVotes } from '#app/lesson/figures/vote-model.ts';
import { searchGlossary, searchLessons, wordsOf } from '#app/lesson/search.ts';
import { errorIn, EXPLAINED, lastError } from '#app/state/last-error.ts';
import { mergeProgress, parseProgress, progressFile, readProgressFile } from '#app/state/progress.ts';
import { REPLIES } from '#app/inspector/replies.ts';
import { RULES } from '#app/inspector/rules.ts';
import { parseLesson } from '#lesson/parse.ts';
import type { FeedEvent, Frame } from '#sim/frame.ts';

const progress = fc.dictionary(
  fc.string(),
  fc.record({ step: fc.nat(20), solved: fc.array(fc.string(), { maxLength: 5 }) }),
  { noNullPrototype: true },
);

describe('progress', () => {
  test('of two files merged holds all that either held, in any order', () => {
    fc.assert(
      fc.property(progress, progress, (one, other) => {
        const merged = mergeProgress(one, other);
        for (const source of [one, other]) {
          for (const [id, { step, solved }] of Object.entries(source)) {
            expect(merged[id]?.solved).toEqual(expect.arrayContaining([...solved]));
            expect(merged[id]?.step).toBeGreaterThanOrEqual(step);
          }
        }
        const back = mergeProgress(other, one);
        for (const id of Object.keys(merged)) {
          expect(new Set(back[id]?.solved)).toEqual(new Set(merged[id]?.solved));
        }
      }),
    );
  });

  test('comes back from its file as it was', () => {
    fc.assert(
      fc.property(progress, (kept) => {
        expect(readProgressFile(progressFile(kept))).toEqual(parseProgress(kept));
      }),
    );
  });

  test.each(['', '[]', 'null', '{}', '{"format":"other","version":1,"lessons":{}}', '{"format"'])(
    'is not read from %j',
    (text) => {
      expect(readProgressFile(text)).toBe('foreign');
    },
  );

  test('of a newer version is told apart', () => {
    const text = progressFile({}).replace('"version": 1', '"version": 2');
    expect(readProgressFile(text)).toBe('future');
  });
});

describe('search', () => {
  const front = 'minutes: 1\nobjective: Look.\nworld: { masters: 3 }\n';
  const lesson = parseLesson(
    '09-x',
    'x.md',
    `---\ntitle: Votes\n${front}---\n\n## Asking\n\nA replica asks **every** master.\n\n## Epochs\n\nThe epoch grows, says the master.\n`,
  );

  test('wants all words of the query in one step, and puts titles first', () => {
    expect(searchLessons(wordsOf('MASTER every'), [lesson]).map(({ step }) => step)).toEqual([0]);
    expect(searchLessons(wordsOf('master'), [lesson])).toHaveLength(2);
    expect(searchLessons(wordsOf('epochs master'), [lesson]).map(({ step }) => step)).toEqual([1]);
    expect(searchLessons(wordsOf('nothing'), [lesson])).toEqual([]);
    expect(searchLessons(wordsOf('  '), [lesson])).toEqual([]);
  });

  test('cuts an excerpt that spells the text and marks each word', () => {
    const [hit] = searchLessons(wordsOf('master every'), [lesson]);
    expect(hit?.excerpt.map(({ text }) => text).join('')).toBe('A replica asks every master.');
    expect(hit?.excerpt.filter(({ found }) => found).map(({ text }) => text)).toEqual(['every', 'master']);
  });

  test('takes any text for a query', () => {
    fc.assert(
      fc.property(fc.string(), (query) => {
        const hits = searchLessons(wordsOf(query), [lesson]);
        for (const { excerpt } of hits) expect(excerpt.length).toBeGreaterThan(0);
        expect(hits.length).toBeLessThanOrEqual(2);
      }),
    );
  });

  test('finds a term by its English word in Chinese too', () => {
    const glossary = { vote: { en: { word: 'vote', text: 'A yes.' }, zh: { word: '投票', text: '同意。' } } };
    expect(searchGlossary(wordsOf('vote'), glossary, 'zh')).toEqual([
      { id: 'vote', word: '投票', text: '同意。' },
    ]);
  });
});

describe('errors of the console', () => {
  test('are known by their first word, and nothing else is', () => {
    expect(errorIn('(error) MOVED 12182 127.0.0.1:7002')).toBe('MOVED 12182 127.0.0.1:7002');
    expect(errorIn('(error) MOVEDX 1')).toBeNull();
    expect(errorIn('1) (error) MOVED 1')).toBeNull();
    expect(errorIn('"(error) MOVED 1"')).toBeNull();
    expect(lastError('(error) ASK 1 a:1\nx\n(error) ERR no\n')).toBe('ASK 1 a:1');
  });

  test('have an explanation in both languages, a rule and a lesson each', () => {
    for (const code of EXPLAINED) {
      const { en, zh, rule, lesson } = REPLIES[code];
      expect(en).toMatch(/^[A-Z].*\.$/);
      expect(zh).toMatch(/[\u4e00-\u9fff].*。$/);
      expect(RULES).toHaveProperty(rule);
      expect(Number(lesson)).toBeGreaterThan(0);
      expect(Number(lesson)).toBeLessThanOrEqual(22);
    }
  });
});

describe('figures', () => {
  test('a failover takes what the rules say', () => {
    const { pfail, election, packets } = failoverTimes(3000, 6);
    expect(pfail).toEqual({ from: 3, to: 4.7 });
    expect(election.from).toBeCloseTo(3.5);
    expect(election.to).toBeCloseTo(6.8);
    expect(packets).toBe(52);
  });

  test('votes count until the moment shown, and only for the last request', () => {
    const event = (at: number, who: string, type: string, name?: string): FeedEvent =>
      ({ seq: at, at, who, event: { type, epoch: 7, ...(name ? { name } : {}) } }) as unknown as FeedEvent;
    const servers = ['7000', '7001', '7002'].map((name) => ({ name, role: 'master', slots: [[0, 1]] }));
    const frame = (now: number): Frame => ({ now, servers }) as unknown as Frame;
    const events = [
      event(1, '7001', 'VOTE_GRANTED', '7005'),
      event(2, '7005', 'AUTH_REQUEST'),
      event(3, '7000', 'VOTE_GRANTED', '7005'),
      event(4, '7001', 'VOTE_DENIED', '7005'),
      event(5, '7005', 'PROMOTED'),
    ];
    expect(countVotes(frame(1), events)).toBeNull();
    expect(countVotes(frame(3), events)).toMatchObject({
      candidate: '7005',
      epoch: 7,
      votes: 1,
      needed: 2,
      won: false,
    });
    const { voters, won } = countVotes(frame(5), events) ?? {};
    expect(voters?.map(({ answer }) => answer)).toEqual(['voted', 'denied', 'silent']);
    expect(won).toBe(true);
  });
});
