import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exampleChaos } from '#app/faults/chaos.ts';
import { nodeMenuItems } from '#app/faults/items.ts';
import type { Page } from '#app/state/page.svelte.ts';
import type { Playground } from '#app/state/playground.svelte.ts';
import { parseChaos } from '#session/chaos.ts';
import type { ServerFrame } from '#sim/frame.ts';
import { clusterFrame } from '#test/unit/app/stage/frames.ts';

describe('the chaos tape', () => {
  test('is read line by line, in the order of its times; comments are passed over', () => {
    expect(parseChaos('# first\n5.5 restart 7000\n\n 1 kill 7000\r\n2 partition 7000 | 7001 7002')).toEqual([
      { afterUs: 1e6, fault: { kind: 'kill', server: '7000' } },
      { afterUs: 2e6, fault: { kind: 'partition', groups: [['7000'], ['7001', '7002']] } },
      { afterUs: 5.5e6, fault: { kind: 'restart', server: '7000' } },
    ]);
    expect(parseChaos(exampleChaos(clusterFrame(3).servers))).toHaveLength(6);
    expect(exampleChaos([])).toBe('');
  });

  test('says in which line it cannot be read, whatever stands there', () => {
    expect(() => parseChaos('1 kill 7000\nkill 7001')).toThrow(/^2: /);
    expect(() => parseChaos('1 explode 7000')).toThrow(/^1: not a fault/);
    expect(() => parseChaos('-1 kill 7000')).toThrow(/^1: /);
    expect(() => parseChaos('1e9 kill 7000')).toThrow(/^1: /);
    expect(() => parseChaos('99999 kill 7000')).toThrow(/^1: /);
    expect(() => parseChaos('1 kill 7000\n'.repeat(1001))).toThrow(/1001/);
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (garbage) => {
        try {
          expect(Array.isArray(parseChaos(garbage))).toBe(true);
        } catch (error) {
          expect(String(error)).toMatch(/^Error: \d+: /);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('the menu of a server', () => {
  const linksOf = (servers: ServerFrame[], server: ServerFrame | undefined): string[] => {
    const playground = { servers, frame: { links: [] }, lens: null } as unknown as Playground;
    const items = nodeMenuItems(playground, {} as Page, server as ServerFrame);
    return items.flatMap(({ id }) => (id.startsWith('link-') ? [id.slice(5)] : []));
  };

  test('names each link to the others of its cluster, while they are few', () => {
    const { servers } = clusterFrame(3);
    const others = servers.slice(1).map(({ name }) => name);
    expect(linksOf(servers, servers[0])).toEqual(others);
    const alone = { ...(servers[0] as ServerFrame), name: '7101', clusterEnabled: false };
    expect(linksOf([...servers, alone], servers[0])).toEqual(others);
  });

  test('names those of its shard when they are many', () => {
    const { servers } = clusterFrame(9);
    const replica = {
      ...(servers[0] as ServerFrame),
      name: '7100',
      role: 'replica' as const,
      masterName: '7000',
    };
    const all = [...servers, replica];
    expect(linksOf(all, servers[0])).toContain('7100');
    expect(linksOf(all, servers[0])).not.toContain('7001');
    expect(linksOf(all, replica)).toContain('7000');
  });
});
