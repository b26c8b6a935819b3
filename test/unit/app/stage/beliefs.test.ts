import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { beliefsOf, healthOf, opinions, slotTotal, trueOwners, truth } from '#app/stage/beliefs.ts';
import { clusterFrame, frameOf, serverFrame } from './frames.ts';

describe('who owns what', () => {
  test('of two claims the greater configEpoch holds, and the rest of the lesser claim stays', () => {
    const owners = trueOwners([
      serverFrame(7000, { slots: [[0, 100]], configEpoch: 1 }),
      serverFrame(7001, { slots: [[50, 60]], configEpoch: 9 }),
    ]);
    expect(owners.get('7001')).toEqual([[50, 60]]);
    expect(owners.get('7000')).toEqual([
      [0, 49],
      [61, 100],
    ]);
  });

  test('a process that is down holds a slot only while nobody alive claims it', () => {
    const owners = trueOwners([
      serverFrame(7000, { slots: [[0, 10]], configEpoch: 9, state: 'down' }),
      serverFrame(7001, { slots: [[0, 5]], configEpoch: 1 }),
    ]);
    expect(owners.get('7001')).toEqual([[0, 5]]);
    expect(owners.get('7000')).toEqual([[6, 10]]);
  });

  test('every claimed slot has exactly one owner, whatever is claimed', () => {
    const range = fc
      .tuple(fc.nat(16383), fc.nat(16383))
      .map(([p, q]): [number, number] => (p < q ? [p, q] : [q, p]));
    const claims = fc.array(fc.record({ slots: fc.array(range, { maxLength: 3 }), epoch: fc.nat(5) }), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(claims, (list) => {
        const servers = list.map(({ slots, epoch }, at) =>
          serverFrame(7000 + at, { slots, configEpoch: epoch }),
        );
        const claimed = new Set(
          list.flatMap(({ slots }) =>
            slots.flatMap(([p, q]) => Array.from({ length: q - p + 1 }, (_, i) => p + i)),
          ),
        );
        const owned = [...trueOwners(servers).values()].reduce((sum, ranges) => sum + slotTotal(ranges), 0);
        expect(owned).toBe(claimed.size);
      }),
      { numRuns: 60 },
    );
  });
});

describe('whose word', () => {
  test('a lens shows one server’s table and nothing else', () => {
    const frame = clusterFrame(3);
    const observer = frame.servers[0];
    observer!.view = observer!
      .view!.filter((node) => node.name !== '7005')
      .map((node) => (node.name === '7002' ? { ...node, flags: ['master', 'fail?'] } : node));
    const beliefs = beliefsOf(frame, '7000');
    expect(beliefs?.get('7002')?.health).toBe('pfail');
    expect(beliefs?.get('7005')?.known).toBe(false);
    expect(beliefsOf(frame, '7001')?.get('7002')?.health).toBe('ok');
    expect(truth(frame).get('7002')?.health).toBe('ok');
  });

  test('a lens that is not in the frame shows nothing', () => {
    expect(beliefsOf(clusterFrame(3), 'nobody')).toBeNull();
    expect(beliefsOf(frameOf([serverFrame(7000)]), '7000')).toBeNull();
  });

  test('the dead have no opinion, and their role is what the living remember', () => {
    const frame = clusterFrame(3);
    const dead = frame.servers[5]!;
    Object.assign(dead, { state: 'down', role: 'master', masterName: null, view: null });
    expect(truth(frame).get('7005')).toMatchObject({ role: 'replica', masterName: '7002', state: 'down' });
    expect(opinions(frame).get('7000')?.observers).toBe(4);
  });

  test('fail outranks fail?, and a handshake is not yet known', () => {
    expect(healthOf(['master', 'fail?', 'fail'])).toBe('fail');
    expect(healthOf(['slave', 'fail?'])).toBe('pfail');
    expect(healthOf(['handshake'])).toBe('unknown');
    expect(healthOf(['myself', 'master'])).toBe('ok');
  });
});
