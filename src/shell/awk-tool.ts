/* awk as just-bash has it, given programs in words that it reads right: a separator of several characters is a
 * regular expression for `split` also when it is written as a string; NAME=VALUE among the files sets a variable;
 * records need not be lines (awk-records.ts); and an array can be sorted and has a length. */

import { fieldsOf, programForRecords, recordsAsLines, separatorOf, withNewlines } from './awk-records.ts';
import { fail, type Execute, type Surroundings } from './command.ts';

const SPLIT = /\bsplit\(([^,()]*(?:\([^()]*\)[^,()]*)*),\s*(\w+)\s*,\s*"((?:[^"\\]|\\.){2,})"\s*\)/g;

/** awk's words, taken apart. */
interface Call {
  options: string[];
  /** NAME=VALUE, of -v and among the files. */
  settings: string[];
  /** The separator of fields, if -F gives one. */
  fields: string | null;
  program: string;
  files: string[];
}

export const awk: Execute = async (args, stdin, around) => {
  const { origCommand } = around;
  if (!origCommand) return fail('awk: not here');
  const call = await callOf(args, around);
  if (typeof call === 'string') return fail(`awk: ${call}`, 2);
  const separator = separatorOf(call.program, call.settings);
  if (separator !== null) return byRecords(call, separator, stdin, around);
  return origCommand([...wordsOf(call), ...call.files]);
};

/** The words taken apart, or why they cannot be. */
async function callOf(args: readonly string[], { fs, cwd }: Surroundings): Promise<Call | string> {
  const texts: string[] = [];
  const call: Call = { options: [], settings: [], fields: null, program: '', files: [] };
  let at = 0;
  for (; args[at]?.startsWith('-') && args[at] !== '-'; at++) {
    const word = args[at] as string;
    const [, letter = '', value] = /^-([Fvf])(.+)$/s.exec(word) ?? [word, word.slice(1), undefined];
    if (letter === 'F') call.fields = value ?? args[++at] ?? '';
    else if (letter === 'v') call.settings.push(value ?? args[++at] ?? '');
    else if (letter === 'f') {
      const path = value ?? args[++at] ?? '';
      if (!(await fs.exists(fs.resolvePath(cwd, path)))) return `can't open file ${path}`;
      texts.push(await fs.readFile(fs.resolvePath(cwd, path)));
    } else if (word === '--') break;
    else call.options.push(word);
  }
  const rest = args.slice(at + (args[at] === '--' ? 1 : 0));
  const program = texts.length > 0 ? texts.join('\n') : (rest.shift() ?? '');
  const isSetting = (word: string): boolean => /^[A-Za-z_]\w*=/.test(word);
  call.program = readable(program);
  call.settings.push(...rest.filter(isSetting));
  call.files = rest.filter((word) => !isSetting(word) && word !== '-');
  return call;
}

function wordsOf({ options, settings, fields, program }: Call): string[] {
  const given = settings.flatMap((word) => ['-v', word]);
  return [...options, ...(fields === null ? [] : ['-F', fields]), ...given, program];
}

/** With records that are no lines: what it reads is laid down for it as lines. */
async function byRecords(
  call: Call,
  separator: string,
  stdin: string,
  { origCommand, fs, cwd }: Surroundings,
): ReturnType<Execute> {
  if (/\bFILENAME\b/.test(call.program)) return fail('awk: FILENAME is not known here where RS is set', 2);
  let text = stdin;
  if (call.files.length > 0) {
    const texts = call.files.map((path) => fs.readFile(fs.resolvePath(cwd, path)));
    try {
      text = (await Promise.all(texts)).join('');
    } catch (error) {
      return fail(`awk: ${error instanceof Error ? error.message : String(error)}`, 2);
    }
  }
  let at = 0;
  while (await fs.exists(`/.shell/awk-${at}`)) at++;
  const laid = `/.shell/awk-${at}`;
  await fs.writeFile(laid, recordsAsLines(text, separator));
  const settings = call.settings.map((word) =>
    word.replace(/^(FS=)(.*)$/s, (_, name: string, value: string) => name + fieldsOf(value, separator)),
  );
  const fields = call.fields === null ? null : fieldsOf(call.fields, separator);
  const program = programForRecords(call.program, separator);
  try {
    const words = wordsOf({ ...call, settings, fields, program });
    const result = await (origCommand as NonNullable<typeof origCommand>)([...words, laid]);
    return { ...result, stdout: withNewlines(result.stdout) };
  } finally {
    await fs.rm(laid, { force: true });
  }
}

/** What in a separator means more than itself. */
const MEANS_MORE = /[[\]()+*?^$\\]|\w\|\w/;

function readable(program: string): string {
  const text = program.replace(SPLIT, (whole, text: string, array: string, separator: string) => {
    if (!MEANS_MORE.test(separator)) return whole;
    // In a string a backslash is written twice to be one.
    const expression = separator.replace(/\\\\/g, '\\').replaceAll('/', '\\/');
    return `split(${text}, ${array}, /${expression}/)`;
  });
  return withArrayFunctions(text);
}

/** asort, asorti and length of an array as functions of the program, one for each array: just-bash has none of them, and
 *  in a function it does not walk over an array that it is given. */
function withArrayFunctions(program: string): string {
  const functions = new Map<string, string>();
  const sorted = program.replace(
    /\b(asorti?)\s*\(\s*(\w+)\s*(?:,\s*(\w+)\s*)?\)/g,
    (_, how: 'asort' | 'asorti', from: string, to = from) => {
      const name = `__${how}_${from}_${to}`;
      functions.set(name, sorting(name, how, from, to));
      return `${name}()`;
    },
  );
  const counted = sorted.replace(/\blength\s*\(\s*([A-Za-z_]\w*)\s*\)/g, (whole, array: string) => {
    const isArray = new RegExp(`\\b${array}\\s*\\[|\\bin\\s+${array}\\b|\\bsplit\\([^;]*,\\s*${array}\\b`);
    if (!isArray.test(program)) return whole;
    const name = `__length_${array}`;
    functions.set(name, `function ${name}(  __k, __n) { for (__k in ${array}) __n++; return __n + 0 }`);
    return `${name}()`;
  });
  return [counted, ...functions.values()].join('\n');
}

/** Values are sorted with numbers before texts, names as texts; numbered they are left in `to`. */
function sorting(name: string, how: 'asort' | 'asorti', from: string, to: string): string {
  const what = how === 'asort' ? `${from}[__k]` : '__k ""';
  const isNumber = (text: string): string => `(${text} + 0 == ${text})`;
  const [one, other] = ['__x', '__l[__j]'];
  const before = `(${isNumber(one)} != ${isNumber(other)} ? ${isNumber(one)} : ${one} < ${other})`;
  return `function ${name}(  __k, __n, __l, __i, __j, __x) {
  for (__k in ${from}) __l[++__n] = ${what}
  for (__i = 2; __i <= __n; __i++) {
    __x = __l[__i]
    for (__j = __i - 1; __j > 0 && ${how === 'asort' ? before : '__x < __l[__j]'}; __j--) __l[__j + 1] = __l[__j]
    __l[__j + 1] = __x
  }
  delete ${to}
  for (__i = 1; __i <= __n; __i++) ${to}[__i] = __l[__i]
  return __n + 0
}`;
}
