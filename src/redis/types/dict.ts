/* The hash table behind large hashes, sets and sorted sets (the role of dict.c).
 *
 * A table is a power-of-two number of pages, each a small Map; a key's page is given by the low bits
 * of its hash. That gives what a plain Map does not: SCAN cursors that survive growth (they count in
 * the reversed bits of the page number, as dict.c does), a random element without a walk, and copies
 * that share pages until one side writes, so that a snapshot of a million fields is cheap. */

import type { Bytes } from '#base/bytes.ts';
import { CLONE } from '#base/clone.ts';
import type { Prng } from '#base/prng.ts';

/** Pages are split when they hold more than this many entries on average. */
const PAGE_FILL = 16;

interface Page<V> {
  /** Who may write to the map: a dict whose `own` is this very object. */
  owner: object;
  readonly entries: Map<Bytes, V>;
}

/** FNV-1a, finished so that low bits depend on all of the key. */
export function hashBytes(key: Bytes): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}

const reverseBits = (value: number): number => {
  let out = value;
  out = ((out >>> 1) & 0x55555555) | ((out & 0x55555555) << 1);
  out = ((out >>> 2) & 0x33333333) | ((out & 0x33333333) << 2);
  out = ((out >>> 4) & 0x0f0f0f0f) | ((out & 0x0f0f0f0f) << 4);
  out = ((out >>> 8) & 0x00ff00ff) | ((out & 0x00ff00ff) << 8);
  return ((out >>> 16) | (out << 16)) >>> 0;
};

/** A hash table from byte strings to immutable values. */
export class Dict<V> {
  #pages: (Page<V> | undefined)[] = [undefined];
  #own: object = {};
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** A copy that shares all pages until either side writes. */
  copy(): Dict<V> {
    const copy = new Dict<V>();
    copy.#pages = this.#pages.slice();
    copy.#size = this.#size;
    // From now on neither side owns a page.
    this.#own = {};
    return copy;
  }

  [CLONE](): Dict<V> {
    return this.copy();
  }

  get(key: Bytes): V | undefined {
    return this.#pages[this.#index(key)]?.entries.get(key);
  }

  has(key: Bytes): boolean {
    return this.#pages[this.#index(key)]?.entries.has(key) ?? false;
  }

  /** Sets a value; true when the key is new. */
  set(key: Bytes, value: V): boolean {
    const entries = this.#writable(this.#index(key));
    const before = entries.size;
    entries.set(key, value);
    if (entries.size === before) return false;
    this.#size++;
    if (this.#size > this.#pages.length * PAGE_FILL) this.#resize(this.#pages.length * 2);
    return true;
  }

  delete(key: Bytes): boolean {
    const index = this.#index(key);
    if (!this.#pages[index]?.entries.has(key)) return false;
    this.#writable(index).delete(key);
    this.#size--;
    if (this.#pages.length > 4 && this.#size * 8 < this.#pages.length * PAGE_FILL) {
      this.#resize(this.#pages.length / 4);
    }
    return true;
  }

  /** How many entries each page holds. */
  chainLengths(): number[] {
    return this.#pages.map((page) => page?.entries.size ?? 0);
  }

  *entries(): IterableIterator<[Bytes, V]> {
    for (const page of this.#pages) if (page) yield* page.entries;
  }

  *keys(): IterableIterator<Bytes> {
    for (const page of this.#pages) if (page) yield* page.entries.keys();
  }

  /** A random entry, each with the same chance; the dict must not be empty. */
  random(chance: Prng): [Bytes, V] {
    // Pages differ in size: a page is accepted in proportion to what it holds.
    const bound = PAGE_FILL * 4;
    for (;;) {
      const page = this.#pages[chance.below(this.#pages.length)];
      if (!page) continue;
      const pick = chance.below(Math.max(bound, page.entries.size));
      if (pick >= page.entries.size) continue;
      let at = 0;
      for (const entry of page.entries) if (at++ === pick) return entry;
    }
  }

  /** Visits one page and returns the next cursor, 0 at the end. Whatever stays in the table from the
   *  first call to the last is visited at least once, though the table grow or shrink meanwhile. */
  scan(cursor: number, visit: (key: Bytes, value: V) => void): number {
    const mask = this.#pages.length - 1;
    const page = this.#pages[cursor & mask];
    if (page) for (const [key, value] of page.entries) visit(key, value);
    // Adds one to the reversed cursor, within the bits in use.
    const next = (reverseBits((cursor | ~mask) >>> 0) + 1) >>> 0;
    return reverseBits(next);
  }

  #index(key: Bytes): number {
    return hashBytes(key) & (this.#pages.length - 1);
  }

  #writable(index: number): Map<Bytes, V> {
    const page = this.#pages[index];
    if (page && page.owner === this.#own) return page.entries;
    const entries = new Map(page?.entries);
    this.#pages[index] = { owner: this.#own, entries };
    return entries;
  }

  #resize(pageCount: number): void {
    const pages: (Page<V> | undefined)[] = new Array<Page<V> | undefined>(pageCount).fill(undefined);
    for (const [key, value] of this.entries()) {
      const index = hashBytes(key) & (pageCount - 1);
      const page = (pages[index] ??= { owner: this.#own, entries: new Map<Bytes, V>() });
      page.entries.set(key, value);
    }
    this.#pages = pages;
  }
}
