import { describe, expect, test } from 'vitest';
import { EMPTY_SEATING, identities, reseat, sameWorld } from '#app/stage/seating.ts';
import { clusterFrame, frameOf, serverFrame } from './frames.ts';

const seated = (masters: number, replicas = 1) => {
  const frame = clusterFrame(masters, replicas);
  return { frame, seating: reseat(EMPTY_SEATING, frame) };
};

describe('seats', () => {
  test('each master begins a shard, its replicas join it, in the order of slots', () => {
    const { seating } = seated(3);
    expect(seating.shards.map(({ members }) => members)).toEqual([
      ['7000', '7003'],
      ['7001', '7004'],
      ['7002', '7005'],
    ]);
    expect(seating.shards.map(({ index }) => index)).toEqual([0, 1, 2]);
  });

  test('an even split puts every shard at the middle of its slots', () => {
    const { seating } = seated(3);
    expect(seating.shards.map(({ angle }) => Math.round((angle * 180) / Math.PI))).toEqual([60, 180, 300]);
  });

  test('nothing changed means the same object', () => {
    const { frame, seating } = seated(3);
    expect(reseat(seating, frame)).toBe(seating);
  });

  test('after a failover everybody keeps the seat, also when the old master returns as a replica', () => {
    const { frame, seating } = seated(3);
    const [, , old] = frame.servers;
    const replica = frame.servers[5]!;
    const slots = old!.slots;
    Object.assign(old!, { state: 'down', slots: [], role: 'master', masterName: null });
    expect(reseat(seating, frame)).toBe(seating);
    Object.assign(replica, { role: 'master', masterName: null, slots, configEpoch: 9 });
    expect(reseat(seating, frame)).toBe(seating);
    Object.assign(old!, { state: 'running', slots, configEpoch: 3 });
    expect(reseat(seating, frame)).toBe(seating);
    Object.assign(old!, { role: 'replica', masterName: '7005', slots: [] });
    expect(reseat(seating, frame)).toBe(seating);
  });

  test('a replica that moves to another master changes its shard, and nobody else does', () => {
    const { frame, seating } = seated(3, 2);
    frame.servers[8]!.masterName = '7000';
    const after = reseat(seating, frame);
    expect(after.shards[0]?.members).toEqual(['7000', '7003', '7006', '7008']);
    expect(after.shards[2]?.members).toEqual(['7002', '7005']);
    expect(after.shards.map(({ angle }) => angle)).toEqual(seating.shards.map(({ angle }) => angle));
  });

  test('a spare that receives slots begins a shard with the next hue', () => {
    const frame = clusterFrame(3, 1, 1);
    const before = reseat(EMPTY_SEATING, frame);
    expect(before.loose).toEqual(['8000']);
    frame.servers[0]!.slots = [[100, 5460]];
    Object.assign(frame.servers[6]!, { slots: [[0, 99]], configEpoch: 7 });
    const after = reseat(before, frame);
    expect(after.loose).toEqual([]);
    expect(after.shards.map(({ index }) => index).sort()).toEqual([0, 1, 2, 3]);
    expect(after.shards.find(({ index }) => index === 3)?.members).toEqual(['8000']);
  });

  test('a chain of replicas sits with its root, and a ring of them does not hang', () => {
    const chain = frameOf([
      serverFrame(7000, { slots: [[0, 16383]] }),
      serverFrame(7001, { role: 'replica', masterName: '7000' }),
      serverFrame(7002, { role: 'replica', masterName: '7001' }),
      serverFrame(7003, { role: 'replica', masterName: '7004' }),
      serverFrame(7004, { role: 'replica', masterName: '7003' }),
    ]);
    const seating = reseat(EMPTY_SEATING, chain);
    expect(seating.shards[0]?.members).toEqual(['7000', '7001', '7002']);
    expect(seating.loose).toEqual(['7003', '7004']);
  });

  test('the seating does not depend on how the reader came to the frame', () => {
    const { frame, seating } = seated(6, 2);
    const other = reseat(reseat(EMPTY_SEATING, clusterFrame(6, 2)), frame);
    expect(other).toEqual(seating);
  });

  test('a wiped server does not make another world; another size or other ids do', () => {
    const { frame } = seated(3);
    const ids = identities(frame);
    expect(sameWorld(ids, frame)).toBe(true);
    frame.servers[1]!.nodeId = 'f'.repeat(40);
    frame.servers[2]!.nodeId = '';
    expect(sameWorld(ids, frame)).toBe(true);
    expect(sameWorld(ids, clusterFrame(10, 2))).toBe(false);
    expect(sameWorld(ids, clusterFrame(1, 1))).toBe(false);
    expect(sameWorld(new Map(), frame)).toBe(false);
    for (const server of frame.servers) server.nodeId = server.nodeId.replace(/^0/, 'e');
    expect(sameWorld(ids, frame)).toBe(false);
  });
});
