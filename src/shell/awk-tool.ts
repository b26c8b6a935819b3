/* awk as just-bash has it, given programs in words that it reads right: a separator of several characters is a
 * regular expression for `split` also when it is written as a string; and NAME=VALUE among the files sets a
 * variable. */

import { fail, type Execute } from './command.ts';

const SPLIT = /\bsplit\(([^,()]*(?:\([^()]*\)[^,()]*)*),\s*(\w+)\s*,\s*"((?:[^"\\]|\\.){2,})"\s*\)/g;

export const awk: Execute = (args, _stdin, { origCommand }) => {
  if (!origCommand) return Promise.resolve(fail('awk: not here'));
  const options: string[] = [];
  let at = 0;
  for (; args[at]?.startsWith('-') && args[at] !== '-'; at++) {
    const word = args[at] as string;
    options.push(word);
    if (/^-[Fvf]$/.test(word)) options.push(args[++at] ?? '');
    if (word === '--') break;
  }
  if (options.includes('-f')) return origCommand([...args]);
  const [program = '', ...rest] = args.slice(at);
  const isSetting = (word: string): boolean => /^[A-Za-z_]\w*=/.test(word);
  const settings = rest.filter(isSetting).flatMap((word) => ['-v', word]);
  const files = rest.filter((word) => !isSetting(word) && word !== '-');
  return origCommand([...options, ...settings, readable(program), ...files]);
};

/** What in a separator means more than itself. */
const MEANS_MORE = /[[\]()+*?^$\\]|\w\|\w/;

function readable(program: string): string {
  return program.replace(SPLIT, (whole, text: string, array: string, separator: string) => {
    if (!MEANS_MORE.test(separator)) return whole;
    // In a string a backslash is written twice to be one.
    const expression = separator.replace(/\\\\/g, '\\').replaceAll('/', '\\/');
    return `split(${text}, ${array}, /${expression}/)`;
  });
}
