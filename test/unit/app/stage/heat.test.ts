import { describe, expect, test } from 'vitest';
import { heatCells, type HeatCell } from '#app/stage/heat.ts';
import { sceneOf } from '#app/stage/scene.ts';
import { EMPTY_SEATING, reseat } from '#app/stage/seating.ts';
import type { Frame, ServerFrame } from '#sim/frame.ts';
import { clusterFrame } from './frames.ts';

const size = { width: 752, height: 496, scale: 1 };

function cellsOf(frame: Frame, cut: ReadonlyMap<string, number> = new Map()): Map<string, HeatCell> {
  const seating = reseat(EMPTY_SEATING, frame);
  const scene = sceneOf(frame, { ...size, lens: null, selection: null, seating, moved: new Map() });
  return new Map(heatCells(scene, seating, new Map(), cut).map((cell) => [cell.name, cell]));
}

function change(frame: Frame, how: (server: ServerFrame) => Partial<ServerFrame>): Frame {
  return { ...frame, servers: frame.servers.map((server) => ({ ...server, ...how(server) })) };
}

describe('cells of a large cluster', () => {
  test('nobody is alarmed where all is well', () => {
    expect([...cellsOf(clusterFrame(160)).values()].filter(({ alarm }) => alarm !== null)).toEqual([]);
  });

  test('the dead master stands out among all the others, which answer CLUSTERDOWN for it', () => {
    const cells = cellsOf(
      change(clusterFrame(160), ({ name }) =>
        name === '7007' ? { state: 'down' } : { clusterState: 'fail' },
      ),
    );
    expect(cells.get('7007')).toMatchObject({ alarm: 'fail', strength: 1 });
    const others = [...cells.values()].filter(({ name }) => name !== '7007');
    expect(others.every(({ alarm }) => alarm === 'fail')).toBe(true);
    expect(Math.max(...others.map(({ strength }) => strength))).toBeLessThan(0.3);
  });

  test('the smaller side of a partition has a colour of its own, also where all answer CLUSTERDOWN', () => {
    const frame = change(clusterFrame(160), () => ({ clusterState: 'fail' }));
    const small = frame.servers.slice(0, 60).map(({ name }) => name);
    const cut = new Map(frame.servers.map(({ name }) => [name, small.includes(name) ? 260 : 60]));
    const cells = cellsOf(frame, cut);
    for (const cell of cells.values()) expect(cell.alarm).toBe(small.includes(cell.name) ? 'pfail' : 'fail');
    expect(cells.get('7000')?.strength).toBeGreaterThan(cells.get('7100')?.strength ?? 1);
  });
});
