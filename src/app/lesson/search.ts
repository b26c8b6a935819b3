/* Search over the texts of the course. Lessons are searched as they are shown: prose, tasks, questions and
 * runnable lines, step by step. Several words must all occur in a step; case does not count. */

import type { Glossary } from '#lesson/glossary.ts';
import type { Block, Inline, Lang, Lesson, Quiz } from '#lesson/types.ts';

export interface Hit {
  lesson: string;
  number: number;
  step: number;
  title: string;
  /** Words around the place, cut into what was found and what stands between. */
  excerpt: { text: string; found: boolean }[];
}

export interface TermHit {
  id: string;
  word: string;
  text: string;
}

const AROUND = 44;
/** Hits shown at most; the count is exact. */
export const HITS_SHOWN = 30;

/** The words of a query, in lower case; nothing for a query without any. */
export function wordsOf(query: string): string[] {
  return query.toLowerCase().split(/\s+/).filter(Boolean).slice(0, 8);
}

function inlineText(inline: readonly Inline[]): string {
  return inline.map((part) => ('text' in part ? part.text : inlineText(part.children))).join('');
}

function quizText({ ask, choices }: Quiz): string {
  return [ask, ...choices.flatMap(({ text, why }) => [text, why])].join(' ');
}

function blockText(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
    case 'heading':
      return inlineText(block.inline);
    case 'list':
      return block.items.map((item) => textOf(item)).join(' ');
    case 'table':
      return [block.head, ...block.rows].map((row) => row.map(inlineText).join(' ')).join(' ');
    case 'code':
      return block.text;
    case 'redis':
      return block.lines.map(({ text }) => text).join(' ');
    case 'task':
      return [block.task.goal, ...block.task.checks.map(({ say }) => say)].join(' ');
    case 'quiz':
    case 'predict':
      return quizText(block.quiz);
    case 'note':
      return textOf(block.blocks);
    case 'chaos':
      return block.chaos.title;
    case 'program':
      return [block.program.title, ...block.program.code.map(({ library }) => library)].join(' ');
    case 'deep':
      return `${block.title} ${textOf(block.blocks)}`;
    case 'stage':
    case 'figure':
      return '';
  }
}

/** What can be read in these blocks, as one line. */
export function textOf(blocks: readonly Block[]): string {
  return blocks.map(blockText).filter(Boolean).join(' ').replace(/\s+/g, ' ');
}

/** Steps in which all words occur, those with a word in the title first. */
export function searchLessons(words: readonly string[], lessons: readonly Lesson[]): Hit[] {
  if (words.length === 0) return [];
  const first: Hit[] = [];
  const rest: Hit[] = [];
  for (const lesson of lessons) {
    lesson.steps.forEach((step, at) => {
      const title = at === 0 ? `${lesson.title} · ${step.title}` : step.title;
      const text = textOf(step.blocks);
      const all = `${title} ${at === 0 ? lesson.objective : ''} ${text}`.toLowerCase();
      if (!words.every((word) => all.includes(word))) return;
      const hit: Hit = {
        lesson: lesson.id,
        number: lesson.number,
        step: at,
        title: step.title,
        excerpt: excerptOf(text, words),
      };
      (words.some((word) => title.toLowerCase().includes(word)) ? first : rest).push(hit);
    });
  }
  return [...first, ...rest];
}

function excerptOf(text: string, words: readonly string[]): Hit['excerpt'] {
  const lower = text.toLowerCase();
  // Some letters change their length with their case; then the places would be wrong.
  if (lower.length !== text.length) return [{ text: text.slice(0, 2 * AROUND), found: false }];
  const places = words.map((word) => lower.indexOf(word)).filter((at) => at >= 0);
  const centre = Math.min(...places, Math.max(0, text.length - 1));
  const from = Math.max(0, centre - AROUND);
  const to = Math.min(text.length, centre + 2 * AROUND);
  const parts: Hit['excerpt'] = [];
  const plain = (piece: string): void => {
    if (piece !== '') parts.push({ text: piece, found: false });
  };
  let at = from;
  while (at < to) {
    const next = words
      .map((word) => ({ word, place: lower.indexOf(word, at) }))
      .filter(({ place }) => place >= 0 && place < to)
      .sort((a, b) => a.place - b.place || b.word.length - a.word.length)[0];
    if (!next) break;
    plain(text.slice(at, next.place));
    parts.push({ text: text.slice(next.place, next.place + next.word.length), found: true });
    at = next.place + next.word.length;
  }
  plain(text.slice(at, Math.max(at, to)));
  if (from > 0) parts.unshift({ text: '… ', found: false });
  if (to < text.length) parts.push({ text: ' …', found: false });
  return parts;
}

/** Terms in which all words occur, those whose own word fits first. */
export function searchGlossary(words: readonly string[], glossary: Glossary, lang: Lang): TermHit[] {
  if (words.length === 0) return [];
  const hits = Object.entries(glossary).flatMap(([id, entry]) => {
    const { word, text } = entry[lang];
    const all = `${word} ${text} ${entry.en.word}`.toLowerCase();
    return words.every((one) => all.includes(one)) ? [{ id, word, text }] : [];
  });
  const named = (hit: TermHit): boolean => words.some((word) => hit.word.toLowerCase().includes(word));
  return [...hits.filter(named), ...hits.filter((hit) => !named(hit))];
}
