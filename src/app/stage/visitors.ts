/* Who is on the stage without being a server: the consoles (one mark for all of them) and the
 * application clients. They stand in a row at the top; their requests fly from there. */

import type { ClientFrame, Frame } from '#sim/frame.ts';
import type { Layout, Seat } from './layout.ts';
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
}

const CLIENTS_DRAWN = 4;

export function visitorsOf(frame: Frame, layout: Layout): VisitorMark[] {
  const { scale: k, visitors } = layout;
  const guests: { name: string; kind: VisitorMark['kind']; label: string; client: ClientFrame | null }[] = [];
  if (frame.consoles.length > 0)
    guests.push({ name: 'console', kind: 'console', label: 'redis-cli', client: null });
  for (const client of frame.clients.slice(0, CLIENTS_DRAWN)) {
    guests.push({
      name: processOf(client.id),
      kind: 'client',
      label: client.id.replace('client:', ''),
      client,
    });
  }
  const more = frame.clients.length - CLIENTS_DRAWN;
  if (more > 0) guests.push({ name: 'more', kind: 'more', label: `+${more}`, client: null });
  // Type does not shrink below eleven pixels, so the mark must follow its text.
  const font = Math.max(11, 12 * k);
  const widths = guests.map(
    ({ label, kind }) => textWidth(kind === 'console' ? `›_ ${label}` : label) * font + 14,
  );
  const gap = 8 * k;
  let left = visitors.x - (widths.reduce((sum, width) => sum + width + gap, 0) - gap) / 2;
  return guests.map((guest, at) => {
    const width = widths[at] ?? 0;
    const x = left + width / 2;
    left += width + gap;
    return { ...guest, x, y: visitors.y, width, height: font + 10 };
  });
}

function processOf(id: string): string {
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
  return mark ? { name: mark.name, x: mark.x, y: mark.y, radius: mark.height / 2, shard: -1 } : null;
}
