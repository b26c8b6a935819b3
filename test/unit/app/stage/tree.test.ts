import { describe, expect, test } from 'vitest';
import { sceneOf } from '#app/stage/scene.ts';
import { EMPTY_SEATING, reseat } from '#app/stage/seating.ts';
import { treeMove, treeRows } from '#app/stage/tree.ts';
import { clusterFrame } from './frames.ts';

const frame = clusterFrame(3, 1, 1);
const scene = sceneOf(frame, {
  width: 752,
  height: 496,
  scale: 1,
  lens: null,
  selection: null,
  seating: reseat(EMPTY_SEATING, frame),
  moved: new Map(),
});

describe('the stage as a tree', () => {
  test('closed it is one row; open it has shards, servers and links, loose servers last', () => {
    expect(treeRows(scene, [], new Set())).toHaveLength(1);
    const rows = treeRows(scene, [], new Set(['cluster', 'shard:0', 'server:7000']));
    expect(rows.map(({ level, kind, name }) => `${level} ${kind} ${name}`.trim())).toEqual([
      '1 cluster',
      '2 shard A',
      '3 server 7000',
      '4 link 7001',
      '4 link 7002',
      '4 link 7003',
      '3 server 7003',
      '2 shard B',
      '2 shard C',
      '2 loose',
    ]);
  });

  test('keys of rows are unique even where two servers share a link', () => {
    const all = new Set([
      'cluster',
      'shard:0',
      'shard:1',
      'shard:2',
      'loose',
      ...frame.servers.map(({ name }) => `server:${name}`),
    ]);
    const keys = treeRows(scene, [], all).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('right opens, then descends; left closes, then ascends; ends hold', () => {
    const rows = treeRows(scene, [], new Set(['cluster']));
    expect(treeMove(rows, 1, 'ArrowRight')).toEqual({ to: 1, open: 'shard:0' });
    expect(treeMove(rows, 0, 'ArrowRight')).toEqual({ to: 1 });
    expect(treeMove(rows, 0, 'ArrowLeft')).toEqual({ to: 0, close: 'cluster' });
    expect(treeMove(rows, 2, 'ArrowLeft')).toEqual({ to: 0 });
    expect(treeMove(rows, 0, 'ArrowUp')).toEqual({ to: 0 });
    expect(treeMove(rows, rows.length - 1, 'ArrowDown')).toEqual({ to: rows.length - 1 });
    expect(treeMove(rows, 0, 'x')).toBeNull();
  });
});
