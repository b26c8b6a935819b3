/* Splitting a typed line into arguments (after sdssplitargs in sds.c): redis-cli and the server's
 * inline commands read lines by these rules. */

import type { Bytes } from './bytes.ts';

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };

/** The arguments of `line`; null when quotes are unbalanced or text follows a closing quote.
 *  "..." knows \xHH, \n \r \t \b \a and \<any>; '...' knows only \'. */
export function splitArgs(line: Bytes): Bytes[] | null {
  const args: Bytes[] = [];
  let at = 0;
  for (;;) {
    while (at < line.length && isSpace(line, at)) at++;
    if (at >= line.length || line[at] === '\0') return args;
    const word = readWord(line, at);
    if (word === null) return null;
    args.push(word.text);
    at = word.end;
  }
}

/** A word may hold quoted parts after unquoted ones, but a closing quote must end it. */
function readWord(line: Bytes, from: number): { text: Bytes; end: number } | null {
  let text = '';
  let at = from;
  while (at < line.length && line[at] !== '\0' && !isSpace(line, at)) {
    const quote = line[at];
    if (quote !== '"' && quote !== "'") {
      text += quote;
      at++;
      continue;
    }
    const quoted = quote === '"' ? readDouble(line, at + 1) : readSingle(line, at + 1);
    if (quoted === null) return null;
    at = quoted.end;
    if (at < line.length && line[at] !== '\0' && !isSpace(line, at)) return null;
    return { text: text + quoted.text, end: at };
  }
  return { text, end: at };
}

function readDouble(line: Bytes, from: number): { text: Bytes; end: number } | null {
  let text = '';
  for (let at = from; at < line.length; at++) {
    const char = line[at] as string;
    if (char === '"') return { text, end: at + 1 };
    if (char === '\0') return null;
    if (char !== '\\' || at + 1 >= line.length) {
      text += char;
      continue;
    }
    const hex = /^x[0-9a-fA-F]{2}/.exec(line.slice(at + 1, at + 4));
    if (hex) {
      text += String.fromCharCode(Number.parseInt(hex[0].slice(1), 16));
      at += 3;
    } else {
      const escaped = line[at + 1] as string;
      text += ESCAPES[escaped] ?? escaped;
      at++;
    }
  }
  return null;
}

function readSingle(line: Bytes, from: number): { text: Bytes; end: number } | null {
  let text = '';
  for (let at = from; at < line.length; at++) {
    const char = line[at] as string;
    if (char === "'") return { text, end: at + 1 };
    if (char === '\0') return null;
    if (char === '\\' && line[at + 1] === "'") {
      text += "'";
      at++;
    } else text += char;
  }
  return null;
}

function isSpace(line: Bytes, at: number): boolean {
  const code = line.charCodeAt(at);
  return code === 32 || (code >= 9 && code <= 13);
}
