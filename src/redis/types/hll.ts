/* HyperLogLog registers inside a string, in the two forms of Redis, bit for bit (after the data structure
 * part of hyperloglog.c).
 *
 * 16 bytes of header: "HYLL", encoding, three zeros, cached cardinality (its top bit: not valid). Dense:
 * 16384 registers of 6 bits. Sparse: runs, as opcodes 00llllll (zeros), 01llllll llllllll (many zeros),
 * 1vvvvvll (up to four registers of one value up to 32). */

import { fromUint8, toUint8, type Bytes } from '#base/bytes.ts';
import { murmurHash64A } from './murmur.ts';

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

/** Which register an element belongs to, and the length of its run of zeros. */
export function hllPattern(element: Bytes): { index: number; count: number } {
  const { low, high } = murmurHash64A(element);
  // The bits above the index, 50 of them; a one above those ends the longest run.
  const lower = (low >>> P) | (high << (32 - P));
  const zeros = lower !== 0 ? trailingZeros(lower) : 32 + trailingZeros((high >>> P) | (1 << (Q - 32)));
  return { index: low & (HLL_REGISTERS - 1), count: zeros + 1 };
}

const trailingZeros = (value: number): number => 31 - Math.clz32(value & -value);

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

/** A sparse HyperLogLog while it is worked on: the bytes in use are the first `length` of `data`. */
interface Sparse {
  readonly data: Uint8Array;
  length: number;
}

/** Raises registers: the string after that, and how many were lower before. A sparse string that grows
 *  beyond `sparseMaxBytes` becomes dense. */
export function raiseRegisters(
  hll: Bytes,
  raises: readonly Raise[],
  sparseMaxBytes: number,
): [Bytes, number] {
  let sparse: Sparse | null = null;
  let dense = toUint8(hll);
  if (hllEncoding(hll) === HLL_SPARSE) {
    // One element makes it longer by three bytes at most, and then it may be too long already.
    sparse = { data: new Uint8Array(Math.max(dense.length, sparseMaxBytes) + 4), length: dense.length };
    sparse.data.set(dense);
  }
  let raised = 0;
  for (const [index, count] of raises) {
    if (sparse !== null) {
      const outcome = sparseRaise(sparse, index, count, sparseMaxBytes);
      if (outcome === 'raised') raised++;
      if (outcome !== 'too long') continue;
      dense = toUint8(toDense(sparseText(sparse)));
      sparse = null;
    }
    if (denseGet(dense, index) < count) {
      denseSet(dense, index, count);
      raised++;
    }
  }
  return [sparse !== null ? sparseText(sparse) : fromUint8(dense), raised];
}

const sparseText = ({ data, length }: Sparse): Bytes => fromUint8(data.subarray(0, length));

/** Puts `opcodes` in the place of `size` bytes at `at`. */
function replaceOpcodes(sparse: Sparse, at: number, size: number, opcodes: readonly number[]): void {
  const { data } = sparse;
  data.copyWithin(at + opcodes.length, at + size, sparse.length);
  data.set(opcodes, at);
  sparse.length += opcodes.length - size;
}

/** Raises one register where the sparse form can hold it. */
function sparseRaise(
  sparse: Sparse,
  index: number,
  count: number,
  sparseMaxBytes: number,
): 'raised' | 'as it was' | 'too long' {
  if (count > VAL_MAX_VALUE) return 'too long';
  const { data, length } = sparse;
  let at = HEADER;
  let first = 0;
  let previous = HEADER;
  let run = runAt(data, at);
  while (at < length && index > first + run.length - 1) {
    previous = at;
    at += run.size;
    first += run.length;
    run = runAt(data, at);
  }
  if (at >= length) throw new HllError('no run covers the register');
  if (run.value >= count) return 'as it was';
  const last = first + run.length - 1;
  if (run.length === 1 && run.size === 1) {
    data[at] = valOpcode(count, 1);
  } else {
    const part = (runLength: number): number[] =>
      run.value ? [valOpcode(run.value, runLength)] : zeroOpcodes(runLength);
    const split = [
      ...(index !== first ? part(index - first) : []),
      valOpcode(count, 1),
      ...(index !== last ? part(last - index) : []),
    ];
    const longer = split.length - run.size;
    if (longer > 0 && length + longer > sparseMaxBytes) return 'too long';
    replaceOpcodes(sparse, at, run.size, split);
  }
  mergeValues(sparse, previous);
  return 'raised';
}

/** Joins neighbouring runs of one value, looking at five opcodes as Redis does. */
function mergeValues(sparse: Sparse, from: number): void {
  const { data } = sparse;
  let at = from;
  for (let steps = 5; at < sparse.length && steps > 0; steps--) {
    const run = runAt(data, at);
    const next = run.value && at + 1 < sparse.length ? runAt(data, at + 1) : null;
    const length = run.length + (next?.length ?? 0);
    if (next && next.value === run.value && length <= VAL_MAX_LENGTH) {
      replaceOpcodes(sparse, at, 2, [valOpcode(run.value, length)]);
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
