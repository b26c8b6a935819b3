/* Who believes what among more servers than a table can hold: cells of at least three pixels, binned by
 * the worst belief in them, so that one red cell among a million survives. */

import type { ServerSurvey } from '#sim/frame.ts';

/** From well to worst; -1 is a server that is down and believes nothing. */
export type Grade = -1 | 0 | 1 | 2 | 3;

const GRADES: Readonly<Record<string, Grade>> = { s: 0, '.': 0, h: 1, '-': 1, '?': 2, '!': 3 };

const LEAST_CELL_PX = 3;

export interface BigMatrix {
  /** Bins on a side, and servers in one bin. */
  bins: number;
  per: number;
  /** Row by row: the worst belief in each bin. */
  grades: Int8Array;
}

type Answers = Readonly<Record<string, ServerSurvey>>;

/** The matrix for a square of that many pixels. */
export function bigMatrix(names: readonly string[], answers: Answers, sidePx: number): BigMatrix {
  const most = Math.max(1, Math.floor(sidePx / LEAST_CELL_PX));
  const per = Math.max(1, Math.ceil(names.length / most));
  const bins = Math.ceil(names.length / per);
  const grades = new Int8Array(bins * bins).fill(-1);
  for (const [at, name] of names.entries()) {
    const beliefs = answers[name]?.beliefs;
    if (!beliefs) continue;
    const row = Math.floor(at / per) * bins;
    for (let other = 0; other < names.length; other++) {
      const grade = GRADES[beliefs[other] ?? '-'] ?? 1;
      const cell = row + Math.floor(other / per);
      if (grade > (grades[cell] as number)) grades[cell] = grade;
    }
  }
  return { bins, per, grades };
}

/** One server about which not everybody says that it is well. */
export interface Disputed {
  name: string;
  fail: number;
  pfail: number;
  unknown: number;
  /** How many have told their belief. */
  of: number;
}

/** Servers that somebody holds for suspect, failed or unknown, worst first. */
export function disputed(names: readonly string[], answers: Answers): Disputed[] {
  const rows = names.flatMap((name) => answers[name]?.beliefs ?? []);
  const out: Disputed[] = [];
  for (const [at, name] of names.entries()) {
    const one: Disputed = { name, fail: 0, pfail: 0, unknown: 0, of: rows.length };
    for (const row of rows) {
      const letter = row[at] ?? '-';
      if (letter === '!') one.fail++;
      else if (letter === '?') one.pfail++;
      else if (letter === '-' || letter === 'h') one.unknown++;
    }
    if (one.fail + one.pfail + one.unknown > 0) out.push(one);
  }
  return out.sort((p, q) => q.fail - p.fail || q.pfail - p.pfail || q.unknown - p.unknown);
}
