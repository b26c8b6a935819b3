/* Hundreds of servers: a sunburst on the canvas instead of marks.
 *
 * Inner ring: slots by owner. Around it one cell per server, masters inside, their replicas outside;
 * a cell's strength says how busy the server is, and whatever is not well is drawn over it in the
 * colour and size of an alarm, so that one bad server among a thousand is found at a glance. */

import { TURN, type Point } from './geometry.ts';
import type { NodeMark } from './node-marks.ts';
import type { Tone } from './palette.ts';
import { heatBand } from './layout.ts';
import type { Scene } from './scene.ts';
import type { Seating } from './seating.ts';

export interface HeatCell {
  name: string;
  /** Angles of the cell and its radii, from the centre of the ring. */
  from: number;
  to: number;
  inner: number;
  outer: number;
  /** 0..1, how busy. */
  load: number;
  alarm: Tone | null;
}

/** One cell for each seated server; loose servers have none (the scene still lists them). */
export function heatCells(scene: Scene, seating: Seating, load: ReadonlyMap<string, number>): HeatCell[] {
  const { layout } = scene;
  const marks = new Map(scene.nodes.map((node) => [node.name, node]));
  const step = TURN / Math.max(1, seating.shards.length);
  const cells: HeatCell[] = [];
  for (const shard of seating.shards) {
    shard.members.forEach((name, at) => {
      const node = marks.get(name);
      if (!node) return;
      cells.push({
        name,
        from: shard.angle - step / 2,
        to: shard.angle + step / 2,
        ...heatBand(layout, at, shard.members.length),
        load: load.get(name) ?? 0,
        alarm: alarmOf(node),
      });
    });
  }
  return cells;
}

function alarmOf(node: NodeMark): Tone | null {
  if (node.struck) return 'fail';
  if (node.badge) return node.badge.tone;
  if (node.election) return 'focus';
  return node.clusterFail ? 'fail' : null;
}

export function paintHeat(
  context: CanvasRenderingContext2D,
  scene: Scene,
  cells: readonly HeatCell[],
  tone: (tone: Tone) => string,
  chosen: ReadonlySet<string>,
): void {
  const { layout } = scene;
  context.save();
  context.translate(layout.centre.x, layout.centre.y);
  for (const arc of scene.arcs) {
    const from = (arc.first / 16384) * TURN;
    const to = ((arc.last + 1) / 16384) * TURN;
    context.fillStyle = arc.owner === null ? tone('panel') : tone(arc.tone);
    sector(context, from, to, layout.ring.inner, layout.ring.outer);
  }
  // Six hues on a thousand cells would be noise: the cells are grey, and an alarm stands out.
  context.fillStyle = tone('muted');
  for (const cell of cells) {
    context.globalAlpha = 0.16 + 0.6 * cell.load;
    sector(context, cell.from, cell.to, cell.inner, cell.outer);
  }
  context.globalAlpha = 1;
  for (const cell of cells) if (cell.alarm) alarm(context, cell, tone(cell.alarm), tone('bg'));
  context.strokeStyle = tone('text');
  context.lineWidth = 2;
  for (const cell of cells) if (chosen.has(cell.name)) outline(context, cell);
  context.restore();
}

function sector(
  context: CanvasRenderingContext2D,
  from: number,
  to: number,
  inner: number,
  outer: number,
): void {
  // The canvas counts angles from three o'clock.
  context.beginPath();
  context.arc(0, 0, outer, from - TURN / 4, to - TURN / 4);
  context.arc(0, 0, inner, to - TURN / 4, from - TURN / 4, true);
  context.closePath();
  context.fill();
}

function outline(context: CanvasRenderingContext2D, cell: HeatCell): void {
  context.beginPath();
  context.arc(0, 0, cell.outer + 1, cell.from - TURN / 4, cell.to - TURN / 4);
  context.arc(0, 0, cell.inner - 1, cell.to - TURN / 4, cell.from - TURN / 4, true);
  context.closePath();
  context.stroke();
}

/** The cell in full, and a dot large enough to be seen from afar. */
function alarm(context: CanvasRenderingContext2D, cell: HeatCell, colour: string, ground: string): void {
  context.fillStyle = colour;
  sector(context, cell.from, cell.to, cell.inner, cell.outer);
  const { x, y } = cellCentre(cell, { x: 0, y: 0 });
  context.beginPath();
  context.arc(x, y, 6, 0, TURN);
  context.fillStyle = ground;
  context.fill();
  context.beginPath();
  context.arc(x, y, 4, 0, TURN);
  context.fillStyle = colour;
  context.fill();
}

export function cellCentre(cell: HeatCell, centre: Point): Point {
  const angle = (cell.from + cell.to) / 2;
  const radius = (cell.inner + cell.outer) / 2;
  return { x: centre.x + radius * Math.sin(angle), y: centre.y - radius * Math.cos(angle) };
}

/** The cell under a point of the stage. */
export function cellAt(cells: readonly HeatCell[], centre: Point, point: Point): HeatCell | null {
  const dx = point.x - centre.x;
  const dy = point.y - centre.y;
  const radius = Math.hypot(dx, dy);
  const angle = (Math.atan2(dx, -dy) + TURN) % TURN;
  const within = (from: number, to: number) => {
    const offset = (angle - from + TURN * 2) % TURN;
    return offset < to - from;
  };
  return (
    cells.find((cell) => radius >= cell.inner && radius < cell.outer + 1 && within(cell.from, cell.to)) ??
    null
  );
}
