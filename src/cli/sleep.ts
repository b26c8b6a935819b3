/* sleep: lets virtual time pass. Numbers may have a fraction and a unit (s, m, h, d), and add up. */

import * as ops from './ops.ts';
import { Interrupted } from './ops.ts';
import type { Program, ProgramMain } from './program.ts';

const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86400 };

/** Microseconds of a duration as sleep(1) takes it; null when it is none. */
export function parseDuration(text: string): number | null {
  const found = /^(\d+\.?\d*|\.\d+)([smhd]?)$/.exec(text);
  if (found === null) return null;
  return Number(found[1]) * (UNITS[found[2] as string] as number) * 1_000_000;
}

export const sleepProgram: ProgramMain = function* (argv): Program {
  let micros = 0;
  if (argv.length < 2) {
    yield* ops.printError('sleep: missing operand\n');
    return 1;
  }
  for (const word of argv.slice(1)) {
    const part = parseDuration(word);
    if (part === null) {
      yield* ops.printError(`sleep: invalid time interval '${word}'\n`);
      return 1;
    }
    micros += part;
  }
  try {
    yield* ops.sleep(micros);
    return 0;
  } catch (error) {
    if (error instanceof Interrupted) return 130;
    throw error;
  }
};
