/* A list value. 7.0 keeps every list as a quicklist, whatever its size (quicklist.ts). */

import type { Bytes } from '#base/bytes.ts';
import { Obj, allocationSize, type ObjType } from '#redis/object.ts';
import { type ListEnd, PACKED_THRESHOLD, Quicklist } from './quicklist.ts';

export type { ListEnd } from './quicklist.ts';

const DEFAULT_FILL = -2;
const NODE_STRUCT = 40;

/** Elements in order. */
export class ListObj extends Obj {
  items: Quicklist;

  /** `fill` is list-max-listpack-size. */
  constructor(fill = DEFAULT_FILL) {
    super();
    this.items = new Quicklist(fill);
  }

  get type(): ObjType {
    return 'list';
  }

  encoding(): string {
    return 'quicklist';
  }

  copy(): ListObj {
    const copy = new ListObj();
    copy.items = this.items.copy();
    copy.lru = this.lru;
    return copy;
  }

  /** Samples are whole nodes. */
  memoryUsage(samples: number): number {
    const { nodes } = this.items;
    const seen = samples === 0 ? nodes : nodes.slice(0, samples);
    const bytes = seen.reduce((sum, node) => sum + NODE_STRUCT + allocationSize(node.bytes), 0);
    return 16 + 40 + Math.floor((bytes / Math.max(1, seen.length)) * nodes.length);
  }

  override freeEffort(): number {
    return this.items.nodes.length;
  }

  get length(): number {
    return this.items.length;
  }

  push(value: Bytes, end: ListEnd, packedThreshold = PACKED_THRESHOLD): void {
    this.items.push(value, end, packedThreshold);
  }

  /** Takes up to `count` elements from an end, the outermost first. */
  pop(end: ListEnd, count = 1): Bytes[] {
    const { length } = this;
    const taken = Math.min(count, length);
    const out =
      end === 'left'
        ? [...this.items.slice(0, taken)]
        : [...this.items.reversed(length - 1, length - 1 - taken)];
    this.items.remove(end === 'left' ? 0 : length - taken, taken);
    return out;
  }
}
