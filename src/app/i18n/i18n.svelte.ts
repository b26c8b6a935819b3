/* Words of the page in English and Chinese.
 *
 * `t` gives one text, for labels and buttons; `texts` gives one or two, for sentences that a reader
 * who chose both languages wants to see side by side. Both follow the chosen language at once, since
 * the language is reactive state. English is part of the page; Chinese is a chunk of its own that is
 * loaded before the language changes, or in a quiet moment. */

import { enPage } from './en.ts';
import { enStage } from './en-stage.ts';

/** 'both' shows sentences in both languages and labels in English. */
export type Language = 'en' | 'zh' | 'both';

const en = { ...enPage, ...enStage };

export type Word = keyof typeof en;
export type Params = Readonly<Record<string, string | number>>;

type Words = Readonly<Record<Word, string>>;

let chosen: Language = $state('en');
let zh: Words | null = $state.raw(null);
let wanted: Language = 'en';

export function language(): Language {
  return chosen;
}

/** Changes the language, as soon as its words are here. */
export async function setLanguage(next: Language): Promise<void> {
  wanted = next;
  if (next !== 'en') await loadChinese();
  // Somebody may have chosen again meanwhile.
  if (wanted === next) chosen = next;
}

/** Loads the Chinese words; without them (no connection) the page stays in English. */
export async function loadChinese(): Promise<void> {
  zh ??= (await import('./zh-words.ts')).zh;
}

/** The language of labels: what the html element's lang should say. */
export function labelLanguage(): 'en' | 'zh' {
  return chosen === 'zh' ? 'zh' : 'en';
}

/** The languages in which sentences are shown, first the one of the labels. */
export function shownLanguages(): readonly ('en' | 'zh')[] {
  return chosen === 'both' ? ['en', 'zh'] : [chosen];
}

/** The text for `word`; `{name}` in it stands for `params.name`. */
export function t(word: Word, params?: Params): string {
  return textIn(labelLanguage(), word, params);
}

/** The text in each shown language. */
export function texts(word: Word, params?: Params): string[] {
  return shownLanguages().map((lang) => textIn(lang, word, params));
}

/** The text in one given language. */
export function textIn(lang: 'en' | 'zh', word: Word, params?: Params): string {
  const text = (lang === 'zh' ? zh : null)?.[word] ?? en[word];
  return params ? fill(text, params) : text;
}

/** What an error says, in the language of the labels: a session says it in English. */
export async function messageOf(error: unknown): Promise<string> {
  const message = error instanceof Error ? error.message : String(error);
  if (labelLanguage() === 'en') return message;
  return await import('./session-problems.ts').then(
    ({ inChinese }) => inChinese(message),
    () => message,
  );
}

/** `text` with `{name}` replaced by the parameters. */
export function fill(text: string, params: Params): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    return value === undefined ? whole : String(value);
  });
}
