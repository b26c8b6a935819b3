import { describe, expect, test } from 'vitest';
import { distance } from '#app/stage/geometry.ts';
import { densityFor, layOut } from '#app/stage/layout.ts';
import { besideVisitors, labelAbove, labelX } from '#app/stage/plates.ts';
import { EMPTY_SEATING, reseat } from '#app/stage/seating.ts';
import { clusterFrame } from './frames.ts';

const sizes = [
  { width: 752, height: 496, scale: 1 },
  { width: 640, height: 380, scale: 1 },
  { width: 800, height: 452, scale: 1.22 },
  { width: 390, height: 320, scale: 1 },
];

function layout(masters: number, replicas: number, spares: number, options: (typeof sizes)[number]) {
  const frame = clusterFrame(masters, replicas, spares);
  return layOut(reseat(EMPTY_SEATING, frame), frame, new Map(), options);
}

describe('lines beside servers', () => {
  test('among many, those of replicas reach away from the circle and those of masters into it', () => {
    const many = layout(50, 1, 0, { width: 752, height: 496, scale: 1 });
    const { centre, radii } = many;
    for (const seat of many.seats.values()) {
      const outside = seat.radius < radii.master;
      expect(labelAbove(many, seat)).toBe(seat.y < centre.y === outside);
      const x = labelX(many, seat, 120);
      expect(x - 60).toBeGreaterThanOrEqual(0);
      expect(x + 60).toBeLessThanOrEqual(many.width);
      if (outside) expect(Math.abs(x - centre.x)).toBeGreaterThanOrEqual(Math.abs(seat.x - centre.x) - 1);
    }
  });
});

test('a line that would lie under the consoles stands beside them, on the nearer side that has room', () => {
  const console = { x: 195, y: 17, width: 90, height: 22 };
  const beside = (x: number, top: number, width = 390) =>
    besideVisitors({ visitors: [console], layout: { width } }, x, 100, top);
  expect(beside(180, 40)).toBe(180);
  expect(beside(60, 10)).toBe(60);
  expect(beside(180, 10)).toBe(195 - 45 - 6 - 50);
  expect(beside(210, 10)).toBe(195 + 45 + 6 + 50);
  expect(beside(210, 10, 300)).toBe(195 - 45 - 6 - 50);
  expect(besideVisitors({ visitors: [], layout: { width: 390 } }, 195, 100, 0)).toBe(195);
});

describe('places', () => {
  for (const options of sizes) {
    for (const [masters, replicas, spares] of [
      [3, 1, 0],
      [3, 1, 2],
      [3, 1, 5],
      [3, 2, 0],
      [3, 3, 0],
      [4, 1, 0],
      [5, 1, 0],
      [6, 1, 0],
      [0, 0, 6],
      [10, 2, 0],
    ] as const) {
      const name = `${masters} masters x ${replicas} + ${spares} on ${options.width}x${options.height}`;
      test(`no two servers overlap and none is cut: ${name}`, () => {
        const seats = [...layout(masters, replicas, spares, options).seats.values()];
        expect(seats).toHaveLength(masters * (1 + replicas) + spares);
        for (const [at, one] of seats.entries()) {
          expect(one.x - one.radius).toBeGreaterThanOrEqual(0);
          expect(one.x + one.radius).toBeLessThanOrEqual(options.width);
          expect(one.y - one.radius).toBeGreaterThanOrEqual(0);
          // Below, the label of a server needs room too.
          expect(one.y + one.radius + (masters < 10 ? 16 : 0)).toBeLessThanOrEqual(options.height);
          for (const other of seats.slice(at + 1)) {
            expect(distance(one, other), `${one.name} and ${other.name}`).toBeGreaterThan(
              one.radius + other.radius,
            );
          }
        }
      });
    }
  }

  test('nobody sits in the ring', () => {
    for (const options of sizes) {
      const plan = layout(3, 1, 0, options);
      for (const seat of plan.seats.values()) {
        expect(distance(seat, plan.centre) - seat.radius).toBeGreaterThan(plan.ring.outer);
      }
    }
  });

  test('what was dragged stays where it was dropped, also on another size', () => {
    const frame = clusterFrame(3);
    const seating = reseat(EMPTY_SEATING, frame);
    const moved = new Map([['7001', { x: 0.25, y: 0.5 }]]);
    for (const options of sizes) {
      const seat = layOut(seating, frame, moved, options).seats.get('7001');
      expect(seat?.x).toBeCloseTo(options.width / 4);
      expect(seat?.y).toBeCloseTo(options.height / 2);
    }
  });

  test('a hundred servers keep apart, and a thousand get a place', () => {
    const hundred = [...layout(50, 1, 0, sizes[0]!).seats.values()];
    for (const [at, one] of hundred.entries()) {
      for (const other of hundred.slice(at + 1))
        expect(distance(one, other)).toBeGreaterThan(one.radius + other.radius);
    }
    expect(layout(500, 1, 0, sizes[0]!).seats.size).toBe(1000);
    expect(densityFor(1000)).toBe('heat');
  });
});
