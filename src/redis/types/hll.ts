/* HyperLogLog registers inside a string, in the two forms of Redis, bit for bit (after the data structure
 * part of hyperloglog.c).
 *
 * 16 bytes of header: "HYLL", encoding, three zeros, cached cardinality (its top bit: not valid). Dense:
 * 16384 registers of 6 bits. Sparse: runs, as opcodes 00llllll (zeros), 01llllll llllllll (many zeros),
 * 1vvvvvll (up to four registers of one value up to 32). */

import { fromUint8, toUint8, type Bytes } from '#base/bytes.ts';

const P = 14;
export const HLL_REGISTERS = 1 << P;
const Q = 64 - P;
const HEADER = 16;
const DENSE_SIZE = HEADER + (HLL_REGISTERS * 6) / 8;
export const HLL_DENSE = 0;
export const HLL_SPARSE = 1;
const ZERO_MAX = 64;
const VAL_MAX_VALUE = 32;
const VAL_MAX_LENGTH = 4;

/** The structure is damaged. */
export class HllError extends Error {
  override name = 'HllError';
}

/** An empty HyperLogLog: one run of zeros. */
export const emptyHll = (): Bytes => `HYLL\x01${'\0'.repeat(11)}\x7f\xff`;

export const hllEncoding = (hll: Bytes): number => hll.charCodeAt(4);

/** Whether a string looks like a HyperLogLog. */
export function isHll(text: Bytes): boolean {
  if (text.length < HEADER || !text.startsWith('HYLL')) return false;
  const encoding = hllEncoding(text);
  return encoding === HLL_SPARSE || (encoding === HLL_DENSE && text.length === DENSE_SIZE);
}

/** The cardinality that was computed last, or null when registers have changed since. */
export function cachedCardinality(hll: Bytes): bigint | null {
  if (hll.charCodeAt(15) & 0x80) return null;
  let value = 0n;
  for (let at = 15; at >= 8; at--) value = value * 256n + BigInt(hll.charCodeAt(at));
  return value;
}

export function withCachedCardinality(hll: Bytes, value: bigint): Bytes {
  let out = '';
  for (let at = 0n; at < 8n; at++) out += String.fromCharCode(Number((value >> (8n * at)) & 0xffn));
  return hll.slice(0, 8) + out + hll.slice(16);
}

export function withoutCachedCardinality(hll: Bytes): Bytes {
  return hll.slice(0, 15) + String.fromCharCode(hll.charCodeAt(15) | 0x80) + hll.slice(16);
}

const MASK64 = 0xffff_ffff_ffff_ffffn;
const M = 0xc6a4a7935bd1e995n;

/** MurmurHash64A with the seed that Redis uses. */
export function murmurHash64A(key: Bytes, seed = 0xadc83b19n): bigint {
  const mix = (value: bigint): bigint => {
    const k = (value * M) & MASK64;
    return ((k ^ (k >> 47n)) * M) & MASK64;
  };
  let hash = seed ^ ((BigInt(key.length) * M) & MASK64);
  const whole = key.length & ~7;
  for (let at = 0; at < whole; at += 8) {
    let k = 0n;
    for (let of = 7; of >= 0; of--) k = (k << 8n) | BigInt(key.charCodeAt(at + of));
    hash = ((hash ^ mix(k)) * M) & MASK64;
  }
  if (key.length > whole) {
    let tail = 0n;
    for (let at = key.length - 1; at >= whole; at--) tail = (tail << 8n) | BigInt(key.charCodeAt(at));
    hash = ((hash ^ tail) * M) & MASK64;
  }
  hash = ((hash ^ (hash >> 47n)) * M) & MASK64;
  return hash ^ (hash >> 47n);
}

/** Which register an element belongs to, and the length of its run of zeros. */
export function hllPattern(element: Bytes): { index: number; count: number } {
  const hash = murmurHash64A(element);
  let rest = (hash >> BigInt(P)) | (1n << BigInt(Q));
  let count = 1;
  for (; (rest & 1n) === 0n; rest >>= 1n) count++;
  return { index: Number(hash & BigInt(HLL_REGISTERS - 1)), count };
}

function denseGet(data: Uint8Array, index: number): number {
  const bit = index * 6;
  const at = HEADER + (bit >> 3);
  return (((data[at] as number) >> (bit & 7)) | ((data[at + 1] ?? 0) << (8 - (bit & 7)))) & 63;
}

function denseSet(data: Uint8Array, index: number, value: number): void {
  const bit = index * 6;
  const at = HEADER + (bit >> 3);
  const shift = bit & 7;
  data[at] = ((data[at] as number) & ~(63 << shift)) | (value << shift);
  if (shift > 2) data[at + 1] = ((data[at + 1] as number) & ~(63 >> (8 - shift))) | (value >> (8 - shift));
}

/** One run of registers in the sparse form. */
interface Run {
  readonly value: number;
  readonly length: number;
  /** Bytes of its opcode. */
  readonly size: 1 | 2;
}

function runAt(data: ArrayLike<number>, at: number): Run {
  const first = data[at] as number;
  if (first & 0x80) return { value: ((first >> 2) & 31) + 1, length: (first & 3) + 1, size: 1 };
  if (first & 0x40) return { value: 0, length: (((first & 0x3f) << 8) | (data[at + 1] ?? 0)) + 1, size: 2 };
  return { value: 0, length: (first & 0x3f) + 1, size: 1 };
}

const valOpcode = (value: number, length: number): number => 0x80 | ((value - 1) << 2) | (length - 1);

function zeroOpcodes(length: number): number[] {
  return length > ZERO_MAX ? [0x40 | ((length - 1) >> 8), (length - 1) & 0xff] : [length - 1];
}

/** The runs of a sparse HyperLogLog; throws HllError unless they cover all registers. */
export function sparseRuns(hll: Bytes): Run[] {
  const data = toUint8(hll);
  const runs: Run[] = [];
  let covered = 0;
  for (let at = HEADER; at < data.length;) {
    const run = runAt(data, at);
    covered += run.length;
    if (covered > HLL_REGISTERS) break;
    runs.push(run);
    at += run.size;
  }
  if (covered !== HLL_REGISTERS) throw new HllError('runs do not cover the registers');
  return runs;
}

/** All registers. */
export function hllRegisters(hll: Bytes): Uint8Array {
  const out = new Uint8Array(HLL_REGISTERS);
  if (hllEncoding(hll) === HLL_DENSE) {
    const data = toUint8(hll);
    for (let index = 0; index < HLL_REGISTERS; index++) out[index] = denseGet(data, index);
    return out;
  }
  let index = 0;
  for (const { value, length } of sparseRuns(hll)) {
    out.fill(value, index, index + length);
    index += length;
  }
  return out;
}

/** The dense form of a HyperLogLog. */
export function toDense(hll: Bytes): Bytes {
  if (hllEncoding(hll) === HLL_DENSE) return hll;
  const data = new Uint8Array(DENSE_SIZE);
  data.set(toUint8(hll.slice(0, HEADER)));
  data[4] = HLL_DENSE;
  hllRegisters(hll).forEach((value, index) => {
    if (value) denseSet(data, index, value);
  });
  return fromUint8(data);
}

/** One register and the value it shall have at least. */
export type Raise = readonly [index: number, count: number];

/** Raises registers: the string after that, and how many were lower before. A sparse string that grows
 *  beyond `sparseMaxBytes` becomes dense. */
export function raiseRegisters(hll: Bytes, raises: Iterable<Raise>, sparseMaxBytes: number): [Bytes, number] {
  let text = hll;
  let dense: Uint8Array | null = hllEncoding(hll) === HLL_DENSE ? toUint8(hll) : null;
  let raised = 0;
  for (const [index, count] of raises) {
    if (dense === null) {
      const changed = sparseRaise(text, index, count, sparseMaxBytes);
      if (changed === null) continue;
      raised++;
      text = changed;
      if (hllEncoding(text) === HLL_DENSE) dense = toUint8(text);
    } else if (denseGet(dense, index) < count) {
      denseSet(dense, index, count);
      raised++;
    }
  }
  return [dense === null ? text : fromUint8(dense), raised];
}

function sparseRaise(hll: Bytes, index: number, count: number, sparseMaxBytes: number): Bytes | null {
  const promote = (): Bytes | null => {
    const [dense, raised] = raiseRegisters(toDense(hll), [[index, count]], sparseMaxBytes);
    return raised ? dense : null;
  };
  if (count > VAL_MAX_VALUE) return promote();
  const data = [...toUint8(hll)];
  let at = HEADER;
  let first = 0;
  let previous = HEADER;
  let run = runAt(data, at);
  while (at < data.length && index > first + run.length - 1) {
    previous = at;
    at += run.size;
    first += run.length;
    run = runAt(data, at);
  }
  if (at >= data.length) throw new HllError('no run covers the register');
  if (run.value >= count) return null;
  const last = first + run.length - 1;
  if (run.length === 1 && run.size === 1) {
    data[at] = valOpcode(count, 1);
  } else {
    const part = (length: number): number[] =>
      run.value ? [valOpcode(run.value, length)] : zeroOpcodes(length);
    const split = [
      ...(index !== first ? part(index - first) : []),
      valOpcode(count, 1),
      ...(index !== last ? part(last - index) : []),
    ];
    const longer = split.length - run.size;
    if (longer > 0 && data.length + longer > sparseMaxBytes) return promote();
    data.splice(at, run.size, ...split);
  }
  mergeValues(data, previous);
  return withoutCachedCardinality(fromUint8(Uint8Array.from(data)));
}

/** Joins neighbouring runs of one value, looking at five opcodes as Redis does. */
function mergeValues(data: number[], from: number): void {
  let at = from;
  for (let steps = 5; at < data.length && steps > 0; steps--) {
    const run = runAt(data, at);
    const next = run.value && at + 1 < data.length ? runAt(data, at + 1) : null;
    const length = run.length + (next?.length ?? 0);
    if (next && next.value === run.value && length <= VAL_MAX_LENGTH) {
      data.splice(at, 2, valOpcode(run.value, length));
    } else {
      at += run.size;
    }
  }
}

function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let x = share;
  let y = 1;
  let z = 1 - x;
  let before: number;
  do {
    x = Math.sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) ** 2 * y;
  } while (before !== z);
  return z / 3;
}

function sigma(share: number): number {
  if (share === 1) return Infinity;
  let x = share;
  let y = 1;
  let z = x;
  let before: number;
  do {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  } while (before !== z);
  return z;
}

/** The estimate for a set of registers (Ertl's improved estimator). */
export function hllCount(registers: Uint8Array): number {
  const histogram = new Array<number>(64).fill(0);
  for (const value of registers) histogram[value] = (histogram[value] ?? 0) + 1;
  const m = HLL_REGISTERS;
  const at = (index: number): number => histogram[index] ?? 0;
  let z = m * tau((m - at(Q + 1)) / m);
  for (let j = Q; j >= 1; j--) z = (z + at(j)) * 0.5;
  z += m * sigma(at(0) / m);
  return Math.round((0.7213475204444817 * m * m) / z);
}
