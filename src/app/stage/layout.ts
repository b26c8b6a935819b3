/* Where everything stands on a stage of a given size.
 *
 * The ring is in the middle, masters stand around it at the angle of their shard, replicas further
 * out beside their master, servers of no shard in a corner, consoles and clients at the top. What
 * the reader has dragged stays where it was dropped. Four densities share one plan; what changes is
 * how much room a server gets. */

import type { Frame } from '#sim/frame.ts';
import { onEllipse, TURN, type Point } from './geometry.ts';
import type { Seating, ShardSeat } from './seating.ts';

/** How much a server may take: all = full marks and labels; many = small marks; groups = dots with
 *  labels for what is unusual; heat = cells of a ring. */
export type Density = 'all' | 'many' | 'groups' | 'heat';

export function densityFor(servers: number): Density {
  if (servers <= 14) return 'all';
  if (servers <= 40) return 'many';
  return servers <= 300 ? 'groups' : 'heat';
}

/** Positions as fractions of the stage's width and height. */
export type Moved = ReadonlyMap<string, Point>;

export interface Seat extends Point {
  name: string;
  radius: number;
  /** Number of its shard, -1 for none. */
  shard: number;
}

export interface Layout {
  width: number;
  height: number;
  scale: number;
  /** Size of the messages: among many servers there are many of them. */
  markScale: number;
  /** Size of ordinary type, and the size that no type may go below (0 = each mark has its own). */
  type: number;
  least: number;
  /** There is room for both sides of an address translation, and for a line more about each server. */
  roomy: boolean;
  /** From this radius on a mark has room for its name. */
  nameRadius: number;
  density: Density;
  centre: Point;
  ring: { inner: number; outer: number };
  seats: Map<string, Seat>;
  /** Size of a mark by role. */
  radii: { master: number; replica: number };
  /** Middle of the row in which consoles and clients stand: at the top, where slot 0 begins and so no
   *  shard of an even split has its place. */
  visitors: Point;
}

export interface LayoutOptions {
  width: number;
  height: number;
  /** Size of marks and type: 1 on a desk, about 1.2 for a projector. */
  scale: number;
  /** No type is smaller than this; a projector needs 17 pixels. */
  least?: number;
}

/** From the rim of a server to the wall of its address translation. */
export const WALL = 12;
/** Width of a roomy stage, in sizes of its type. */
const ROOMY = 54;

interface Plan {
  layout: Layout;
  master: { rx: number; ry: number; radius: number };
  replica: { rx: number; ry: number; radius: number };
}

export function layOut(seating: Seating, frame: Frame, moved: Moved, options: LayoutOptions): Layout {
  let plan = planFor(frame, seating, options, EVEN);
  seatShards(plan, seating);
  // Servers of no shard stand in the upper corner, and need what is empty there.
  if (plan.layout.density === 'all' && seating.shards.length > 0 && seating.loose.length === 0) {
    plan = planFor(frame, seating, options, sharesOf(plan));
    seatShards(plan, seating);
  }
  const { layout } = plan;
  seatLoose(plan, seating);
  for (const [name, place] of moved) {
    const seat = layout.seats.get(name);
    if (!seat) continue;
    seat.x = clamp(place.x * layout.width, seat.radius, layout.width - seat.radius);
    seat.y = clamp(place.y * layout.height, seat.radius, layout.height - seat.radius);
  }
  return layout;
}

function seatShards(plan: Plan, { shards }: Seating): void {
  for (const shard of shards) seatShard(plan, shard, shards.length);
}

/** How far a plan reaches above and below its centre, in units of the replicas' vertical radius. */
interface Shares {
  above: number;
  below: number;
}

const EVEN: Shares = { above: 1, below: 1 };

/** What the seats of a plan, and its ring with room for the links around it, need of the height: three
 *  shards leave the top empty, and all the rest may be larger for it. */
function sharesOf({ layout, replica }: Plan): Shares {
  const ring = layout.ring.outer + 14 * layout.scale;
  const ys = [...layout.seats.values()].map(({ y }) => y - layout.centre.y);
  return {
    above: Math.max(ring, ...ys.map((y) => -y)) / replica.ry,
    below: Math.max(ring, ...ys) / replica.ry,
  };
}

function planFor(
  { servers }: Frame,
  seating: Seating,
  { width, height, scale, least = 0 }: LayoutOptions,
  { above, below }: Shares,
): Plan {
  const density = densityFor(servers.length);
  const small = density === 'groups' || density === 'heat';
  // Marks shrink on a phone, but type does not shrink with them.
  const k = scale * clamp(Math.min(width / 600, height / 420), 0.78, 1);
  // The row of visitors, and the labels of the masters below it.
  const type = Math.max(11, 12 * k, least);
  const roomy = width >= ROOMY * type;
  // Where servers live in containers, each has a wall around it, and maybe a line more.
  const walled = servers.filter(({ inside }) => inside).length * 2 > servers.length;
  const walls = walled ? WALL * k + (roomy ? type + 5 : 0) : 0;
  const top = Math.max((small ? 40 : 44) * k, 40) + walls;
  const bottom = (small ? 46 : Math.max(62 * k, 54)) + walls;
  const halfHeight = Math.max(60, (height - top - bottom) / (above + below));
  const halfWidth = Math.max(60, width / 2 - (small ? 24 : 52) * k);
  const centre = { x: width / 2, y: top + halfHeight * above };
  const shards = Math.max(1, seating.shards.length);
  const ry = halfHeight;
  const rx = Math.min(halfWidth, halfHeight * (small ? 1.25 : 1.5));
  const master = { rx: Math.min(rx * 0.86, ry * 1.15), ry: ry * 0.97, radius: 26 * k };
  const replica = { rx, ry, radius: 19 * k };
  if (density !== 'all') {
    // The circumference is shared by all shards; a mark takes at most 70 % of its share.
    const share = ((TURN * Math.min(rx, ry)) / shards) * 0.35;
    const inward = density === 'many' ? 0.8 : 0.78;
    master.rx = rx * inward;
    master.ry = ry * inward;
    master.radius = clamp(share * inward, 1.5, 16 * k);
    replica.radius = master.radius * 0.75;
  } else if (shards > 4) {
    const shrink = clamp(4.6 / shards, 0.55, 1);
    master.radius *= shrink;
    replica.radius *= shrink;
  }
  const outer = Math.min(master.rx, master.ry) * (density === 'all' ? 0.6 : density === 'many' ? 0.66 : 0.78);
  const inner = Math.max(10, outer - (small ? 20 : 17) * k);
  const layout: Layout = {
    width,
    height,
    scale: k,
    markScale: small ? k * 0.7 : k,
    type,
    least,
    roomy,
    nameRadius: Math.max(11, least * 1.25),
    density,
    centre,
    ring: { inner, outer },
    seats: new Map(),
    radii: { master: master.radius, replica: replica.radius },
    visitors: { x: width / 2, y: 17 * k },
  };
  return { layout, master, replica };
}

/** How far a sunburst reaches from its centre. */
export function heatReach({ centre, width, height }: Layout): number {
  // On a phone the line that tells what is not as it should be lies below.
  return Math.min(centre.x, centre.y, height - centre.y - (width < 480 ? 28 : 0)) - 6;
}

/** Where the cell of the `at`-th of `count` members lies on a sunburst, as distances from the centre. */
export function heatBand(layout: Layout, at: number, count: number): { inner: number; outer: number } {
  const { ring } = layout;
  const depth = Math.max(24, heatReach(layout) - ring.outer - 6) / Math.max(2, count);
  const inner = ring.outer + 6 + at * depth;
  return { inner, outer: inner + depth - 1 };
}

function seatShard({ layout, master, replica }: Plan, shard: ShardSeat, shards: number): void {
  const { centre, density } = layout;
  const step = TURN / shards;
  const count = shard.members.length - 1;
  shard.members.forEach((name, at) => {
    if (density === 'heat') {
      const { inner, outer } = heatBand(layout, at, shard.members.length);
      const middle = (inner + outer) / 2;
      const place = onEllipse(centre, middle, middle, shard.angle);
      layout.seats.set(name, { name, ...place, radius: 2, shard: shard.index });
      return;
    }
    if (at === 0) {
      const place = onEllipse(centre, master.rx, master.ry, shard.angle);
      layout.seats.set(name, { name, ...place, radius: master.radius, shard: shard.index });
      return;
    }
    let place: Point;
    if (density === 'all') {
      const angle = shard.angle + replicaOffset(at - 1, count, step, shard.angle);
      place = onEllipse(centre, replica.rx, replica.ry, angle);
    } else {
      // Replicas fan out behind their master, or queue up outwards where there are many shards.
      const fan = density === 'many' && count > 1 ? step * 0.3 * ((2 * (at - 1)) / (count - 1) - 1) : 0;
      const queue = density === 'many' ? 1 : at / Math.max(1, count);
      const inward = master.rx / replica.rx;
      const share = inward + (1 - inward) * queue;
      place = onEllipse(centre, replica.rx * share, replica.ry * share, shard.angle + fan);
    }
    layout.seats.set(name, { name, ...place, radius: replica.radius, shard: shard.index });
  });
}

/** How far beside its master a replica stands. A single one goes towards the nearer side of the
 *  stage, where there is more room than above and below; several share both sides, and keep clear of
 *  the master between them. */
function replicaOffset(at: number, count: number, step: number, angle: number): number {
  const side = Math.sin(angle * 2 + 1e-6) >= -1e-5 ? 1 : -1;
  if (count === 1) return side * Math.min(0.62, step * 0.3);
  const reach = Math.min(0.62 * (count - 1), step * (count > 2 ? 0.42 : 0.36));
  const direction = at % 2 === 0 ? side : -side;
  const onThisSide = at % 2 === 0 ? Math.ceil(count / 2) : Math.floor(count / 2);
  return direction * reach * (1 - (0.5 * Math.floor(at / 2)) / Math.max(1, onThisSide - 1));
}

/** Servers of no shard: around the ring while there is no cluster yet, otherwise in the corner. */
function seatLoose({ layout, master }: Plan, seating: Seating): void {
  const { centre, seats, density, scale: k } = layout;
  const count = seating.loose.length;
  if (seating.shards.length === 0) {
    const radius = density === 'all' ? 24 * k : clamp((TURN * master.ry * 0.35) / count, 1.5, 14 * k);
    seating.loose.forEach((name, at) => {
      const place = onEllipse(centre, master.rx, master.ry, ((at + 0.5) / count) * TURN);
      seats.set(name, { name, ...place, radius, shard: -1 });
    });
    return;
  }
  const sizes = density === 'all' ? [21, 16, 14.5] : density === 'many' ? [11] : [4];
  const choices = sizes.flatMap((size) => {
    const radius = size * k;
    const corners = CORNERS.map((corner) => cornerPlaces(layout, corner, count, radius));
    const first = corners.slice(0, 1);
    const ways = density === 'all' ? [...first, topRow(layout, count, radius), ...corners.slice(1)] : first;
    return ways
      .filter((places) => places.length === count)
      .map((places) => ({ places, radius, room: roomOf(layout, places, radius) }));
  });
  // The largest that has room for the lines as well; else where there is most of it.
  const best = Math.max(...choices.map(({ room }) => room));
  const chosen = choices.find(({ room }) => room > 36 * k) ?? choices.find(({ room }) => room === best);
  seating.loose.forEach((name, at) => {
    const place = chosen?.places[at];
    if (chosen && place) seats.set(name, { name, ...place, radius: chosen.radius, shard: -1 });
  });
}

/** One row at the top, on both sides of the visitors; fewer places than asked for where they do not fit. */
function topRow(layout: Layout, count: number, radius: number): Point[] {
  const { width, visitors, scale: k } = layout;
  const pitch = pitchOf(layout, radius);
  // Half of a line below a server, half of the visitors' mark, and the button in the upper right corner.
  const [line, mark, button] = [24, 50, 36];
  const fits = (from: number) => Math.max(0, 1 + Math.floor((visitors.x - mark - line - from) / pitch));
  const [left, right] = [8 * k + radius, button + 8 * k + radius];
  const atLeft = Math.min(fits(left), Math.ceil(count / 2));
  const atRight = Math.min(fits(right), count - atLeft);
  const y = 14 * k + radius;
  return [
    ...Array.from({ length: atLeft }, (_, at) => ({ x: left + at * pitch, y })),
    ...Array.from({ length: atRight }, (_, at) => ({ x: width - right - (atRight - 1 - at) * pitch, y })),
  ];
}

const CORNERS = ['upper left', 'lower right', 'upper right'] as const;

/** From one loose server to the next: their lines stand side by side, before a room with the name in them. */
function pitchOf({ density, scale: k, least, nameRadius, type }: Layout, radius: number): number {
  if (density !== 'all') return radius * 2 + 6 * k;
  return Math.max(radius * 2 + 34 * k, least > 0 && radius < nameRadius ? 8.6 * type : 0);
}

/** Rows of places from a corner inwards. */
function cornerPlaces(
  layout: Layout,
  corner: (typeof CORNERS)[number],
  count: number,
  radius: number,
): Point[] {
  const { width, height, density, scale: k, least } = layout;
  const pitch = pitchOf(layout, radius);
  const rowPitch = radius * 2 + (density === 'all' ? Math.max(26 * k, 6 * k + least + 8) : 6 * k);
  const perRow = Math.max(1, Math.floor((width * 0.36) / pitch));
  return Array.from({ length: count }, (_, at) => {
    const x = 14 * k + radius + (at % perRow) * pitch;
    const y = radius + Math.floor(at / perRow) * rowPitch;
    // Their lines stand below them, and the controls of the stage in its own corners.
    const down = corner.startsWith('upper') ? 14 * k + y : height - 58 * k - y;
    return { x: corner.endsWith('left') ? x : width - x, y: down };
  });
}

/** How far marks of such a radius would be from what sits already, rim to rim; none where the line below
 *  one would cover the line above another. */
function roomOf(layout: Layout, places: readonly Point[], radius: number): number {
  let least = Infinity;
  for (const seat of layout.seats.values())
    for (const place of places) {
      if (linesMeet(layout, seat, place, radius)) return 0;
      least = Math.min(least, Math.hypot(seat.x - place.x, seat.y - place.y) - seat.radius - radius);
    }
  return least;
}

/** Whether the line below a mark at `place` would touch the one that a seat in the upper half has above it. */
function linesMeet({ density, centre, scale: k, type }: Layout, seat: Seat, place: Point, radius: number) {
  if (density !== 'all' || !inUpperHalf({ centre, scale: k }, seat.y)) return false;
  const above = seat.y - seat.radius - 8 * k - type;
  const below = place.y + radius + 6 * k;
  return Math.abs(above - below) < type + 4 && Math.abs(seat.x - place.x) < 8 * type;
}

/** Where a server has its line above it: the cable to its replica and the ring lie below. */
export function inUpperHalf({ centre, scale }: Pick<Layout, 'centre' | 'scale'>, y: number): boolean {
  return y < centre.y - 40 * scale;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
