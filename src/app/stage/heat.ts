/* Hundreds of servers: a sunburst on the canvas instead of marks.
 *
 * Inner ring: slots by owner. Around it one cell per server, masters inside, their replicas outside;
 * a cell's strength says how busy the server is, and whatever is not well is drawn over it in the
 * colour and size of an alarm, so that one bad server among a thousand is found at a glance. What many
 * have alike is no alarm but a tint, the fainter the more there are: when one master dies and all the
 * others answer CLUSTERDOWN, the dead one is what must be found. */

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
  /** How strongly the alarm is drawn: 1 for one of few, which has a dot as well, and less the more there are. */
  strength: number;
}

/** So many may have the same and still have a dot each. */
const FEW = 24;

/** One cell for each seated server; loose servers have none (the scene still lists them). `cut` has the
 *  links that are cut, by the server at their beginning. */
export function heatCells(
  scene: Scene,
  seating: Seating,
  load: ReadonlyMap<string, number>,
  cut: ReadonlyMap<string, number>,
): HeatCell[] {
  const { layout, nodes } = scene;
  const alarms = new Map(nodes.map((node) => [node.name, alarmsOf(node, cut, nodes.length)]));
  const counts = new Map<string, number>();
  for (const own of alarms.values()) for (const [kind] of own) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const rarity = (kind: string): number => counts.get(kind) ?? 0;
  const step = TURN / Math.max(1, seating.shards.length);
  return seating.shards.flatMap((shard) =>
    shard.members.flatMap((name, at) => {
      const own = alarms.get(name);
      if (!own) return [];
      // Of what a server has, what the fewest have; the worse one where as many have both.
      const [rarest] = own.toSorted(([p], [q]) => rarity(p) - rarity(q));
      const count = rarest ? rarity(rarest[0]) : 0;
      return {
        name,
        from: shard.angle - step / 2,
        to: shard.angle + step / 2,
        ...heatBand(layout, at, shard.members.length),
        load: load.get(name) ?? 0,
        alarm: rarest?.[1] ?? null,
        strength: count <= FEW ? 1 : 0.7 - 0.5 * (count / nodes.length),
      };
    }),
  );
}

/** What is not well with a server, the worst first: the kind, and its colour. */
function alarmsOf(node: NodeMark, cut: ReadonlyMap<string, number>, servers: number): [string, Tone][] {
  const alarms: [string, Tone][] = [];
  if (node.struck) alarms.push(['down', 'fail']);
  if (node.election) alarms.push(['election', 'focus']);
  if (node.badge) alarms.push([node.badge.glyph, node.badge.tone]);
  if (node.clusterFail) alarms.push(['clusterdown', 'fail']);
  // The smaller side of a partition reaches less than half of the others.
  if ((cut.get(node.name) ?? 0) * 2 >= servers) alarms.push(['apart', 'pfail']);
  return alarms;
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
  for (const cell of cells.toSorted((p, q) => p.strength - q.strength)) {
    context.globalAlpha = cell.strength;
    if (cell.alarm) alarm(context, cell, tone(cell.alarm), tone('bg'));
  }
  context.globalAlpha = 1;
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

/** The cell in full, and for one of few a dot large enough to be seen from afar. */
function alarm(context: CanvasRenderingContext2D, cell: HeatCell, colour: string, ground: string): void {
  context.fillStyle = colour;
  sector(context, cell.from, cell.to, cell.inner, cell.outer);
  if (cell.strength < 1) return;
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
