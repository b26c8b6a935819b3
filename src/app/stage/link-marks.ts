/* Lines between servers: replication cables, and links of the network that are not as usual.
 *
 * A healthy mesh of N servers has N(N-1)/2 links that say nothing, so it is hinted at for a handful
 * of masters and otherwise left out. Whatever was cut, slowed or made lossy is drawn. */

import type { Frame, LinkFrame, ServerFrame } from '#sim/frame.ts';
import { linkBetween } from '#sim/link-frames.ts';
import type { Belief } from './beliefs.ts';
import { linkCurve, trimCurve, type Curve } from './geometry.ts';
import type { Layout, Seat } from './layout.ts';
import { shardTone, type Tone } from './palette.ts';
import type { WallMark } from './wall.ts';

export interface CableMark {
  key: string;
  from: string;
  to: string;
  curve: Curve;
  tone: Tone;
  width: number;
  /** 'believed' when a lens looks: it knows who replicates whom, not how well. */
  state: ServerFrame['replication']['linkState'] | 'believed';
  lagBytes: number;
}

export interface LinkMark {
  key: string;
  from: string;
  to: string;
  curve: Curve;
  kind: 'mesh' | 'cut' | 'one-way' | 'slow' | 'lossy';
  /** One-way: the direction that still works. */
  open: 'forth' | 'back' | null;
  latencyUs: number;
  loss: number;
}

/** More abnormal links than this are counted, not drawn. */
export const LINKS_DRAWN = 120;

export function cablesOf(
  frame: Frame,
  layout: Layout,
  beliefs: ReadonlyMap<string, Belief>,
  lens: string | null,
): CableMark[] {
  if (layout.density === 'heat') return [];
  const servers = new Map(frame.servers.map((server) => [server.name, server]));
  const cables: CableMark[] = [];
  for (const belief of beliefs.values()) {
    if (belief.role !== 'replica' || belief.masterName === null) continue;
    const from = layout.seats.get(belief.masterName);
    const to = layout.seats.get(belief.name);
    const replica = servers.get(belief.name);
    const master = servers.get(belief.masterName);
    if (!from || !to || !replica || !master) continue;
    const lagBytes = Math.max(0, master.replication.offset - replica.replication.offset);
    // A cable that lags hangs slack: one more bit of lag, a little more sag.
    const slack = lens === null ? Math.min(18, Math.log2(1 + lagBytes) * 1.2) * layout.scale : 0;
    cables.push({
      key: belief.name,
      from: from.name,
      to: to.name,
      curve: between(layout, from, to, slack),
      tone: from.shard < 0 ? 'muted' : shardTone(from.shard),
      width: (layout.density === 'all' ? 3 : layout.density === 'many' ? 2 : 1) * layout.scale,
      state: lens !== null ? 'believed' : replica.state === 'down' ? 'none' : replica.replication.linkState,
      lagBytes,
    });
  }
  return cables;
}

/** Links that are not as usual, but for those that a wall cuts; and a hint of the mesh. */
export function linksOf(frame: Frame, layout: Layout, wall: WallMark | null): LinkMark[] {
  // Cells tell a partition by their colour; lines across them would tell of the few that are drawn.
  if (layout.density === 'heat' && (frame.wall || frame.links.length > LINKS_DRAWN)) return [];
  const side = new Set(wall?.sides[0]);
  const walled = ({ from, to, cut }: LinkFrame) => wall !== null && cut && side.has(from) !== side.has(to);
  const marks = new Map<string, LinkMark>();
  for (const link of frame.links) {
    if (marks.size >= LINKS_DRAWN) break;
    if (walled(link)) continue;
    const mark = abnormal(link, layout, frame);
    if (mark && !marks.has(mark.key)) marks.set(mark.key, mark);
  }
  if (layout.density === 'all')
    for (const mark of mesh(frame, layout)) if (!marks.has(mark.key)) marks.set(mark.key, mark);
  return [...marks.values()];
}

/** The two directions of a link share one mark, named by its ends in order. */
function pairKey(from: string, to: string): string {
  return from < to ? `${from}-${to}` : `${to}-${from}`;
}

function abnormal(link: LinkFrame, layout: Layout, frame: Frame): LinkMark | null {
  const [first, last] = link.from < link.to ? [link.from, link.to] : [link.to, link.from];
  const a = layout.seats.get(first);
  const b = layout.seats.get(last);
  if (!a || !b) return null;
  const forth = linkBetween(frame, first, last);
  const back = linkBetween(frame, last, first);
  const kind = kindOf(forth, back);
  return {
    key: pairKey(first, last),
    from: first,
    to: last,
    curve: between(layout, a, b, 0),
    kind,
    open: kind !== 'one-way' ? null : forth?.cut ? 'back' : 'forth',
    latencyUs: Math.max(forth?.latencyUs ?? 0, back?.latencyUs ?? 0),
    loss: Math.max(forth?.loss ?? 0, back?.loss ?? 0),
  };
}

function kindOf(forth: LinkFrame | undefined, back: LinkFrame | undefined): LinkMark['kind'] {
  if (forth?.cut && back?.cut) return 'cut';
  if (forth?.cut || back?.cut) return 'one-way';
  return (forth?.loss ?? 0) > 0 || (back?.loss ?? 0) > 0 ? 'lossy' : 'slow';
}

/** The usual links between masters, as a hint that there is a mesh. */
function mesh(frame: Frame, layout: Layout): LinkMark[] {
  const masters = frame.servers.filter((server) => server.clusterEnabled && server.slots.length > 0);
  if (masters.length > 4) return [];
  const marks: LinkMark[] = [];
  for (const [at, one] of masters.entries()) {
    for (const other of masters.slice(at + 1)) {
      const a = layout.seats.get(one.name);
      const b = layout.seats.get(other.name);
      if (!a || !b || one.state === 'down' || other.state === 'down') continue;
      if (!knows(one, other) || !knows(other, one)) continue;
      const curve = between(layout, a, b, 0);
      const key = pairKey(one.name, other.name);
      marks.push({
        key,
        from: one.name,
        to: other.name,
        curve,
        kind: 'mesh',
        open: null,
        latencyUs: 0,
        loss: 0,
      });
    }
  }
  return marks;
}

function knows(one: ServerFrame, other: ServerFrame): boolean {
  return one.view?.some((node) => node.name === other.name && node.connected) ?? false;
}

/** The way between two seats, rim to rim, around the ring. */
export function between(layout: Layout, a: Seat, b: Seat, lane: number): Curve {
  // Where there are many, links may cross the ring, but not the words in its middle.
  const clear = layout.density === 'all' ? layout.ring.outer + 9 * layout.scale : layout.ring.inner * 0.5;
  return trimCurve(linkCurve(a, b, layout.centre, clear, lane), a.radius, b.radius);
}
