/* The slot map: all 16,384 slots as a square of 128 by 128, row by row, in the colour of their owner;
 * the more keys a slot holds, the stronger the colour. It lies inside the ring and shows when the reader zooms in or asks for it. */

import type { ServerSurvey } from '#sim/frame.ts';
import type { Point } from './geometry.ts';
import type { Layout } from './layout.ts';
import type { Tone } from './palette.ts';
import type { Scene } from './scene.ts';

export const MAP_SIDE = 128;

/** Keys in each slot that has any, by name of the server that holds them. */
export type KeyCounts = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** What a survey counted. */
export function keyCounts(answer: Readonly<Record<string, ServerSurvey>> | null): KeyCounts | null {
  if (answer === null) return null;
  const counted = Object.entries(answer).filter(([, { slotKeys }]) => slotKeys !== null);
  return counted.length === 0
    ? null
    : new Map(counted.map(([name, { slotKeys }]) => [name, new Map(slotKeys ?? [])]));
}

/** The fullest slot of the map, and its keys; null when there are no keys, or nobody counted. */
export function fullestSlot(scene: Scene, keys: KeyCounts | null): { slot: number; keys: number } | null {
  let fullest: { slot: number; keys: number } | null = null;
  for (const arc of scene.arcs) {
    for (const [slot, count] of keys?.get(arc.owner ?? '') ?? []) {
      if (slot < arc.first || slot > arc.last || count <= (fullest?.keys ?? 0)) continue;
      fullest = { slot, keys: count };
    }
  }
  return fullest;
}

export interface MapSquare {
  x: number;
  y: number;
  side: number;
}

/** The largest square inside the ring. */
export function mapSquare(layout: Layout): MapSquare {
  const side = (layout.ring.inner - 4) * Math.SQRT2;
  return { x: layout.centre.x - side / 2, y: layout.centre.y - side / 2, side };
}

export function slotOnMap(square: MapSquare, point: Point): number | null {
  const column = Math.floor(((point.x - square.x) / square.side) * MAP_SIDE);
  const row = Math.floor(((point.y - square.y) / square.side) * MAP_SIDE);
  if (column < 0 || row < 0 || column >= MAP_SIDE || row >= MAP_SIDE) return null;
  return row * MAP_SIDE + column;
}

/** Paints the map. `sheet` is a canvas of 128 by 128 pixels, one for each slot; scaled as a whole it
 *  stays even at any zoom. */
export function paintSlotMap(
  context: CanvasRenderingContext2D,
  scene: Scene,
  tone: (tone: Tone) => string,
  sheet: HTMLCanvasElement,
  keys: KeyCounts | null = null,
): void {
  const square = mapSquare(scene.layout);
  const cell = square.side / MAP_SIDE;
  paintSheet(sheet, scene, tone, keys);
  context.save();
  context.translate(square.x, square.y);
  context.imageSmoothingEnabled = false;
  context.drawImage(sheet, 0, 0, square.side, square.side);
  const marked = [
    ...scene.migrating.map((mark) => ({ slot: mark.slot, colour: tone('text') })),
    ...(scene.needle ? [{ slot: scene.needle.slot, colour: tone('focus') }] : []),
  ];
  for (const { slot, colour } of marked) {
    context.strokeStyle = colour;
    context.lineWidth = Math.max(0.4, cell * 0.25);
    context.strokeRect((slot % MAP_SIDE) * cell, Math.floor(slot / MAP_SIDE) * cell, cell, cell);
  }
  context.restore();
}

/** How strong the colour of a slot without keys is, beside one that has some. */
const EMPTY_STRENGTH = 0.35;

/** One pixel for each slot, filled run by run and row by row; then the slots with keys, one by one. */
function paintSheet(
  sheet: HTMLCanvasElement,
  scene: Scene,
  tone: (tone: Tone) => string,
  keys: KeyCounts | null,
): void {
  if (sheet.width !== MAP_SIDE) sheet.width = sheet.height = MAP_SIDE;
  const context = sheet.getContext('2d');
  if (!context) return;
  context.clearRect(0, 0, MAP_SIDE, MAP_SIDE);
  const fullest = fullestSlot(scene, keys);
  for (const arc of scene.arcs) {
    context.fillStyle = arc.owner === null ? tone('line') : tone(arc.tone);
    context.globalAlpha = fullest ? EMPTY_STRENGTH : 1;
    for (let slot = arc.first; slot <= arc.last;) {
      const column = slot % MAP_SIDE;
      const run = Math.min(MAP_SIDE - column, arc.last - slot + 1);
      context.fillRect(column, Math.floor(slot / MAP_SIDE), run, 1);
      slot += run;
    }
    if (!fullest) continue;
    for (const [slot, count] of keys?.get(arc.owner ?? '') ?? []) {
      if (slot < arc.first || slot > arc.last) continue;
      // One key can be seen; from there to the fullest slot the scale is logarithmic.
      const share = fullest.keys === 1 ? 1 : Math.log(count) / Math.log(fullest.keys);
      context.globalAlpha = 0.4 + 0.6 * share;
      context.fillRect(slot % MAP_SIDE, Math.floor(slot / MAP_SIDE), 1, 1);
    }
  }
  context.globalAlpha = 1;
}
