import { describe, expect, test } from 'vitest';
import {
  angleOf,
  circularMean,
  curvePiece,
  curvePoint,
  distance,
  linkCurve,
  onEllipse,
  ringArc,
  slotAngle,
  slotAt,
  trimCurve,
  TURN,
} from '#app/stage/geometry.ts';

const centre = { x: 100, y: 100 };

describe('the slot ring', () => {
  test('slot 0 begins at twelve o’clock and the ring runs clockwise', () => {
    expect(slotAngle(0)).toBe(0);
    expect(onEllipse(centre, 50, 50, slotAngle(4096))).toMatchObject({ x: 150, y: expect.closeTo(100) });
    expect(slotAngle(16384)).toBe(TURN);
  });

  test('the slot under an angle is the slot that begins there', () => {
    for (const slot of [0, 1, 449, 5460, 8192, 16383]) expect(slotAt(slotAngle(slot) + 1e-9)).toBe(slot);
    expect(slotAt(-1e-9)).toBe(16383);
    expect(slotAt(TURN * 3)).toBe(0);
  });

  test('angleOf undoes onEllipse on a circle', () => {
    for (const angle of [0, 1, 3, 5, 6.2])
      expect(angleOf(centre, onEllipse(centre, 9, 9, angle))).toBeCloseTo(angle);
  });

  test('a single slot is still drawn as a visible hair', () => {
    const one = ringArc(449, 449, 80, 100, 0.01);
    const two = ringArc(449, 800, 80, 100, 0.01);
    expect(one).toMatch(/^M.*Z$/);
    expect(one).not.toBe(two);
  });

  test('the mean of angles on both sides of twelve o’clock is twelve o’clock', () => {
    const mean = circularMean([
      { angle: 0.2, weight: 1 },
      { angle: TURN - 0.2, weight: 1 },
    ]);
    expect(Math.min(mean ?? 9, TURN - (mean ?? 9))).toBeCloseTo(0);
    expect(
      circularMean([
        { angle: 0, weight: 1 },
        { angle: Math.PI, weight: 1 },
      ]),
    ).toBeNull();
  });
});

describe('links', () => {
  test('a chord through the ring bends around it', () => {
    for (const angle of [0.3, 1, 2, Math.PI]) {
      const a = onEllipse(centre, 90, 90, 0.5);
      const b = onEllipse(centre, 90, 90, 0.5 + angle);
      const middle = curvePoint(linkCurve(a, b, centre, 60), 0.5);
      expect(distance(middle, centre)).toBeGreaterThanOrEqual(59.9);
    }
  });

  test('both directions take the same way unless a lane sets them apart', () => {
    const a = { x: 10, y: 100 };
    const b = { x: 190, y: 100 };
    const forth = curvePoint(linkCurve(a, b, centre, 40), 0.5);
    const back = curvePoint(linkCurve(b, a, centre, 40), 0.5);
    expect(distance(forth, back)).toBeCloseTo(0);
    expect(distance(forth, curvePoint(linkCurve(b, a, centre, 40, 8), 0.5))).toBeCloseTo(8);
  });

  test('a piece of a curve lies on the curve', () => {
    const whole = linkCurve({ x: 0, y: 0 }, { x: 100, y: 30 }, centre, 20);
    const piece = curvePiece(whole, 0.25, 0.75);
    expect(distance(curvePoint(piece, 0.5), curvePoint(whole, 0.5))).toBeCloseTo(0);
    expect(distance(piece.a, curvePoint(whole, 0.25))).toBeCloseTo(0);
  });

  test('trimming stops at the rims, and leaves touching nodes alone', () => {
    const straight = { a: { x: 0, y: 0 }, c: { x: 50, y: 0 }, b: { x: 100, y: 0 } };
    const trimmed = trimCurve(straight, 20, 10);
    expect(trimmed.a.x).toBeCloseTo(20);
    expect(trimmed.b.x).toBeCloseTo(90);
    expect(trimCurve(straight, 60, 50)).toBe(straight);
  });

  test('a link of a place with itself has no way', () => {
    const p = { x: 5, y: 5 };
    expect(linkCurve(p, p, centre, 50)).toEqual({ a: p, c: p, b: p });
  });
});
