/* Which shard a server sits with, and where that shard stands.
 *
 * A learner finds a server where it was left. So a seat is remembered from frame to frame and does
 * not follow the role: after a failover the replica wears the circle of a master, but both stay where
 * they were. A server moves only when it really changes its shard, and shards move only when their
 * number changes. `reseat` is a pure function of the seating before and the frame. */

import type { Frame, ServerFrame } from '#sim/frame.ts';
import { slotTotal, trueOwners } from './beliefs.ts';
import { circularMean, slotAngle, TURN } from './geometry.ts';

export interface ShardSeat {
  /** Number given when the shard first appeared; its hue and letter for good. */
  index: number;
  /** Where the shard stands around the ring. */
  angle: number;
  /** Servers in the order in which they sat down; the first sits nearest to the ring. */
  members: string[];
}

export interface Seating {
  shards: ShardSeat[];
  /** Servers that belong to no shard, in frame order. */
  loose: string[];
}

export const EMPTY_SEATING: Seating = { shards: [], loose: [] };

/** Ids of the servers of a frame, by name; those of processes that are down are not told. */
export function identities(frame: Frame): Map<string, string> {
  return new Map(frame.servers.flatMap(({ name, nodeId }) => (nodeId === '' ? [] : [[name, nodeId]])));
}

/** True when the frame is of the world that those ids were of. A wiped server has a new id, so it is
 *  the majority that counts. */
export function sameWorld(before: ReadonlyMap<string, string>, frame: Frame): boolean {
  let same = 0;
  let compared = 0;
  for (const { name, nodeId } of frame.servers) {
    const known = before.get(name);
    if (nodeId === '' || known === undefined) continue;
    compared++;
    if (known === nodeId) same++;
  }
  // Equal seeds give equal ids in worlds of other sizes, so a leap in size is another world too.
  const grown = frame.servers.length - before.size;
  return compared > 0 && same * 2 > compared && grown >= 0 && grown <= Math.max(2, before.size / 2);
}

/** Seats every server of the frame, as far as possible where it sat before. Returns `before` itself
 *  when nothing changed, so that callers may compare by identity. */
export function reseat(before: Seating, frame: Frame): Seating {
  const owners = trueOwners(frame.servers);
  const previous = new Map<string, number>();
  for (const shard of before.shards) for (const name of shard.members) previous.set(name, shard.index);
  const shardOf = ownersToShards(frame, owners, previous, before);
  followMasters(frame, shardOf, previous);

  const shards = new Map<number, string[]>();
  const loose: string[] = [];
  for (const server of frame.servers) {
    const index = shardOf.get(server.name);
    if (index === undefined) loose.push(server.name);
    else shards.set(index, [...(shards.get(index) ?? []), server.name]);
  }
  for (const [index, members] of shards) shards.set(index, inOrder(members, index, before, owners));
  return sameSeats(before, shards, loose) ? before : place(before, shards, loose, owners);
}

/** Servers that own slots: each keeps its shard or begins one. Of several owners that sit in one
 *  shard, the one with most slots keeps it. */
function ownersToShards(
  frame: Frame,
  owners: ReadonlyMap<string, [number, number][]>,
  previous: ReadonlyMap<string, number>,
  before: Seating,
): Map<string, number> {
  const shardOf = new Map<string, number>();
  const keeper = new Map<number, string>();
  const weight = (name: string) => slotTotal(owners.get(name) ?? []);
  for (const name of owners.keys()) {
    const index = previous.get(name);
    if (index === undefined) continue;
    const rival = keeper.get(index);
    if (rival === undefined || weight(name) > weight(rival)) keeper.set(index, name);
  }
  for (const [index, name] of keeper) shardOf.set(name, index);
  let next = Math.max(-1, ...before.shards.map((shard) => shard.index)) + 1;
  const newcomers = frame.servers
    .filter((server) => owners.has(server.name) && !shardOf.has(server.name))
    .sort((p, q) => firstSlot(owners, p.name) - firstSlot(owners, q.name));
  for (const server of newcomers) shardOf.set(server.name, next++);
  return shardOf;
}

function firstSlot(owners: ReadonlyMap<string, [number, number][]>, name: string): number {
  return owners.get(name)?.[0]?.[0] ?? 0;
}

/** Everybody else: a replica sits with its master (through a chain, if need be), and who has neither
 *  slots nor a master stays where it sat. */
function followMasters(
  frame: Frame,
  shardOf: Map<string, number>,
  previous: ReadonlyMap<string, number>,
): void {
  const byName = new Map<string, ServerFrame>(frame.servers.map((server) => [server.name, server]));
  for (const server of frame.servers) {
    if (shardOf.has(server.name)) continue;
    let root: ServerFrame | undefined = server;
    // A chain of replicas is short; a ring of them is possible for a moment, so count.
    for (let hops = 0; root && !shardOf.has(root.name) && root.role === 'replica' && hops < 8; hops++) {
      root = root.masterName ? byName.get(root.masterName) : undefined;
    }
    const index = (root && (shardOf.get(root.name) ?? previous.get(root.name))) ?? previous.get(server.name);
    if (index !== undefined) shardOf.set(server.name, index);
  }
}

/** Members in the order in which they sat before; newcomers after them, owners first. */
function inOrder(
  members: string[],
  index: number,
  before: Seating,
  owners: ReadonlyMap<string, unknown>,
): string[] {
  const old = before.shards.find((shard) => shard.index === index)?.members ?? [];
  const seated = old.filter((name) => members.includes(name));
  const fresh = members.filter((name) => !old.includes(name));
  return [
    ...seated,
    ...fresh.filter((name) => owners.has(name)),
    ...fresh.filter((name) => !owners.has(name)),
  ];
}

function sameSeats(before: Seating, shards: ReadonlyMap<number, string[]>, loose: string[]): boolean {
  if (before.shards.length !== shards.size || before.loose.join() !== loose.join()) return false;
  return before.shards.every((shard) => shard.members.join() === shards.get(shard.index)?.join());
}

/** Gives angles. While the set of shards is the same they stay; otherwise all shards are spread
 *  evenly, in the order of their slots, turned so that each stands as near to its slots as can be. */
function place(
  before: Seating,
  shards: ReadonlyMap<number, string[]>,
  loose: string[],
  owners: ReadonlyMap<string, [number, number][]>,
): Seating {
  const old = new Map(before.shards.map((shard) => [shard.index, shard.angle]));
  const same = old.size === shards.size && [...shards.keys()].every((index) => old.has(index));
  if (same) {
    const seats = before.shards.map((shard) => ({ ...shard, members: shards.get(shard.index) ?? [] }));
    return { shards: seats, loose };
  }
  const wanted = [...shards].map(([index, members]) => ({
    index,
    members,
    wish: wishOf(members, owners) ?? old.get(index) ?? null,
  }));
  wanted.sort((p, q) => (p.wish ?? TURN) - (q.wish ?? TURN) || p.index - q.index);
  const step = TURN / Math.max(1, wanted.length);
  const turn = circularMean(
    wanted.flatMap(({ wish }, at) => (wish === null ? [] : [{ angle: wish - at * step, weight: 1 }])),
  );
  const seats = wanted.map(({ index, members }, at) => ({
    index,
    members,
    angle: ((turn ?? step / 2) + at * step + TURN) % TURN,
  }));
  return { shards: seats, loose };
}

/** The middle of a shard's slots. */
function wishOf(members: string[], owners: ReadonlyMap<string, [number, number][]>): number | null {
  const parts = members.flatMap((name) =>
    (owners.get(name) ?? []).map(([first, last]) => ({
      angle: slotAngle((first + last + 1) / 2),
      weight: last - first + 1,
    })),
  );
  return parts.length === 0 ? null : circularMean(parts);
}
