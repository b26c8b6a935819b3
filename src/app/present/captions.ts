/* The words of a lesson as captions: a paragraph becomes pieces of a sentence or two that a room reads at
 * one glance, in one language or in two that go together. Code stays marked with backticks, so that a
 * caption is one plain text. */

import type { Block, Inline, Lang } from '#lesson/types.ts';

/** One caption; a language is missing where the lesson has it in the other only. */
export type Words = Partial<Record<Lang, string>>;

/** What fits two lines across a projector. A Chinese character is twice as wide as a Latin one. */
const LONGEST: Readonly<Record<Lang, number>> = { en: 180, zh: 88 };

/** The text of inline words, code between backticks. */
export function plain(inline: readonly Inline[]): string {
  return inline
    .map((part) => {
      if (part.kind === 'text') return part.text;
      return part.kind === 'code' ? `\`${part.text.replaceAll('`', "'")}\`` : plain(part.children);
    })
    .join('');
}

/** The text of a block of prose, a paragraph or a list item for each entry. */
export function paragraphs(blocks: readonly Block[]): string[] {
  return blocks.flatMap((block) => {
    switch (block.kind) {
      case 'paragraph':
      case 'heading':
        return [plain(block.inline)];
      case 'list':
        return block.items.map((item) => paragraphs(item).join(' '));
      case 'table':
        return block.rows.map((row) => row.map(plain).join(' – '));
      case 'note':
        return paragraphs(block.blocks);
      default:
        return [];
    }
  });
}

/** Sentences with their full stops. A stop within backticks or a number ends nothing. */
export function sentences(text: string): string[] {
  const found: string[] = [];
  let from = 0;
  let code = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (char === '`') code = !code;
    if (code) continue;
    if (!/[.!?。！？]/.test(char)) continue;
    // A closing quote or bracket belongs to the sentence before it.
    let end = at + 1;
    while (/[”’」』）)"]/.test(text[end] ?? '')) end++;
    if (/[.!?]/.test(char) && end < text.length && !/\s/.test(text[end] as string)) continue;
    at = end - 1;
    found.push(text.slice(from, at + 1).trim());
    from = at + 1;
  }
  found.push(text.slice(from).trim());
  return found.filter((sentence) => sentence !== '');
}

const joiner = (lang: Lang): string => (lang === 'zh' ? '' : ' ');

/** As few pieces as fit; a sentence that is too long alone stays whole. */
function fitted(text: string, lang: Lang): string[] {
  const pieces: string[] = [];
  for (const sentence of sentences(text)) {
    const last = pieces.at(-1);
    const longer = last === undefined ? null : last + joiner(lang) + sentence;
    if (longer !== null && longer.length <= LONGEST[lang]) pieces[pieces.length - 1] = longer;
    else pieces.push(sentence);
  }
  return pieces;
}

/** Exactly `count` pieces of about equal length; `count` is at most the number of sentences. */
function dealt(text: string, lang: Lang, count: number): string[] {
  const all = sentences(text);
  const pieces: string[] = [];
  let left = all.reduce((sum, { length }) => sum + length, 0);
  for (let piece = count; piece > 0; piece--) {
    let taken = all.shift() ?? '';
    let length = taken.length;
    const share = left / piece;
    // The others need a sentence each.
    while (all.length > piece - 1 && (piece === 1 || length + (all[0] as string).length / 2 < share)) {
      const sentence = all.shift() as string;
      length += sentence.length;
      taken += joiner(lang) + sentence;
    }
    left -= length;
    pieces.push(taken);
  }
  return pieces;
}

/** A paragraph, given in one language or two, as captions. Translations cut their sentences as they like,
 *  so both are dealt out over the same number of captions. */
export function captionsOf(paragraph: Words): Words[] {
  const given = (['en', 'zh'] as const).filter((lang) => (paragraph[lang] ?? '') !== '');
  const [one, other] = given;
  if (one === undefined) return [];
  if (other === undefined) return fitted(paragraph[one] ?? '', one).map((text) => ({ [one]: text }));
  const texts = given.map((lang) => paragraph[lang] ?? '');
  const wanted = Math.max(...given.map((lang, at) => fitted(texts[at] ?? '', lang).length));
  const count = Math.min(wanted, ...texts.map((text) => sentences(text).length));
  const [mine, theirs] = given.map((lang, at) => dealt(texts[at] ?? '', lang, count));
  return Array.from({ length: count }, (_, at) => ({ [one]: mine?.[at] ?? '', [other]: theirs?.[at] ?? '' }));
}
