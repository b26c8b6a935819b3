/* Records of awk that are no lines. just-bash knows lines only, so such records are given to it as lines: a newline
 * within one stands there as another blank, in the data and wherever the program names one, and is a newline again
 * in what comes out. */

/** A blank to every expression that knows blanks, and nowhere in what people keep. */
const NEWLINE = '\v';

/** What the program sets RS to before it reads, if it is no newline; options go before the program. */
export function separatorOf(program: string, settings: readonly string[]): string | null {
  const given = settings.findLast((word) => word.startsWith('RS='))?.slice(3);
  const set = given ?? /\bRS\s*=\s*"((?:[^"\\]|\\.)*)"/.exec(program)?.[1];
  const separator = set?.replace(/\\([nt\\])/g, (_, letter: string) => ESCAPES[letter] ?? letter);
  return separator === undefined || separator === '\n' ? null : separator;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', '\\': '\\' };

/** The text with each record on a line of its own. */
export function recordsAsLines(text: string, separator: string): string {
  const records = recordsOf(text, separator);
  return records.map((record) => record.replaceAll('\n', NEWLINE) + '\n').join('');
}

function recordsOf(text: string, separator: string): string[] {
  if (separator === '') {
    // Empty lines, however many, stand between paragraphs.
    const paragraphs = text.replace(/^\n+|\n+$/g, '');
    return paragraphs === '' ? [] : paragraphs.split(/\n{2,}/);
  }
  const records = text.split(separator.length === 1 ? separator : new RegExp(separator));
  if (records.at(-1) === '') records.pop();
  return records;
}

/** The program as it is right for them. Between the fields of a paragraph a newline stands too. */
export function programForRecords(program: string, separator: string): string {
  const fields = program.replace(
    /(\bFS\s*=\s*)"((?:[^"\\]|\\.)*)"/g,
    (_, begin: string, text: string) => `${begin}"${fieldsOf(text, separator)}"`,
  );
  return fields.replace(/\\(.)/gs, (whole, letter: string) => (letter === 'n' ? NEWLINE : whole));
}

/** A separator of fields as it is right for such records. */
export function fieldsOf(text: string, separator: string): string {
  const plain = text.replaceAll('\\n', NEWLINE).replaceAll('\n', NEWLINE);
  if (separator !== '' || plain === ' ' || plain === NEWLINE) return plain;
  const single =
    plain.length === 1 && !/[\w\s]/.test(plain) ? `[${plain.replace(/[\\\]^]/, '\\\\$&')}]` : plain;
  return `(${single})|${NEWLINE}`;
}

/** What awk has printed, with its newlines. */
export function withNewlines(text: string): string {
  return text.replaceAll(NEWLINE, '\n');
}
