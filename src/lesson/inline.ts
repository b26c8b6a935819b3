/* Inline Markdown of lessons as a tree. Raw HTML is refused; links lead to http(s) pages, to glossary
 * terms (`term:pfail`), to things on the stage (`see:server/7002`), lessons and cards. */

import type { Token, Tokens } from 'marked';
import { fail, type Source } from './parse.ts';
import type { Inline } from './types.ts';

/** The inline tree of marked's tokens; throws a LessonError for what lessons may not hold. */
export function inlines(tokens: readonly Token[], source: Source): Inline[] {
  return tokens.flatMap((token, at) =>
    inline(token, source, { before: tokens[at - 1]?.raw ?? '', after: tokens[at + 1]?.raw ?? '' }),
  );
}

/** What stands beside a token in its line. */
interface Beside {
  before: string;
  after: string;
}

function inline(token: Token, source: Source, beside: Beside): Inline[] {
  switch (token.type) {
    case 'text':
      if ('tokens' in token && token.tokens) return inlines(token.tokens, source);
      return [{ kind: 'text', text: joinLines(unescape((token as Tokens.Text).text), beside) }];
    case 'escape':
      return [{ kind: 'text', text: (token as Tokens.Escape).text }];
    case 'strong':
      return [{ kind: 'strong', children: inlines((token as Tokens.Strong).tokens, source) }];
    case 'em':
      return [{ kind: 'em', children: inlines((token as Tokens.Em).tokens, source) }];
    case 'codespan':
      return [{ kind: 'code', text: unescape((token as Tokens.Codespan).text) }];
    case 'br':
      return [{ kind: 'text', text: ' ' }];
    case 'link':
      return [link(token as Tokens.Link, source)];
    default:
      return fail(source, `"${token.type}" cannot be used in the text of a lesson`);
  }
}

/** A line break inside a paragraph is a space between words, and nothing between Chinese characters, marked up
 *  or not. */
function joinLines(text: string, { before, after }: Beside): string {
  return text.replace(/\s*\n\s*/g, (gap, at: number) => {
    const left = text.slice(0, at) || before.replace(/(\]\([^)]*\)|\*+)$/, '');
    const right = text.slice(at + gap.length) || after.replace(/^(\[|\*+)/, '');
    return CHINESE.test(left.slice(-1)) && CHINESE.test(right.slice(0, 1)) ? '' : ' ';
  });
}

const CHINESE = /[\u3000-\u9fff\uff00-\uffef]/;

function link(token: Tokens.Link, source: Source): Inline {
  const children = inlines(token.tokens, source);
  if (token.href.startsWith('term:')) return { kind: 'term', id: token.href.slice(5), children };
  if (token.href.startsWith('see:')) return { kind: 'see', target: token.href.slice(4), children };
  if (/^(https?:\/\/|lesson:|card:)/.test(token.href)) return { kind: 'link', href: token.href, children };
  return fail(source, `a link leads to http(s):, term:, see:, lesson: or card:, not to "${token.href}"`);
}

/** marked hands code and text over with the five HTML entities in place. */
function unescape(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
