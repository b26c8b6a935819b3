import { describe, expect, test } from 'vitest';
import { sceneOf, type SceneOptions } from '#app/stage/scene.ts';
import { EMPTY_SEATING, reseat } from '#app/stage/seating.ts';
import type { Frame } from '#sim/frame.ts';
import { clusterFrame } from './frames.ts';

const scene = (frame: Frame, change: Partial<SceneOptions> = {}) =>
  sceneOf(frame, {
    width: 752,
    height: 496,
    scale: 1,
    lens: null,
    selection: null,
    seating: reseat(EMPTY_SEATING, frame),
    moved: new Map(),
    ...change,
  });

/** Everybody’s belief about one server. */
function believe(frame: Frame, name: string, flags: string[], observers: string[]): void {
  for (const server of frame.servers) {
    if (!observers.includes(server.name)) continue;
    server.view = server.view!.map((node) => (node.name === name ? { ...node, flags } : node));
  }
}

describe('the scene', () => {
  test('counts who answers CLUSTERDOWN among the members, not a spare that nobody has met', () => {
    const frame = clusterFrame(3);
    const [first, second] = frame.servers;
    const spare = { ...first!, name: '7006', clusterState: 'fail' as const, view: first!.view!.slice(0, 1) };
    expect(scene({ ...frame, servers: [...frame.servers, spare] }).clusterFail).toEqual({ count: 0, of: 6 });
    second!.clusterState = 'fail';
    expect(scene({ ...frame, servers: [...frame.servers, spare] }).clusterFail).toEqual({ count: 1, of: 6 });
  });

  test('a healthy cluster covers all slots and has nothing to complain of', () => {
    const drawn = scene(clusterFrame(3));
    expect(drawn.covered).toBe(16384);
    expect(drawn.anomalies).toEqual([]);
    expect(drawn.arcs.map(({ owner, tone }) => [owner, tone])).toEqual([
      ['7000', 'shard-a'],
      ['7001', 'shard-b'],
      ['7002', 'shard-c'],
    ]);
    expect(drawn.nodes.map(({ shape }) => shape)).toEqual([
      ...Array(3).fill('circle'),
      ...Array(3).fill('square'),
    ]);
  });

  test('slots of a dead owner are nobody’s, and that is said first', () => {
    const frame = clusterFrame(3);
    Object.assign(frame.servers[2]!, { state: 'down', slots: [] });
    const drawn = scene(frame);
    expect(drawn.arcs.at(-1)).toMatchObject({ first: 10923, last: 16383, owner: null });
    expect(drawn.covered).toBe(10923);
    expect(drawn.anomalies[0]).toMatchObject({ kind: 'uncovered', count: 5461 });
    expect(drawn.nodes[2]).toMatchObject({ struck: true, badge: { glyph: '×' } });
  });

  test('the truth counts opinions, a lens has one', () => {
    const frame = clusterFrame(3);
    believe(frame, '7002', ['master', 'fail?'], ['7000', '7001']);
    expect(scene(frame).nodes[2]?.badge).toMatchObject({ glyph: '?', count: { said: 2, of: 5 } });
    expect(scene(frame, { lens: '7000' }).nodes[2]?.badge).toEqual({ glyph: '?', tone: 'pfail' });
    expect(scene(frame, { lens: '7004' }).nodes[2]?.badge).toBeNull();
  });

  test('a lens does not see that a process is down until it believes so', () => {
    const frame = clusterFrame(3);
    Object.assign(frame.servers[2]!, { state: 'down', slots: [] });
    const drawn = scene(frame, { lens: '7000' });
    expect(drawn.nodes[2]).toMatchObject({ struck: false, slots: 5461 });
    expect(drawn.covered).toBe(16384);
  });

  test('a lens without a view falls back to the truth and says so', () => {
    const frame = clusterFrame(3);
    frame.servers[0]!.view = null;
    expect(scene(frame, { lens: '7000' }).lens).toBeNull();
  });

  test('an open slot is one mark, whether source, target or both say so', () => {
    const frame = clusterFrame(3);
    frame.servers[0]!.migrating = [{ slot: 449, nodeId: frame.servers[1]!.nodeId }];
    frame.servers[1]!.importing = [{ slot: 449, nodeId: frame.servers[0]!.nodeId }];
    expect(scene(frame).migrating).toMatchObject([
      { slot: 449, from: '7000', to: '7001', fromTone: 'shard-a', toTone: 'shard-b' },
    ]);
  });

  test('an election shows its countdown, then its votes, and ends', () => {
    const frame = clusterFrame(3);
    const replica = frame.servers[5]!;
    const election = { authTimeMs: frame.wallMs + 250, sent: false, votes: 0, needed: 2, rank: 0, epoch: 4 };
    replica.election = election;
    expect(scene(frame).nodes[5]?.election).toMatchObject({ waitMs: 250, share: 0.25, sent: false });
    replica.election = { ...election, authTimeMs: frame.wallMs - 10, sent: true, votes: 1 };
    expect(scene(frame).nodes[5]?.election).toMatchObject({ waitMs: 0, votes: 1, needed: 2 });
    replica.election = { ...election, authTimeMs: frame.wallMs - 60_000, sent: true };
    expect(scene(frame).nodes[5]?.election).toBeNull();
  });

  test('links that were cut are drawn once for both directions, one-way cuts with the open way', () => {
    const frame = clusterFrame(3);
    const link = { cut: true, latencyUs: 0, jitterUs: 0, loss: 0 };
    frame.links = [
      { ...link, from: '7000', to: '7001' },
      { ...link, from: '7001', to: '7000' },
      { ...link, from: '7002', to: '7001' },
    ];
    const abnormal = scene(frame).links.filter(({ kind }) => kind !== 'mesh');
    expect(abnormal.map(({ key, kind, open }) => [key, kind, open])).toEqual([
      ['7000-7001', 'cut', null],
      ['7001-7002', 'one-way', 'forth'],
    ]);
  });

  test('a partition is a wall where a line parts the two sides, and no link is drawn through it', () => {
    const frame = clusterFrame(3);
    const right = ['7000', '7003'];
    const left = frame.servers.map(({ name }) => name).filter((name) => !right.includes(name));
    const link = { cut: true, latencyUs: 0, jitterUs: 0, loss: 0 };
    frame.links = right.flatMap((from) =>
      left.flatMap((to) => [
        { ...link, from, to },
        { ...link, from: to, to: from },
      ]),
    );
    const drawn = scene(frame);
    expect(drawn.wall?.sides).toEqual([right, left]);
    expect(drawn.links.filter(({ kind }) => kind === 'cut')).toEqual([]);
    const { from, to } = drawn.wall!;
    // Which side of the line a server stands on: the cross product's sign.
    const side = (name: string) => {
      const { x, y } = drawn.layout.seats.get(name)!;
      return Math.sign((to.x - from.x) * (y - from.y) - (to.y - from.y) * (x - from.x));
    };
    expect(new Set(right.map(side)).size).toBe(1);
    expect(new Set(left.map(side))).toEqual(new Set([-side('7000')]));
    // One link that still passes one way makes it a set of links again.
    frame.links.pop();
    const open = scene(frame);
    expect(open.wall).toBeNull();
    expect(open.links.filter(({ kind }) => kind === 'cut').length).toBeGreaterThan(4);
  });

  test('more than six shards repeat the hue with a pattern and have their own letter', () => {
    const drawn = scene(clusterFrame(8));
    expect(drawn.nodes[6]).toMatchObject({ tone: 'shard-a', pattern: 'stripe', letter: 'G' });
    expect(drawn.nodes[0]).toMatchObject({ tone: 'shard-a', pattern: 'plain', letter: 'A' });
  });

  test('a selected slot points to its owner', () => {
    const drawn = scene(clusterFrame(3), { selection: { kind: 'slot', slot: 449 } });
    expect(drawn.needle).toMatchObject({ slot: 449, owner: '7000' });
  });

  test('a thousand servers make a scene without labels for the healthy', () => {
    const frame = clusterFrame(500);
    frame.servers[10]!.state = 'down';
    const drawn = scene(frame);
    expect(drawn.nodes.filter(({ labelled }) => labelled).map(({ name }) => name)).toEqual(['7010']);
    expect(drawn.cables).toEqual([]);
  });
});
