/* The slot map: all 16,384 slots as a square of 128 by 128, row by row, in the colour of their owner; the
 * more keys a slot holds, or the more commands it gets, the stronger the colour. It lies inside the ring and
 * shows when the reader zooms in or asks for it. */

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

/** What the strength of a colour says: a number for each slot. */
export type SlotCounts = ReadonlyMap<number, number>;

/** Keys of each slot at its owner; null when nobody counted. */
export function ownedKeys(scene: Scene, keys: KeyCounts | null): SlotCounts | null {
  if (keys === null) return null;
  const counts = new Map<number, number>();
  for (const { owner, first, last } of scene.arcs) {
    for (const [slot, count] of keys.get(owner ?? '') ?? [])
      if (slot >= first && slot <= last) counts.set(slot, count);
  }
  return counts;
}

/** Commands a second in each slot, at all servers that execute some: replicas may be read, too. */
export function slotLoads(answer: Readonly<Record<string, ServerSurvey>> | null): SlotCounts | null {
  if (answer === null) return null;
  const loads = new Map<number, number>();
  for (const { slotLoad } of Object.values(answer))
    for (const [slot, rate] of slotLoad ?? []) loads.set(slot, (loads.get(slot) ?? 0) + rate);
  return loads;
}

/** The slot with the greatest count; null when no slot has any. */
export function peakOf(counts: SlotCounts | null): { slot: number; count: number } | null {
  let peak: { slot: number; count: number } | null = null;
  for (const [slot, count] of counts ?? []) if (count > (peak?.count ?? 0)) peak = { slot, count };
  return peak;
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
  counts: SlotCounts | null,
): void {
  const square = mapSquare(scene.layout);
  const cell = square.side / MAP_SIDE;
  paintSheet(sheet, scene, tone, counts);
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

/** How strong the colour of a slot without a count is, beside one that has some. */
const EMPTY_STRENGTH = 0.35;

/** One pixel for each slot, filled run by run and row by row; then the slots with a count, one by one. */
function paintSheet(
  sheet: HTMLCanvasElement,
  scene: Scene,
  tone: (tone: Tone) => string,
  counts: SlotCounts | null,
): void {
  if (sheet.width !== MAP_SIDE) sheet.width = sheet.height = MAP_SIDE;
  const context = sheet.getContext('2d');
  if (!context) return;
  context.clearRect(0, 0, MAP_SIDE, MAP_SIDE);
  const peak = peakOf(counts);
  for (const arc of scene.arcs) {
    context.fillStyle = arc.owner === null ? tone('line') : tone(arc.tone);
    context.globalAlpha = peak ? EMPTY_STRENGTH : 1;
    for (let slot = arc.first; slot <= arc.last;) {
      const column = slot % MAP_SIDE;
      const run = Math.min(MAP_SIDE - column, arc.last - slot + 1);
      context.fillRect(column, Math.floor(slot / MAP_SIDE), run, 1);
      slot += run;
    }
    if (!peak || !counts) continue;
    for (const [slot, count] of counts) {
      if (slot < arc.first || slot > arc.last) continue;
      // The least can be seen; from there to the peak the scale is logarithmic.
      context.globalAlpha = 0.4 + (0.6 * Math.log1p(count)) / Math.log1p(peak.count);
      context.fillRect(slot % MAP_SIDE, Math.floor(slot / MAP_SIDE), 1, 1);
    }
  }
  context.globalAlpha = 1;
}
