/* Where the words about the servers lie. Each server has a usual place for its own; where that would cover
 * another server, the ring, the consoles or words that lie there already, the next free place is taken.
 * Among many servers words without a free place are left out: the badge stays, and a pointer or the list of
 * what is not as it should be tells the rest. */

import { cut, onEllipse, type Point } from './geometry.ts';
import { anomalyText, nodeLabel, translationText } from './labels.ts';
import { heatReach, inUpperHalf, WALL, type Layout } from './layout.ts';
import type { NodeMark } from './node-marks.ts';
import type { Tone } from './palette.ts';
import type { Scene } from './scene.ts';
import { textWidth } from './text-width.ts';
import type { VisitorMark } from './visitors.ts';

interface Box {
  /** The middle. */
  x: number;
  top: number;
  width: number;
  height: number;
}

export interface Plate extends Box {
  text: string;
  tone: Tone;
}

/** The words about one server, and a line that leads to them from where they are far from it. */
export interface Words {
  name: string;
  plates: Plate[];
  leader: { from: Point; to: Point } | null;
}

const NOBODY: ReadonlySet<string> = new Set();

interface Disc extends Point {
  name: string;
  radius: number;
}

/** How much farther words lie from the server with the focus. */
const FOCUS_RING = 7;
/** Among many, no more than so many have words at once, and for no more is a free place looked for. */
const TOLD = 24;
const TRIED = 40;
/** Where each is but a cell, so few: the lines that lead to them cross the others. */
const TOLD_OF_CELLS = 6;

/** Words about all servers but those hidden; those `asked` for have some in any case, and those of the one
 *  that has the focus keep clear of its ring. */
export function wordsOf(
  scene: Scene,
  hidden: ReadonlySet<string>,
  asked: ReadonlySet<string>,
  focused: string | null = null,
): Words[] {
  const { layout } = scene;
  const nodes = scene.nodes.filter(({ name }) => !hidden.has(name));
  if (layout.density === 'heat') return wordsOfCells(scene, nodes, asked);
  const discs: Disc[] = [
    ...nodes.map(({ name, x, y, radius }) => ({ name, x, y, radius: radius + 1 })),
    ...nodes.filter(({ badge }) => badge !== null).map((node) => badgeOf(node, layout)),
    { name: '', ...layout.centre, radius: scene.clustered ? layout.ring.outer : 0 },
  ];
  const taken: Box[] = [
    ...scene.visitors.map((one) => ({ ...one, top: one.y - one.height / 2 })),
    ...(layout.least > 0 ? [] : controlsOf(layout)),
    ...listOf(scene),
  ];
  const outline = outlineOf(layout);
  const told: Words[] = [];
  // What is asked for among many comes last: nothing else makes way for it.
  const few = layout.density === 'all';
  const wanted = ({ name, selected }: NodeMark): boolean => selected || asked.has(name);
  const inTurn = few
    ? nodes
    : [...nodes.filter((node) => node.labelled && !wanted(node)).slice(0, TRIED), ...nodes.filter(wanted)];
  for (const node of inTurn) {
    const must = few || wanted(node);
    if (!must && told.length >= TOLD) continue;
    const ways = waysOf(scene, node, node.name === focused ? FOCUS_RING * layout.scale : 0, outline, must);
    const costs = ways.map(({ plates }) =>
      plates.reduce((sum, plate) => sum + costOf(plate, node.name, discs, taken, layout), 0),
    );
    const least = Math.min(...costs);
    const words = ways[costs.indexOf(least)];
    if (!words || (least > 0 && !must)) continue;
    told.push(words);
    taken.push(...words.plates);
  }
  return told;
}

/** Around the cells of a large cluster: who is dead, who stands for election, and who is chosen. */
function wordsOfCells(scene: Scene, nodes: readonly NodeMark[], asked: ReadonlySet<string>): Words[] {
  const { layout } = scene;
  const reach = heatReach(layout);
  const discs = [{ name: '', ...layout.centre, radius: reach + 2 }];
  const taken = [...scene.visitors.map((one) => ({ ...one, top: one.y - one.height / 2 })), ...listOf(scene)];
  if (layout.least === 0) taken.push(...controlsOf(layout));
  const told: Words[] = [];
  const wanted = nodes.filter(({ name, selected }) => selected || asked.has(name));
  const news = nodes.filter((node) => node.struck || node.election).slice(0, TOLD_OF_CELLS);
  for (const node of new Set([...news, ...wanted])) {
    const lines = linesOf(node, layout);
    const words = [reach + 6, reach + 24]
      .flatMap((r) => outside(layout, node, lines, { rx: r, ry: r }, 16))
      .toSorted((p, q) => lengthOf(p) - lengthOf(q))
      .find(({ plates }) => plates.every((plate) => costOf(plate, node.name, discs, taken, layout) === 0));
    if (!words) continue;
    told.push(words);
    taken.push(...words.plates);
  }
  return told;
}

function lengthOf({ leader }: Words): number {
  return leader ? Math.hypot(leader.to.x - leader.from.x, leader.to.y - leader.from.y) : 0;
}

const CORNERS = ['low', 'left', 'right'] as const;
type Corner = (typeof CORNERS)[number];

/** The corner in which a text about what one points at covers least: the lower right one, on a phone above the
 *  button there, or one of the upper ones. `size` is its type, `most` the room that it may take across. */
export function cornerFor(scene: Scene, text: string, size: number, most: number): Corner {
  const { width, height } = scene.layout;
  const [long, padding] = [textWidth(text) * size, 22];
  // Lines break between words, and so are not full.
  const lines = Math.ceil(long + padding > most ? (long / (most - padding)) * 1.05 : 1);
  const box = { width: Math.min(most, long + padding), height: lines * size * 1.42 + 8 };
  const taken = [
    ...(width < 480 ? controlsOf(scene.layout) : []),
    ...wordsOf(scene, NOBODY, NOBODY).flatMap(({ plates }) => plates),
  ];
  const discs = scene.nodes.map((node) => ({ ...node, name: '' }));
  const costs = CORNERS.map((corner) => {
    const x = corner === 'left' ? 8 + box.width / 2 : width - (corner === 'low' ? 8 : 44) - box.width / 2;
    const top = corner === 'low' ? height - (width < 480 ? 44 : 8) - box.height : 8;
    return costOf({ ...box, x, top }, ' ', discs, taken, scene.layout);
  });
  return CORNERS[costs.indexOf(Math.min(...costs))] ?? 'low';
}

/** The corners that the stage's own controls take. */
function controlsOf({ width, height }: Layout): Box[] {
  // Those of a phone are as large as a finger.
  const high = width < 480 ? 42 : 34;
  const row = { top: height - high, height: high };
  const left = width < 480 ? 100 : width < 700 ? 190 : 250;
  // On the right there is a button on a phone, and elsewhere the count of what is not drawn.
  return [
    { x: left / 2, width: left, ...row },
    { x: width - 22, width: 44, ...row },
  ];
}

/** Among many, the worst of what is not as it should be has the upper right corner, beside a button; on a phone
 *  the room between the controls. In the upper left corner stand servers of no shard. */
function listOf({ layout: { density, width, height, least }, anomalies: [worst] }: Scene): Box[] {
  if (density === 'all' || !worst) return [];
  if (width < 480) return [{ x: width / 2, width, top: height - 31, height: 31 }];
  const type = Math.max(12, least);
  const wide = Math.min(width / 2 - 60, (textWidth(anomalyText(worst)) + 4) * type + 22);
  return [{ x: width - 44 - wide / 2, width: wide, top: 8, height: type * 1.6 + 8 }];
}

/** A badge hangs at the upper right of its server. Among few it is kept clear of its own words as well. */
function badgeOf({ name, x, y, radius, shape }: NodeMark, { density, scale }: Layout): Disc {
  const at = radius * (shape === 'circle' ? 0.8 : 1.05);
  return { name: density === 'all' ? '' : name, x: x + at, y: y - at, radius: 9 * scale };
}

/** How much a plate would cover: words and controls count for more than servers, and to be cut off is worst. */
function costOf(
  plate: Box,
  name: string,
  discs: readonly Disc[],
  taken: readonly Box[],
  { width, height }: Layout,
): number {
  const side = plate.width / 2;
  const inside =
    plate.x >= side && plate.x + side <= width && plate.top >= 0 && plate.top + plate.height <= height;
  const covered = discs.filter((disc) => disc.name !== name && covers(plate, disc)).length;
  return covered + taken.filter((box) => meets(plate, box)).length * 3 + (inside ? 0 : 9);
}

function covers({ x, top, width, height }: Box, disc: Disc): boolean {
  const dx = Math.max(0, Math.abs(x - disc.x) - width / 2);
  const dy = Math.max(0, top - disc.y, disc.y - top - height);
  return dx * dx + dy * dy < disc.radius ** 2;
}

function meets(p: Box, q: Box): boolean {
  const apart = Math.abs(p.x - q.x) * 2 - p.width - q.width;
  return apart < 0 && p.top < q.top + q.height && q.top < p.top + p.height;
}

/** The places in which the words about a server may lie, the best first; more of them where it must have some. */
function waysOf(scene: Scene, node: NodeMark, ring: number, outline: Outline | null, must: boolean): Words[] {
  const { layout } = scene;
  const lines = linesOf(node, layout);
  const above = labelAbove(layout, node);
  const near = [
    stacked(scene, node, lines, ring, above),
    stacked(scene, node, lines, ring, !above),
    beside(layout, node, lines, ring, 1),
    beside(layout, node, lines, ring, -1),
  ].map((plates) => ({ name: node.name, plates, leader: null }));
  return outline ? [...near.slice(0, 2), ...outside(layout, node, lines, outline, must ? 4 : 1)] : near;
}

type Line = Pick<Plate, 'text' | 'tone' | 'width' | 'height'>;

/** What is said, nearest to the server first. */
function linesOf(node: NodeMark, layout: Layout): Line[] {
  const { text, tone } = nodeLabel(node);
  const through = node.translation && translationText(node.translation, !layout.roomy);
  const lines: { text: string; tone: Tone }[] = [];
  if (through === null || layout.roomy || tone !== 'muted')
    lines.push({ text: node.radius >= layout.nameRadius ? text : `${node.name} ${text}`, tone });
  if (through !== null) lines.push({ text: through, tone: node.translation?.unknown ? 'pfail' : 'muted' });
  return lines.map((line) => ({
    ...line,
    width: cut(textWidth(line.text) * layout.type + 10),
    height: layout.type + 4,
  }));
}

/** Above or below the server, each line in the middle of what room there is. */
function stacked(scene: Scene, node: NodeMark, lines: Line[], ring: number, above: boolean): Plate[] {
  const { layout } = scene;
  const { scale: k, type } = layout;
  const reach = reachOf(node, layout) + ring;
  const first = above
    ? node.y - reach - (node.election ? 20 : 8) * k - type - 4
    : node.y + reach + (node.election ? 14 : 6) * k;
  return lines.map((line, at) => {
    const top = first + at * (type + 5) * (above ? -1 : 1);
    return { ...line, top, x: besideVisitors(scene, labelX(layout, node, line.width), line.width, top) };
  });
}

/** To the right of the server, or to its left. */
function beside(layout: Layout, node: NodeMark, lines: Line[], ring: number, side: 1 | -1): Plate[] {
  const pitch = layout.type + 5;
  const gap = reachOf(node, layout) + ring + 6 * layout.scale;
  return lines.map((line, at) => ({
    ...line,
    x: node.x + side * (gap + line.width / 2),
    top: node.y + (at - lines.length / 2) * pitch,
  }));
}

interface Outline {
  rx: number;
  ry: number;
}

/** An ellipse around all shards; null among few, who need none, and where no server has a shard. */
function outlineOf({ seats, centre, density }: Layout): Outline | null {
  const seated = [...seats.values()].filter(({ shard }) => shard >= 0);
  if (density === 'all' || seated.length === 0) return null;
  return {
    rx: Math.max(...seated.map(({ x }) => Math.abs(x - centre.x))) + 12,
    ry: Math.max(...seated.map(({ y }) => Math.abs(y - centre.y))) + 12,
  };
}

/** Beyond the circle of the replicas, a little to one side, with a line that leads there. */
function outside(layout: Layout, node: NodeMark, lines: Line[], { rx, ry }: Outline, far: number): Words[] {
  const { centre } = layout;
  const angle = Math.atan2((node.x - centre.x) / rx, (centre.y - node.y) / ry);
  const turns = Array.from({ length: far }, (_, at) => 0.06 + at * 0.1);
  return [...turns, ...turns.map((turn) => -turn)].map((turn) => {
    const lean = angle + turn;
    const to = onEllipse(centre, rx, ry, lean);
    const plates = lines.map((line, at) => ({
      ...line,
      x: to.x + (Math.sin(lean) * line.width) / 2,
      top: to.y - ((1 + Math.cos(lean)) * line.height) / 2 + at * (layout.type + 5),
    }));
    return { name: node.name, plates, leader: { from: { x: node.x, y: node.y }, to } };
  });
}

/** How far a server reaches, with the wall of its address translation. */
function reachOf(node: NodeMark, layout: Layout): number {
  return node.radius + (node.translation ? WALL * layout.scale : 0);
}

/** Whether the line usually stands over its server. Among few it does in the upper half, where the cable to
 *  the replica and the ring lie below. Among many it keeps to its own circle: outside of the replicas',
 *  inside of the masters'. */
export function labelAbove(layout: Layout, mark: Pick<NodeMark, 'name' | 'y'>): boolean {
  const seat = layout.seats.get(mark.name);
  if (!seat || seat.shard < 0) return false;
  if (layout.density === 'all') return inUpperHalf(layout, mark.y);
  const outer = seat.radius < layout.radii.master;
  return mark.y < layout.centre.y === outer;
}

/** The middle of the plate of such a width: at its server, within the stage. Beside a circle of many it
 *  reaches away from the circle, where it covers fewer of them. */
export function labelX(layout: Layout, mark: Pick<NodeMark, 'name' | 'x'>, plate: number): number {
  const seat = layout.seats.get(mark.name);
  const outer = layout.density !== 'all' && seat !== undefined && seat.radius < layout.radii.master;
  const away = outer ? Math.sign(mark.x - layout.centre.x) * (plate / 2 - 12 * layout.scale) : 0;
  return Math.min(layout.width - plate / 2, Math.max(plate / 2, mark.x + away));
}

interface RowOfVisitors {
  visitors: readonly Pick<VisitorMark, 'x' | 'y' | 'width' | 'height'>[];
  layout: Pick<Layout, 'width'>;
}

/** The same plate moved aside where it would lie under the row of visitors; `top` is its upper edge. */
export function besideVisitors(
  { visitors, layout }: RowOfVisitors,
  x: number,
  plate: number,
  top: number,
): number {
  const row = visitors.filter(({ y, height }) => top < y + height / 2);
  if (row.length === 0) return x;
  const gap = 6;
  const left = Math.min(...row.map((one) => one.x - one.width / 2)) - gap - plate / 2;
  const right = Math.max(...row.map((one) => one.x + one.width / 2)) + gap + plate / 2;
  if (x <= left || x >= right) return x;
  const fits = { left: left >= plate / 2, right: right <= layout.width - plate / 2 };
  const toRight = fits.right && (!fits.left || x - left > right - x);
  return toRight ? right : fits.left ? left : x;
}
