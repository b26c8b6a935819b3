/* Cloning a graph of data: how snapshots of the world are taken and restored.
 *
 * Walks everything reachable from a root and copies it, keeping shared references shared and cycles
 * closed. Plain objects, arrays, Maps, Sets, typed arrays and class instances are copied field by
 * field; strings, numbers and functions (methods live on prototypes) are shared. A class that can do
 * better implements [CLONE]: immutable objects return themselves, copy-on-write structures return a
 * new handle on shared contents. Classes with #private fields must implement it. */

export const CLONE: unique symbol = Symbol('clone');

/** Copies one value, remembering what it has copied already. */
export type Cloner = <T>(value: T) => T;

export interface Cloneable {
  /** A copy of this; `register(copy)` must be called before cloning anything that may refer back. */
  [CLONE](clone: Cloner, register: (copy: unknown) => void): unknown;
}

/** Plain immutable records (messages, replies, events) may be wrapped in this to be shared. */
export class Shared<T> implements Cloneable {
  readonly value: T;
  constructor(value: T) {
    this.value = value;
  }
  [CLONE](): this {
    return this;
  }
}

/** A deep copy of `root`. */
export function cloneGraph<T>(root: T): T {
  const copies = new Map<object, unknown>();
  const clone = <V>(value: V): V => {
    if (typeof value !== 'object' || value === null) return value;
    const known = copies.get(value);
    if (known !== undefined) return known as V;
    return copyObject(value, clone, copies) as V;
  };
  return clone(root);
}

function copyObject(value: object, clone: Cloner, copies: Map<object, unknown>): unknown {
  const remember = (copy: unknown): void => void copies.set(value, copy);
  if (CLONE in value) {
    const copy = (value as Cloneable)[CLONE](clone, remember);
    remember(copy);
    return copy;
  }
  if (ArrayBuffer.isView(value)) {
    const copy = (value as Uint8Array).slice();
    remember(copy);
    return copy;
  }
  if (Object.isFrozen(value)) {
    remember(value);
    return value;
  }
  if (Array.isArray(value)) {
    const copy: unknown[] = new Array(value.length);
    remember(copy);
    for (let at = 0; at < value.length; at++) copy[at] = clone(value[at]);
    return copy;
  }
  if (value instanceof Map) {
    const copy = new Map();
    remember(copy);
    for (const [key, item] of value) copy.set(clone(key), clone(item));
    return copy;
  }
  if (value instanceof Set) {
    const copy = new Set();
    remember(copy);
    for (const item of value) copy.add(clone(item));
    return copy;
  }
  const copy = sameShape(value as Record<string, unknown>);
  remember(copy);
  for (const key of Object.keys(copy)) {
    const item = copy[key];
    if (typeof item === 'object' && item !== null) copy[key] = clone(item);
  }
  return copy;
}

/** A second object with the same class and fields (none of them #private). Spreading keeps the engine's notion of their layout;
 *  an object filled name by name becomes a hash table, several times slower and larger. */
export function sameShape<T extends object>(value: T): T {
  const copy = { ...value };
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === Object.prototype ? copy : (Object.setPrototypeOf(copy, prototype) as T);
}
