import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exampleChaos } from '#app/faults/chaos.ts';
import { menuItems, menuLabel, nodeMenuItems } from '#app/faults/items.ts';
import type { Page } from '#app/state/page.svelte.ts';
import type { Playground } from '#app/state/playground.svelte.ts';
import type { Fault } from '#session/api.ts';
import { parseChaos } from '#session/chaos.ts';
import type { Frame, ServerFrame } from '#sim/frame.ts';
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

/** A page that only notes which faults it was asked for. */
function noting(frame: Partial<Frame>): { playground: Playground; done: Fault[] } {
  const done: Fault[] = [];
  const playground = {
    frame: { links: [], packets: [], ...frame },
    now: 100,
    config: { latencyUs: 40_000, jitterUs: 0 },
    fault: (fault: Fault) => Promise.resolve(void done.push(fault)),
  } as unknown as Playground;
  return { playground, done };
}

function choose(playground: Playground, target: Parameters<typeof menuItems>[2], id: string): void {
  const item = menuItems(playground, {} as Page, target).find((one) => one.id === id);
  if (!item || item.disabled) throw new Error(`${id} cannot be chosen`);
  item.run();
}

describe('the menu of a link', () => {
  const link = { kind: 'link', from: '7000', to: '7001' } as const;

  test('cuts it, in one direction or both, slows it and makes it lossy', () => {
    const { playground, done } = noting({});
    expect(menuLabel(playground, link)).toBe('7000 ↔ 7001');
    for (const id of ['cut', 'cut-7001', 'slow', 'lossy']) choose(playground, link, id);
    expect(done).toEqual([
      { kind: 'cut', from: '7000', to: '7001' },
      { kind: 'cut', from: '7001', to: '7000', oneWay: true },
      { kind: 'link', from: '7000', to: '7001', latencyUs: 200_000 },
      { kind: 'link', from: '7000', to: '7001', loss: 0.2 },
    ]);
  });

  test('mends what is unusual about it, in whichever direction, and nothing else', () => {
    expect(() => choose(noting({}).playground, link, 'mend')).toThrow('cannot be chosen');
    const usual = { latencyUs: 40_000, jitterUs: 0, loss: 0 };
    const back = { from: '7001', to: '7000', cut: true, ...usual };
    const cut = noting({ links: [back] });
    choose(cut.playground, link, 'mend');
    expect(cut.done).toEqual([{ kind: 'heal', from: '7000', to: '7001' }]);
    const lossy = noting({ links: [{ ...back, cut: false, loss: 0.5 }] });
    choose(lossy.playground, link, 'mend');
    expect(lossy.done.at(-1)).toEqual({ kind: 'link', from: '7000', to: '7001', ...usual });
    expect(() => choose(noting({ links: [{ ...back, from: '7005' }] }).playground, link, 'mend')).toThrow();
  });
});

describe('the menu of a message', () => {
  const target = { kind: 'packet', id: 7 } as const;
  const packet = { id: 7, from: '7005', to: '7000', sentAt: 50, deliverAt: 200 } as Frame['packets'][number];

  test('drops it, delays it and sends it twice while it flies', () => {
    const { playground, done } = noting({ packets: [packet] });
    expect(menuLabel(playground, target)).toBe('7005 → 7000');
    for (const id of ['drop', 'delay', 'duplicate']) choose(playground, target, id);
    expect(done).toEqual([
      { kind: 'drop', packet: 7 },
      { kind: 'delay', packet: 7, byUs: 1_000_000 },
      { kind: 'duplicate', packet: 7 },
    ]);
  });

  test('is empty when it has arrived', () => {
    expect(
      menuItems(noting({ packets: [{ ...packet, deliverAt: 90 }] }).playground, {} as Page, target),
    ).toEqual([]);
    expect(menuItems(noting({}).playground, {} as Page, target)).toEqual([]);
  });
});
