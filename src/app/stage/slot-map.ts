/* The slot map: all 16,384 slots as a square of 128 by 128, row by row, in the colour of their owner.
 * It lies inside the ring and shows when the reader zooms in or asks for it. */

import type { Point } from './geometry.ts';
import type { Layout } from './layout.ts';
import type { Tone } from './palette.ts';
import type { Scene } from './scene.ts';

export const MAP_SIDE = 128;

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

export function paintSlotMap(
  context: CanvasRenderingContext2D,
  scene: Scene,
  tone: (tone: Tone) => string,
  /** Share of the busiest slot's keys by slot, where known. */
  weight: (slot: number) => number,
): void {
  const square = mapSquare(scene.layout);
  const cell = square.side / MAP_SIDE;
  const whole = cell > 3 ? cell * 0.9 : cell;
  context.save();
  context.translate(square.x, square.y);
  for (const arc of scene.arcs) {
    context.fillStyle = arc.owner === null ? tone('line') : tone(arc.tone);
    for (let slot = arc.first; slot <= arc.last; slot++) {
      context.globalAlpha = arc.owner === null ? 0.35 : 0.45 + 0.55 * weight(slot);
      const row = Math.floor(slot / MAP_SIDE);
      context.fillRect((slot % MAP_SIDE) * cell, row * cell, whole, whole);
    }
  }
  context.globalAlpha = 1;
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
