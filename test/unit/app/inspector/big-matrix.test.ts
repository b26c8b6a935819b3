import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bigMatrix, disputed } from '#app/inspector/big-matrix.ts';
import type { ServerSurvey } from '#sim/frame.ts';

const answer = (beliefs: string | null): ServerSurvey => ({
  beliefs,
  slotKeys: null,
  slotLoad: null,
  held: null,
});

describe('the matrix of many servers', () => {
  const names = ['7000', '7001', '7002', '7003'];
  const answers = {
    '7000': answer('s.?.'),
    '7001': answer('.s!.'),
    '7002': answer(null),
    '7003': answer('..?s'),
  };

  test('has a cell for each belief while they are large enough', () => {
    const { bins, per, grades } = bigMatrix(names, answers, 300);
    expect([bins, per]).toEqual([4, 1]);
    expect([...grades]).toEqual([0, 0, 2, 0, 0, 0, 3, 0, -1, -1, -1, -1, 0, 0, 2, 0]);
  });

  test('is binned by the worst, so that one red cell survives', () => {
    const size = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(size, fc.nat(59), fc.nat(59), fc.integer({ min: 3, max: 90 }), (count, p, q, side) => {
        const many = Array.from({ length: count }, (_, at) => String(7000 + at));
        const [row, column] = [p % count, q % count];
        const told = Object.fromEntries(
          many.map((name, at) => {
            const beliefs = Array.from({ length: count }, () => '.');
            if (at === row) beliefs[column] = '!';
            return [name, answer(beliefs.join(''))];
          }),
        );
        const { bins, per, grades } = bigMatrix(many, told, side);
        expect(bins * 3).toBeLessThanOrEqual(Math.max(3, side));
        expect(bins * per).toBeGreaterThanOrEqual(count);
        const red = [...grades.keys()].filter((at) => grades[at] === 3);
        expect(red).toEqual([Math.floor(row / per) * bins + Math.floor(column / per)]);
      }),
      { numRuns: 60 },
    );
  });

  test('lists whom the beliefs are about, worst first', () => {
    expect(disputed(names, answers)).toEqual([{ name: '7002', fail: 1, pfail: 2, unknown: 0, of: 3 }]);
    const some = { '7000': answer('s?--'), '7001': answer('.s-!') };
    expect(disputed(names, some).map(({ name }) => name)).toEqual(['7003', '7001', '7002']);
    expect(disputed(names, {})).toEqual([]);
  });
});
