/* One recorder for each playground, shared by the panels that look back. */

import { aboutOf, type About } from '#app/state/about.ts';
import type { Playground } from '#app/state/playground.svelte.ts';
import type { PacketFrame } from '#sim/frame.ts';
import { identities, sameWorld } from '#app/stage/seating.ts';
import { Recorder } from './recorder.ts';

/** A recorder and a number that changes when it has something new. */
export class Recording {
  readonly recorder = new Recorder();
  version = $state(0);

  #ids = new Map<string, string>();
  #seen: unknown = null;

  /** Takes the playground's frame, once. */
  accept(playground: Playground): void {
    const { frame } = playground;
    if (!frame || frame === this.#seen) return;
    this.#seen = frame;
    if (!sameWorld(this.#ids, frame)) this.recorder.clear();
    this.#ids = identities(frame);
    this.recorder.accept(frame);
    this.version = this.recorder.version;
  }
}

const recordings = new WeakMap<Playground, Recording>();

/** What the playground's selection is about, also when the message has arrived long ago. */
export function selectedAbout(playground: Playground): About {
  const { frame, selection, feed } = playground;
  return aboutOf(selection, {
    frame,
    packet: (id) => packetOf(playground, id),
    event: (seq) => feed.find(seq),
    packets: () => recordingOf(playground).recorder.packets.values(),
  });
}

/** A message that is under way, or was seen before. */
export function packetOf(playground: Playground, id: number): PacketFrame | undefined {
  const flying = playground.frame?.packets.find((packet) => packet.id === id);
  return flying ?? recordingOf(playground).recorder.packets.get(id);
}

export function recordingOf(playground: Playground): Recording {
  let recording = recordings.get(playground);
  if (!recording) recordings.set(playground, (recording = new Recording()));
  return recording;
}
