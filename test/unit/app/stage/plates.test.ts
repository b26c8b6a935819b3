import { describe, expect, test } from 'vitest';
import { heatReach } from '#app/stage/layout.ts';
import { cornerFor, wordsOf, type Plate } from '#app/stage/plates.ts';
import { sceneOf, type Scene } from '#app/stage/scene.ts';
import { EMPTY_SEATING, reseat } from '#app/stage/seating.ts';
import type { Frame } from '#sim/frame.ts';
import { clusterFrame } from './frames.ts';

const NONE: ReadonlySet<string> = new Set();

interface Size {
  width: number;
  height: number;
  scale: number;
  least?: number;
}

function draw(frame: Frame, size: Size): Scene {
  const seating = reseat(EMPTY_SEATING, frame);
  return sceneOf(frame, { ...size, lens: null, selection: null, seating, moved: new Map() });
}

/** What lies on what, in words. */
function clashes(scene: Scene): string[] {
  const { layout } = scene;
  const told = wordsOf(scene, NONE, NONE);
  const found: string[] = [];
  const plates = told.flatMap(({ name, plates: own }) => own.map((plate) => ({ name, ...plate })));
  for (const [at, plate] of plates.entries()) {
    for (const node of scene.nodes)
      if (node.name !== plate.name && covers(plate, node.x, node.y, node.radius))
        found.push(`${plate.name} on ${node.name}`);
    if (covers(plate, layout.centre.x, layout.centre.y, layout.ring.outer - 1))
      found.push(`${plate.name} on the ring`);
    for (const other of plates.slice(at + 1))
      if (meet(plate, other)) found.push(`${plate.name} on the words of ${other.name}`);
    const [left, right] = [plate.x - plate.width / 2, plate.x + plate.width / 2];
    if (left < 0 || right > layout.width || plate.top < 0 || plate.top + plate.height > layout.height)
      found.push(`${plate.name} is cut`);
  }
  return found;
}

function covers({ x, top, width, height }: Plate, px: number, py: number, radius: number): boolean {
  const nearX = Math.min(x + width / 2, Math.max(x - width / 2, px));
  const nearY = Math.min(top + height, Math.max(top, py));
  return Math.hypot(nearX - px, nearY - py) < radius;
}

function meet(p: Plate, q: Plate): boolean {
  return (
    Math.abs(p.x - q.x) * 2 < p.width + q.width - 1 && p.top < q.top + q.height && q.top < p.top + p.height
  );
}
const sizes: Size[] = [
  { width: 752, height: 496, scale: 1 },
  { width: 640, height: 380, scale: 1 },
  { width: 390, height: 320, scale: 1 },
  { width: 800, height: 452, scale: 1.22, least: 17 },
  { width: 800, height: 330, scale: 1.22, least: 17 },
  { width: 1180, height: 380, scale: 1.22, least: 17 },
];

describe('words about servers', () => {
  for (const size of sizes)
    for (const [masters, replicas, spares] of [
      [3, 1, 0],
      [3, 1, 1],
      [3, 1, 2],
      [4, 1, 0],
      [5, 1, 0],
      [0, 0, 6],
    ] as const)
      test(`lie on nothing: ${masters} masters x ${replicas} + ${spares} on ${size.width}x${size.height}`, () => {
        const scene = draw(clusterFrame(masters, replicas, spares), size);
        expect(wordsOf(scene, NONE, NONE)).toHaveLength(scene.nodes.length);
        expect(clashes(scene)).toEqual([]);
      });

  for (const size of sizes)
    test(`among a thousand tell who is dead beside the circle: on ${size.width}x${size.height}`, () => {
      const frame = clusterFrame(500);
      const dead = new Set(['7007', '7300']);
      const servers = frame.servers.map((server) =>
        dead.has(server.name) ? { ...server, state: 'down' as const } : server,
      );
      const scene = draw({ ...frame, servers }, size);
      const told = wordsOf(scene, NONE, NONE);
      expect(told.every(({ name }) => dead.has(name))).toBe(true);
      // A projector's large type may find no place.
      if (size.scale === 1) expect(told.length).toBe(2);
      const { centre } = scene.layout;
      for (const { plates } of told)
        for (const plate of plates)
          expect(covers(plate, centre.x, centre.y, heatReach(scene.layout))).toBe(false);
      expect(clashes(scene)).toEqual([]);
    });

  for (const size of sizes)
    test(`among a hundred lie on nothing, or are left out: on ${size.width}x${size.height}`, () => {
      const frame = clusterFrame(50);
      const down = [2, 8, 13, 20, 25, 33, 40, 60, 75].map((at) => frame.servers[at]!);
      for (const server of down) Object.assign(server, { state: 'down' });
      const scene = draw(frame, size);
      expect(clashes(scene)).toEqual([]);
      const told = wordsOf(scene, NONE, NONE);
      expect(told.length).toBeGreaterThan(0);
      // Those of masters stand outside, and a line leads there.
      for (const { leader, plates } of told)
        if (leader)
          for (const { x, top, width, height } of plates) {
            expect(Math.abs(leader.to.x - x)).toBeLessThanOrEqual(width / 2 + 1);
            expect(Math.abs(leader.to.y - top - height / 2)).toBeLessThanOrEqual(height / 2 + 1);
          }
      // The list of what is not as it should be has a place of its own: a row of the phone, a corner elsewhere.
      const listed = ({ x, top, width, height }: Plate) =>
        size.width < 480 ? top + height > size.height - 31 : top < 30 && x + width / 2 > size.width - 120;
      expect(told.flatMap(({ plates }) => plates.filter(listed))).toEqual([]);
      // What is asked for is told in any case.
      const asked = new Set(down.map(({ name }) => name));
      expect(wordsOf(scene, NONE, asked).map(({ name }) => name)).toEqual([...asked]);
      expect(wordsOf(scene, asked, NONE)).toEqual([]);
      // Pointed at next to one that has words already, a server has its own beside them; on a phone nobody points.
      const both = wordsOf(scene, NONE, new Set(['7003'])).flatMap(({ plates }) => plates);
      const clash = both.filter((plate, at) => both.slice(at + 1).some((other) => meet(plate, other)));
      expect(size.width < 480 ? [] : clash).toEqual([]);
    });

  test('of a few stay where they are while the pointer goes from one to the next', () => {
    for (const size of sizes)
      for (const spares of [0, 2, 5]) {
        const scene = draw(clusterFrame(3, 1, spares), size);
        const still = wordsOf(scene, NONE, NONE);
        for (const { name } of scene.nodes) expect(wordsOf(scene, NONE, new Set([name]))).toEqual(still);
      }
  });

  test('have a place also on the smallest stage, and where there is no cluster yet', () => {
    for (const [masters, replicas, spares] of [
      [0, 0, 0],
      [0, 0, 1],
      [1, 0, 0],
      [0, 0, 40],
      [50, 1, 40],
    ] as const)
      for (const size of [0, 1, 120]) {
        const scene = draw(clusterFrame(masters, replicas, spares), { width: size, height: size, scale: 1 });
        const all = new Set(scene.nodes.map(({ name }) => name));
        const told = wordsOf(scene, NONE, all);
        expect(told).toHaveLength(scene.nodes.length);
        for (const { plates, leader } of told)
          for (const { x, top, width, height } of plates)
            expect([x, top, width, height, leader?.to.x ?? 0, leader?.to.y ?? 0].every(Number.isFinite)).toBe(
              true,
            );
        expect(wordsOf(scene, all, all)).toEqual([]);
      }
  });

  test('a tip lies in the corner where it covers no server and no words', () => {
    const tip = 'busiest is slot 9613 with 0.3/s';
    const corner = (spares: number, size: Size, text = tip) =>
      cornerFor(draw(clusterFrame(3, 1, spares), size), text, 12, size.width / 2 - 55);
    const [desk, , phone] = sizes as [Size, Size, Size];
    expect(corner(0, desk)).toBe('low');
    // On a phone it lies above the button that is there.
    expect(corner(0, phone)).toBe('low');
    expect(corner(1, phone)).toBe('left');
    // Five spare servers stand in a row at the top, one line of them or more.
    expect(corner(5, desk, '7000')).toBe('low');
  });

  test('keep clear of the ring around the server that has the focus', () => {
    const scene = draw(clusterFrame(3), { width: 752, height: 496, scale: 1 });
    const top = (focused: string | null) =>
      wordsOf(scene, NONE, NONE, focused).find(({ name }) => name === '7003')!.plates[0]!.top;
    const { y, radius } = scene.nodes.find(({ name }) => name === '7003')!;
    expect(top('7003')).toBeGreaterThan(y + radius + 10);
    expect(top(null)).toBeLessThan(top('7003'));
    expect(top('7000')).toBe(top(null));
  });

  test('usually stand above a server in the upper half, and beside it where a server is there', () => {
    const frame = clusterFrame(3);
    const size = { width: 752, height: 496, scale: 1 };
    const seating = reseat(EMPTY_SEATING, frame);
    const of = (moved: ReadonlyMap<string, { x: number; y: number }>) => {
      const scene = sceneOf(frame, { ...size, lens: null, selection: null, seating, moved });
      const node = scene.nodes.find(({ name }) => name === '7000')!;
      const [plate] = wordsOf(scene, NONE, NONE).find(({ name }) => name === '7000')!.plates;
      return { node, plate: plate! };
    };
    const usual = of(new Map());
    expect(usual.plate.top + usual.plate.height).toBeLessThan(usual.node.y - usual.node.radius);
    const place = { x: usual.plate.x / size.width, y: usual.plate.top / size.height };
    const crowded = of(new Map([['7001', place]]));
    expect(crowded.node).toMatchObject({ x: usual.node.x, y: usual.node.y });
    expect(crowded.plate.top).toBeGreaterThan(usual.plate.top);
  });
});
