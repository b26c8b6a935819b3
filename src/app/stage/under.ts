/* What lies under a point of the stage, the topmost first: a message, a server, a client or the mark of the
 * consoles, a link, a slot on the map or the ring. */

import type { MenuTarget } from '#app/state/fault-menu.svelte.ts';
import type { Selection } from '#app/state/selection.ts';
import { angleOf, distance, slotAt, type Point } from './geometry.ts';
import { cellAt, type HeatCell } from './heat.ts';
import type { PacketMark } from './packets.ts';
import { markAt } from './paint.ts';
import type { Scene } from './scene.ts';
import { mapSquare, slotOnMap } from './slot-map.ts';

/** What is drawn, and how. */
export interface Drawn {
  scene: Scene;
  marks: readonly PacketMark[];
  cells: readonly HeatCell[];
  mapShown: boolean;
  /** How much it is enlarged. */
  k: number;
  /** Messages stand still. */
  calm: boolean;
}

export interface Under {
  chosen: Selection | null;
  /** The mark of the consoles, or of clients that have none of their own. */
  visitor: string | null;
}

export const NOTHING_UNDER: Under = { chosen: null, visitor: null };

/** `target` is the element of the drawing that the pointer is on, `point` is where in the drawing. */
export function underPoint(target: Element | null, point: Point, drawn: Drawn): Under {
  const { scene, cells } = drawn;
  const chosen = (selection: Selection | null): Under => ({ chosen: selection, visitor: null });
  const data = (name: string): string | null =>
    target?.closest(`[data-${name}]`)?.getAttribute(`data-${name}`) ?? null;
  const mark = markAt(drawn.marks, point.x, point.y, 12 / drawn.k, drawn.calm);
  if (mark) return chosen({ kind: 'packet', id: mark.id });
  const server = data('server');
  if (server !== null) return chosen({ kind: 'server', name: server });
  const visitor = data('visitor');
  const client = scene.visitors.find(({ name }) => name === visitor)?.client;
  if (client) return chosen({ kind: 'client', id: client.id });
  if (visitor !== null) return { chosen: null, visitor };
  const cell = cellAt(cells, scene.layout.centre, point);
  if (cell) return chosen({ kind: 'server', name: cell.name });
  const [from, to] = data('link')?.split('>') ?? [];
  if (from && to) return chosen({ kind: 'link', from, to });
  return chosen(slotUnder(drawn, point));
}

function slotUnder({ scene, mapShown }: Drawn, point: Point): Selection | null {
  const { layout } = scene;
  const onMap = mapShown ? slotOnMap(mapSquare(layout), point) : null;
  if (onMap !== null) return { kind: 'slot', slot: onMap };
  const away = distance(point, layout.centre);
  const { inner, outer } = layout.ring;
  if (away < inner - 2 || away > outer + 2) return null;
  return { kind: 'slot', slot: slotAt(angleOf(layout.centre, point)) };
}

/** Where something that has a menu is drawn; null when it is not. */
export function placeOf(target: MenuTarget, scene: Scene, marks: readonly PacketMark[]): Point | null {
  const { seats } = scene.layout;
  if (target.kind === 'packet') return marks.find(({ id }) => id === target.id) ?? null;
  if (target.kind === 'server') return seats.get(target.name) ?? null;
  const [one, other] = [seats.get(target.from), seats.get(target.to)];
  return one && other ? { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 } : null;
}
