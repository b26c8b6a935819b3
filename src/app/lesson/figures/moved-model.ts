/* Which keys change their server when servers are added, under three rules, and how even the shares are
 * afterwards. Counted over real keys, not by formula.
 *
 * The ring is consistent hashing as clients of cache servers do it: each server has some points on a
 * circle, and a key belongs to the next point. Hash slots need no chance: somebody decides what moves. */

import { CLUSTER_SLOTS, crc16, keyHashSlot } from '#base/crc16.ts';

export const COUNT = 2000;
/** Points of each server on the ring. */
export const POINTS = 40;

export type Rule = 'modulo' | 'ring' | 'slots';

export interface Moved {
  rule: Rule;
  /** How many of the keys have another server than before. */
  moved: number;
  /** How many keys the fullest server has afterwards. */
  fullest: number;
}

const keys = Array.from({ length: COUNT }, (_, at) => `user:${at}`);

/** What happens to the keys when `from` servers become `to`; more than before. */
export function movedKeys(from: number, to: number): Moved[] {
  const before = ringOf(from);
  const after = ringOf(to);
  const hash = keys.map((key) => crc16(key));
  const slotOwners = keys.map((key) => keyHashSlot(key)).map((slot) => slotOwner(slot, from, to));
  return [
    compare(
      'modulo',
      hash.map((value) => value % from),
      hash.map((value) => value % to),
    ),
    compare(
      'ring',
      hash.map((value) => before(value)),
      hash.map((value) => after(value)),
    ),
    compare(
      'slots',
      slotOwners.map(([old]) => old),
      slotOwners.map(([, now]) => now),
    ),
  ];
}

function compare(rule: Rule, before: readonly number[], after: readonly number[]): Moved {
  const sizes = new Map<number, number>();
  for (const owner of after) sizes.set(owner, (sizes.get(owner) ?? 0) + 1);
  const moved = after.filter((owner, at) => owner !== before[at]).length;
  return { rule, moved, fullest: Math.max(...sizes.values()) };
}

/** Who owns a value of the hash. The points of a server do not depend on how many others there are. */
function ringOf(servers: number): (value: number) => number {
  const points: [at: number, server: number][] = [];
  for (let server = 0; server < servers; server++) {
    for (let point = 0; point < POINTS; point++) points.push([crc16(`server ${server} #${point}`), server]);
  }
  points.sort(([a], [b]) => a - b);
  return (value) => (points.find(([at]) => at >= value) ?? points[0] ?? [0, 0])[1];
}

/** Who owns a slot before and after: each old server gives the end of its range, an even share for all. */
function slotOwner(slot: number, from: number, to: number): [before: number, after: number] {
  const before = Math.min(from - 1, Math.floor((slot * from) / CLUSTER_SLOTS));
  const first = Math.ceil((before * CLUSTER_SLOTS) / from);
  const given = slot - first - CLUSTER_SLOTS / to;
  if (given < 0) return [before, before];
  // What is given away fills the new servers one after the other.
  const share = CLUSTER_SLOTS / from - CLUSTER_SLOTS / to;
  const place = before * share + given;
  return [before, from + Math.min(to - from - 1, Math.floor((place * to) / CLUSTER_SLOTS))];
}
