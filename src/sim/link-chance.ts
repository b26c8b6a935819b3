/* Chance on the directed links that begin at one machine: a stream for each, so that a link elsewhere does not
 * change what happens on this one. A million links have one, so their states lie in one array. */

import { beginStream, drawU32, STREAM_WORDS } from '#base/prng.ts';

export class LinkChance {
  /** By index of the machine at the far end; all zero where nothing was drawn yet. */
  private states = new Int32Array(16 * STREAM_WORDS);

  private readonly seed: number;
  private readonly from: string;

  constructor(seed: number, from: string) {
    this.seed = seed;
    this.from = from;
  }

  /** A number in [0, 1) from the stream of the link to a machine. */
  unit(to: number, toName: string): number {
    const at = to * STREAM_WORDS;
    if (at >= this.states.length) {
      const wide = new Int32Array(Math.max(at + STREAM_WORDS, this.states.length * 2));
      wide.set(this.states);
      this.states = wide;
    }
    if (this.states[at + STREAM_WORDS - 1] === 0)
      beginStream(this.states, at, this.seed, `link/${this.from}>${toName}`);
    return drawU32(this.states, at) / 0x1_0000_0000;
  }
}
