/* Bytes between double quotes, as MONITOR, logs and configuration lines show them (after sdscatrepr in
 * sds.c). splitArgs (split-args.ts) reads them back. */

import type { Bytes } from './bytes.ts';

const NAMED: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\x07': '\\a',
  '\b': '\\b',
};

/** `text` quoted; what cannot be printed becomes \xHH. */
export function sdscatrepr(text: Bytes): Bytes {
  let out = '"';
  for (const char of text) {
    const code = char.charCodeAt(0);
    out += NAMED[char] ?? (code >= 32 && code < 127 ? char : `\\x${code.toString(16).padStart(2, '0')}`);
  }
  return `${out}"`;
}
