/* Who is on the stage without being a server: the consoles (one mark for all of them) and the
 * application clients. They stand in a row at the top; their requests fly from there. A client wears the
 * slot map that it believes in, as a small ring: where that is out of date, it says so. */

import type { ClientFrame, Frame } from '#sim/frame.ts';
import type { Selection } from '#app/state/selection.ts';
import { staleRanges, staleTotal } from './client-map.ts';
import { ringArc } from './geometry.ts';
import type { Layout, Seat } from './layout.ts';
import { shardTone, type Tone } from './palette.ts';
import { textWidth } from './text-width.ts';

export interface VisitorMark {
  /** 'console' stands for every console; a client has its process name ("client:a"). */
  name: string;
  kind: 'console' | 'client' | 'more';
  label: string;
  x: number;
  y: number;
  width: number;
  height: number;
  client: ClientFrame | null;
  /** The client's own slot map as a ring of that radius, left of its name; no arcs without a map. */
  ring: { radius: number; arcs: { path: string; tone: Tone }[] };
  /** Slots that it would look for in the wrong place. */
  stale: number;
  selected: boolean;
}

const CLIENTS_DRAWN = 4;

export function visitorsOf(frame: Frame, layout: Layout, selection: Selection | null): VisitorMark[] {
  const { scale: k, visitors, type: font } = layout;
  const guests = guestsOf(frame).map((guest) => {
    const stale = guest.client ? staleTotal(staleRanges(guest.client.map, frame.servers)) : 0;
    const text = guest.kind === 'console' ? `›_ ${guest.label}` : guest.label + (stale > 0 ? ' ≠' : '');
    const ring = ringOf(guest.client, layout, font * 0.62);
    const width = textWidth(text) * font + 14 + (ring.arcs.length > 0 ? ring.radius * 2 + 6 : 0);
    return { ...guest, stale, ring, width };
  });
  const gap = 8 * k;
  let left = visitors.x - (guests.reduce((sum, { width }) => sum + width + gap, 0) - gap) / 2;
  return guests.map((guest) => {
    const x = left + guest.width / 2;
    left += guest.width + gap;
    const selected = selection?.kind === 'client' && selection.id === guest.client?.id;
    return { ...guest, x, y: visitors.y, height: font + 10, selected };
  });
}

type Guest = Pick<VisitorMark, 'name' | 'kind' | 'label' | 'client'>;

function guestsOf(frame: Frame): Guest[] {
  const guests: Guest[] = [];
  if (frame.consoles.length > 0)
    guests.push({ name: 'console', kind: 'console', label: 'redis-cli', client: null });
  for (const client of frame.clients.slice(0, CLIENTS_DRAWN))
    guests.push({ name: processOf(client.id), kind: 'client', label: client.id, client });
  const more = frame.clients.length - CLIENTS_DRAWN;
  if (more > 0) guests.push({ name: 'more', kind: 'more', label: `+${more}`, client: null });
  return guests;
}

function ringOf(client: ClientFrame | null, { seats }: Layout, radius: number): VisitorMark['ring'] {
  const arcs = (client?.map ?? []).map(([first, last, name]) => {
    const shard = seats.get(name)?.shard ?? -1;
    const tone: Tone = shard < 0 ? 'muted' : shardTone(shard);
    return { path: ringArc(first, last, radius * 0.5, radius, 0.04), tone };
  });
  return { radius, arcs };
}

/** The name of a client's process. */
export function processOf(id: string): string {
  return id.startsWith('client:') ? id : `client:${id}`;
}

/** Where a process stands: its seat, its mark at the top, or null when it is not on the stage. */
export function endpoint(name: string, layout: Layout, visitors: readonly VisitorMark[]): Seat | null {
  const seat = layout.seats.get(name);
  if (seat) return seat;
  const wanted = name.startsWith('console:') ? 'console' : name;
  const mark =
    visitors.find((visitor) => visitor.name === wanted) ??
    visitors.find((visitor) => visitor.kind === 'more');
  // Messages come out below its name and go in there: they must not lie on it.
  return mark ? { name: mark.name, x: mark.x, y: mark.y + mark.height / 2, radius: 8, shard: -1 } : null;
}
