import { describe, expect, test } from 'vitest';
import { cumulative, percentileOf, Histogram, recordDuration } from '#redis/histogram.ts';

function histogramOf(...micros: number[]): Histogram {
  const histogram = new Histogram();
  for (const one of micros) recordDuration(histogram, one);
  return histogram;
}

describe('durations of commands', () => {
  // As 7.0.15 answers LATENCY HISTOGRAM after DEBUG SLEEP of these lengths.
  test.for([
    [0, 1],
    [1, 1],
    [7, 8],
    [16, 16],
    [17, 33],
    [90, 132],
    [155, 264],
    [1100, 2113],
    [3060, 4227],
    [10_060, 16_908],
    [30_060, 33_816],
    [100_060, 135_266],
    [300_060, 541_065],
    [900_060, 1_073_741],
    [2_000_060, 1_073_741],
  ] as const)('%d microseconds are within the bound %d', ([micros, bound]) => {
    expect(cumulative(histogramOf(micros))).toEqual([[bound, 1]]);
  });

  test('counts go up from bound to bound, and only bounds with more are told', () => {
    expect(cumulative(histogramOf(900_060, 2_000_060, 270, 3, 4))).toEqual([
      [4, 2],
      [528, 3],
      [1_073_741, 5],
    ]);
    expect(cumulative(histogramOf())).toEqual([]);
  });

  // As INFO latencystats prints them.
  test('percentiles are the ends of their classes', () => {
    const slept = histogramOf(902_000, 2_000_060, 271);
    expect([0, 50, 100].map((percent) => percentileOf(slept, percent))).toEqual([
      270.336, 905_969.663, 1_002_438.655,
    ]);
    expect([0, 50, 99.9].map((percent) => percentileOf(histogramOf(18), percent))).toEqual([
      17.92, 18.047, 18.047,
    ]);
    expect(percentileOf(histogramOf(0), 50)).toBe(0.001);
    expect(percentileOf(histogramOf(), 50)).toBe(0);
  });
});
