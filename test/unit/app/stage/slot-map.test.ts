import { describe, expect, test } from 'vitest';
import type { ServerSurvey } from '#sim/frame.ts';
import { keyCounts, ownedKeys, peakOf, slotLoads } from '#app/stage/slot-map.ts';
import { sceneOf } from '#app/stage/scene.ts';
import { EMPTY_SEATING, reseat } from '#app/stage/seating.ts';
import { peakText, slotText } from '#app/stage/slot-words.ts';
import { clusterFrame } from './frames.ts';

const survey = (part: Partial<ServerSurvey>): ServerSurvey => ({
  beliefs: null,
  slotKeys: null,
  slotLoad: null,
  held: null,
  ...part,
});

// 7000 has the first third of the slots, 7003 is its replica.
const frame = clusterFrame(3);
const scene = sceneOf(frame, {
  width: 700,
  height: 500,
  scale: 1,
  lens: null,
  selection: null,
  seating: reseat(EMPTY_SEATING, frame),
  moved: new Map(),
});
const answer = {
  7000: survey({
    slotKeys: [
      [1, 4],
      [9000, 2],
    ],
    slotLoad: [[1, 12]],
  }),
  7001: survey({ slotKeys: [[9000, 7]], slotLoad: [[9000, 0.5]] }),
  7003: survey({ slotKeys: [[1, 4]], slotLoad: [[1, 30.4]] }),
};

describe('what the slot map counts', () => {
  test('keys are those of the owner: a copy at a replica, or one left behind, is no second key', () => {
    const counts = ownedKeys(scene, keyCounts(answer));
    expect([...(counts ?? [])]).toEqual([
      [1, 4],
      [9000, 7],
    ]);
    expect(peakOf(counts)).toEqual({ slot: 9000, count: 7 });
  });

  test('commands are those of all servers: a replica that is read carries load, too', () => {
    const loads = slotLoads(answer);
    expect(loads?.get(1)).toBeCloseTo(42.4);
    expect(peakOf(loads)?.slot).toBe(1);
  });

  test('nobody asked, nothing said; asked and idle, nothing is strongest', () => {
    expect(ownedKeys(scene, keyCounts(null))).toBeNull();
    expect(ownedKeys(scene, keyCounts({ 7000: survey({ slotLoad: [] }) }))).toBeNull();
    expect(slotLoads(null)).toBeNull();
    expect(peakOf(slotLoads({ 7000: survey({ slotLoad: [] }) }))).toBeNull();
  });
});

describe('the slot map in words', () => {
  test('a slot is told with its owner and its count', () => {
    const loads = slotLoads(answer);
    expect(slotText(scene, 1, loads, true)).toBe('slot 1 · 7000 · 42 commands/s');
    expect(slotText(scene, 9000, loads, true)).toBe('slot 9000 · 7001 · 0.5 commands/s');
    expect(slotText(scene, 9000, ownedKeys(scene, keyCounts(answer)), false)).toBe(
      'slot 9000 · 7001 · 7 keys',
    );
    expect(slotText(scene, 3, null, false)).toBe('slot 3 · 7000');
  });

  test('the strongest is named, or that there is none', () => {
    expect(peakText(slotLoads(answer), true, true)).toBe('darker: more; busiest is slot 1 with 42/s');
    expect(peakText(slotLoads(answer), true, false)).toBe('busiest is slot 1 with 42/s');
    expect(peakText(new Map(), true, true)).toMatch(/no commands/);
    expect(peakText(null, true, true)).toBeNull();
  });
});
