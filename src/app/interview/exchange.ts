/* Reviews and cards as files: the log as JSON to take to another machine, the cards as Markdown to read
 * and as text that Anki imports. What comes in is checked entry by entry. */

import type { Card } from '#lesson/card.ts';
import type { Lang } from '#lesson/types.ts';
import type { Mark, Review } from './reviews.ts';

const FORMAT = 'redis-cluster-playground-reviews';
const VERSION = 1;
/** Thousands of reviews a day for years. */
export const LARGEST_IMPORT = 16 * 1024 * 1024;
const FIRST_TIME = Date.UTC(2000, 0);
const LAST_TIME = Date.UTC(2200, 0);

/** Why a file is refused; the page has words for each. */
export type Refusal = 'tooLarge' | 'notJson' | 'notOurs' | 'newer';

export class ImportError extends Error {
  override name = 'ImportError';
  readonly reason: Refusal;
  constructor(reason: Refusal) {
    super(reason);
    this.reason = reason;
  }
}

export function writeReviews(reviews: readonly Review[]): string {
  return JSON.stringify({ format: FORMAT, version: VERSION, reviews }, null, 1);
}

/** The reviews of a file, and how many entries were damaged; throws an ImportError when it is no file
 *  of ours. */
export function readReviews(text: string): { reviews: Review[]; damaged: number } {
  if (text.length > LARGEST_IMPORT) throw new ImportError('tooLarge');
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    throw new ImportError('notJson');
  }
  if (typeof file !== 'object' || file === null) throw new ImportError('notOurs');
  const { format, version, reviews } = file as Record<string, unknown>;
  if (format !== FORMAT || !Array.isArray(reviews)) throw new ImportError('notOurs');
  if (typeof version !== 'number' || version > VERSION) throw new ImportError('newer');
  return checkReviews(reviews);
}

/** The entries that are reviews. */
export function checkReviews(entries: readonly unknown[]): { reviews: Review[]; damaged: number } {
  const reviews = entries.flatMap((entry) => checkReview(entry) ?? []);
  return { reviews, damaged: entries.length - reviews.length };
}

function checkReview(entry: unknown): Review | null {
  if (typeof entry !== 'object' || entry === null) return null;
  const { id, card, at, mark } = entry as Record<string, unknown>;
  if (typeof id !== 'string' || !/^[\w-]{1,64}$/.test(id)) return null;
  if (typeof card !== 'string' || !/^[a-z0-9-]{1,64}$/.test(card)) return null;
  if (typeof at !== 'number' || !(at >= FIRST_TIME && at <= LAST_TIME)) return null;
  if (mark !== 1 && mark !== 2 && mark !== 3 && mark !== 4) return null;
  return { id, card, at: Math.round(at), mark: mark satisfies Mark };
}

const LABELS = {
  en: { title: 'Redis Cluster interview cards', wrong: 'A common wrong answer', lesson: 'Lesson' },
  zh: { title: 'Redis Cluster 面试卡片', wrong: '常见的错误答案', lesson: '课程' },
} as const;

/** The cards as one Markdown document. */
export function cardsAsMarkdown(cards: readonly Card[], lang: Lang): string {
  const { title, wrong, lesson } = LABELS[lang];
  const parts = cards.map((card) =>
    [
      `## ${markdown(card.question[lang])}`,
      markdown(card.answer[lang]),
      `> **${wrong}:** ${markdown(card.wrong[lang])}`,
      `${card.topics.map((topic) => `\`${topic}\``).join(' ')} · ${lesson} ${card.lesson.slice(0, 2)}`,
    ].join('\n\n'),
  );
  return `# ${title}\n\n${parts.join('\n\n')}\n`;
}

/** Signs that Markdown would take for markup are meant as they stand. */
function markdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|]/g, '\\$&');
}

/** The cards as text for Anki: front, back and tags between tabs, with the header lines it knows. */
export function cardsAsAnki(cards: readonly Card[], lang: Lang): string {
  const { title, wrong } = LABELS[lang];
  const header = ['#separator:tab', '#html:true', `#deck:${title}`, '#tags column:3'];
  const rows = cards.map((card) => {
    const back = `${html(card.answer[lang])}<br><br><i>${wrong}: ${html(card.wrong[lang])}</i>`;
    const tags = ['redis-cluster', card.level, ...card.topics].map((tag) => tag.replace(/\s+/g, '-'));
    return [html(card.question[lang]), back, tags.join(' ')].join('\t');
  });
  return `${[...header, ...rows].join('\n')}\n`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function html(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign).replace(/\s+/g, ' ');
}
