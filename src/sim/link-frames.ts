/* Which links are cut, as a frame tells it: one by one, or where a wall parts hundreds of servers by its sides,
 * for it cuts half a million links. */

import type { Frame, LinkFrame } from './frame.ts';

type Links = Pick<Frame, 'links' | 'wall'>;

/** The link from one process to another when it is not as usual. */
export function linkBetween({ links, wall }: Links, from: string, to: string): LinkFrame | undefined {
  const listed = links.find((link) => link.from === from && link.to === to);
  if (listed || !parts(wall, from, to)) return listed;
  return { from, to, cut: true, latencyUs: 0, jitterUs: 0, loss: 0 };
}

/** How many links are cut, by the process at their beginning. */
export function cutLinks({ links, wall }: Links): Map<string, number> {
  const cut = new Map<string, number>();
  const all = wall?.flat() ?? [];
  for (const side of wall ?? []) for (const name of side) cut.set(name, all.length - side.length);
  for (const link of links) {
    const more = Number(link.cut) - Number(parts(wall, link.from, link.to));
    if (more !== 0) cut.set(link.from, (cut.get(link.from) ?? 0) + more);
  }
  return cut;
}

function parts(wall: Frame['wall'], from: string, to: string): boolean {
  const side = wall?.find((names) => names.includes(from));
  return side !== undefined && !side.includes(to) && wall?.some((names) => names.includes(to)) === true;
}
