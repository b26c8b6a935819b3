import { describe, expect, test } from 'vitest';
import type { FeedEvent, PacketFrame } from '#sim/frame.ts';
import { aboutOf, isAbout, type About } from '#app/state/about.ts';
import type { Selection } from '#app/state/selection.ts';
import { packetScene } from '#app/stage/packets.ts';
import { sceneOf } from '#app/stage/scene.ts';
import { EMPTY_SEATING, reseat } from '#app/stage/seating.ts';
import { clusterFrame } from '#test/unit/app/stage/frames.ts';

const vote: PacketFrame = {
  id: 9,
  from: '7005',
  to: '7000',
  kind: 'bus',
  label: 'auth-req',
  bytes: 2256,
  sentAt: 1000,
  deliverAt: 5000,
  lost: false,
};
const granted: FeedEvent = { seq: 3, at: 5000, who: '7000', event: { type: 'VOTE_GRANTED', to: '7005' } };
const frame = { ...clusterFrame(3), now: 3000, packets: [vote] };

const about = (selection: Selection | null, packet = vote): About =>
  aboutOf(selection, {
    frame,
    packet: (id) => (id === packet.id ? packet : undefined),
    event: (seq) => (seq === granted.seq ? granted : undefined),
    packets: () => [packet],
  });
const servers = (selection: Selection | null): string[] => [...about(selection).servers];

describe('what a selection is about', () => {
  test('a line of a console is about whom it spoke with, and when', () => {
    const command = { ...vote, from: 'console:7000', kind: 'command' as const };
    const exchange = { kind: 'exchange', console: 'console:7000', from: 500, until: null } as const;
    expect([...about(exchange, command).servers]).toEqual(['console:7000', '7000']);
    expect(isAbout(about(exchange, command), '7000', 5000)).toBe(true);
    expect(about({ ...exchange, until: 900 }, command).servers.size).toBe(0);
  });

  test('a message is about both its ends, and what it brought about where it came in', () => {
    const chosen = about({ kind: 'packet', id: 9 });
    expect([...chosen.servers]).toEqual(['7005', '7000']);
    expect(isAbout(chosen, granted.who, granted.at)).toBe(true);
    expect(isAbout(chosen, '7005', granted.at)).toBe(false);
    expect(isAbout(chosen, '7005', 1000)).toBe(true);
  });

  test('a message that was lost brought nothing about', () => {
    const chosen = about({ kind: 'packet', id: 9 }, { ...vote, lost: true });
    expect(isAbout(chosen, '7000', 5000)).toBe(false);
  });

  test('slots and keys are about their owner, events about who noticed, replies about who sent them', () => {
    expect(servers({ kind: 'slot', slot: 0 })).toEqual(['7000']);
    expect(servers({ kind: 'key', key: 'foo', slot: 12182 })).toEqual(['7002']);
    expect(about({ kind: 'key', key: 'foo', slot: 12182 }).slot).toBe(12182);
    expect(servers({ kind: 'event', seq: 3 })).toEqual(['7000']);
    expect(servers({ kind: 'reply', server: '7001', error: 'MOVED 1 x:1' })).toEqual(['7001']);
    expect(servers({ kind: 'link', from: '7000', to: '7004' })).toEqual(['7000', '7004']);
  });

  test('what nobody knows any more is about nothing', () => {
    for (const selection of [null, { kind: 'packet', id: 1 }, { kind: 'event', seq: 99 }] as const)
      expect(about(selection)).toEqual({ servers: new Set(), moments: [], slot: null });
  });
});

describe('the stage', () => {
  const size = { width: 752, height: 496, scale: 1, lens: null, moved: new Map() };
  const draw = (selection: Selection) => {
    const chosen = about(selection);
    const seating = reseat(EMPTY_SEATING, frame);
    const scene = sceneOf(frame, { ...size, selection, seating, about: chosen.servers });
    const quiet = { ...vote, label: 'ping' };
    const { marks } = packetScene(
      { ...frame, packets: [quiet] },
      {
        layout: scene.layout,
        visitors: [],
        selection,
        about: chosen,
        heartbeats: false,
        connects: false,
        hover: null,
        hidden: new Set(),
      },
    );
    return { ringed: scene.nodes.filter(({ related }) => related).map(({ name }) => name), marks };
  };

  test('rings the servers that a chosen message or slot is about, and not the chosen server twice', () => {
    expect(draw({ kind: 'packet', id: 9 }).ringed).toEqual(['7000', '7005']);
    expect(draw({ kind: 'slot', slot: 16383 }).ringed).toEqual(['7002']);
    expect(draw({ kind: 'server', name: '7000' }).ringed).toEqual([]);
  });

  test('draws even a heartbeat when the chosen event is what it brought about', () => {
    expect(draw({ kind: 'event', seq: 3 }).marks).toHaveLength(1);
    expect(draw({ kind: 'slot', slot: 1 }).marks).toHaveLength(0);
  });
});
