/* A hash value: a listpack while it is small, a table when it has outgrown the configured limits
 * (after the data structure half of t_hash.c). A listpack keeps the order in which fields came, and so
 * does the Map that stands for it here; a table has the order of its pages. */

import type { Bytes } from '#base/bytes.ts';
import type { Config } from '#redis/config.ts';
import { Obj, allocationSize, type ObjType } from '#redis/object.ts';
import { Dict } from './dict.ts';

/** Fields and values. */
export class HashObj extends Obj {
  /** The fields while the hash is a listpack, else null. */
  small: Map<Bytes, Bytes> | null = new Map();
  /** The fields once it is a table, else null. */
  dict: Dict<Bytes> | null = null;

  get type(): ObjType {
    return 'hash';
  }

  encoding(): string {
    return this.small ? 'listpack' : 'hashtable';
  }

  copy(): HashObj {
    const copy = new HashObj();
    copy.small = this.small && new Map(this.small);
    copy.dict = this.dict && this.dict.copy();
    copy.lru = this.lru;
    return copy;
  }

  memoryUsage(samples: number): number {
    if (this.small) {
      let bytes = 7;
      for (const [field, value] of this.small) bytes += field.length + value.length + 4;
      return 16 + allocationSize(bytes);
    }
    let bytes = 0;
    let seen = 0;
    for (const [field, value] of this.entries()) {
      if (samples && seen === samples) break;
      bytes += 24 + allocationSize(field.length + 4) + allocationSize(value.length + 4);
      seen++;
    }
    const tableSize = 2 ** Math.ceil(Math.log2(Math.max(4, this.size)));
    return 16 + 56 + tableSize * 8 + (seen ? Math.round((bytes / seen) * this.size) : 0);
  }

  override freeEffort(): number {
    return this.dict?.size ?? 1;
  }

  get size(): number {
    return (this.small ?? this.dict)?.size ?? 0;
  }

  get(field: Bytes): Bytes | undefined {
    return this.small ? this.small.get(field) : this.dict?.get(field);
  }

  /** Sets a field; true when it is new. Goes over to a table where `config` says so. */
  set(field: Bytes, value: Bytes, config: Config): boolean {
    if (this.small) {
      const before = this.small.size;
      this.small.set(field, value);
      if (value.length > config.hashMaxListpackValue || this.small.size > config.hashMaxListpackEntries) {
        const isNew = this.small.size !== before;
        this.toTable();
        return isNew;
      }
      return this.small.size !== before;
    }
    return this.dict?.set(field, value) ?? false;
  }

  delete(field: Bytes): boolean {
    return (this.small ?? this.dict)?.delete(field) ?? false;
  }

  entries(): IterableIterator<[Bytes, Bytes]> {
    return this.small ? this.small.entries() : (this.dict as Dict<Bytes>).entries();
  }

  /** Goes over to a table when arguments from `from` to `to` hold one too long for a listpack: done
   *  for all arguments before any is set. */
  tryConversion(argv: readonly Bytes[], from: number, to: number, config: Config): void {
    if (!this.small) return;
    for (let at = from; at <= to; at++) {
      if ((argv[at]?.length ?? 0) > config.hashMaxListpackValue) return this.toTable();
    }
  }

  toTable(): void {
    if (!this.small) return;
    const dict = new Dict<Bytes>();
    for (const [field, value] of this.small) dict.set(field, value);
    this.dict = dict;
    this.small = null;
  }
}
