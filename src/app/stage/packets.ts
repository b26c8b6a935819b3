/* The marks that move: messages under way, placed exactly.
 *
 * A message stands at (now - sentAt) / (deliverAt - sentAt) of its way, whatever the speed of the
 * clock. One that will not arrive as things stand goes half-way and waits there, hollow. No more than
 * 150 marks are drawn; what is left out is heartbeats first, and it is counted. */

import type { Frame, PacketFrame } from '#sim/frame.ts';
import type { Micros } from '#redis/io.ts';
import { isAbout, type About } from '#app/state/about.ts';
import { isChosen, type Selection } from '#app/state/selection.ts';
import { curveHeading, curvePoint, type Curve } from './geometry.ts';
import { glyphFor, isHeartbeat, type GlyphName } from './glyphs.ts';
import type { Layout } from './layout.ts';
import { between } from './link-marks.ts';
import { shardTone, type Tone } from './palette.ts';
import { endpoint, processOf, type VisitorMark } from './visitors.ts';

export const MARKS_MAX = 150;

export interface PacketMark {
  id: number;
  glyph: GlyphName;
  /** Instead of the glyph's own tone: a stream has the colour of its shard. */
  tone: Tone | null;
  x: number;
  y: number;
  heading: number;
  progress: number;
  lost: boolean;
  selected: boolean;
  curve: Curve;
  /** 0..1 while the ring of an arrival spreads; null while the message flies. */
  arrival: number | null;
  from: string;
  to: string;
  label: string;
  /** Position in the order of sending, for the numbered arrows of reduced motion. */
  order: number;
}

export interface PacketOptions {
  layout: Layout;
  visitors: readonly VisitorMark[];
  selection: Selection | null;
  /** What else belongs to the selection: what is sent or received at its moments. */
  about?: About;
  /** Draw PING and PONG of everybody, not only of what is selected or pointed at. */
  heartbeats: boolean;
  /** Draw attempts to connect as well. */
  connects: boolean;
  /** Name of the server under the pointer or the focus. */
  hover: string | null;
  /** Servers the reader has hidden: their messages are hidden too. */
  hidden: ReadonlySet<string>;
}

export interface PacketScene {
  marks: PacketMark[];
  /** Messages under way that are not drawn. */
  folded: number;
}

/** How long an arrival is shown, as a share of the flight. */
const ARRIVAL_SHARE = 0.25;

export function packetScene(frame: Frame, options: PacketOptions): PacketScene {
  const wanted: PacketFrame[] = [];
  let folded = 0;
  for (const packet of frame.packets) {
    if (packet.sentAt > frame.now) continue;
    if (arrivalOf(packet, frame.now) === 'over') continue;
    if (isWanted(packet, options)) wanted.push(packet);
    else folded++;
  }
  wanted.sort((p, q) => weight(q, options) - weight(p, options) || p.sentAt - q.sentAt || p.id - q.id);
  folded += Math.max(0, wanted.length - MARKS_MAX);
  const drawn = wanted.slice(0, MARKS_MAX).sort((p, q) => p.sentAt - q.sentAt || p.id - q.id);
  const marks: PacketMark[] = [];
  for (const [order, packet] of drawn.entries()) {
    const mark = markOf(packet, frame.now, order + 1, options);
    if (mark) marks.push(mark);
  }
  return { marks, folded };
}

function isWanted(packet: PacketFrame, options: PacketOptions): boolean {
  const { selection, about, heartbeats, connects, hover, hidden, layout } = options;
  if (hidden.has(packet.from) || hidden.has(packet.to)) return false;
  if (touches(packet, selection, about) || packet.from === hover || packet.to === hover) return true;
  if (packet.kind === 'connect' && !connects) return false;
  // A heartbeat that waits at a cut link says what the cut link says already.
  if (isHeartbeat(packet)) return heartbeats && !packet.lost && layout.density !== 'heat';
  return true;
}

function touches(packet: PacketFrame, selection: Selection | null, about?: About): boolean {
  switch (selection?.kind) {
    case 'packet':
    case 'exchange':
      return isChosen(packet, selection);
    case 'server':
      return packet.from === selection.name || packet.to === selection.name;
    case 'client':
      return packet.from === processOf(selection.id) || packet.to === processOf(selection.id);
    case 'link':
      return (
        (packet.from === selection.from && packet.to === selection.to) ||
        (packet.from === selection.to && packet.to === selection.from)
      );
    case 'event':
      return (
        about !== undefined &&
        (isAbout(about, packet.from, packet.sentAt) || isAbout(about, packet.to, packet.deliverAt))
      );
    default:
      return false;
  }
}

function weight(packet: PacketFrame, { selection, about }: PacketOptions): number {
  if (isChosen(packet, selection)) return 3;
  return (isHeartbeat(packet) ? 0 : 2) + (touches(packet, selection, about) ? 0.5 : 0);
}

/** 'flying', 'over', or how far the ring of the arrival has spread (0..1). */
function arrivalOf(packet: PacketFrame, now: Micros): number | 'flying' | 'over' {
  if (packet.lost || now < packet.deliverAt) return 'flying';
  const span = Math.max(1, (packet.deliverAt - packet.sentAt) * ARRIVAL_SHARE);
  const share = (now - packet.deliverAt) / span;
  return share >= 1 ? 'over' : share;
}

function markOf(packet: PacketFrame, now: Micros, order: number, options: PacketOptions): PacketMark | null {
  const { layout, visitors, selection } = options;
  const from = endpoint(packet.from, layout, visitors);
  const to = endpoint(packet.to, layout, visitors);
  if (!from || !to || from.name === to.name) return null;
  const flight = Math.max(1, packet.deliverAt - packet.sentAt);
  const reach = packet.lost ? 0.5 : 1;
  const progress = Math.min(reach, Math.max(0, (now - packet.sentAt) / flight));
  const arrived = arrivalOf(packet, now);
  const lane = laneOf(packet) * layout.scale;
  const curve = between(layout, from, to, lane);
  const at = curvePoint(curve, progress);
  return {
    id: packet.id,
    glyph: glyphFor(packet),
    tone: packet.kind === 'stream' && from.shard >= 0 ? shardTone(from.shard) : null,
    x: at.x,
    y: at.y,
    heading: curveHeading(curve, progress),
    progress,
    lost: packet.lost,
    selected: isChosen(packet, selection),
    curve,
    arrival: typeof arrived === 'number' ? arrived : null,
    from: packet.from,
    to: packet.to,
    label: packet.label,
    order,
  };
}

/** The two directions of a link keep apart, and the replication stream stays on its cable. */
function laneOf(packet: PacketFrame): number {
  if (packet.kind === 'stream') return 0;
  return packet.from < packet.to ? 4 : 11;
}
