/* Recorded replies: one JSON line per case, {"c": name, "r": replies}. */

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Tree } from './compare.ts';

/** A file beside this one. */
export function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

export function readExpected(path: string): Map<string, Tree[]> {
  const replies = new Map<string, Tree[]>();
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line === '') continue;
    const { c, r } = JSON.parse(line) as { c: string; r: Tree[] };
    replies.set(c, r);
  }
  return replies;
}

export function writeExpected(path: string, replies: ReadonlyMap<string, Tree[]>): void {
  const lines = [...replies].map(([c, r]) => `${JSON.stringify({ c, r })}\n`);
  writeFileSync(path, lines.join(''));
}
