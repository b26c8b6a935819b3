/* Error replies in what a console printed. Only errors that have a rule behind them count; a mistyped
 * command explains itself. */

/** The errors that the page can explain, by their first word. */
export const EXPLAINED = [
  'MOVED',
  'ASK',
  'CROSSSLOT',
  'CLUSTERDOWN',
  'TRYAGAIN',
  'READONLY',
  'MASTERDOWN',
  'LOADING',
  'OOM',
  'NOREPLICAS',
  'MISCONF',
  'EXECABORT',
  'WRONGTYPE',
  'BUSY',
  'NOSCRIPT',
  'NOAUTH',
  'NOPERM',
] as const;

export type ErrorCode = (typeof EXPLAINED)[number];

const LINE = new RegExp(`^(?:\\(error\\) )((?:${EXPLAINED.join('|')})\\b.*)$`);

/** The error that a printed line tells of, as the server sent it; null for any other line. */
export function errorIn(line: string): string | null {
  return LINE.exec(line.trimEnd())?.[1] ?? null;
}

/** The last such error in a text. */
export function lastError(text: string): string | null {
  const lines = text.split('\n');
  for (let at = lines.length - 1; at >= 0; at--) {
    const error = errorIn(lines[at] ?? '');
    if (error !== null) return error;
  }
  return null;
}
