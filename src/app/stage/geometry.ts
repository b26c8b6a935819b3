/* The geometry of the stage: where a slot lies on the ring, how a link bends around it.
 *
 * Angles are radians clockwise from twelve o'clock, so that slot 0 begins at the top and the ring
 * reads like a clock. Nothing here knows about servers; model.ts does. */

import { arc } from 'd3-shape';

export const SLOT_COUNT = 16384;
export const TURN = Math.PI * 2;

export interface Point {
  x: number;
  y: number;
}

/** A quadratic curve from `a` to `b`, pulled towards `c`. */
export interface Curve {
  a: Point;
  c: Point;
  b: Point;
}

/** Angle at which `slot` begins; 16384 is the full turn. */
export function slotAngle(slot: number): number {
  return (slot / SLOT_COUNT) * TURN;
}

/** The slot under an angle. */
export function slotAt(angle: number): number {
  const turned = ((angle % TURN) + TURN) % TURN;
  return Math.min(SLOT_COUNT - 1, Math.floor((turned / TURN) * SLOT_COUNT));
}

/** The point at `angle` on an ellipse around `centre`. */
export function onEllipse(centre: Point, rx: number, ry: number, angle: number): Point {
  return { x: centre.x + rx * Math.sin(angle), y: centre.y - ry * Math.cos(angle) };
}

/** Angle of `p` as seen from `centre`. */
export function angleOf(centre: Point, p: Point): number {
  const angle = Math.atan2(p.x - centre.x, centre.y - p.y);
  return angle < 0 ? angle + TURN : angle;
}

export function distance(p: Point, q: Point): number {
  return Math.hypot(p.x - q.x, p.y - q.y);
}

/** Outline of the slots `first..last` (inclusive) of a ring around (0, 0). `gap` is taken off both
 *  ends, but never so much that one slot vanishes: a single slot stays visible as a hair. */
export function ringArc(first: number, last: number, inner: number, outer: number, gap = 0): string {
  let from = slotAngle(first);
  let to = slotAngle(last + 1);
  const pad = Math.min(gap, (to - from) * 0.25);
  from += pad;
  to -= pad;
  const hair = 1 / outer;
  if (to - from < hair) {
    const middle = (from + to) / 2;
    from = middle - hair / 2;
    to = middle + hair / 2;
  }
  return arc()({ startAngle: from, endAngle: to, innerRadius: inner, outerRadius: outer }) ?? '';
}

/** Mean of angles on the circle, each with its weight; null when they cancel out. */
export function circularMean(angles: readonly { angle: number; weight: number }[]): number | null {
  let x = 0;
  let y = 0;
  for (const { angle, weight } of angles) {
    x += Math.sin(angle) * weight;
    y += Math.cos(angle) * weight;
  }
  if (Math.hypot(x, y) < 1e-9) return null;
  const mean = Math.atan2(x, y);
  return mean < 0 ? mean + TURN : mean;
}

/** The way of a link: straight where it can be, and bent around the disc of radius `clear` at
 *  `centre` where a chord would hide in the ring. `lane` shifts the bend, so that the two directions
 *  of a link do not cover each other. */
export function linkCurve(a: Point, b: Point, centre: Point, clear: number, lane = 0): Curve {
  const middle = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  const length = distance(a, b);
  if (length === 0) return { a, c: middle, b };
  // Unit normal of the chord, turned away from the centre. A chord through the very centre may go
  // either way; which one must not depend on the direction of travel, hence the comparison.
  let nx = -(b.y - a.y) / length;
  let ny = (b.x - a.x) / length;
  const side = nx * (middle.x - centre.x) + ny * (middle.y - centre.y);
  const flip = Math.abs(side) > 1e-6 ? side < 0 : a.x < b.x || (a.x === b.x && a.y < b.y);
  if (flip) {
    nx = -nx;
    ny = -ny;
  }
  // How far the chord passes the centre, and whether the nearest point lies between the ends.
  const along = ((centre.x - a.x) * (b.x - a.x) + (centre.y - a.y) * (b.y - a.y)) / (length * length);
  const pass = Math.abs(side);
  let bend = length * 0.04;
  if (along > 0.05 && along < 0.95 && pass < clear) bend = Math.max(bend, clear - pass);
  // The curve's own middle lies half-way between the chord and the control point.
  const pull = 2 * (bend + lane);
  return { a, c: { x: middle.x + nx * pull, y: middle.y + ny * pull }, b };
}

/** The point at `t` (0..1) of a curve. */
export function curvePoint({ a, c, b }: Curve, t: number): Point {
  const u = 1 - t;
  return {
    x: u * u * a.x + 2 * u * t * c.x + t * t * b.x,
    y: u * u * a.y + 2 * u * t * c.y + t * t * b.y,
  };
}

/** Direction of travel at `t`, as an angle for rotate() (radians, x axis = 0, clockwise). */
export function curveHeading({ a, c, b }: Curve, t: number): number {
  const u = 1 - t;
  return Math.atan2(u * (c.y - a.y) + t * (b.y - c.y), u * (c.x - a.x) + t * (b.x - c.x));
}

/** The part of a curve between `t0` and `t1`, again a quadratic curve. */
export function curvePiece(curve: Curve, t0: number, t1: number): Curve {
  const { a, c, b } = curve;
  // de Casteljau at both parameters: the control point of the piece is the blossom (t0, t1).
  const blossom = (p: number, q: number, r: number) =>
    (1 - t0) * ((1 - t1) * p + t1 * q) + t0 * ((1 - t1) * q + t1 * r);
  return {
    a: curvePoint(curve, t0),
    c: { x: blossom(a.x, c.x, b.x), y: blossom(a.y, c.y, b.y) },
    b: curvePoint(curve, t1),
  };
}

/** Shortens a curve so that it begins and ends at the rims of its two nodes. */
export function trimCurve(curve: Curve, startRadius: number, endRadius: number): Curve {
  const length = distance(curve.a, curve.c) + distance(curve.c, curve.b);
  if (length === 0 || startRadius + endRadius >= length) return curve;
  return curvePiece(curve, startRadius / length, 1 - endRadius / length);
}

export function curvePath({ a, c, b }: Curve): string {
  return `M${cut(a.x)},${cut(a.y)}Q${cut(c.x)},${cut(c.y)} ${cut(b.x)},${cut(b.y)}`;
}

/** Coordinates with at most two decimals: enough for a pixel, and stable between machines. */
export function cut(value: number): number {
  return Math.round(value * 100) / 100;
}
