/* Words that belong to one part of the page and are loaded with it, so that the first visit does not pay
 * for them. Both languages lie side by side in one small table. */

import { fill, labelLanguage, type Params } from './i18n.svelte.ts';

/** Each word as [English, Chinese]. */
export type WordTable = Readonly<Record<string, readonly [en: string, zh: string]>>;

/** A `t` for one table; it follows the language of the labels like the page's own. */
export function wordsOf<Table extends WordTable>(
  table: Table,
): (word: keyof Table & string, params?: Params) => string {
  return (word, params) => {
    const text = table[word]?.[labelLanguage() === 'zh' ? 1 : 0] ?? word;
    return params ? fill(text, params) : text;
  };
}
