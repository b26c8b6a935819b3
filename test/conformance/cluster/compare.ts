/* Replies in a form in which two clusters can be compared: ids and ports by the letter of the server,
 * offsets and times masked. */

import {
  Attribute,
  BigNumber,
  Bool,
  Double,
  ErrorReply,
  MapReply,
  NullArray,
  Push,
  SetReply,
  Status,
  Verbatim,
  type Reply,
} from '#redis/reply.ts';

export const LETTERS = ['A', 'B', 'C', 'D'] as const;

/** Splits a line of the corpus: the server and the words, with ids and ports filled in. */
export function parseLine(
  line: string,
  ids: readonly string[],
  ports: readonly number[],
): [index: number, argv: string[]] {
  const index = LETTERS.indexOf(line.charAt(0).toUpperCase() as 'A');
  const argv = line
    .slice(3)
    .split(' ')
    .map((word) => (word === '""' ? '' : word))
    .map((word) =>
      word.replace(/<([A-D])>/, (_, letter: string) => ids[LETTERS.indexOf(letter as 'A')] as string),
    )
    .map((word) =>
      word.replace(/<([a-d])>/, (_, letter: string) =>
        String(ports[LETTERS.indexOf(letter.toUpperCase() as 'A')]),
      ),
    );
  return [index, argv];
}

/** A reply as one line of text. */
export function normalize(reply: Reply, ids: readonly string[], ports: readonly number[]): string {
  let text = write(reply);
  ids.forEach((id, index) => {
    text = text.replaceAll(id, `<${LETTERS[index]}>`);
  });
  ports.forEach((port, index) => {
    text = text.replace(new RegExp(`\\b1?${port}\\b`, 'g'), (found) =>
      found.length > String(port).length ? found : `<${LETTERS[index]?.toLowerCase()}>`,
    );
    text = text.replaceAll(`@${port + 10000}`, `@<${LETTERS[index]?.toLowerCase()}>`);
  });
  return text;
}

function write(reply: Reply): string {
  if (typeof reply === 'string') return JSON.stringify(reply);
  if (reply === null) return 'nil';
  if (typeof reply === 'number' || typeof reply === 'bigint') return `:${reply}`;
  if (reply instanceof Status) return `+${reply.text}`;
  if (reply instanceof ErrorReply) return `-${reply.text}`;
  if (reply instanceof NullArray) return 'nilarray';
  if (reply instanceof Verbatim) return JSON.stringify(reply.text);
  if (reply instanceof Double) return JSON.stringify(reply.text);
  if (reply instanceof Bool) return reply.value ? ':1' : ':0';
  if (reply instanceof BigNumber) return JSON.stringify(reply.digits);
  if (reply instanceof MapReply) return `[${reply.pairs.flat().map(write).join(' ')}]`;
  if (reply instanceof SetReply || reply instanceof Push) return `[${reply.items.map(write).join(' ')}]`;
  if (reply instanceof Attribute) return write(reply.reply);
  return `[${(reply as readonly Reply[]).map(write).join(' ')}]`;
}

/** Words that differ between any two runs. */
export function mask(line: string, text: string): string {
  if (/^.: (ROLE|CLUSTER (REPLICAS|SLAVES))/.test(line))
    return text.replace(/\d{2,}/g, '#').replace(/:\d+\b/g, ':#');
  if (/CLUSTER HELP/.test(line)) return 'help';
  return text;
}
