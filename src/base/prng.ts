/* Seeded chance.
 *
 * Every server and every directed link has a stream of its own, named after it, so that what happens
 * on one link does not change what is drawn on another. The generator is sfc32 (small fast counting,
 * 128 bits of state, passes PractRand); its state is four words, so a snapshot copies it. */

import { CLONE } from './clone.ts';

/** Words of state of one stream; many of them may lie side by side in one array. */
export const STREAM_WORDS = 4;

/** Puts the beginning of the stream called `name` at `at`. Its last word is then never 0. */
export function beginStream(state: Int32Array, at: number, seed: number, name: string): void {
  const hash = hashName(`${seed}/${name}`);
  state[at] = hash();
  state[at + 1] = hash();
  state[at + 2] = hash();
  state[at + 3] = 1;
  for (let warmUp = 0; warmUp < 12; warmUp++) drawU32(state, at);
}

/** The next 32 random bits of the stream whose state stands at `at`. */
export function drawU32(state: Int32Array, at: number): number {
  const a = state[at] as number;
  const b = state[at + 1] as number;
  const c = state[at + 2] as number;
  const counter = state[at + 3] as number;
  const sum = (((a + b) | 0) + counter) | 0;
  state[at] = b ^ (b >>> 9);
  state[at + 1] = (c + (c << 3)) | 0;
  state[at + 2] = ((c << 21) | (c >>> 11)) + sum;
  state[at + 3] = counter + 1;
  return sum >>> 0;
}

/** A stream of pseudo-random numbers; the same seed gives the same stream on every machine. */
export class Prng {
  readonly #state: Int32Array;

  private constructor(state: Int32Array) {
    this.#state = state;
  }

  /** The stream called `name` of the world with `seed`. */
  static stream(seed: number, name: string): Prng {
    const state = new Int32Array(STREAM_WORDS);
    beginStream(state, 0, seed, name);
    return new Prng(state);
  }

  /** A copy that will draw the same numbers. */
  [CLONE](): Prng {
    return new Prng(this.#state.slice());
  }

  /** The next 32 random bits, 0 .. 2^32-1. */
  u32(): number {
    return drawU32(this.#state, 0);
  }

  /** A whole number in 0 .. bound-1 (bound at most 2^32). */
  below(bound: number): number {
    return Math.floor((this.u32() / 0x1_0000_0000) * bound);
  }

  /** A number in [0, 1) with 32 random bits. */
  unit(): number {
    return this.u32() / 0x1_0000_0000;
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  /** One element of a non-empty list. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** `length` lower-case hex digits, as in node and replication ids. */
  hex(length: number): string {
    let out = '';
    while (out.length < length) out += this.u32().toString(16).padStart(8, '0');
    return out.slice(0, length);
  }
}

/** cyrb128-like mixing of a name into as many 32-bit words as are asked for. */
function hashName(name: string): () => number {
  let h = 0x9e3779b9;
  for (let at = 0; at < name.length; at++) {
    h = Math.imul(h ^ name.charCodeAt(at), 0x85ebca6b);
    h = (h << 13) | (h >>> 19);
  }
  return () => {
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h = (h ^ (h >>> 16)) + 0x6d2b79f5;
    return h | 0;
  };
}
