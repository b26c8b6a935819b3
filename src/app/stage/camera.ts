/* Zoom and pan of the stage, and what the reader has arranged by hand: where servers were dragged to
 * and which are hidden. The arrangement is kept in localStorage where that is allowed. */

import type { Point } from './geometry.ts';

export interface Camera {
  k: number;
  x: number;
  y: number;
}

export const HOME: Camera = { k: 1, x: 0, y: 0 };
export const ZOOM_MAX = 14;

/** Window point to stage point. */
export function unproject(camera: Camera, point: Point): Point {
  return { x: (point.x - camera.x) / camera.k, y: (point.y - camera.y) / camera.k };
}

/** Zooms by `factor` around a window point. */
export function zoomAround(camera: Camera, factor: number, around: Point): Camera {
  const k = Math.min(ZOOM_MAX, Math.max(0.5, camera.k * factor));
  const share = k / camera.k;
  return { k, x: around.x - (around.x - camera.x) * share, y: around.y - (around.y - camera.y) * share };
}

const STORAGE_KEY = 'playground.stage';

/** Positions as fractions of the stage, by server name. */
export function readArrangement(): Map<string, Point> {
  try {
    const parsed: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '[]');
    return new Map(Array.isArray(parsed) ? parsed.flatMap(readEntry) : []);
  } catch {
    return new Map();
  }
}

function readEntry(entry: unknown): [string, Point][] {
  if (!Array.isArray(entry)) return [];
  const [name, x, y] = entry as unknown[];
  const ok = typeof name === 'string' && isShare(x) && isShare(y);
  return ok ? [[name, { x: x as number, y: y as number }]] : [];
}

function isShare(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

export function saveArrangement(moved: ReadonlyMap<string, Point>): void {
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify([...moved].map(([name, { x, y }]) => [name, x, y])));
  } catch {
    // Storage is forbidden or full: the arrangement holds until the page closes.
  }
}
