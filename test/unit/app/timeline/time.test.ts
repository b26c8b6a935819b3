import { describe, expect, test } from 'vitest';
import { sentencesEn } from '#app/feed/sentences-en.ts';
import { branchRows, partedAt, sumOf } from '#app/timeline/branch-model.ts';
import { conditionProblem } from '#lesson/condition.ts';
import { exampleConditions, STOPS, stopWord } from '#app/timeline/stops.ts';
import { Recorder } from '#app/timeline/recorder.ts';
import { coneOf, lineBeside, spaceTime, type Line } from '#app/timeline/space-time-model.ts';
import { tapeAxis, tapeModel, ticks, timeText, toPixel, toTime } from '#app/timeline/tape-model.ts';
import type { HistoryView, TapeMark } from '#session/api.ts';
import type { FeedEvent } from '#sim/frame.ts';
import { clusterFrame, packet } from '#test/unit/app/stage/frames.ts';

const words = { text: (mark: TapeMark) => mark.label, width: (text: string) => text.length * 7 };

function history(marks: TapeMark[], change: Partial<HistoryView> = {}): HistoryView {
  return {
    now: 40e6,
    start: 0,
    end: 100e6,
    branch: 'main',
    branches: [],
    marks,
    planned: 0,
    compared: null,
    ...change,
  };
}

describe('two branches', () => {
  const branches = [
    { id: 'b1', parent: null, forkedAt: 0, end: 90e6, label: '' },
    { id: 'b2', parent: 'b1', forkedAt: 40e6, end: 80e6, label: 'kill' },
    { id: 'b3', parent: 'b2', forkedAt: 60e6, end: 70e6, label: 'pause' },
    { id: 'b4', parent: 'b1', forkedAt: 20e6, end: 50e6, label: 'cut' },
  ];

  test('part where the later one left what both had in common', () => {
    const parted = (one: string, other: string) => partedAt({ branches }, one, other);
    expect([parted('b1', 'b2'), parted('b2', 'b1')]).toEqual([40e6, 40e6]);
    expect([parted('b3', 'b1'), parted('b3', 'b2'), parted('b3', 'b4')]).toEqual([40e6, 60e6, 20e6]);
  });

  test('are summed up from there: overlapping failures count once', () => {
    const marks: TapeMark[] = [
      { at: 10e6, until: 30e6, kind: 'fail', label: '7000' },
      { at: 25e6, until: 40e6, kind: 'fail', label: '7001' },
      { at: 60e6, until: null, kind: 'fail', label: '7001' },
      { at: 5e6, until: 5e6, kind: 'fault', label: 'kill' },
      { at: 50e6, until: 50e6, kind: 'lost', label: 'k' },
      { at: 61e6, until: 61e6, kind: 'promotion', label: '7004' },
      { at: 1e6, until: null, kind: 'epoch', label: '6' },
    ];
    expect(sumOf(marks, 20e6, 70e6)).toEqual({
      promotions: 1,
      failed: 1,
      failedUs: 30e6,
      lost: 1,
      faults: 0,
      inputs: 0,
      epoch: 6,
    });
  });
});

describe('where to stop', () => {
  test('a condition is checked before the world runs after it', () => {
    expect(conditionProblem(`role(7005) == 'master'`)).toBeNull();
    for (const example of exampleConditions(['7000', '7001', '7002']))
      expect([example, conditionProblem(example)]).toEqual([example, null]);
    expect(conditionProblem('rolle(7005)')).toMatch(/^rolle\?/);
    for (const garbage of ['', '(', '1 +', 'a.constructor(', '\u0000', 'while(1){}'])
      expect(conditionProblem(garbage)).toEqual(expect.any(String));
  });

  test('every event to stop at is one that servers announce, and has words', () => {
    for (const { events } of STOPS)
      for (const [type, word] of events) {
        expect(sentencesEn).toHaveProperty(type);
        expect(stopWord(type)).toBe(word);
      }
    expect(stopWord('ledger.lost > 0')).toBeNull();
  });
});

describe('the tape', () => {
  test('time and pixels are each other’s inverse, and the ends hold', () => {
    const axis = { from: 0, to: 100e6, width: 1000 };
    expect(toTime(axis, toPixel(axis, 33e6))).toBe(33e6);
    expect(toTime(axis, -50)).toBe(0);
    expect(toTime(axis, 5000)).toBe(100e6);
  });

  test('epochs tile the tape up to what was simulated, failures lie over them', () => {
    const view = history([
      { at: 1e6, until: null, kind: 'epoch', label: '3' },
      { at: 50e6, until: null, kind: 'epoch', label: '4' },
      { at: 45e6, until: 60e6, kind: 'fail', label: '7002' },
    ]);
    const axis = { from: 0, to: 100e6, width: 1000 };
    const { bands, playhead, end } = tapeModel(view, axis, view.now, words);
    expect(bands.map(({ kind, x, width }) => [kind, x, width])).toEqual([
      ['epoch', 0, 500],
      ['epoch', 500, 500],
      ['fail', 450, 150],
    ]);
    expect([playhead, end]).toEqual([400, 1000]);
  });

  test('what was before the beginning of the tape is not on it', () => {
    const view = history([
      { at: 1e6, until: null, kind: 'epoch', label: '3' },
      { at: 30e6, until: null, kind: 'epoch', label: '4' },
      { at: 70e6, until: null, kind: 'epoch', label: '5' },
      { at: 10e6, until: 20e6, kind: 'fail', label: '7002' },
      { at: 10e6, until: 60e6, kind: 'fail', label: '7001' },
      { at: 10e6, until: 10e6, kind: 'fault', label: 'kill 7001' },
    ]);
    const axis = { from: 50e6, to: 100e6, width: 1000 };
    const { bands, notches } = tapeModel(view, axis, view.now, words);
    expect(bands.map(({ kind, label, x, width }) => [kind, label, x, width])).toEqual([
      ['epoch', '4', 0, 400],
      ['epoch', '5', 400, 600],
      ['fail', '7001', 0, 200],
    ]);
    expect(notches).toEqual([]);
  });

  test('a label stands clear of notches that reach up to it, and above the low ones', () => {
    const axis = { from: 0, to: 100e6, width: 1000 };
    const epoch: TapeMark = { at: 0, until: null, kind: 'epoch', label: 'epoch 3' };
    const labelled = (kind: TapeMark['kind']): number | null | undefined => {
      const view = history([epoch, { at: 2e6, until: 2e6, kind, label: 'x' }]);
      return tapeModel(view, axis, view.now, words).bands[0]?.labelX;
    };
    expect(labelled('write')).toBe(6);
    expect(labelled('fault')).toBe(6);
    // A promotion at pixel 20 is in the way of a text of 49 pixels from 6 on.
    expect(labelled('promotion')).toBeGreaterThan(20);
  });

  test('notches on one pixel are one notch with a count, in which writes count as many as they are', () => {
    const marks = (kind: TapeMark['kind'], label: string): TapeMark[] =>
      Array.from({ length: 500 }, (_, at) => ({ at: 50e6 + at, until: null, kind, label }));
    const axis = { from: 0, to: 100e6, width: 1000 };
    const of = (kind: TapeMark['kind'], label: string) =>
      tapeModel(history(marks(kind, label)), axis, 0, words).notches;
    expect(of('fault', 'kill 7002')).toMatchObject([{ count: 500, x: 500 }]);
    expect(of('fault', 'kill 7002')[0]?.labels).toHaveLength(5);
    expect(of('write', '7')).toMatchObject([{ count: 3500, x: 500, labels: [] }]);
  });

  test('a young world does not fill the tape', () => {
    expect(tapeAxis({ start: 0, end: 15e6, now: 15e6 }, 500).to).toBeGreaterThanOrEqual(20e6);
    // It begins where one can go back to.
    expect(tapeAxis({ start: 15e6, end: 65e6, now: 15e6 }, 500)).toEqual({
      from: 15e6,
      to: 67e6,
      width: 500,
    });
  });

  test('ticks are round and no more than wanted', () => {
    const marks = ticks({ from: 3.2e6, to: 9.7e6, width: 600 }, 6);
    expect(marks.map(({ label }) => label)).toEqual(['4 s', '6 s', '8 s']);
    expect(ticks({ from: 5, to: 5, width: 10 }, 4)).toEqual([]);
  });

  test('times are as short as their precision allows', () => {
    expect(timeText(12_345_678)).toBe('12.346 s');
    expect(timeText(75e6, 1e6)).toBe('1:15');
    expect(timeText(3_723_500_000, 1e5)).toBe('1:02:03.5');
    expect(timeText(1500, 100)).toBe('0.001500 s');
  });
});

describe('branches', () => {
  test('each has its row, in the order in which they were made', () => {
    const view = history([], {
      branch: 'b',
      branches: [
        { id: 'a', parent: null, forkedAt: 0, end: 100e6, label: '' },
        { id: 'b', parent: 'a', forkedAt: 40e6, end: 60e6, label: '' },
      ],
    });
    const rows = branchRows(view, { from: 0, to: 100e6, width: 100 });
    expect(
      rows.map(({ id, row, x1, x2, parentRow, current }) => [id, row, x1, x2, parentRow, current]),
    ).toEqual([
      ['a', 0, 0, 100, null, false],
      ['b', 1, 40, 60, 0, true],
    ]);
  });
});

describe('space-time', () => {
  // a -> b at 10..20, b -> c at 30..40, c -> a at 35..45 (before the news reached c), a -> c at 5..50
  const packets = [
    packet(1, { from: 'a', to: 'b', label: 'fail', sentAt: 10, deliverAt: 20 }),
    packet(2, { from: 'b', to: 'c', label: 'fail', sentAt: 30, deliverAt: 40 }),
    packet(3, { from: 'c', to: 'a', label: 'fail', sentAt: 35, deliverAt: 45 }),
    packet(4, { from: 'a', to: 'c', label: 'fail', sentAt: 5, deliverAt: 50 }),
    packet(5, { from: 'b', to: 'a', label: 'fail', sentAt: 25, deliverAt: 60, lost: true }),
  ];

  test('the cone of a message holds what led to it and what it led to', () => {
    const cone = coneOf(packets, [], { kind: 'packet', id: 2 }, 100);
    expect([...(cone ?? [])].sort()).toEqual([1, 2]);
  });

  test('the cone of a server reaches back along messages, and a lost one carries nothing', () => {
    const cone = coneOf(packets, [], { kind: 'server', name: 'a' }, 55);
    // 3 came in; c had heard nothing before it sent that; 5 never came.
    expect([...(cone ?? [])].sort()).toEqual([3]);
  });

  test('the cone of an event stands where and when it happened', () => {
    const event: FeedEvent = { seq: 7, at: 41, who: 'c', event: { type: 'PFAIL' } };
    expect([...(coneOf(packets, [event], { kind: 'event', seq: 7 }, 100) ?? [])].sort()).toEqual([1, 2]);
    expect(coneOf(packets, [], { kind: 'event', seq: 7 }, 100)).toBeNull();
    expect(coneOf(packets, [], { kind: 'slot', slot: 1 }, 100)).toBeNull();
  });

  const input = {
    packets,
    events: [],
    servers: ['a', 'b', 'c'],
    troubled: [],
    axis: { from: 0, to: 100, width: 1000 },
    laneHeight: 10,
    maxLanes: 8,
    selection: null,
    now: 50,
  };

  test('a line runs from sending to delivery, a lost one ends half-way', () => {
    const { lines, lanes } = spaceTime(input);
    expect(lanes.map(({ name, y }) => [name, y])).toEqual([
      ['a', 8],
      ['b', 18],
      ['c', 28],
    ]);
    expect(lines.find(({ id }) => id === 1)).toMatchObject({ x1: 100, y1: 8, x2: 200, y2: 18, lit: true });
    expect(lines.find(({ id }) => id === 5)).toMatchObject({ x1: 250, y1: 18, x2: 425, y2: 13, lost: true });
  });

  test('with more processes than room, those with something to tell stay and the rest are counted', () => {
    const servers = [...'abcdefgh'];
    const { lanes, hiddenLanes } = spaceTime({ ...input, servers, maxLanes: 3 });
    expect(lanes.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(hiddenLanes).toBe(5);
    const chosen = spaceTime({ ...input, servers, maxLanes: 3, selection: { kind: 'server', name: 'h' } });
    expect(chosen.lanes.map(({ name }) => name)).toContain('h');
    const down = spaceTime({ ...input, servers, troubled: ['g'], maxLanes: 3 });
    expect(down.lanes.map(({ name }) => name)).toContain('g');
  });

  test('all messages are drawn, whatever is selected, also when they can be gone through only once', () => {
    const known = new Map([...input.packets].map((one) => [one.id, one]));
    const first = [...known.keys()][0]!;
    for (const selection of [null, { kind: 'packet', id: first }, { kind: 'server', name: 'a' }] as const)
      expect(spaceTime({ ...input, packets: known.values(), selection }).lines).toHaveLength(known.size);
  });

  test('a line of a console is marked and lit', () => {
    const command = packet(9, { from: 'console:3', to: 'a', kind: 'command', sentAt: 21, deliverAt: 22 });
    const given = new Map([...packets, command].map((one) => [one.id, one]));
    const selection = { kind: 'exchange', console: 'console:3', from: 21, until: null } as const;
    const { lines } = spaceTime({ ...input, packets: given.values(), selection });
    expect(lines.length).toBe(given.size);
    expect(lines.filter(({ lit }) => lit).map(({ id }) => id)).toEqual([9]);
    expect(lines.filter(({ selected }) => selected).map(({ id }) => id)).toEqual([9]);
  });

  test('all consoles share a lane', () => {
    const command = packet(9, {
      from: 'console:3',
      to: 'a',
      kind: 'command',
      label: 'get',
      sentAt: 1,
      deliverAt: 2,
    });
    const byHand = { ...command, id: 10, from: 'hand:3' };
    expect(spaceTime({ ...input, packets: [command, byHand] }).lanes.map(({ name }) => name)).toEqual([
      'a',
      'b',
      'c',
      'console',
    ]);
  });

  test('keys go from message to message, and over heartbeats where there is nothing else', () => {
    const line = (id: number, heartbeat: boolean, selected = false): Line => {
      return {
        id,
        x1: id,
        y1: 0,
        x2: id + 1,
        y2: 9,
        tone: 'text',
        heartbeat,
        lost: false,
        lit: true,
        selected,
      };
    };
    const beside = (lines: Line[]) => ([-1, 1] as const).map((by) => lineBeside(lines, by)?.id);
    expect(beside([])).toEqual([undefined, undefined]);
    expect(beside([line(3, true), line(1, true), line(2, true)])).toEqual([3, 1]);
    expect(beside([line(3, true), line(1, true), line(2, true, true)])).toEqual([1, 3]);
    expect(beside([line(4, false), line(1, true, true), line(2, false)])).toEqual([4, 2]);
    expect(beside([line(4, false, true), line(1, true), line(2, false)])).toEqual([2, 4]);
  });
});

describe('the recorder', () => {
  test('remembers messages beyond the frame that showed them, within bounds', () => {
    const recorder = new Recorder();
    for (let round = 0; round < 50; round++) {
      const packets = Array.from({ length: 600 }, (_, at) =>
        packet(round * 600 + at, {
          label: at % 2 === 0 ? 'ping' : 'fail',
          sentAt: round,
          deliverAt: round + 1,
        }),
      );
      recorder.accept({ ...clusterFrame(3), now: round, packets });
    }
    expect(recorder.packets.size).toBeLessThanOrEqual(18_000);
    expect(recorder.packets.has(29_999)).toBe(true);
    expect(recorder.packets.has(1)).toBe(false);
  });

  test('a fork forgets the future that is no longer', () => {
    const recorder = new Recorder();
    const frame = clusterFrame(3);
    recorder.accept({ ...frame, now: 100, packets: [packet(1, { sentAt: 10 }), packet(2, { sentAt: 90 })] });
    recorder.accept({ ...frame, now: 50 });
    expect([...recorder.packets.keys()]).toEqual([1, 2]);
    recorder.accept({ ...frame, now: 50, branch: 'other' });
    expect([...recorder.packets.keys()]).toEqual([1]);
  });

  test('notes when a process went down, and looking back adds nothing', () => {
    const recorder = new Recorder();
    const frame = clusterFrame(3);
    const down = {
      ...frame,
      now: 200,
      servers: frame.servers.map((s) => (s.name === '7002' ? { ...s, state: 'down' as const } : s)),
    };
    recorder.accept({ ...frame, now: 100 });
    recorder.accept(down);
    recorder.accept({ ...frame, now: 150 });
    expect(recorder.states.get('7002')).toEqual([
      { at: 100, state: 'running' },
      { at: 200, state: 'down' },
    ]);
  });

  test('two hours of samples stay bounded', () => {
    const recorder = new Recorder();
    const frame = clusterFrame(3);
    for (let at = 0; at < 72_000; at++) recorder.accept({ ...frame, now: at * 100_000 });
    expect(recorder.samples.length).toBeLessThanOrEqual(1800);
    expect(recorder.samples[0]?.at).toBeLessThan(recorder.samples.at(-1)?.at ?? 0);
  });
});
