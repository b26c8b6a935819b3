/* Who is on the stage without being a server: the consoles (one mark for all of them) and the
 * application clients. They stand in a corner; their requests fly from there. */

import type { ClientFrame, Frame } from '#sim/frame.ts';
import type { Layout, Seat } from './layout.ts';

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
}

const CLIENTS_DRAWN = 4;

export function visitorsOf(frame: Frame, layout: Layout): VisitorMark[] {
  const { scale: k, visitors } = layout;
  const marks: VisitorMark[] = [];
  const add = (name: string, kind: VisitorMark['kind'], label: string, client: ClientFrame | null) =>
    marks.push({
      name,
      kind,
      label,
      x: visitors.x,
      y: visitors.y - marks.length * 30 * k,
      width: 96 * k,
      height: 23 * k,
      client,
    });
  if (frame.consoles.length > 0) add('console', 'console', 'redis-cli', null);
  for (const client of frame.clients.slice(0, CLIENTS_DRAWN))
    add(processOf(client.id), 'client', client.id, client);
  if (frame.clients.length > CLIENTS_DRAWN)
    add('more', 'more', `+${frame.clients.length - CLIENTS_DRAWN}`, null);
  return marks;
}

function processOf(id: string): string {
  return id.startsWith('client:') ? id : `client:${id}`;
}

/** Where a process stands: its seat, its mark in the corner, or null when it is not on the stage. */
export function endpoint(name: string, layout: Layout, visitors: readonly VisitorMark[]): Seat | null {
  const seat = layout.seats.get(name);
  if (seat) return seat;
  const wanted = name.startsWith('console:') ? 'console' : name;
  const mark =
    visitors.find((visitor) => visitor.name === wanted) ??
    visitors.find((visitor) => visitor.kind === 'more');
  return mark ? { name: mark.name, x: mark.x, y: mark.y, radius: mark.height / 2, shard: -1 } : null;
}
