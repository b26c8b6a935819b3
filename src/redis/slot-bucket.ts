/* The keys of one slot (see slot-tree.ts): a leaf while they are few, a radix tree over a 32-bit hash
 * of the key when they are many. All writes return the bucket to keep, copied where it was shared. */

import type { Bytes } from '#base/bytes.ts';

/** A leaf that grows beyond this is divided in 16 by the next four bits of the hash. */
const LEAF_LIMIT = 128;
const FAN_OUT = 16;
const HASH_BITS = 32;

export type Bucket<V> = Leaf<V> | Branch<V>;

/** A few keys in the order in which they came. The first stands by itself, so that the many slots of one key need
 *  no Map. */
export class Leaf<V> {
  owner: object;
  key: Bytes;
  value: V;
  others: Map<Bytes, V> | null = null;

  constructor(owner: object, key: Bytes, value: V) {
    this.owner = owner;
    this.key = key;
    this.value = value;
  }

  get size(): number {
    return this.others === null ? 1 : this.others.size + 1;
  }

  get(key: Bytes): V | undefined {
    if (key === this.key) return this.value;
    return this.others === null ? undefined : this.others.get(key);
  }

  set(key: Bytes, value: V): void {
    if (key === this.key) this.value = value;
    else (this.others ??= new Map<Bytes, V>()).set(key, value);
  }

  /** The key must be there, and another one. */
  delete(key: Bytes): void {
    const others = this.others as Map<Bytes, V>;
    let left = key;
    if (key === this.key) {
      [this.key, this.value] = others.entries().next().value as [Bytes, V];
      left = this.key;
    }
    others.delete(left);
    if (others.size === 0) this.others = null;
  }

  /** The leaf itself where `owner` may write into it, or a copy. */
  writable(owner: object): Leaf<V> {
    if (this.owner === owner) return this;
    const copy = new Leaf(owner, this.key, this.value);
    if (this.others !== null) copy.others = new Map(this.others);
    return copy;
  }

  entries(): [key: Bytes, value: V][] {
    return [[this.key, this.value], ...(this.others ?? [])];
  }
}

/** Divides keys by the hash bits [shift, shift + 4). */
export class Branch<V> {
  owner: object;
  shift: number;
  size = 0;
  children: (Bucket<V> | null)[];
  constructor(owner: object, shift: number, children: (Bucket<V> | null)[]) {
    this.owner = owner;
    this.shift = shift;
    this.children = children;
  }
}

/** 32 bits of a key, well mixed (FNV-1a with a final avalanche). */
export function keyHash(key: Bytes): number {
  let h = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) h = Math.imul(h ^ key.charCodeAt(at), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

export function bucketGet<V>(bucket: Bucket<V>, key: Bytes): V | undefined {
  let at: Bucket<V> | null | undefined = bucket;
  const hash = at instanceof Leaf ? 0 : keyHash(key);
  while (at instanceof Branch) at = at.children[(hash >>> at.shift) & (FAN_OUT - 1)];
  return at ? (at as Leaf<V>).get(key) : undefined;
}

export function bucketSet<V>(
  bucket: Bucket<V> | null,
  owner: object,
  key: Bytes,
  value: V,
  shift = HASH_BITS - 4,
): Bucket<V> {
  if (bucket === null) return new Leaf(owner, key, value);
  if (bucket instanceof Leaf) {
    const leaf = bucket.writable(owner);
    leaf.set(key, value);
    // Keys whose whole hash is equal stay together however many they are.
    return leaf.size > LEAF_LIMIT && shift >= 0 ? divide(leaf, owner, shift) : leaf;
  }
  const branch = writableBranch(bucket, owner);
  const at = (keyHash(key) >>> branch.shift) & (FAN_OUT - 1);
  const child = branch.children[at] ?? null;
  const before = child === null ? 0 : child.size;
  const after = bucketSet(child, owner, key, value, branch.shift - 4);
  branch.children[at] = after;
  branch.size += after.size - before;
  return branch;
}

/** The key must be there. Returns null when the bucket is empty now. */
export function bucketDelete<V>(bucket: Bucket<V>, owner: object, key: Bytes): Bucket<V> | null {
  if (bucket.size === 1) return null;
  if (bucket instanceof Leaf) {
    const leaf = bucket.writable(owner);
    leaf.delete(key);
    return leaf;
  }
  const branch = writableBranch(bucket, owner);
  const at = (keyHash(key) >>> branch.shift) & (FAN_OUT - 1);
  branch.children[at] = bucketDelete(branch.children[at] as Bucket<V>, owner, key);
  branch.size--;
  return branch;
}

/** Visits keys with hash >= `from` in hash order until `count` are visited (and all that share the
 *  last hash). Returns the hash to go on from, 2^32 when the bucket is done. */
export function bucketScan<V>(
  bucket: Bucket<V>,
  from: number,
  count: number,
  visit: (key: Bytes, value: V) => void,
): number {
  if (from === 0 && bucket.size <= count) {
    visitAll(bucket, visit);
    return 2 ** HASH_BITS;
  }
  if (bucket instanceof Leaf) return leafScan(bucket, from, count, visit);
  let left = count;
  const width = 2 ** bucket.shift;
  // Hash bits above this branch: every key in it shares them.
  const base = bucket.shift === HASH_BITS - 4 ? 0 : Math.floor(from / (width * FAN_OUT)) * (width * FAN_OUT);
  const first = Math.floor((from - base) / width);
  for (let at = first; at < FAN_OUT; at++) {
    const child = bucket.children[at];
    if (child === null || child === undefined) continue;
    const start = base + at * width;
    if (left <= 0) return start;
    const next = bucketScan(child, Math.max(from, start), left, (key, value) => {
      left--;
      visit(key, value);
    });
    if (next < start + width) return next;
  }
  return base + width * FAN_OUT;
}

/** Entry number `index` of the bucket in its own order. */
export function bucketAt<V>(bucket: Bucket<V>, index: number): [Bytes, V] | undefined {
  let left = index;
  if (bucket instanceof Leaf) {
    return bucket.entries()[index];
  }
  for (const child of bucket.children) {
    if (child === null) continue;
    if (left < child.size) return bucketAt(child, left);
    left -= child.size;
  }
  return undefined;
}

function leafScan<V>(
  leaf: Leaf<V>,
  from: number,
  count: number,
  visit: (key: Bytes, value: V) => void,
): number {
  const entries = leaf
    .entries()
    .map(([key, value]) => ({ key, value, hash: keyHash(key) }))
    .filter((entry) => entry.hash >= from)
    .sort((a, b) => a.hash - b.hash);
  let visited = 0;
  for (const [at, entry] of entries.entries()) {
    if (visited >= count && entry.hash !== entries[at - 1]?.hash) return entry.hash;
    visit(entry.key, entry.value);
    visited++;
  }
  return 2 ** HASH_BITS;
}

function visitAll<V>(bucket: Bucket<V>, visit: (key: Bytes, value: V) => void): void {
  if (bucket instanceof Leaf) {
    visit(bucket.key, bucket.value);
    bucket.others?.forEach((value, key) => visit(key, value));
    return;
  }
  for (const child of bucket.children) if (child) visitAll(child, visit);
}

function writableBranch<V>(branch: Branch<V>, owner: object): Branch<V> {
  if (branch.owner === owner) return branch;
  const copy = new Branch(owner, branch.shift, branch.children.slice());
  copy.size = branch.size;
  return copy;
}

function divide<V>(leaf: Leaf<V>, owner: object, shift: number): Branch<V> {
  const branch = new Branch<V>(owner, shift, new Array<Bucket<V> | null>(FAN_OUT).fill(null));
  for (const [key, value] of leaf.entries()) {
    const at = (keyHash(key) >>> shift) & (FAN_OUT - 1);
    branch.children[at] = bucketSet(branch.children[at] ?? null, owner, key, value, shift - 4);
  }
  branch.size = leaf.size;
  return branch;
}
