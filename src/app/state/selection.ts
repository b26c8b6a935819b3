/* What is selected. There is one selection in the page: choosing a packet on the stage, an event in
 * the feed or a reply in the console says the same thing to every panel. */

import type { Micros } from '#redis/io.ts';
import type { PacketFrame } from '#sim/frame.ts';

export type Selection =
  | { kind: 'server'; name: string }
  | { kind: 'packet'; id: number }
  | { kind: 'event'; seq: number }
  | { kind: 'slot'; slot: number }
  | { kind: 'key'; key: string; slot: number }
  | { kind: 'link'; from: string; to: string }
  /** An application client, by ClientFrame.id. */
  | { kind: 'client'; id: string }
  /** What a line typed at a console sent and got: the messages of that console in this time. */
  | { kind: 'exchange'; console: string; from: Micros; until: Micros | null }
  /** An error that a console printed, as the server sent it. */
  | { kind: 'reply'; server: string; error: string };

/** True when both name the same thing. */
export function sameSelection(one: Selection | null, other: Selection | null): boolean {
  return one === other || (one !== null && other !== null && selectionKey(one) === selectionKey(other));
}

/** Whether a message is what is selected, or a part of it. */
export function isChosen(packet: PacketFrame, selection: Selection | null): boolean {
  if (selection?.kind === 'packet') return packet.id === selection.id;
  if (selection?.kind !== 'exchange' || packet.kind === 'connect') return false;
  const { console: name, from, until } = selection;
  const isOfConsole = packet.from === name || packet.to === name;
  return isOfConsole && packet.sentAt >= from && (until === null || packet.sentAt < until);
}

/** A short text that is equal for equal selections; also fit for an element id. */
export function selectionKey(selection: Selection): string {
  switch (selection.kind) {
    case 'server':
      return `server:${selection.name}`;
    case 'packet':
      return `packet:${selection.id}`;
    case 'event':
      return `event:${selection.seq}`;
    case 'slot':
      return `slot:${selection.slot}`;
    case 'key':
      return `key:${selection.key}`;
    case 'link':
      return `link:${selection.from}>${selection.to}`;
    case 'client':
      return `client:${selection.id}`;
    case 'exchange':
      return `exchange:${selection.console}:${selection.from}`;
    case 'reply':
      return `reply:${selection.server}:${selection.error}`;
  }
}
