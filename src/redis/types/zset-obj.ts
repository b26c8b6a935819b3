/* A sorted set value (after the data structure half of t_zset.c). Both encodings of Redis list their
 * members by score, then by bytes, so one structure serves for both here: the members in that order,
 * and a table from member to score. `compact` says whether Redis would still use a listpack. */

import type { Bytes } from '#base/bytes.ts';
import { formatDouble } from '#base/float.ts';
import type { Config } from '#redis/config.ts';
import { Obj, allocationSize, type ObjType } from '#redis/object.ts';
import { Chunks } from './chunks.ts';
import { Dict } from './dict.ts';

export interface ZEntry {
  readonly member: Bytes;
  readonly score: number;
}

/** Scores from `min` to `max`, either end maybe excluded. */
export interface ScoreRange {
  readonly min: number;
  readonly max: number;
  readonly minExclusive: boolean;
  readonly maxExclusive: boolean;
}

/** An end of a range of members: `-`, `+`, `[bytes` or `(bytes`. */
export type LexBound = { readonly value: Bytes; readonly exclusive: boolean } | '-' | '+';

export interface LexRange {
  readonly min: LexBound;
  readonly max: LexBound;
}

/** Positions [from, to) in the order of a sorted set. */
export type Span = readonly [from: number, to: number];

/** Members with scores, in order of score. */
export class ZsetObj extends Obj {
  compact = true;
  sorted: Chunks<ZEntry> = new Chunks();
  scores: Dict<number> = new Dict();

  get type(): ObjType {
    return 'zset';
  }

  encoding(): string {
    return this.compact ? 'listpack' : 'skiplist';
  }

  copy(): ZsetObj {
    const copy = new ZsetObj();
    copy.compact = this.compact;
    copy.sorted = this.sorted.copy();
    copy.scores = this.scores.copy();
    copy.lru = this.lru;
    return copy;
  }

  memoryUsage(samples: number): number {
    let bytes = 0;
    let seen = 0;
    for (const { member, score } of this.sorted) {
      if (samples && !this.compact && seen === samples) break;
      bytes += this.compact
        ? member.length + formatDouble(score).length + 4
        : allocationSize(member.length + 4) + 24 + 40;
      seen++;
    }
    if (this.compact) return 16 + allocationSize(7 + bytes);
    const tableSize = 2 ** Math.ceil(Math.log2(Math.max(4, this.size)));
    return 16 + 16 + 56 + 32 + 512 + tableSize * 8 + (seen ? Math.round((bytes / seen) * this.size) : 0);
  }

  override freeEffort(): number {
    return this.compact ? 1 : this.size;
  }

  get size(): number {
    return this.sorted.length;
  }

  get(member: Bytes): number | undefined {
    return this.scores.get(member);
  }

  /** Sets a member's score; true when the member is new. */
  set(member: Bytes, newScore: number, config: Config): boolean {
    const old = this.scores.get(member);
    if (old !== undefined) this.sorted.remove(this.position(member, old));
    else if (this.compact) {
      const tooMany = this.size + 1 > config.zsetMaxListpackEntries;
      if (tooMany || member.length > config.zsetMaxListpackValue) this.compact = false;
    }
    // A listpack holds whole scores as integers, among which there is no -0.
    const score = this.compact && newScore === 0 ? 0 : newScore;
    this.scores.set(member, score);
    this.sorted.insert(this.position(member, score), { member, score });
    return old === undefined;
  }

  /** What was made as a skiplist becomes a listpack where it is small enough for one. */
  convertToListpackIfNeeded(config: Config): void {
    if (this.size > config.zsetMaxListpackEntries) return;
    const all = [...this.sorted];
    if (all.some(({ member }) => member.length > config.zsetMaxListpackValue)) return;
    this.compact = true;
    for (const { member, score } of all) if (Object.is(score, -0)) this.set(member, score, config);
  }

  delete(member: Bytes): boolean {
    const score = this.scores.get(member);
    if (score === undefined) return false;
    this.sorted.remove(this.position(member, score));
    this.scores.delete(member);
    return true;
  }

  /** Removes the members at positions [from, to). */
  deleteSpan([from, to]: Span): number {
    if (to <= from) return 0;
    for (const { member } of this.sorted.slice(from, to)) this.scores.delete(member);
    this.sorted.remove(from, to - from);
    return to - from;
  }

  /** Position of a member from the lowest score; undefined when it is not there. */
  rank(member: Bytes): number | undefined {
    const score = this.scores.get(member);
    return score === undefined ? undefined : this.position(member, score);
  }

  /** Where members with scores in `range` stand. */
  scoreSpan(range: ScoreRange): Span {
    const from = this.sorted.search(({ score }) =>
      range.minExclusive ? score <= range.min : score < range.min,
    );
    const to = this.sorted.search(({ score }) =>
      range.maxExclusive ? score < range.max : score <= range.max,
    );
    return [from, Math.max(from, to)];
  }

  /** Where members between two byte strings stand, as long as all scores are equal. */
  lexSpan({ min, max }: LexRange): Span {
    const before = (bound: LexBound, member: Bytes, inclusive: boolean): boolean => {
      if (bound === '-') return false;
      if (bound === '+') return true;
      return inclusive ? member <= bound.value : member < bound.value;
    };
    const isExclusive = (bound: LexBound): boolean => typeof bound === 'object' && bound.exclusive;
    const from = this.sorted.search(({ member }) => before(min, member, isExclusive(min)));
    const to = this.sorted.search(({ member }) => before(max, member, !isExclusive(max)));
    return [from, Math.max(from, to)];
  }

  private position(member: Bytes, score: number): number {
    return this.sorted.search((entry) =>
      entry.score === score ? entry.member < member : entry.score < score,
    );
  }
}
