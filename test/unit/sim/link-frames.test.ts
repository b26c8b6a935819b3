/* Links that are not as usual, one by one or by the sides of a wall: whoever asks gets the same answers. */

import { describe, expect, test } from 'vitest';
import type { LinkFrame } from '#sim/frame.ts';
import { cutLinks, linkBetween } from '#sim/link-frames.ts';
import { Network } from '#sim/network.ts';

const STANDARD = { latencyUs: 500, jitterUs: 100, loss: 0 };
const named = (count: number): string[] => Array.from({ length: count }, (_, at) => String(7000 + at));

function told(network: Network, names: readonly string[]): { links: LinkFrame[]; wall: string[][] | null } {
  const links = network
    .unusualLinks(names)
    .map(({ from, to, cut, quality }) => ({ from, to, cut, ...quality }));
  return { links, wall: network.wall() };
}

/** A network in which a wall stands before the last third of so many servers, with one link mended, one slow,
 *  one cut beside the wall, and a server by itself. */
function parted(count: number): { network: Network; names: string[] } {
  const network = new Network(STANDARD);
  const names = named(count);
  const third = Math.ceil((count * 2) / 3);
  network.partition([names.slice(0, third), names.slice(third)], 1);
  network.heal('7000', names[count - 1] as string);
  network.setQuality('7001', '7000', { loss: 0.5 });
  network.cut('7000', '7001', 2);
  network.isolate('7002', 3);
  return { network, names };
}

describe.each([6, 30, 90, 330])('%i servers behind a wall', (count) => {
  const { network, names } = parted(count);
  const frame = told(network, names);
  const last = names[count - 1] as string;

  test('are listed, or told by sides where they are too many', () => {
    expect(frame.wall !== null).toBe(count > 300);
    expect(frame.links.length).toBeLessThanOrEqual(count > 300 ? 2 * count + 2 : count ** 2 - count);
  });

  test('any two are cut from each other or not as the network has it', () => {
    for (const from of names) {
      const cut = names.filter((to) => from !== to && network.isCut(from, to));
      expect(names.filter((to) => from !== to && linkBetween(frame, from, to)?.cut)).toEqual(cut);
      expect(cutLinks(frame).get(from) ?? 0).toBe(cut.length);
    }
    expect(linkBetween(frame, '7000', last)?.cut ?? false).toBe(false);
    expect(linkBetween(frame, '7001', '7000')).toMatchObject({ cut: false, loss: 0.5 });
  });
});

test('without any fault there is nothing to tell', () => {
  const frame = told(new Network(STANDARD), named(200));
  expect(frame).toEqual({ links: [], wall: null });
  expect(cutLinks(frame)).toEqual(new Map());
});
