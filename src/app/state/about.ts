/* What a selection is about: which servers, and what happened where and when. Each panel shows the same
 * choice in what it has to show (rings on the stage, names of lanes and rows, lines of the feed). */

import type { Micros } from '#redis/io.ts';
import type { FeedEvent, Frame, PacketFrame } from '#sim/frame.ts';
import { isChosen, type Selection } from './selection.ts';

export interface Moment {
  /** Name of the process. */
  who: string;
  at: Micros;
}

export interface About {
  servers: ReadonlySet<string>;
  /** What is sent, received or noticed at one of these belongs to the selection. */
  moments: readonly Moment[];
  slot: number | null;
}

export const NOTHING: About = { servers: new Set(), moments: [], slot: null };

/** Where to look up what a selection only names. */
export interface Known {
  frame: Frame | null;
  packet(id: number): PacketFrame | undefined;
  event(seq: number): FeedEvent | undefined;
  /** All messages that are remembered. */
  packets(): Iterable<PacketFrame>;
}

export function aboutOf(selection: Selection | null, known: Known): About {
  switch (selection?.kind) {
    case 'server':
      return about([selection.name]);
    case 'reply':
      return about([selection.server]);
    case 'link':
      return about([selection.from, selection.to]);
    case 'slot':
    case 'key':
      return { ...about(ownersOf(selection.slot, known.frame)), slot: selection.slot };
    case 'packet': {
      const packet = known.packet(selection.id);
      return aboutPackets(packet ? [packet] : []);
    }
    case 'exchange':
      return aboutPackets([...known.packets()].filter((packet) => isChosen(packet, selection)));
    case 'event': {
      const event = known.event(selection.seq);
      return event ? about([event.who], [{ who: event.who, at: event.at }]) : NOTHING;
    }
    default:
      return NOTHING;
  }
}

function aboutPackets(packets: readonly PacketFrame[]): About {
  const moments = packets.flatMap(({ from, to, sentAt, deliverAt, lost }) => {
    const sent = { who: from, at: sentAt };
    return lost ? [sent] : [sent, { who: to, at: deliverAt }];
  });
  return about(
    packets.flatMap(({ from, to }) => [from, to]),
    moments,
  );
}

function about(servers: readonly string[], moments: readonly Moment[] = []): About {
  return { servers: new Set(servers), moments, slot: null };
}

/** Who says that the slot is his. */
function ownersOf(slot: number, frame: Frame | null): string[] {
  return (frame?.servers ?? [])
    .filter(({ role, slots }) => role === 'master' && slots.some(([a, b]) => slot >= a && slot <= b))
    .map(({ name }) => name);
}

/** Whether that happened at a moment that the selection is about. */
export function isAbout({ moments }: About, who: string, at: Micros): boolean {
  return moments.some((moment) => moment.who === who && moment.at === at);
}
