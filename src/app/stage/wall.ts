/* A partition as what it is: a wall. When the cut links leave two groups of servers that no longer reach
 * each other, and a straight line parts their places on the stage, one line says more than all the
 * links that it cuts. Where no line does, the links are drawn one by one. */

import type { Frame } from '#sim/frame.ts';
import type { Point } from './geometry.ts';
import type { Layout } from './layout.ts';

export interface WallMark {
  from: Point;
  to: Point;
  /** Names on either side. */
  sides: [string[], string[]];
}

/** The line must keep this far from the middle of every server. */
const CLEARANCE = 30;

/** The wall that stands between two groups of servers, or null. */
export function wallOf(frame: Frame, layout: Layout): WallMark | null {
  if (layout.density !== 'all' || frame.links.length < 2) return null;
  const sides = twoSides(frame);
  if (!sides) return null;
  const places = (names: readonly string[]): Point[] => names.flatMap((name) => layout.seats.get(name) ?? []);
  const line = partingLine(places(sides[0]), places(sides[1]));
  if (!line) return null;
  const [from, to] = acrossStage(line, layout);
  return { from, to, sides };
}

/** The two groups into which cut links part the servers, when there are just two. A link that is cut one
 *  way only still joins. */
function twoSides({ links, servers }: Frame): [string[], string[]] | null {
  const cuts = new Set(links.filter(({ cut }) => cut).map(({ from, to }) => `${from}>${to}`));
  if (cuts.size === 0) return null;
  const apart = (p: string, q: string) => cuts.has(`${p}>${q}`) && cuts.has(`${q}>${p}`);
  const left = new Set(servers.map(({ name }) => name));
  const groups: string[][] = [];
  for (const first of left) {
    const group = [first];
    left.delete(first);
    for (const member of group) {
      for (const other of left) {
        if (apart(member, other)) continue;
        left.delete(other);
        group.push(other);
      }
    }
    groups.push(group);
  }
  return groups.length === 2 ? (groups as [string[], string[]]) : null;
}

/** A line as a point on it and its direction. */
interface Line {
  at: Point;
  along: Point;
}

/** The line with the widest margin between two sets of points. The widest margin lies between two points,
 *  or between a point and a pair of the other side, so trying all of these finds it. */
function partingLine(one: readonly Point[], other: readonly Point[]): Line | null {
  const normals: Point[] = [];
  for (const p of one) for (const q of other) normals.push({ x: q.x - p.x, y: q.y - p.y });
  for (const side of [one, other])
    for (const p of side) for (const q of side) if (p !== q) normals.push({ x: p.y - q.y, y: q.x - p.x });
  let best: { margin: number; middle: number; normal: Point } | null = null;
  for (const { x, y } of normals) {
    const length = Math.hypot(x, y);
    if (length === 0) continue;
    const normal = { x: x / length, y: y / length };
    const reach = (p: Point) => p.x * normal.x + p.y * normal.y;
    const near = Math.max(...one.map(reach));
    const far = Math.min(...other.map(reach));
    if (far - near > (best?.margin ?? 2 * CLEARANCE))
      best = { margin: far - near, middle: (near + far) / 2, normal };
  }
  if (!best) return null;
  const { normal, middle } = best;
  return { at: { x: normal.x * middle, y: normal.y * middle }, along: { x: -normal.y, y: normal.x } };
}

/** The part of a line that lies on the stage, a little short of its edges. */
function acrossStage({ at, along }: Line, { width, height }: Layout): [Point, Point] {
  const EDGE = 8;
  let [low, high] = [-Infinity, Infinity];
  const limit = (start: number, step: number, end: number) => {
    if (Math.abs(step) < 1e-9) return;
    const [p, q] = [(EDGE - start) / step, (end - EDGE - start) / step];
    low = Math.max(low, Math.min(p, q));
    high = Math.min(high, Math.max(p, q));
  };
  limit(at.x, along.x, width);
  limit(at.y, along.y, height);
  const point = (t: number): Point => ({ x: at.x + along.x * t, y: at.y + along.y * t });
  return [point(low), point(high)];
}
