/* A map from keys to values, divided by hash slot, that can be copied in no time.
 *
 * The tree has three levels: 512 pages of 32 slots, and per slot a bucket, which is one
 * leaf as long as it is small and a radix tree over a hash of the key once it is large (a hash tag can put
 * a million keys into one slot). Every part carries an owner; a tree writes only into parts it owns and
 * copies the others first. So a snapshot is a second root with a new owner, and costs a few
 * microseconds whatever the tree holds.
 *
 * Keys have a fixed order: by slot, then by hash. A scan cursor is a place in that order, so it stays
 * valid whatever is added, removed or split meanwhile: a key that is there from the first to the last
 * call is met exactly once. (Redis reaches the same promise with its reversed binary cursor.) */

import type { Bytes } from '#base/bytes.ts';
import { CLONE } from '#base/clone.ts';
import { CLUSTER_SLOTS } from '#base/crc16.ts';
import {
  type Bucket,
  Leaf,
  bucketGet,
  bucketScan,
  bucketSet,
  bucketDelete,
  bucketAt,
} from './slot-bucket.ts';

/** A write after a snapshot copies the page of its slot, and the first one the list of pages: neither is long. */
const PAGE_BITS = 5;
const PAGE_SIZE = 1 << PAGE_BITS;
const PAGES = CLUSTER_SLOTS / PAGE_SIZE;
/** Hashes have 32 bits; a cursor is slot * 2^32 + hash, + 1 so that 0 can mean the start and end. */
const HASH_RANGE = 2 ** 32;

/** Neighbouring slots. */
class Page<V> {
  owner: object;
  size = 0;
  buckets: (Bucket<V> | null)[];
  constructor(owner: object, buckets: (Bucket<V> | null)[]) {
    this.owner = owner;
    this.buckets = buckets;
  }
}

const NO_PAGES: readonly null[] = new Array<null>(PAGES).fill(null);

/** Entries by key. The slot of a key is always passed in: callers have it already. */
export class SlotTree<V> {
  owner: object = {};
  size = 0;
  /** Shared with snapshots like everything below it, as long as `pagesOwner` is not `owner`. */
  pages: readonly (Page<V> | null)[] = NO_PAGES;
  pagesOwner: object | null = null;

  /** A copy that shares everything; both sides copy what they write from now on. */
  [CLONE](): SlotTree<V> {
    const copy = new SlotTree<V>();
    copy.size = this.size;
    copy.pages = this.pages;
    this.owner = {};
    return copy;
  }

  get(slot: number, key: Bytes): V | undefined {
    const bucket = this.pages[slot >> PAGE_BITS]?.buckets[slot & (PAGE_SIZE - 1)];
    if (bucket === null || bucket === undefined) return undefined;
    return bucket instanceof Leaf ? bucket.get(key) : bucketGet(bucket, key);
  }

  /** Adds or replaces; a replaced key keeps its place. True when the key is new. */
  set(slot: number, key: Bytes, value: V): boolean {
    const page = this.#writablePage(slot);
    const at = slot & (PAGE_SIZE - 1);
    const before = page.buckets[at] ?? null;
    const sizeBefore = before === null ? 0 : before.size;
    const after = bucketSet(before, this.owner, key, value);
    page.buckets[at] = after;
    if (after.size === sizeBefore) return false;
    page.size++;
    this.size++;
    return true;
  }

  /** True when the key was there. */
  delete(slot: number, key: Bytes): boolean {
    if (this.get(slot, key) === undefined) return false;
    const page = this.#writablePage(slot);
    const at = slot & (PAGE_SIZE - 1);
    page.buckets[at] = bucketDelete(page.buckets[at] as Bucket<V>, this.owner, key);
    page.size--;
    this.size--;
    return true;
  }

  clear(): void {
    this.pages = NO_PAGES;
    this.pagesOwner = null;
    this.size = 0;
  }

  countInSlot(slot: number): number {
    return this.pages[slot >> PAGE_BITS]?.buckets[slot & (PAGE_SIZE - 1)]?.size ?? 0;
  }

  /** Up to `count` keys of a slot, the latest first while the slot is small. */
  keysInSlot(slot: number, count: number): Bytes[] {
    const bucket = this.pages[slot >> PAGE_BITS]?.buckets[slot & (PAGE_SIZE - 1)];
    if (bucket === null || bucket === undefined || count <= 0) return [];
    if (bucket instanceof Leaf)
      return bucket
        .entries()
        .map(([key]) => key)
        .reverse()
        .slice(0, count);
    const keys: Bytes[] = [];
    bucketScan(bucket, 0, count, (key) => void keys.push(key));
    return keys.slice(0, count);
  }

  /** Calls `visit` for at least `count` entries from `cursor` on, all of them if fewer are left, and
   *  returns the cursor to go on from; 0 when everything was visited. `visit` must not write. */
  scan(cursor: number, count: number, visit: (key: Bytes, value: V) => void): number {
    let slot = Math.floor(cursor / HASH_RANGE);
    let hash = cursor % HASH_RANGE;
    let seen = 0;
    const counting = (key: Bytes, value: V): void => {
      seen++;
      visit(key, value);
    };
    while (slot < CLUSTER_SLOTS) {
      const page = this.pages[slot >> PAGE_BITS];
      if (page === null || page === undefined || page.size === 0) {
        slot = ((slot >> PAGE_BITS) + 1) << PAGE_BITS;
        hash = 0;
        continue;
      }
      const bucket = page.buckets[slot & (PAGE_SIZE - 1)];
      if (bucket !== null && bucket !== undefined) {
        if (seen >= count) return slot * HASH_RANGE + hash || 1;
        const next = bucketScan(bucket, hash, count - seen, counting);
        if (next < HASH_RANGE) return slot * HASH_RANGE + next;
      }
      slot++;
      hash = 0;
    }
    return 0;
  }

  /** All entries, in scan order by slot; `visit` must not write. */
  forEach(visit: (key: Bytes, value: V) => void): void {
    this.scan(0, Infinity, visit);
  }

  /** The entry number `index` (0 .. size-1) in some order that holds while nothing is written: how a
   *  random key is drawn, every key being equally likely. */
  at(index: number): [key: Bytes, value: V] | undefined {
    let left = index;
    for (const page of this.pages) {
      if (page === null) continue;
      if (left >= page.size) {
        left -= page.size;
        continue;
      }
      for (const bucket of page.buckets) {
        if (bucket === null) continue;
        if (left < bucket.size) return bucketAt(bucket, left);
        left -= bucket.size;
      }
    }
    return undefined;
  }

  #writablePage(slot: number): Page<V> {
    const index = slot >> PAGE_BITS;
    const page = this.pages[index];
    if (page !== null && page !== undefined && page.owner === this.owner) return page;
    const fresh = new Page<V>(
      this.owner,
      page ? page.buckets.slice() : new Array<Bucket<V> | null>(PAGE_SIZE).fill(null),
    );
    fresh.size = page ? page.size : 0;
    if (this.pagesOwner !== this.owner) {
      this.pages = this.pages.slice();
      this.pagesOwner = this.owner;
    }
    (this.pages as (Page<V> | null)[])[index] = fresh;
    return fresh;
  }
}
