import { describe, expect, test } from 'vitest';
import { GLYPH_NAMES, glyphFor, isHeartbeat } from '#app/stage/glyphs.ts';
import { layOut } from '#app/stage/layout.ts';
import { MARKS_MAX, packetScene } from '#app/stage/packets.ts';
import { EMPTY_SEATING, reseat } from '#app/stage/seating.ts';
import { visitorsOf } from '#app/stage/visitors.ts';
import { CLUSTERMSG_LABELS } from '#redis/cluster/message.ts';
import type { PacketFrame } from '#sim/frame.ts';
import { clusterFrame, packet } from './frames.ts';

function marks(packets: PacketFrame[], change: Partial<Parameters<typeof packetScene>[1]> = {}) {
  const frame = {
    ...clusterFrame(3),
    packets,
    consoles: [{ id: '1', output: '', prompt: '', hidden: false }],
  };
  const layout = layOut(reseat(EMPTY_SEATING, frame), frame, new Map(), {
    width: 752,
    height: 496,
    scale: 1,
  });
  return packetScene(frame, {
    layout,
    visitors: visitorsOf(frame, layout, null),
    selection: null,
    heartbeats: false,
    connects: false,
    hover: null,
    hidden: new Set(),
    ...change,
  });
}

describe('messages under way', () => {
  test('a message stands exactly at its share of the flight', () => {
    const { marks: drawn } = marks([packet(1, { label: 'fail', sentAt: 990_000, deliverAt: 1_030_000 })]);
    expect(drawn[0]?.progress).toBe(0.25);
  });

  test('what was sent later than now, or has long arrived, is not drawn', () => {
    const future = packet(1, { label: 'fail', sentAt: 1_000_001, deliverAt: 1_100_000 });
    const past = packet(2, { label: 'fail', sentAt: 800_000, deliverAt: 900_000 });
    expect(marks([future, past]).marks).toEqual([]);
  });

  test('an arrival spreads for a quarter of the flight', () => {
    const { marks: drawn } = marks([packet(1, { label: 'fail', sentAt: 900_000, deliverAt: 990_000 })]);
    expect(drawn[0]?.arrival).toBeCloseTo(10_000 / 22_500);
  });

  test('a lost message goes half-way and waits there', () => {
    const { marks: drawn } = marks([packet(1, { label: 'update', lost: true, sentAt: 100, deliverAt: 200 })]);
    expect(drawn[0]).toMatchObject({ progress: 0.5, lost: true });
  });

  test('heartbeats are folded until asked for, pointed at or selected', () => {
    const ping = packet(1);
    expect(marks([ping])).toMatchObject({ marks: [], folded: 1 });
    expect(marks([ping], { heartbeats: true }).marks).toHaveLength(1);
    expect(marks([ping], { hover: '7001' }).marks).toHaveLength(1);
    expect(marks([ping], { selection: { kind: 'server', name: '7000' } }).marks).toHaveLength(1);
    expect(marks([ping], { selection: { kind: 'packet', id: 1 } }).marks[0]?.selected).toBe(true);
  });

  test('never more than 150 marks, and what is left out is counted, heartbeats first', () => {
    const many = Array.from({ length: 400 }, (_, id) =>
      packet(id, { label: id % 4 === 0 ? 'fail' : 'ping' }),
    );
    const { marks: drawn, folded } = marks(many, { heartbeats: true });
    expect(drawn).toHaveLength(MARKS_MAX);
    expect(folded).toBe(250);
    expect(drawn.filter((mark) => mark.label === 'fail')).toHaveLength(100);
  });

  test('hidden servers hide their messages, and a stranger’s message is not drawn', () => {
    const fail = packet(1, { label: 'fail' });
    expect(marks([fail], { hidden: new Set(['7001']) }).marks).toEqual([]);
    expect(marks([{ ...fail, to: 'elsewhere' }]).marks).toEqual([]);
  });

  test('consoles share one mark from which their commands leave', () => {
    const [one, other] = ['console:1', 'console:9'].map(
      (from, id) => marks([packet(id, { from, kind: 'command', label: 'get' })]).marks[0],
    );
    expect(one?.curve.a).toEqual(other?.curve.a);
  });
});

describe('glyphs', () => {
  test('every type of bus message and every kind of reply has a mark of its own', () => {
    const bus = CLUSTERMSG_LABELS.map((label) => glyphFor({ kind: 'bus', label }));
    const replies = ['ok', 'moved', 'ask', 'error', 'nil', 'value'].map((label) =>
      glyphFor({ kind: 'reply', label }),
    );
    // publish and publishshard are the same thing to the eye.
    expect(new Set([...bus, ...replies]).size).toBe(CLUSTERMSG_LABELS.length - 1 + 6);
    expect(GLYPH_NAMES.length).toBeGreaterThanOrEqual(20);
  });

  test('labels from outside cannot name anything but a mark', () => {
    for (const label of ['constructor', '__proto__', '', '<script>', 'toString']) {
      for (const kind of ['bus', 'reply', 'stream', 'command', 'connect'] as const) {
        expect(GLYPH_NAMES).toContain(glyphFor({ kind, label }));
      }
    }
  });

  test('only PING, PONG and offset acknowledgements are heartbeats', () => {
    expect(isHeartbeat({ kind: 'bus', label: 'ping' })).toBe(true);
    expect(isHeartbeat({ kind: 'command', label: 'ping' })).toBe(false);
    expect(isHeartbeat({ kind: 'bus', label: 'fail' })).toBe(false);
  });
});
