/* Seeded chance.
 *
 * Every server and every directed link has a stream of its own, named after it, so that what happens
 * on one link does not change what is drawn on another. The generator is sfc32 (small fast counting,
 * 128 bits of state, passes PractRand); its state is four plain numbers, so a snapshot copies it. */

import { CLONE } from './clone.ts';

/** A stream of pseudo-random numbers; the same seed gives the same stream on every machine. */
export class Prng {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  private constructor(a: number, b: number, c: number, counter: number) {
    this.#a = a;
    this.#b = b;
    this.#c = c;
    this.#counter = counter;
  }

  /** The stream called `name` of the world with `seed`. */
  static stream(seed: number, name: string): Prng {
    const hash = hashName(`${seed}/${name}`);
    const prng = new Prng(hash(), hash(), hash(), 1);
    for (let warmUp = 0; warmUp < 12; warmUp++) prng.u32();
    return prng;
  }

  /** A copy that will draw the same numbers. */
  [CLONE](): Prng {
    return new Prng(this.#a, this.#b, this.#c, this.#counter);
  }

  /** The next 32 random bits, 0 .. 2^32-1. */
  u32(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    this.#c |= 0;
    return sum >>> 0;
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
