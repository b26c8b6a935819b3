/* The space-time diagram: a lane for each process, real time along the axis, messages as lines from
 * where and when they were sent to where and when they arrive.
 *
 * Heartbeats are folded to a grey texture. With a selection, its causal cone keeps its colours: all
 * that can have led to it, and all that it can have led to, followed along messages. */

import type { FeedEvent, PacketFrame } from '#sim/frame.ts';
import type { Micros } from '#redis/io.ts';
import { isChosen, type Selection } from '#app/state/selection.ts';
import { glyph, glyphFor, isHeartbeat } from '#app/stage/glyphs.ts';
import type { Tone } from '#app/stage/palette.ts';
import { toPixel, type Axis } from './tape-model.ts';

export interface Lane {
  name: string;
  label: string;
  y: number;
}

export interface Line {
  id: number;
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  tone: Tone;
  heartbeat: boolean;
  lost: boolean;
  /** In the causal cone of the selection, or there is no selection. */
  lit: boolean;
  selected: boolean;
}

export interface EventTick {
  seq: number;
  x: number;
  y: number;
  tone: Tone;
  type: string;
  selected: boolean;
}

export interface SpaceTimeModel {
  lanes: Lane[];
  hiddenLanes: number;
  lines: Line[];
  ticks: EventTick[];
}

export interface SpaceTimeInput {
  packets: Iterable<PacketFrame>;
  events: readonly FeedEvent[];
  servers: readonly string[];
  /** Those that do not run. */
  troubled: readonly string[];
  axis: Axis;
  laneHeight: number;
  maxLanes: number;
  selection: Selection | null;
  now: Micros;
}

/** Room above the first lane, so that its label is whole. */
export const LANES_TOP = 3;

/** All consoles share one lane, those of a lesson's hand as well. */
export function laneOf(process: string): string {
  return /^(console|hand):/.test(process) ? 'console' : process;
}

export function spaceTime(input: SpaceTimeInput): SpaceTimeModel {
  const { axis, selection, now } = input;
  // Only a cone needs all messages in hand; the picture needs those in sight.
  const placed = selection?.kind === 'packet' || selection?.kind === 'event' || selection?.kind === 'server';
  // They come from an iterator, which can be gone through only once.
  const packets = [...input.packets];
  const cone = placed
    ? coneOf(packets, input.events, selection, now)
    : selection?.kind === 'exchange'
      ? chosenIds(packets, selection)
      : null;
  const inView: PacketFrame[] = [];
  for (const packet of packets) {
    if (packet.deliverAt >= axis.from && packet.sentAt <= axis.to) inView.push(packet);
  }
  const { lanes, hidden } = lanesOf(input, inView, cone);
  const yOf = new Map(lanes.map((lane) => [lane.name, lane.y]));
  const lines: Line[] = [];
  for (const packet of inView) {
    const y1 = yOf.get(laneOf(packet.from));
    const y2 = yOf.get(laneOf(packet.to));
    if (y1 === undefined || y2 === undefined) continue;
    const x1 = toPixel(axis, packet.sentAt);
    let x2 = toPixel(axis, packet.deliverAt);
    let end = y2;
    if (packet.lost) {
      // It ends half-way: nobody received it.
      x2 = (x1 + x2) / 2;
      end = (y1 + y2) / 2;
    }
    lines.push({
      id: packet.id,
      x1,
      y1,
      x2,
      y2: end,
      tone: glyph(glyphFor(packet)).tone,
      heartbeat: isHeartbeat(packet),
      lost: packet.lost,
      lit: cone === null || cone.has(packet.id),
      selected: isChosen(packet, selection),
    });
  }
  return { lanes, hiddenLanes: hidden, lines, ticks: eventTicks(input, yOf) };
}

function chosenIds(packets: Iterable<PacketFrame>, selection: Selection): Set<number> {
  const ids = new Set<number>();
  for (const packet of packets) if (isChosen(packet, selection)) ids.add(packet.id);
  return ids;
}

/** As much as one message of the selection counts that a server is down or paused. */
const TROUBLE = 100;

/** Which lanes there are. Where there are more processes than room, those that take part in something
 *  other than heartbeats come first, and those with which something is wrong. */
function lanesOf(
  { servers, troubled, maxLanes, laneHeight, selection }: SpaceTimeInput,
  inView: readonly PacketFrame[],
  cone: ReadonlySet<number> | null,
): { lanes: Lane[]; hidden: number } {
  const names = [...servers];
  const known = new Set(servers);
  const guests = new Set<string>();
  const weight = new Map<string, number>();
  for (const packet of inView) {
    for (const end of [laneOf(packet.from), laneOf(packet.to)]) {
      if (!known.has(end) && (end === 'console' || end.startsWith('client:'))) guests.add(end);
      const gain = isHeartbeat(packet) ? 0 : cone?.has(packet.id) ? TROUBLE : 1;
      weight.set(end, (weight.get(end) ?? 0) + gain);
    }
  }
  names.push(...[...guests].sort());
  for (const name of troubled) weight.set(name, (weight.get(name) ?? 0) + TROUBLE);
  if (selection?.kind === 'server') weight.set(selection.name, Infinity);
  let shown = names;
  if (names.length > maxLanes) {
    const chosen = new Set(
      [...names].sort((p, q) => (weight.get(q) ?? 0) - (weight.get(p) ?? 0)).slice(0, Math.max(1, maxLanes)),
    );
    shown = names.filter((name) => chosen.has(name));
  }
  const lanes = shown.map((name, at) => ({
    name,
    label: name === 'console' ? 'cli' : name.replace('client:', ''),
    y: LANES_TOP + (at + 0.5) * laneHeight,
  }));
  return { lanes, hidden: names.length - shown.length };
}

const EVENT_TONES: Readonly<Record<string, Tone>> = {
  PFAIL: 'pfail',
  FAIL: 'fail',
  FAIL_RECEIVED: 'fail',
  PROMOTED: 'ok',
  VOTE_GRANTED: 'focus',
  VOTE_RECEIVED: 'focus',
  AUTH_REQUEST: 'focus',
  ELECTION_SCHEDULED: 'focus',
  FAIL_CLEARED: 'ok',
  PFAIL_CLEARED: 'ok',
  CLUSTER_STATE: 'pfail',
  ROLE_CHANGED: 'text',
  FULLRESYNC: 'text',
};

function eventTicks(
  { events, axis, selection }: SpaceTimeInput,
  yOf: ReadonlyMap<string, number>,
): EventTick[] {
  const out: EventTick[] = [];
  for (const event of events) {
    const tone = EVENT_TONES[event.event.type];
    const y = yOf.get(laneOf(event.who));
    if (tone === undefined || y === undefined || event.at < axis.from || event.at > axis.to) continue;
    const selected = selection?.kind === 'event' && selection.seq === event.seq;
    out.push({ seq: event.seq, x: toPixel(axis, event.at), y, tone, type: event.event.type, selected });
  }
  return out;
}

/** The message before or behind the selected one in the order of sending; without one, the first or the last.
 *  Heartbeats are passed over while there is anything else. */
export function lineBeside(lines: readonly Line[], by: 1 | -1): Line | undefined {
  const told = lines.filter((line) => !line.heartbeat);
  const inTurn = (told.length > 0 ? told : lines).toSorted((p, q) => p.x1 - q.x1);
  const at = inTurn.findIndex((line) => line.selected);
  return at < 0 ? inTurn.at(by > 0 ? 0 : -1) : (inTurn[at + by] ?? inTurn[at]);
}

/** Ids of the messages in the causal cone of the selection; null when nothing with a place in
 *  space-time is selected. A selected server stands for itself at this moment. */
export function coneOf(
  packets: readonly PacketFrame[],
  events: readonly FeedEvent[],
  selection: Selection | null,
  now: Micros,
): Set<number> | null {
  const roots = rootsOf(packets, events, selection, now);
  if (!roots) return null;
  const cone = new Set<number>(roots.ids);
  // Backwards: whatever reached a process by the time it mattered there.
  const until = new Map(roots.past);
  for (const packet of [...packets].sort((p, q) => q.deliverAt - p.deliverAt)) {
    const limit = until.get(laneOf(packet.to));
    if (packet.lost || limit === undefined || packet.deliverAt > limit) continue;
    cone.add(packet.id);
    const from = laneOf(packet.from);
    until.set(from, Math.max(until.get(from) ?? -Infinity, packet.sentAt));
  }
  // Forwards: whatever a process sent once it was reached.
  const since = new Map(roots.future);
  for (const packet of [...packets].sort((p, q) => p.sentAt - q.sentAt)) {
    const limit = since.get(laneOf(packet.from));
    if (limit === undefined || packet.sentAt < limit) continue;
    cone.add(packet.id);
    const to = laneOf(packet.to);
    if (!packet.lost) since.set(to, Math.min(since.get(to) ?? Infinity, packet.deliverAt));
  }
  return cone;
}

function rootsOf(
  packets: readonly PacketFrame[],
  events: readonly FeedEvent[],
  selection: Selection | null,
  now: Micros,
): { ids: number[]; past: [string, Micros][]; future: [string, Micros][] } | null {
  switch (selection?.kind) {
    case 'packet': {
      const packet = packets.find(({ id }) => id === selection.id);
      if (!packet) return null;
      return {
        ids: [packet.id],
        past: [[laneOf(packet.from), packet.sentAt]],
        future: packet.lost ? [] : [[laneOf(packet.to), packet.deliverAt]],
      };
    }
    case 'event': {
      const event = events.find(({ seq }) => seq === selection.seq);
      if (!event) return null;
      const place: [string, Micros] = [laneOf(event.who), event.at];
      return { ids: [], past: [place], future: [place] };
    }
    case 'server':
      return { ids: [], past: [[selection.name, now]], future: [[selection.name, now]] };
    default:
      return null;
  }
}
