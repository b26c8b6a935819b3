/* What a cue says on the screen. A cue with words of its own shows them; the others tell what they do. */

import { fill, shownLanguages } from '#app/i18n/i18n.svelte.ts';
import type { Action, Lang } from '#lesson/types.ts';
import type { Cue } from './script.ts';
import { presentIn } from './words.ts';

/** The cue in each shown language; code stands between backticks. */
export function cueTexts(cue: Cue): string[] {
  const told = shownLanguages().map((lang) => textIn(cue, lang));
  return [...new Set(told)].filter((text) => text !== '');
}

/** The same for whoever is about to go on: also what the cue will do. */
export function comingTexts(cue: Cue): string[] {
  const deed = { type: 'willType', run: 'willRun', reveal: 'reveal', goal: 'goal' } as const;
  if (!(cue.kind in deed)) return cueTexts(cue);
  const word = deed[cue.kind as keyof typeof deed];
  if (cue.kind === 'reveal') return shownLanguages().map((lang) => presentIn(lang, word));
  return shownLanguages().map((lang) => `${presentIn(lang, word)} ${textIn(cue, lang)}`);
}

function textIn(cue: Cue, lang: Lang): string {
  switch (cue.kind) {
    case 'type':
    case 'run':
      return `\`${cue.console === null ? '' : `${promptOf(cue.console)} `}${cue.line}\``;
    case 'act':
      return actText(cue.action, lang);
    default:
      return cue.words[lang] ?? Object.values(cue.words)[0] ?? '';
  }
}

function promptOf(console: string): string {
  return console === 'host' ? '#' : `${console.replace(/c$/, '')}>`;
}

function actText(action: Action, lang: Lang): string {
  switch (action.do) {
    case 'fault': {
      const [kind = '', first = '', second = ''] = action.fault.split(/\s+/);
      return fill(presentIn(lang, `fault_${kind}`), { 1: first, 2: second });
    }
    case 'client': {
      const word = { start: 'clientStart', stop: 'clientStop', set: 'clientSet' } as const;
      return fill(presentIn(lang, word[action.action]), { 1: action.id.replace('client:', '') });
    }
    case 'line':
      return `${presentIn(lang, 'everywhere')}: \`${action.line}\``;
    case 'chaos':
      return presentIn(lang, 'chaosPlays');
    case 'act':
      return '';
    default:
      return presentIn(lang, 'wait');
  }
}
