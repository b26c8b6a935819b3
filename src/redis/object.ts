/* Values of the keyspace (after robj in server.h and object.c).
 *
 * Snapshots share values with the running world, so a value may be changed only by the database that
 * owns it: `lookupKeyWrite` copies a value that a snapshot may still hold. Reading never changes the
 * contents; the access clock (`lru`) is the one field that reading writes, so it has an owner of its
 * own and a cheap copy of the header alone. */

import type { Bytes } from '#base/bytes.ts';
import { sameShape } from '#base/clone.ts';
import { string2ll, type Int64 } from '#base/integer.ts';
import type { Config } from './config.ts';

export type ObjType = 'string' | 'list' | 'set' | 'zset' | 'hash' | 'stream';

/** Identity of a database generation that may change a value in place. */
export type Owner = object;

/** A value. Subclasses hold their contents in fields that `copy` knows how to duplicate. */
export abstract class Obj {
  /** Who may change the contents in place; null until the value is put into a database. */
  owner: Owner | null = null;
  /** Who may change `lru` in place. */
  headerOwner: Owner | null = null;
  /** Access clock: seconds (LRU), or minutes and logarithmic counter (LFU), 24 bits as in Redis. */
  lru = 0;
  /** Bytes accounted for this value and its key while maxmemory is set. */
  bytes = 0;

  abstract get type(): ObjType;
  /** As OBJECT ENCODING reports it. */
  abstract encoding(config: Config): string;
  /** A value with contents of its own, owned by nobody yet. Make it cheap: share what can be shared
   *  as long as neither side writes. */
  abstract copy(): Obj;
  /** Estimated bytes of the value without its key, looking at up to `samples` elements (0 = all). */
  abstract memoryUsage(samples: number): number;
  /** How many allocations there are to free, roughly. */
  freeEffort(): number {
    return 1;
  }

  /** A second header on the same contents; neither owns the contents afterwards. */
  shallow(): this {
    const header = sameShape(this);
    header.headerOwner = null;
    return header;
  }
}

export const ENCODING_INT = 0;
export const ENCODING_EMBSTR = 1;
export const ENCODING_RAW = 2;
export type StringEncoding = typeof ENCODING_INT | typeof ENCODING_EMBSTR | typeof ENCODING_RAW;

/** Longest string that Redis stores inside its object header. */
export const EMBSTR_LIMIT = 44;

/** A string value. */
export class StringObj extends Obj {
  /** Null as long as nobody has asked for the text of a number that was counted. */
  text: Bytes | null;
  number = 0;
  stringEncoding: StringEncoding;

  constructor(value: Bytes, stringEncoding: StringEncoding) {
    super();
    this.text = value;
    this.stringEncoding = stringEncoding;
  }

  get value(): Bytes {
    this.text ??= String(this.number);
    return this.text;
  }

  set value(value: Bytes) {
    this.text = value;
  }

  /** The integer that the text is, or null. */
  integer(): Int64 | null {
    return this.text === null ? this.number : string2ll(this.text);
  }

  setInteger(value: Int64): void {
    this.stringEncoding = ENCODING_INT;
    if (typeof value === 'number') {
      this.text = null;
      this.number = value;
    } else this.text = String(value);
  }

  get type(): ObjType {
    return 'string';
  }

  encoding(): string {
    return this.stringEncoding === ENCODING_INT
      ? 'int'
      : this.stringEncoding === ENCODING_EMBSTR
        ? 'embstr'
        : 'raw';
  }

  copy(): StringObj {
    const copy = new StringObj(this.value, this.stringEncoding);
    copy.lru = this.lru;
    return copy;
  }

  memoryUsage(): number {
    if (this.stringEncoding === ENCODING_INT) return 16;
    const length = this.value.length;
    if (this.stringEncoding === ENCODING_EMBSTR) return allocationSize(16 + 3 + length + 1);
    return 16 + allocationSize((length < 256 ? 3 : length < 65536 ? 5 : 9) + length + 1);
  }
}

/** A string value in the encoding SET would choose: int when it is a canonical 64-bit integer. */
export function createStringObject(value: Bytes): StringObj {
  if (value.length <= 20 && string2ll(value) !== null) return new StringObj(value, ENCODING_INT);
  return createPlainStringObject(value);
}

/** Gives a string value another content, in the encoding SET would choose. */
export function setStringValue(obj: StringObj, value: Bytes): void {
  obj.value = value;
  obj.stringEncoding =
    value.length <= 20 && string2ll(value) !== null
      ? ENCODING_INT
      : value.length <= EMBSTR_LIMIT
        ? ENCODING_EMBSTR
        : ENCODING_RAW;
}

/** A string value that is never int-encoded. */
export function createPlainStringObject(value: Bytes): StringObj {
  return new StringObj(value, value.length <= EMBSTR_LIMIT ? ENCODING_EMBSTR : ENCODING_RAW);
}

/** What the allocator really hands out for `bytes`: jemalloc's size classes. */
export function allocationSize(bytes: number): number {
  if (bytes <= 8) return 8;
  if (bytes <= 128) return Math.ceil(bytes / 16) * 16;
  // Above 128 each power of two is divided in four classes.
  const group = 2 ** Math.floor(Math.log2(bytes - 1));
  const step = group / 4;
  return Math.ceil(bytes / step) * step;
}
