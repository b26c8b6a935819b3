/* diff of two texts: as lines to take away and to put in, in the form of `diff`, of `diff -u`, or only whether they
 * differ. What is equal is found as the longest sequence of lines that both have. */

import { fail, type Execute, type Surroundings } from './command.ts';

/** Lines that are compared one by one; beyond it, texts that differ this much are told to differ, no more. */
const MOST_CELLS = 4_000_000;

interface Options {
  brief: boolean;
  tellSame: boolean;
  /** Lines around a difference, or null for the plain form. */
  context: number | null;
  same(line: string): string;
}

/** Lines a..b of the one text stand where the other has c..d (ends not included). */
interface Change {
  a: number;
  b: number;
  c: number;
  d: number;
}

/** diff [-u | -U N] [-q] [-s] [-i] [-w] [-b] FILE FILE; `-` is what is piped in. */
export const diff: Execute = async (args, stdin, around) => {
  const { options, names } = read(args);
  if (typeof options === 'string') return fail(`diff: ${options}`, 2);
  const [one, other] = names;
  if (one === undefined || other === undefined || names.length > 2)
    return fail(`diff: ${names.length > 2 ? `extra operand '${names[2]}'` : 'two files are needed'}`, 2);
  const texts: string[][] = [];
  for (const name of [one, other]) {
    const text = name === '-' ? stdin : await textOf(around, name);
    if (text === null) return fail(`diff: ${name}: No such file or directory`, 2);
    texts.push(linesOf(text));
  }
  const [left = [], right = []] = texts;
  const changes = changesOf(left.map(options.same), right.map(options.same));
  const differ = changes === null || changes.length > 0;
  let stdout = '';
  if (!differ && options.tellSame) stdout = `Files ${one} and ${other} are identical\n`;
  else if (differ && (options.brief || changes === null)) stdout = `Files ${one} and ${other} differ\n`;
  else if (differ && changes !== null)
    stdout =
      options.context === null
        ? changes.map((change) => plain(change, left, right)).join('')
        : `--- ${one}\n+++ ${other}\n${unified(changes, left, right, options.context)}`;
  return { stdout, stderr: '', exitCode: differ ? 1 : 0 };
};

function read(args: readonly string[]): { options: Options | string; names: string[] } {
  const names: string[] = [];
  const options: Options = { brief: false, tellSame: false, context: null, same: (line) => line };
  const chain = (step: (line: string) => string): void => {
    const before = options.same;
    options.same = (line) => step(before(line));
  };
  for (let at = 0; at < args.length; at++) {
    const word = args[at] as string;
    if (word === '-' || !word.startsWith('-')) names.push(word);
    else if (/^-U/.test(word)) options.context = Number(word.slice(2) || args[++at]) || 0;
    else if (/^--(?:brief|unified|report-identical-files|ignore-case|color(?:=\w+)?)$/.test(word)) {
      if (word === '--brief') options.brief = true;
      if (word === '--unified') options.context = 3;
      if (word === '--report-identical-files') options.tellSame = true;
      if (word === '--ignore-case') chain((line) => line.toLowerCase());
    } else if (/^-[uqsiwbaN]+$/.test(word)) {
      if (word.includes('u')) options.context = 3;
      if (word.includes('q')) options.brief = true;
      if (word.includes('s')) options.tellSame = true;
      if (word.includes('i')) chain((line) => line.toLowerCase());
      if (word.includes('w')) chain((line) => line.replace(/\s+/g, ''));
      if (word.includes('b')) chain((line) => line.replace(/\s+/g, ' ').trimEnd());
    } else return { options: `unrecognized option '${word}'`, names };
  }
  return { options, names };
}

async function textOf({ fs, cwd }: Surroundings, name: string): Promise<string | null> {
  try {
    return await fs.readFile(fs.resolvePath(cwd, name));
  } catch {
    return null;
  }
}

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** What makes the one the other; null when they are too large and too different to say. */
function changesOf(left: readonly string[], right: readonly string[]): Change[] | null {
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start++;
  let end = 0;
  while (
    end < left.length - start &&
    end < right.length - start &&
    left[left.length - 1 - end] === right[right.length - 1 - end]
  )
    end++;
  const [rows, columns] = [left.length - start - end, right.length - start - end];
  if (rows * columns > MOST_CELLS) return null;
  const longest = longestCommon(left.slice(start, start + rows), right.slice(start, start + columns));
  const changes: Change[] = [];
  let [row, column] = [0, 0];
  const isEqual = (): boolean =>
    row < rows && column < columns && left[start + row] === right[start + column];
  while (row < rows || column < columns) {
    if (isEqual()) {
      row++;
      column++;
      continue;
    }
    const change = { a: start + row, b: 0, c: start + column, d: 0 };
    while ((row < rows || column < columns) && !isEqual())
      if (column >= columns || (row < rows && longest(row + 1, column) >= longest(row, column + 1))) row++;
      else column++;
    changes.push({ ...change, b: start + row, d: start + column });
  }
  return changes;
}

/** Length of the longest sequence that both have from there on. */
function longestCommon(
  left: readonly string[],
  right: readonly string[],
): (row: number, column: number) => number {
  const width = right.length + 1;
  const table = new Uint32Array((left.length + 1) * width);
  for (let row = left.length - 1; row >= 0; row--)
    for (let column = right.length - 1; column >= 0; column--) {
      const at = row * width + column;
      table[at] =
        left[row] === right[column]
          ? (table[at + width + 1] ?? 0) + 1
          : Math.max(table[at + width] ?? 0, table[at + 1] ?? 0);
    }
  return (row, column) => (row > left.length || column >= width ? -1 : (table[row * width + column] ?? -1));
}

/** "2,3c2", "1a2", "4d3" and the lines. */
function plain({ a, b, c, d }: Change, left: readonly string[], right: readonly string[]): string {
  const range = (from: number, to: number): string =>
    to - from > 1 ? `${from + 1},${to}` : String(to === from ? from : to);
  const verb = a === b ? 'a' : c === d ? 'd' : 'c';
  const removed = left.slice(a, b).map((line) => `< ${line}\n`);
  const added = right.slice(c, d).map((line) => `> ${line}\n`);
  return [`${range(a, b)}${verb}${range(c, d)}\n`, ...removed, verb === 'c' ? '---\n' : '', ...added].join(
    '',
  );
}

function unified(
  changes: readonly Change[],
  left: readonly string[],
  right: readonly string[],
  context: number,
): string {
  const groups: Change[][] = [];
  for (const change of changes) {
    const last = groups.at(-1)?.at(-1);
    if (last !== undefined && change.a - last.b <= 2 * context) groups.at(-1)?.push(change);
    else groups.push([change]);
  }
  return groups.map((group) => hunk(group, left, right, context)).join('');
}

function hunk(
  group: readonly Change[],
  left: readonly string[],
  right: readonly string[],
  context: number,
): string {
  const [first, last] = [group[0] as Change, group.at(-1) as Change];
  const from = Math.max(0, first.a - context);
  const to = Math.min(left.length, last.b + context);
  const shift = first.c - first.a;
  const rightTo = last.d + (to - last.b);
  const lines: string[] = [];
  let at = from;
  for (const { a, b, c, d } of group) {
    for (; at < a; at++) lines.push(` ${left[at]}\n`);
    for (; at < b; at++) lines.push(`-${left[at]}\n`);
    for (const line of right.slice(c, d)) lines.push(`+${line}\n`);
  }
  for (; at < to; at++) lines.push(` ${left[at]}\n`);
  const range = (begin: number, end: number): string =>
    end - begin === 1 ? String(end) : `${end === begin ? begin : begin + 1},${end - begin}`;
  return `@@ -${range(from, to)} +${range(from + shift, rightTo)} @@\n${lines.join('')}`;
}
