/* The elements of a list in the nodes in which Redis keeps them: listpacks of limited size, and elements too
 * large for one by themselves (after quicklist.c).
 *
 * Where a node ends shows in DUMP, in RDB files and in MEMORY USAGE, and depends on what was done to the list:
 * nodes are split where something is inserted and merged there only. */

import type { Bytes } from '#base/bytes.ts';
import { type Chunk, ChunkList } from './chunks.ts';
import { listpackElementSize } from './listpack.ts';

export type ListEnd = 'left' | 'right';

export interface QuicklistNode extends Chunk<Bytes> {
  /** Length of the listpack. */
  bytes: number;
  /** One large element as it is. */
  plain: boolean;
}

/** Size of an element from which on it gets a node of its own. */
export const PACKED_THRESHOLD = 1 << 30;
/** The limits of a node that the negative settings of list-max-listpack-size mean. */
const NODE_BYTES = [4096, 8192, 16384, 32768, 65536];
/** The limit when the setting is a number of elements. */
const SAFE_BYTES = 8192;
const MAX_FILL = 0x7fff;
/** What a listpack takes around its elements, and what an element is taken to need besides itself. */
const EMPTY_LISTPACK = 7;
const ELEMENT_OVERHEAD = 8;
/** Merged nodes share one header, by the size that headers had in ziplists. */
const MERGE_SAVES = 11;

const sizeOf = (items: readonly Bytes[]): number =>
  items.reduce((sum, item) => sum + listpackElementSize(item), 0);

export class Quicklist extends ChunkList<Bytes, QuicklistNode> {
  /** list-max-listpack-size of the time when the list was made. */
  readonly fill: number;

  constructor(fill: number) {
    super();
    this.fill = Math.max(-5, Math.min(MAX_FILL, fill));
  }

  protected empty(): this {
    return new Quicklist(this.fill) as this;
  }

  protected override shrunk(node: QuicklistNode, gone: readonly Bytes[]): void {
    node.bytes -= sizeOf(gone);
  }

  get nodes(): readonly QuicklistNode[] {
    return this.chunks;
  }

  /** A node as it was saved. */
  appendNode(items: Bytes[], plain: boolean): void {
    this.#addNode(this.chunks.length, items, plain);
    this.count += items.length;
  }

  push(item: Bytes, end: ListEnd, packedThreshold: number): void {
    const at = end === 'left' ? 0 : this.chunks.length - 1;
    this.count++;
    if (!this.#allowsInsert(at, item, packedThreshold)) {
      this.#addNode(end === 'left' ? 0 : at + 1, [item], item.length >= packedThreshold);
    } else if (end === 'left') this.#insertInto(at, 0, item);
    else this.#insertInto(at, this.chunks[at]?.items.length as number, item);
  }

  /** Inserts before or after the element at `index`. */
  insertBeside(index: number, item: Bytes, after: boolean, packedThreshold: number): void {
    const [at, offset] = this.locate(index);
    const { items, plain } = this.chunks[at] as QuicklistNode;
    const cut = after ? offset + 1 : offset;
    const isEdge = after ? cut === items.length : cut === 0;
    const neighbour = after ? at + 1 : at - 1;
    const isLarge = item.length >= packedThreshold;
    this.count++;
    if (this.#allowsInsert(at, item, packedThreshold)) this.#insertInto(at, cut, item);
    else if (isEdge && this.#allowsInsert(neighbour, item, packedThreshold)) {
      this.#insertInto(neighbour, after ? 0 : (this.chunks[neighbour]?.items.length as number), item);
    } else if (isEdge || plain) this.#addNode(after ? at + 1 : at, [item], isLarge);
    else {
      this.#split(at, cut);
      if (isLarge) this.#addNode(at + 1, [item], true);
      else {
        this.#insertInto(after ? at + 1 : at, after ? 0 : cut, item);
        this.#mergeAround(after ? at : at + 1);
      }
    }
  }

  /** Puts another element in the place of an existing one. */
  replace(index: number, item: Bytes, packedThreshold: number): void {
    const [at, offset] = this.locate(index);
    const { plain } = this.chunks[at] as QuicklistNode;
    const isLarge = item.length >= packedThreshold;
    if (plain === isLarge) {
      const node = this.writable(at);
      const [old] = node.items.splice(offset, 1, item) as [Bytes];
      node.bytes += plain ? item.length - old.length : sizeOf([item]) - sizeOf([old]);
    } else {
      this.insertBeside(index, item, true, packedThreshold);
      this.remove(index);
    }
  }

  #addNode(at: number, items: Bytes[], plain: boolean): void {
    const bytes = plain ? (items[0] as Bytes).length : EMPTY_LISTPACK + sizeOf(items);
    this.chunks.splice(at, 0, { owner: this.own, items, bytes, plain });
  }

  #insertInto(at: number, offset: number, item: Bytes): void {
    const node = this.writable(at);
    if (offset === node.items.length) node.items.push(item);
    else node.items.splice(offset, 0, item);
    node.bytes += listpackElementSize(item);
  }

  #allowsInsert(at: number, item: Bytes, packedThreshold: number): boolean {
    const node = this.chunks[at];
    if (node === undefined || node.plain || item.length >= packedThreshold) return false;
    return this.#fits(node.bytes + item.length + ELEMENT_OVERHEAD, node.items.length + 1);
  }

  #fits(bytes: number, count: number): boolean {
    return this.fill < 0
      ? bytes <= (NODE_BYTES[-this.fill - 1] as number)
      : bytes <= SAFE_BYTES && count <= this.fill;
  }

  /** Makes two nodes of one. */
  #split(at: number, cut: number): void {
    const node = this.writable(at);
    const rest = node.items.splice(cut);
    this.shrunk(node, rest);
    this.#addNode(at + 1, rest, false);
  }

  /** After a split: merges the two nodes before `center`, the two behind it, and it with its neighbours. */
  #mergeAround(center: number): void {
    const before = this.#mergeWithNext(center - 2) ? center - 1 : center;
    this.#mergeWithNext(before + 1);
    const target = this.#mergeWithNext(before - 1) ? before - 1 : before;
    this.#mergeWithNext(target);
  }

  /** Merges a node with the next one where there is room; false when that is not so. */
  #mergeWithNext(at: number): boolean {
    const a = this.chunks[at];
    const b = this.chunks[at + 1];
    if (a === undefined || b === undefined || a.plain || b.plain) return false;
    if (!this.#fits(a.bytes + b.bytes - MERGE_SAVES, a.items.length + b.items.length)) return false;
    const node = this.writable(at);
    node.items.push(...b.items);
    node.bytes += b.bytes - EMPTY_LISTPACK;
    this.chunks.splice(at + 1, 1);
    return true;
  }
}
