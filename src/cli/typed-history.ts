/* The lines that the arrow keys bring back at redis-cli's prompt: what holds a password is not among them.
 * Which commands that are was measured key by key on 7.0.15 (test/conformance/keys/history.txt). */

import { splitArgs } from '#base/split-args.ts';

/** As many as redis-cli keeps. */
const KEPT = 100;

/** `history` with `line` at its end, unless it is empty, what was typed last, or holds a password. */
export function remembered(history: readonly string[], line: string): readonly string[] {
  if (line === '' || history.at(-1) === line || isSensitive(line)) return history;
  return [...history, line].slice(-KEPT);
}

/** `history` in which lines have become others, by their steps back from its end; 0 is no line of it. */
export function revised(
  history: readonly string[],
  drafts: Readonly<Record<number, string>>,
): readonly string[] {
  return history.map((line, at) => drafts[history.length - at] ?? line);
}

/** Does the line say a password? */
function isSensitive(line: string): boolean {
  const words = (splitArgs(line) ?? []).map((word) => word.toLowerCase());
  if (words.length > 1 && /^\d+$/.test(words[0] ?? '')) words.shift();
  const [name, second, third] = words;
  switch (name) {
    case 'auth':
      return true;
    case 'acl':
      return second === 'setuser';
    case 'config':
      return second === 'set' && ['masterauth', 'masteruser', 'requirepass'].includes(third ?? '');
    case 'hello':
      return helloHasAuth(words.slice(2));
    case 'migrate':
      return migrateHasAuth(words.slice(6));
    default:
      return false;
  }
}

/** [AUTH username password] [SETNAME clientname] */
function helloHasAuth([option, ...rest]: readonly string[]): boolean {
  if (option === 'auth') return rest.length >= 2;
  return option === 'setname' && rest.length > 0 && helloHasAuth(rest.slice(1));
}

/** [COPY] [REPLACE] [AUTH password | AUTH2 username password] [KEYS key ...] */
function migrateHasAuth(options: readonly string[]): boolean {
  const names = options.slice(0, options.includes('keys') ? options.indexOf('keys') : undefined);
  return names.some((one, at) => /^auth2?$/.test(one) && at + 1 < options.length);
}
