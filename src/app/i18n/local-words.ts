/* Words that belong to one part of the page and are loaded with it, so that the first visit does not pay
 * for them. Both languages lie side by side in one small table. */

import { fill, labelLanguage, type Params } from './i18n.svelte.ts';

/** Each word as [English, Chinese]. */
export type WordTable = Readonly<Record<string, readonly [en: string, zh: string]>>;

/** The text of one table in a given language; a word that is not in it stands for itself. */
export function wordIn(table: WordTable, lang: 'en' | 'zh', word: string): string {
  return table[word]?.[lang === 'zh' ? 1 : 0] ?? word;
}

/** A `t` for one table; it follows the language of the labels like the page's own. */
export function wordsOf<Table extends WordTable>(
  table: Table,
): (word: keyof Table & string, params?: Params) => string {
  return (word, params) => {
    const text = wordIn(table, labelLanguage(), word);
    return params ? fill(text, params) : text;
  };
}
