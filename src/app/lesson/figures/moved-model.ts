/* Which keys change their server when servers are added, under three rules, and how even the shares are
 * afterwards. Counted over real keys, not by formula.
 *
 * The ring is consistent hashing as clients of cache servers do it: each server has some points on a
 * circle, and a key belongs to the next point. Hash slots need no chance: somebody decides what moves. */

import { CLUSTER_SLOTS, crc16, keyHashSlot } from '#base/crc16.ts';

/** Points of each server on the ring. */
export const POINTS = 40;

const RULES = ['modulo', 'ring', 'slots'] as const;

export interface Moved {
  rule: (typeof RULES)[number];
  /** Which part of the keys has another server than before, in percent. */
  moved: number;
  /** Which part of them the fullest server has afterwards. */
  fullest: number;
}

const KEYS = Array.from({ length: 2000 }, (_, at) => `user:${at}`);

/** What happens to the keys when `from` servers become `to`; more than before. */
export function movedKeys(from: number, to: number): Moved[] {
  const rings = [ringOf(from), ringOf(to)] as const;
  const owners: Record<Moved['rule'], (key: string) => [before: number, after: number]> = {
    modulo: (key) => [crc16(key) % from, crc16(key) % to],
    ring: (key) => [nextOn(rings[0], crc16(key)), nextOn(rings[1], crc16(key))],
    slots: (key) => slotOwners(keyHashSlot(key), from, to),
  };
  return RULES.map((rule) => {
    const sizes = Array.from({ length: to }, () => 0);
    let moved = 0;
    for (const [before, after] of KEYS.map(owners[rule])) {
      if (before !== after) moved++;
      sizes[after] = (sizes[after] ?? 0) + 1;
    }
    return { rule, moved: percent(moved), fullest: percent(Math.max(...sizes)) };
  });
}

const percent = (keys: number): number => Math.round((keys / KEYS.length) * 100);

type Ring = [at: number, server: number][];

/** The points of a server do not depend on how many others there are. */
function ringOf(servers: number): Ring {
  const ring = Array.from({ length: servers * POINTS }, (_, at): Ring[number] => [
    crc16(`server ${at}`),
    Math.floor(at / POINTS),
  ]);
  return ring.sort(([a], [b]) => a - b);
}

const nextOn = (ring: Ring, value: number): number =>
  (ring.find(([at]) => at >= value) ?? ring[0] ?? [0, 0])[1];

/** Each old server gives the end of its range; that fills the new ones, one after the other. */
function slotOwners(slot: number, from: number, to: number): [before: number, after: number] {
  const before = Math.floor((slot * from) / CLUSTER_SLOTS);
  const kept = CLUSTER_SLOTS / to;
  const given = slot - (before * CLUSTER_SLOTS) / from - kept;
  const place = before * (CLUSTER_SLOTS / from - kept) + given;
  return [before, given < 0 ? before : Math.min(to - 1, from + Math.floor(place / kept))];
}
