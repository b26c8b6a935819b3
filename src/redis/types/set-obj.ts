/* A set value: an intset while all members are integers and few, else a table (after the data structure
 * half of t_set.c and intset.c). An intset lists its members in numeric order. */

import type { Bytes } from '#base/bytes.ts';
import { string2ll } from '#base/integer.ts';
import type { Prng } from '#base/prng.ts';
import type { Config } from '#redis/config.ts';
import { Obj, allocationSize, type ObjType } from '#redis/object.ts';
import { Dict } from './dict.ts';

/** Compares two integers in canonical decimal form. */
export function compareIntegers(a: Bytes, b: Bytes): number {
  const negative = a.startsWith('-');
  if (negative !== b.startsWith('-')) return negative ? -1 : 1;
  const order = a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
  return negative ? -order : order;
}

/** Members without order or repetition. */
export class SetObj extends Obj {
  /** The members, sorted, while the set is an intset; else null. */
  ints: Bytes[] | null;
  /** The members once it is a table; else null. */
  dict: Dict<true> | null;

  /** An empty set in the encoding that suits its first member. */
  constructor(first?: Bytes) {
    super();
    const isInt = first === undefined || string2ll(first) !== null;
    this.ints = isInt ? [] : null;
    this.dict = isInt ? null : new Dict();
  }

  get type(): ObjType {
    return 'set';
  }

  encoding(): string {
    return this.ints ? 'intset' : 'hashtable';
  }

  copy(): SetObj {
    const copy = new SetObj();
    copy.ints = this.ints && this.ints.slice();
    copy.dict = this.dict && this.dict.copy();
    copy.lru = this.lru;
    return copy;
  }

  memoryUsage(samples: number): number {
    if (this.ints) return 16 + allocationSize(8 + this.ints.length * this.intWidth());
    let bytes = 0;
    let seen = 0;
    for (const member of this.members()) {
      if (samples && seen === samples) break;
      bytes += 24 + allocationSize(member.length + 4);
      seen++;
    }
    const tableSize = 2 ** Math.ceil(Math.log2(Math.max(4, this.size)));
    return 16 + 56 + tableSize * 8 + (seen ? Math.round((bytes / seen) * this.size) : 0);
  }

  /** Bytes per member of the intset: 2, 4 or 8. */
  intWidth(): 2 | 4 | 8 {
    const low = Number(this.ints?.[0] ?? 0);
    const high = Number(this.ints?.at(-1) ?? 0);
    if (low >= -0x8000 && high <= 0x7fff) return 2;
    return low >= -0x8000_0000 && high <= 0x7fff_ffff ? 4 : 8;
  }

  override freeEffort(): number {
    return this.dict?.size ?? 1;
  }

  get size(): number {
    return this.ints ? this.ints.length : (this.dict?.size ?? 0);
  }

  has(member: Bytes): boolean {
    if (!this.ints) return this.dict?.has(member) ?? false;
    return this.ints[this.intPosition(member)] === member;
  }

  /** Adds a member; false when it is there already. */
  add(member: Bytes, config: Config): boolean {
    if (!this.ints) return this.dict?.set(member, true) ?? false;
    if (string2ll(member) === null) {
      this.toTable();
      return this.add(member, config);
    }
    const at = this.intPosition(member);
    if (this.ints[at] === member) return false;
    this.ints.splice(at, 0, member);
    // As in Redis, the limit is looked at after the member was put in; 2^30 bounds absurd settings.
    if (this.ints.length > Math.min(config.setMaxIntsetEntries, 2 ** 30)) this.toTable();
    return true;
  }

  delete(member: Bytes): boolean {
    if (!this.ints) return this.dict?.delete(member) ?? false;
    const at = this.intPosition(member);
    if (this.ints[at] !== member) return false;
    this.ints.splice(at, 1);
    return true;
  }

  members(): IterableIterator<Bytes> {
    return this.ints ? this.ints.values() : (this.dict as Dict<true>).keys();
  }

  /** A random member of a set that is not empty. */
  random(chance: Prng): Bytes {
    if (this.ints) return this.ints[chance.below(this.ints.length)] as Bytes;
    return (this.dict as Dict<true>).random(chance)[0];
  }

  toTable(): void {
    if (!this.ints) return;
    const dict = new Dict<true>();
    for (const member of this.ints) dict.set(member, true);
    this.dict = dict;
    this.ints = null;
  }

  /** Where a member is, or belongs, among the sorted integers. */
  private intPosition(member: Bytes): number {
    const ints = this.ints ?? [];
    let low = 0;
    let high = ints.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareIntegers(ints[middle] as Bytes, member) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
