/* A chaos tape: faults with their times, a line for each, as people write them. Text, so that it can be
 * edited, kept and passed on; the times count from the moment at which it is played. */

import type { Fault } from './api.ts';
import { parseFault } from './fault-text.ts';

export interface PlannedFault {
  afterUs: number;
  fault: Fault;
}

const MOST_LINES = 1000;
const LONGEST_S = 86_400;

/** Reads a tape. Throws an Error for people that names the line. Empty lines and lines that begin with #
 *  are passed over. */
export function parseChaos(text: string): PlannedFault[] {
  const out: PlannedFault[] = [];
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.trim().startsWith('#')) continue;
    const [, seconds, what] = /^\s*(\d+(?:\.\d+)?)\s+(.+)$/.exec(line) ?? [];
    try {
      if (what === undefined || Number(seconds) > LONGEST_S) throw new Error(`"${line.trim().slice(0, 60)}"`);
      out.push({ afterUs: Math.round(Number(seconds) * 1e6), fault: parseFault(what) });
    } catch (error) {
      throw new Error(`${at + 1}: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (out.length > MOST_LINES) throw new Error(`${at + 1}: > ${MOST_LINES}`);
  }
  return out.sort((p, q) => p.afterUs - q.afterUs);
}
