/* The course as a talk: every lesson in every choice of languages, cut into captions that a room can read. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { captionsOf, paragraphs, sentences } from '#app/present/captions.ts';
import { firstCueOf, scriptOf, timetable } from '#app/present/script.ts';
import { parseLesson, translateLesson } from '#lesson/parse.ts';
import type { Lesson } from '#lesson/types.ts';

const root = join(import.meta.dirname, '..', '..', '..', '..', 'lessons');
const course: { en: Lesson; zh: Lesson }[] = readdirSync(root)
  .filter((name) => /^\d\d-/.test(name))
  .map((id) => {
    const read = (lang: string): string => readFileSync(join(root, id, `${lang}.md`), 'utf8');
    const en = parseLesson(id, id, read('en'));
    return { en, zh: translateLesson(en, id, read('zh')) };
  });

test('a sentence ends at its full stop, not within code, numbers or brackets', () => {
  expect(sentences('Ask `a. b`. Wait 0.5 s! (Or not.) Then go')).toEqual([
    'Ask `a. b`.',
    'Wait 0.5 s!',
    '(Or not.)',
    'Then go',
  ]);
  expect(sentences('他说“好。”然后走了。为什么？')).toEqual(['他说“好。”', '然后走了。', '为什么？']);
  expect(sentences('')).toEqual([]);
});

test('two languages are dealt out over the same captions, and nothing is lost', () => {
  const en = 'One sentence that is not short at all, and goes on. '.repeat(9).trim();
  const zh = '这句话不短，而且还要继续。'.repeat(6);
  const captions = captionsOf({ en, zh });
  expect(captions.length).toBeGreaterThan(1);
  expect(captions.map((words) => words.en).join(' ')).toBe(en);
  expect(captions.map((words) => words.zh).join('')).toBe(zh);
  for (const words of captions) expect(words.en && words.zh).toBeTruthy();
  expect(captionsOf({ en: '', zh: '' })).toEqual([]);
});

test('every lesson becomes cues in every choice of languages, and captions fit the screen', () => {
  expect(course).toHaveLength(22);
  for (const { en, zh } of course) {
    for (const texts of [[en], [zh], [en, zh]]) {
      const { cues } = scriptOf(texts);
      expect(new Set(cues.map(({ step }) => step)).size, en.id).toBe(en.steps.length);
      for (const { kind, words } of cues) {
        if (kind === 'say') expect(Object.keys(words), en.id).toHaveLength(texts.length);
        if (kind !== 'say' && kind !== 'goal') continue;
        expect(words.en?.length ?? 0, words.en).toBeLessThanOrEqual(200);
        expect(words.zh?.length ?? 0, words.zh).toBeLessThanOrEqual(95);
      }
    }
  }
});

test('every sentence of a lesson is said, in whatever pieces', () => {
  for (const { en, zh } of course) {
    for (const lesson of [en, zh]) {
      const said = scriptOf([lesson]).cues.map(({ kind, words }) =>
        kind === 'say' ? words[lesson.lang] : '',
      );
      const all = said.join(' ');
      for (const { blocks } of lesson.steps)
        for (const text of paragraphs(blocks))
          for (const sentence of sentences(text)) expect(all, lesson.id).toContain(sentence);
    }
  }
});

test('a line comes to the prompt before it is sent, and a question before its answer', () => {
  for (const { en } of course) {
    const { cues } = scriptOf([en]);
    cues.forEach((cue, at) => {
      const before = cues[at - 1];
      if (cue.kind === 'run') expect(before).toMatchObject({ kind: 'type', line: cue.line });
      if (cue.kind === 'reveal') expect(before?.kind).toBe('ask');
    });
  }
});

test('the timetable begins at 0, never goes back and ends within the lesson', () => {
  for (const { en } of course) {
    const script = scriptOf([en]);
    const times = timetable(script, en.minutes);
    expect(times[0]).toBe(0);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.at(-1)).toBeLessThan(en.minutes);
    expect(script.cues[firstCueOf(script, 1)]).toMatchObject({ kind: 'title', step: 1 });
  }
});
