/* The seats of a playground's servers, remembered from frame to frame and shared by all panels, so that
 * a shard has the same hue everywhere. Another world begins with none. */

import type { Frame } from '#sim/frame.ts';
import type { Playground } from '#app/state/playground.svelte.ts';
import { shardTone, type Tone } from './palette.ts';
import { EMPTY_SEATING, identities, reseat, sameWorld, type Seating } from './seating.ts';

class Seats {
  #ids: ReadonlyMap<string, string> = new Map();
  #seating = EMPTY_SEATING;
  #frame: Frame | null = null;

  /** The seating at a frame; frames come in the order in which they are shown. */
  at(frame: Frame | null): Seating {
    if (frame === null) return EMPTY_SEATING;
    if (frame === this.#frame) return this.#seating;
    const same = sameWorld(this.#ids, frame);
    this.#ids = same ? new Map([...this.#ids, ...identities(frame)]) : identities(frame);
    this.#seating = reseat(same ? this.#seating : EMPTY_SEATING, frame);
    this.#frame = frame;
    return this.#seating;
  }
}

const known = new WeakMap<Playground, Seats>();

/** Where the servers of this playground sit now. */
export function seatingOf(playground: Playground): Seating {
  let seats = known.get(playground);
  if (!seats) known.set(playground, (seats = new Seats()));
  return seats.at(playground.frame);
}

/** The tone of the shard in which each seated server sits. */
export function tonesOf(seating: Seating): ReadonlyMap<string, Tone> {
  return new Map(
    seating.shards.flatMap(({ index, members }) => members.map((name) => [name, shardTone(index)])),
  );
}
