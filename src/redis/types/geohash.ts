/* Geohashes: a longitude and a latitude as one number, areas around a point (after geohash.c and
 * geohash_helper.c). Bits are bigints: a position has 52 of them. */

import type { Bytes } from '#base/bytes.ts';

export const LONGITUDE_MAX = 180;
/** Beyond this latitude the projection ends. */
export const LATITUDE_MAX = 85.05112878;
const STEP_MAX = 26;
const EARTH_RADIUS_M = 6372797.560856;
const MERCATOR_MAX_M = 20037726.37;

/** A cell of the grid: `step` bits in each direction, interleaved, latitude in the even ones. */
export interface Cell {
  readonly bits: bigint;
  readonly step: number;
}

export interface Point {
  readonly longitude: number;
  readonly latitude: number;
}

interface Area {
  readonly south: number;
  readonly north: number;
  readonly west: number;
  readonly east: number;
}

/** A circle or a box around a point; lengths in units of `metersPerUnit`. */
export interface Shape extends Point {
  readonly metersPerUnit: number;
  readonly extent:
    | { readonly kind: 'circle'; readonly radius: number }
    | { readonly kind: 'box'; readonly width: number; readonly height: number };
}

function spread(value: number): bigint {
  let out = 0n;
  for (let bit = 0n, rest = BigInt(value); rest; bit += 2n, rest >>= 1n) if (rest & 1n) out |= 1n << bit;
  return out;
}

function gather(bits: bigint): number {
  let out = 0;
  let weight = 1;
  for (let rest = bits; rest; rest >>= 2n, weight *= 2) if (rest & 1n) out += weight;
  return out;
}

/** The cell of a point; `latitudeMax` is 90 for the geohashes other programs know. */
export function encodeCell({ longitude, latitude }: Point, step: number, latitudeMax = LATITUDE_MAX): Cell {
  const cells = 2 ** step;
  const y = Math.trunc(((latitude + latitudeMax) / (2 * latitudeMax)) * cells);
  const x = Math.trunc(((longitude + LONGITUDE_MAX) / (2 * LONGITUDE_MAX)) * cells);
  return { bits: spread(y >>> 0) | (spread(x >>> 0) << 1n), step };
}

function decodeCell({ bits, step }: Cell): Area {
  const cells = 2 ** step;
  const y = gather(bits & 0x5555555555555555n);
  const x = gather((bits >> 1n) & 0x5555555555555555n);
  const latitudes = LATITUDE_MAX - -LATITUDE_MAX;
  const longitudes = LONGITUDE_MAX - -LONGITUDE_MAX;
  return {
    south: -LATITUDE_MAX + (y / cells) * latitudes,
    north: -LATITUDE_MAX + ((y + 1) / cells) * latitudes,
    west: -LONGITUDE_MAX + (x / cells) * longitudes,
    east: -LONGITUDE_MAX + ((x + 1) / cells) * longitudes,
  };
}

/** The score under which a point stands in a sorted set. */
export const encodeScore = (point: Point): number => Number(encodeCell(point, STEP_MAX).bits);

const clamp = (value: number, limit: number): number => Math.min(limit, Math.max(-limit, value));

/** The middle of the cell that a score means. */
export function decodeScore(score: number): Point {
  const bits = BigInt.asUintN(64, Number.isFinite(score) ? BigInt(Math.trunc(score)) : 0n);
  const area = decodeCell({ bits, step: STEP_MAX });
  return {
    longitude: clamp((area.west + area.east) / 2, LONGITUDE_MAX),
    latitude: clamp((area.south + area.north) / 2, LATITUDE_MAX),
  };
}

const ALPHABET = '0123456789bcdefghjkmnpqrstuvwxyz';

/** The eleven letters that geohash.org would give; the last bits are not known and count as zero. */
export function geohashText(point: Point): Bytes {
  const { bits } = encodeCell(point, STEP_MAX, 90);
  let out = '';
  for (let at = 0; at < 11; at++) {
    const index = at === 10 ? 0 : Number((bits >> BigInt(52 - (at + 1) * 5)) & 31n);
    out += ALPHABET[index];
  }
  return out;
}

const radians = (degrees: number): number => degrees * (Math.PI / 180);
const degrees = (angle: number): number => angle / (Math.PI / 180);

/** Meters between two points (haversine). */
export function distance(a: Point, b: Point): number {
  const from = radians(a.latitude);
  const to = radians(b.latitude);
  const u = Math.sin((to - from) / 2);
  const v = Math.sin((radians(b.longitude) - radians(a.longitude)) / 2);
  return 2 * EARTH_RADIUS_M * Math.asin(Math.sqrt(u * u + Math.cos(from) * Math.cos(to) * v * v));
}

/** Meters from the middle of a shape to a point, or null when the point lies outside. */
export function distanceWithin(shape: Shape, point: Point): number | null {
  const { extent, metersPerUnit } = shape;
  if (extent.kind === 'circle') {
    const meters = distance(shape, point);
    return meters > extent.radius * metersPerUnit ? null : meters;
  }
  const eastWest = distance(point, { longitude: shape.longitude, latitude: point.latitude });
  const northSouth = distance(point, { longitude: point.longitude, latitude: shape.latitude });
  if (eastWest > (extent.width * metersPerUnit) / 2) return null;
  if (northSouth > (extent.height * metersPerUnit) / 2) return null;
  return distance(shape, point);
}

function boundingBox(shape: Shape): Area {
  const { extent, metersPerUnit, longitude, latitude } = shape;
  const height = metersPerUnit * (extent.kind === 'circle' ? extent.radius : extent.height / 2);
  const width = metersPerUnit * (extent.kind === 'circle' ? extent.radius : extent.width / 2);
  const latitudes = degrees(height / EARTH_RADIUS_M);
  const top = degrees(width / EARTH_RADIUS_M / Math.cos(radians(latitude + latitudes)));
  const bottom = degrees(width / EARTH_RADIUS_M / Math.cos(radians(latitude - latitudes)));
  const longitudes = latitude < 0 ? bottom : top;
  return {
    south: latitude - latitudes,
    north: latitude + latitudes,
    west: longitude - longitudes,
    east: longitude + longitudes,
  };
}

function estimateStep(radiusM: number, latitude: number): number {
  if (radiusM === 0) return STEP_MAX;
  let step = 1;
  for (let range = radiusM; range < MERCATOR_MAX_M; range *= 2) step++;
  step -= 2;
  // Cells are narrower towards the poles.
  if (Math.abs(latitude) > 66) step--;
  if (Math.abs(latitude) > 80) step--;
  return Math.min(STEP_MAX, Math.max(1, step));
}

const ODD = 0xaaaaaaaaaaaaaaaan;
const EVEN = 0x5555555555555555n;

/** The next cell to the east (1) or west (-1), round the globe. */
function moveX({ bits, step }: Cell, by: number): Cell {
  if (by === 0) return { bits, step };
  const shift = BigInt(64 - step * 2);
  const rest = EVEN >> shift;
  const x = bits & ODD;
  const moved = by > 0 ? x + (rest + 1n) : (x | rest) - (rest + 1n);
  return { bits: (BigInt.asUintN(64, moved) & (ODD >> shift)) | (bits & EVEN), step };
}

/** The next cell to the north (1) or south (-1). */
function moveY({ bits, step }: Cell, by: number): Cell {
  if (by === 0) return { bits, step };
  const shift = BigInt(64 - step * 2);
  const rest = ODD >> shift;
  const y = bits & EVEN;
  const moved = by > 0 ? y + (rest + 1n) : (y | rest) - (rest + 1n);
  return { bits: (BigInt.asUintN(64, moved) & (EVEN >> shift)) | (bits & ODD), step };
}

/** Direction of each cell of a search, in the order in which Redis searches them. */
const DIRECTIONS: readonly (readonly [x: number, y: number])[] = [
  [0, 0],
  [0, 1],
  [0, -1],
  [1, 0],
  [-1, 0],
  [1, 1],
  [-1, 1],
  [1, -1],
  [-1, -1],
];

const neighbour = (cell: Cell, x: number, y: number): Cell => moveY(moveX(cell, x), y);

/** The cells that together cover a shape, in the order in which to search them. */
export function searchCells(shape: Shape): Cell[] {
  const { extent, metersPerUnit, latitude } = shape;
  const bounds = boundingBox(shape);
  const reach = extent.kind === 'circle' ? extent.radius : Math.hypot(extent.width / 2, extent.height / 2);
  let step = estimateStep(reach * metersPerUnit, latitude);
  let cell = encodeCell(shape, step);
  const tooSmall =
    decodeCell(neighbour(cell, 0, 1)).north < bounds.north ||
    decodeCell(neighbour(cell, 0, -1)).south > bounds.south ||
    decodeCell(neighbour(cell, 1, 0)).east < bounds.east ||
    decodeCell(neighbour(cell, -1, 0)).west > bounds.west;
  if (step > 1 && tooSmall) cell = encodeCell(shape, --step);
  const area = decodeCell(cell);
  const cells: Cell[] = [];
  for (const [x, y] of DIRECTIONS) {
    // A neighbour on a side that the shape does not reach is left out.
    if (step >= 2) {
      if (area.south < bounds.south && y < 0) continue;
      if (area.north > bounds.north && y > 0) continue;
      if (area.west < bounds.west && x < 0) continue;
      if (area.east > bounds.east && x > 0) continue;
    }
    const next = neighbour(cell, x, y);
    // With huge shapes neighbours meet behind the globe; the same cell is not searched twice in a row.
    if (cells.length > 0 && cells.at(-1)?.bits === next.bits) continue;
    cells.push(next);
  }
  return cells;
}

/** Scores of points in a cell: from the first up to but without the second. */
export function cellScores({ bits, step }: Cell): [min: number, max: number] {
  const shift = BigInt(52 - step * 2);
  return [Number(bits << shift), Number((bits + 1n) << shift)];
}
