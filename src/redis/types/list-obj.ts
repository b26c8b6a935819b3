/* A list value (the role of quicklist.c). 7.0 keeps every list as a quicklist, whatever its size; the
 * nodes of that list matter only in dumps, and rdb.ts forms them there. */

import type { Bytes } from '#base/bytes.ts';
import { Obj, allocationSize, type ObjType } from '#redis/object.ts';
import { Chunks } from './chunks.ts';

export type ListEnd = 'left' | 'right';

/** Elements in order. */
export class ListObj extends Obj {
  items: Chunks<Bytes> = new Chunks();

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

  memoryUsage(samples: number): number {
    let bytes = 0;
    let seen = 0;
    for (const item of this.items) {
      if (samples && seen === samples) break;
      bytes += item.length + (item.length < 64 ? 2 : 3);
      seen++;
    }
    const total = seen ? (bytes / seen) * this.length : 0;
    const nodes = Math.max(1, Math.ceil(total / 8192));
    return Math.round(16 + 40 + nodes * 32 + allocationSize(total + 7 * nodes));
  }

  get length(): number {
    return this.items.length;
  }

  push(value: Bytes, end: ListEnd): void {
    this.items.insert(end === 'left' ? 0 : this.length, value);
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
