/* A long sequence in chunks: for sorted sets, stream entries and pending lists as it is here, for lists with
 * the chunks of Redis's own (quicklist.ts).
 *
 * It is a list of small arrays: elements are reached by position in a few hundred steps even among a
 * million, insertion moves at most one chunk, and a copy shares all chunks until one side writes.
 * The same structure serves sorted content: `search` finds where an order begins. */

import { CLONE } from '#base/clone.ts';

/** A chunk that grows beyond this is split in two. */
const CHUNK_MAX = 256;

/** A part of the sequence; who is not its owner copies it before a change. */
export interface Chunk<T> {
  owner: object;
  items: T[];
}

/** A sequence of immutable elements in chunks `C`; what an insertion does to them is up to those who
 *  extend it. */
export abstract class ChunkList<T, C extends Chunk<T>> {
  protected chunks: C[] = [];
  protected own: object = {};
  protected count = 0;

  get length(): number {
    return this.count;
  }

  /** The same without elements. */
  protected abstract empty(): this;

  /** `gone` has left the chunk, and something is left in it. */
  protected shrunk(_chunk: C, _gone: readonly T[]): void {}

  copy(): this {
    const copy = this.empty();
    copy.chunks = this.chunks.slice();
    copy.count = this.count;
    this.own = {};
    return copy;
  }

  [CLONE](): this {
    return this.copy();
  }

  /** The element at a position; undefined outside 0 .. length-1. */
  at(index: number): T | undefined {
    if (index < 0 || index >= this.count) return undefined;
    const [chunk, offset] = this.locate(index);
    return this.chunks[chunk]?.items[offset];
  }

  /** Removes `count` elements from `index` on. */
  remove(index: number, count = 1): void {
    let left = Math.min(count, this.count - index);
    if (left <= 0) return;
    let [chunk, offset] = this.locate(index);
    this.count -= left;
    while (left > 0) {
      const size = this.chunks[chunk]?.items.length ?? 0;
      const here = Math.min(left, size - offset);
      if (here === size) {
        this.chunks.splice(chunk, 1);
      } else {
        const shorter = this.writable(chunk++);
        this.shrunk(shorter, shorter.items.splice(offset, here));
      }
      offset = 0;
      left -= here;
    }
  }

  /** Elements from position `from` up to but without `to`. */
  *slice(from = 0, to = this.count): IterableIterator<T> {
    let left = Math.min(to, this.count) - from;
    if (left <= 0) return;
    let [chunk, offset] = this.locate(from);
    while (left > 0) {
      const items = this.chunks[chunk++]?.items as T[];
      for (; offset < items.length && left > 0; left--) yield items[offset++] as T;
      offset = 0;
    }
  }

  /** Elements backwards from position `from` down to but without `to`. */
  *reversed(from = this.count - 1, to = -1): IterableIterator<T> {
    let left = from - Math.max(to, -1);
    if (left <= 0 || from >= this.count) return;
    let [chunk, offset] = this.locate(from);
    while (left > 0) {
      const items = this.chunks[chunk]?.items as T[];
      for (; offset >= 0 && left > 0; left--) yield items[offset--] as T;
      chunk--;
      offset = (this.chunks[chunk]?.items.length ?? 0) - 1;
    }
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.slice();
  }

  /** Where an existing position lies. */
  protected locate(index: number): [chunk: number, offset: number] {
    if (index * 2 <= this.count) {
      let left = index;
      for (let chunk = 0; ; chunk++) {
        const size = this.chunks[chunk]?.items.length ?? 0;
        if (left < size || size === 0) return [chunk, left];
        left -= size;
      }
    }
    // From the back: tails of long lists are visited as often as their heads.
    let right = this.count;
    let chunk = this.chunks.length;
    do {
      chunk--;
      right -= this.chunks[chunk]?.items.length ?? 0;
    } while (right > index);
    return [chunk, index - right];
  }

  /** A chunk that may be changed. */
  protected writable(index: number): C {
    const chunk = this.chunks[index] as C;
    if (chunk.owner === this.own) return chunk;
    const copy = { ...chunk, owner: this.own, items: chunk.items.slice() };
    this.chunks[index] = copy;
    return copy;
  }
}

/** A sequence in chunks of a few hundred. */
export class Chunks<T> extends ChunkList<T, Chunk<T>> {
  /** A sequence holding `items`. */
  static from<T>(items: Iterable<T>): Chunks<T> {
    const out = new Chunks<T>();
    for (const item of items) out.push(item);
    return out;
  }

  protected empty(): this {
    return new Chunks<T>() as this;
  }

  push(item: T): void {
    this.insert(this.count, item);
  }

  /** Replaces the element at an existing position. */
  set(index: number, item: T): void {
    const [chunk, offset] = this.locate(index);
    this.writable(chunk).items[offset] = item;
  }

  /** Inserts before `index` (0 .. length). */
  insert(index: number, item: T): void {
    if (this.chunks.length === 0) this.chunks.push({ owner: this.own, items: [] });
    const [chunk, offset] = index === this.count ? this.#end() : this.locate(index);
    const { items } = this.writable(chunk);
    items.splice(offset, 0, item);
    this.count++;
    if (items.length <= CHUNK_MAX) return;
    // At an end a new chunk is begun instead of halving: queues then fill their chunks.
    const cut = offset === items.length - 1 ? items.length - 1 : offset === 0 ? 1 : items.length >> 1;
    this.chunks.splice(chunk + 1, 0, { owner: this.own, items: items.splice(cut) });
  }

  /** The first position whose element is not before what is sought: `before(item)` must be true up
   *  to some position and false from there on. */
  search(before: (item: T) => boolean): number {
    let low = 0;
    let high = this.chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (before(this.chunks[middle]?.items.at(-1) as T)) low = middle + 1;
      else high = middle;
    }
    let position = 0;
    for (let at = 0; at < low; at++) position += this.chunks[at]?.items.length ?? 0;
    const items = this.chunks[low]?.items;
    if (!items) return position;
    let from = 0;
    let to = items.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (before(items[middle] as T)) from = middle + 1;
      else to = middle;
    }
    return position + from;
  }

  #end(): [chunk: number, offset: number] {
    const last = this.chunks.length - 1;
    return [last, this.chunks[last]?.items.length ?? 0];
  }
}
