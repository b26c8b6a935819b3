/* What the stage shows, as data: plain marks with places, states and numbers.
 *
 * A Scene is a pure function of the frame, the selection, the lens and the size of the stage. It
 * holds no words (the component has them in the reader's language) and no packets (packets.ts places
 * those, since they move each frame). Tests compare scenes; Stage.svelte and heat.ts draw them. */

import type { Frame } from '#sim/frame.ts';
import { NOTHING } from '#app/state/about.ts';
import type { Selection } from '#app/state/selection.ts';
import { anomaliesOf, type Anomaly } from './anomalies.ts';
import { beliefsOf, opinions, truth, type Belief } from './beliefs.ts';
import { ringArc, slotAngle, SLOT_COUNT, type Point } from './geometry.ts';
import type { KeyCounts } from './slot-map.ts';
import { layOut, type Layout, type Moved } from './layout.ts';
import { cablesOf, linksOf, type CableMark, type LinkMark } from './link-marks.ts';
import { nodeMark, type NodeMark } from './node-marks.ts';
import { shardPattern, shardTone, type Pattern, type Tone } from './palette.ts';
import { type Seating } from './seating.ts';
import { wallOf, type WallMark } from './wall.ts';
import { visitorsOf, type VisitorMark } from './visitors.ts';

export interface SceneOptions {
  width: number;
  height: number;
  scale: number;
  least?: number;
  lens: string | null;
  selection: Selection | null;
  /** Servers that the selection is about. */
  about?: ReadonlySet<string>;
  seating: Seating;
  moved: Moved;
  /** Keys by server and slot, if they were counted. */
  keys?: KeyCounts | null;
}

/** A run of slots with one owner; owner null = nobody serves them. */
export interface ArcMark {
  key: string;
  first: number;
  last: number;
  owner: string | null;
  tone: Tone;
  pattern: Pattern;
  path: string;
}

/** A slot on its way from one server to another, or one that is selected. */
export interface SlotMark {
  slot: number;
  angle: number;
  from: string;
  to: string;
  fromTone: Tone;
  toTone: Tone;
  /** Keys of the slot at either end; null until somebody has counted. */
  keysFrom: number | null;
  keysTo: number | null;
}

export interface Scene {
  layout: Layout;
  /** The server through whose eyes this is seen; null = the truth. */
  lens: string | null;
  arcs: ArcMark[];
  /** Whether there is a cluster at all: without one there are no slots and no epochs to show. */
  clustered: boolean;
  /** Slots that somebody serves. */
  covered: number;
  nodes: NodeMark[];
  cables: CableMark[];
  links: LinkMark[];
  /** A partition, drawn in the place of the links that it cuts. */
  wall: WallMark | null;
  visitors: VisitorMark[];
  migrating: SlotMark[];
  /** Slots under way beyond those drawn. */
  migratingMore: number;
  /** Angle and owner of the selected slot or key. */
  needle: { slot: number; angle: number; to: Point | null; owner: string | null } | null;
  anomalies: Anomaly[];
  /** The greatest currentEpoch that is known (truth) or believed (lens). */
  epoch: number;
  /** Servers that answer CLUSTERDOWN; `of` counts the running members of the cluster. */
  clusterFail: { count: number; of: number };
}

const MIGRATING_DRAWN = 12;

/** A server that knows nobody else is a cluster of its own; that it is down concerns nobody. */
function isMember({ clusterEnabled, view }: Frame['servers'][number]): boolean {
  return clusterEnabled && view?.length !== 1;
}

export function sceneOf(frame: Frame, options: SceneOptions): Scene {
  const lensed = options.lens === null ? null : beliefsOf(frame, options.lens);
  const lens = lensed ? options.lens : null;
  const beliefs = lensed ?? truth(frame);
  const layout = layOut(options.seating, frame, options.moved, options);
  // A seat is where one sits; how large one is drawn follows the role one has now.
  for (const seat of layout.seats.values()) {
    if (seat.shard >= 0) seat.radius = layout.radii[beliefs.get(seat.name)?.role ?? 'replica'];
  }
  const said = opinions(frame);
  const shardOf = (name: string | null) => (name === null ? -1 : (layout.seats.get(name)?.shard ?? -1));
  const arcs = arcsOf(layout, beliefs, shardOf);
  const moving = migratingOf(frame, lens, shardOf, options.keys ?? null);
  const nodes = frame.servers.map((server) =>
    nodeMark(server, {
      frame,
      layout,
      beliefs,
      lens,
      opinion: said.get(server.name),
      selection: options.selection,
      about: options.about ?? NOTHING.servers,
    }),
  );
  const wall = wallOf(frame, layout);
  const members = frame.servers.filter((server) => server.state === 'running' && isMember(server));
  const failing = members.filter((server) => server.clusterState === 'fail').length;
  const lensServer = frame.servers.find((server) => server.name === lens);
  return {
    layout,
    lens,
    arcs,
    clustered:
      frame.servers.some(({ clusterEnabled }) => clusterEnabled) ||
      frame.servers.every(({ state }) => state !== 'running'),
    covered: arcs.reduce((sum, arc) => sum + (arc.owner === null ? 0 : arc.last - arc.first + 1), 0),
    nodes,
    cables: cablesOf(frame, layout, beliefs, lens),
    links: linksOf(frame, layout, wall),
    wall,
    visitors: visitorsOf(frame, layout, options.selection),
    migrating: moving.slice(0, MIGRATING_DRAWN),
    migratingMore: Math.max(0, moving.length - MIGRATING_DRAWN),
    needle: needleOf(options.selection, arcs, layout),
    anomalies: anomaliesOf(frame, said, arcs),
    epoch: lensServer ? lensServer.currentEpoch : Math.max(0, ...frame.servers.map((s) => s.currentEpoch)),
    clusterFail: { count: failing, of: members.length },
  };
}

/** The ring: one arc per run of slots, and one per gap that nobody serves. */
function arcsOf(
  layout: Layout,
  beliefs: ReadonlyMap<string, Belief>,
  shardOf: (name: string | null) => number,
): ArcMark[] {
  const runs: { first: number; last: number; owner: string | null }[] = [];
  for (const belief of beliefs.values()) {
    if (belief.role !== 'master') continue;
    for (const [first, last] of belief.slots) runs.push({ first, last, owner: belief.name });
  }
  runs.sort((p, q) => p.first - q.first);
  const whole: typeof runs = [];
  let at = 0;
  for (const run of runs) {
    if (run.first > at) whole.push({ first: at, last: run.first - 1, owner: null });
    whole.push(run);
    at = Math.max(at, run.last + 1);
  }
  if (at < SLOT_COUNT) whole.push({ first: at, last: SLOT_COUNT - 1, owner: null });
  const gap = layout.density === 'all' ? 0.012 : 0.004;
  return whole.map(({ first, last, owner }) => {
    const shard = shardOf(owner);
    return {
      key: `${first}-${last}`,
      first,
      last,
      owner,
      tone: owner === null ? 'line' : shard < 0 ? 'muted' : shardTone(shard),
      pattern: shard < 0 ? 'plain' : shardPattern(shard),
      path: ringArc(first, last, layout.ring.inner, layout.ring.outer, gap),
    };
  });
}

/** Open slots. Truth: as source and target both say; lens: as that server itself says. */
function migratingOf(
  frame: Frame,
  lens: string | null,
  shardOf: (name: string | null) => number,
  keys: KeyCounts | null,
): SlotMark[] {
  const nameOf = new Map(frame.servers.map((server) => [server.nodeId, server.name]));
  const marks = new Map<number, SlotMark>();
  const add = (slot: number, from: string, to: string) => {
    if (marks.has(slot)) return;
    const tone = (name: string) => (shardOf(name) < 0 ? 'muted' : shardTone(shardOf(name)));
    marks.set(slot, {
      slot,
      angle: slotAngle(slot + 0.5),
      from,
      to,
      fromTone: tone(from),
      toTone: tone(to),
      keysFrom: keys && (keys.get(from)?.get(slot) ?? 0),
      keysTo: keys && (keys.get(to)?.get(slot) ?? 0),
    });
  };
  for (const server of frame.servers) {
    if (lens !== null && server.name !== lens) continue;
    for (const { slot, nodeId } of server.migrating) add(slot, server.name, nameOf.get(nodeId) ?? nodeId);
    for (const { slot, nodeId } of server.importing) add(slot, nameOf.get(nodeId) ?? nodeId, server.name);
  }
  return [...marks.values()].sort((p, q) => p.slot - q.slot);
}

function needleOf(selection: Selection | null, arcs: readonly ArcMark[], layout: Layout): Scene['needle'] {
  if (selection?.kind !== 'slot' && selection?.kind !== 'key') return null;
  const { slot } = selection;
  const owner = arcs.find((arc) => slot >= arc.first && slot <= arc.last)?.owner ?? null;
  const seat = owner === null ? undefined : layout.seats.get(owner);
  return { slot, angle: slotAngle(slot + 0.5), to: seat ? { x: seat.x, y: seat.y } : null, owner };
}
