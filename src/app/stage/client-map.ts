/* The slot map of an application client beside the truth: where the two differ, the client will be sent
 * on by MOVED, or will talk to a server that is gone. */

import type { ClientFrame, ServerFrame } from '#sim/frame.ts';
import { ownerBySlot } from './beliefs.ts';
import { SLOT_COUNT } from './geometry.ts';

/** A run of slots that the client would look for in the wrong place. */
export interface StaleRange {
  first: number;
  last: number;
  /** Whom the client believes to own them; null = it knows of nobody. */
  believes: string | null;
  /** Who really serves them; null = nobody. */
  truly: string | null;
}

/** Where the client's map is wrong. A client without a map (it knows nothing of slots) is never wrong. */
export function staleRanges(map: ClientFrame['map'], servers: readonly ServerFrame[]): StaleRange[] {
  if (map.length === 0) return [];
  const owners = ownerBySlot(servers);
  // Names by number; those that no server has any more come after the servers'.
  const names = servers.map((server) => server.name);
  const numbers = new Map(names.map((name, at) => [name, at]));
  const believed = new Int16Array(SLOT_COUNT).fill(-1);
  for (const [first, last, name] of map) {
    let number = numbers.get(name);
    if (number === undefined) numbers.set(name, (number = names.push(name) - 1));
    believed.fill(number, first, last + 1);
  }
  const out: StaleRange[] = [];
  for (let slot = 0; slot < SLOT_COUNT; slot++) {
    if (believed[slot] === owners[slot]) continue;
    const first = slot;
    while (
      believed[slot + 1] === believed[first] &&
      owners[slot + 1] === owners[first] &&
      slot < SLOT_COUNT - 1
    )
      slot++;
    const name = (number: number | undefined): string | null => names[number ?? -1] ?? null;
    out.push({ first, last: slot, believes: name(believed[first]), truly: name(owners[first]) });
  }
  return out;
}

export function staleTotal(ranges: readonly StaleRange[]): number {
  return ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}
