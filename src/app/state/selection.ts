/* What is selected. There is one selection in the page: choosing a packet on the stage, an event in
 * the feed or a reply in the console says the same thing to every panel. */

export type Selection =
  | { kind: 'server'; name: string }
  | { kind: 'packet'; id: number }
  | { kind: 'event'; seq: number }
  | { kind: 'slot'; slot: number }
  | { kind: 'key'; key: string; slot: number }
  | { kind: 'link'; from: string; to: string }
  /** An application client, by ClientFrame.id. */
  | { kind: 'client'; id: string }
  /** An error that a console printed, as the server sent it. */
  | { kind: 'reply'; server: string; error: string };

/** True when both name the same thing. */
export function sameSelection(one: Selection | null, other: Selection | null): boolean {
  return one === other || (one !== null && other !== null && selectionKey(one) === selectionKey(other));
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
    case 'reply':
      return `reply:${selection.server}:${selection.error}`;
  }
}
