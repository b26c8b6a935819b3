import { describe, expect, test } from 'vitest';
import { Checker, disagreements } from '#sim/checker.ts';
import type { Vital } from '#sim/vital.ts';
import type { PlacedEvent } from '#sim/world.ts';

const slots = new Uint8Array(2048).fill(1);

function master(name: string, change: Partial<Vital> = {}): Vital {
  return {
    name,
    running: true,
    startedAtMs: 1,
    id: `id-${name}`,
    isMaster: true,
    slots,
    currentEpoch: 10,
    configEpoch: Number(name) - 6999,
    clusterOk: true,
    masters: 3,
    mastersReached: 3,
    nodeTimeoutMs: 5000,
    replid: name,
    offset: 100,
    streamsFrom: null,
    ...change,
  };
}

function vote(who: string, epoch: number, to: string): PlacedEvent {
  return { at: 0, machine: 0, who, order: 0, event: { type: 'VOTE_GRANTED', epoch, to } };
}

const well = [master('7000'), master('7001'), master('7002')];

describe('the checker', () => {
  test('finds nothing wrong with a cluster that is well', () => {
    const checker = new Checker();
    for (let at = 0; at < 100; at++) expect(checker.observe(at * 1e6, well, [])).toBeNull();
  });

  test('notices a currentEpoch that falls, but not that of a server that was reset to another id', () => {
    const checker = new Checker();
    checker.observe(0, well, []);
    const reset = master('7000', { id: 'other', currentEpoch: 0, configEpoch: 0 });
    expect(checker.observe(1, [reset], [])).toBeNull();
    expect(checker.observe(2, [master('7001', { currentEpoch: 9 })], [])).toBe(
      'currentEpoch of 7001 fell from 10 to 9',
    );
  });

  test('lets a server that was started again forget an epoch it had only heard of', () => {
    const checker = new Checker();
    checker.observe(0, well, []);
    const again = { startedAtMs: 2, configEpoch: 2 };
    expect(checker.observe(1, [master('7001', { ...again, currentEpoch: 9 })], [])).toBeNull();
    expect(checker.observe(2, [master('7001', { ...again, currentEpoch: 8 })], [])).toBe(
      'currentEpoch of 7001 fell from 9 to 8',
    );
  });

  test('notices two votes of one master in one epoch', () => {
    const checker = new Checker();
    expect(
      checker.observe(0, well, [vote('7000', 11, 'a'), vote('7001', 11, 'b'), vote('7000', 12, 'b')]),
    ).toBeNull();
    expect(checker.observe(1, well, [vote('7001', 11, 'b')])).toBeNull();
    expect(checker.observe(1, well, [vote('7001', 11, 'a')])).toContain('7001 voted twice in epoch 11');
  });

  test('notices a vote in an epoch before the last vote', () => {
    const checker = new Checker();
    checker.observe(0, well, [vote('7000', 12, 'a')]);
    expect(checker.observe(1, well, [vote('7000', 11, 'b')])).toBe('7000 voted in epoch 11 after epoch 12');
  });

  test('gives two masters with one configEpoch time to settle it, and no more', () => {
    const checker = new Checker();
    const same = [master('7000', { configEpoch: 4 }), master('7001', { configEpoch: 4 })];
    for (let at = 0; at <= 20; at++) expect(checker.observe(at * 1e6, same, [])).toBeNull();
    expect(checker.observe(24e6, same, [])).toBe('7000 and 7001 are masters and keep the configEpoch 4');
    expect(checker.observe(25e6, well, [])).toBeNull();
    expect(checker.observe(26e6, same, [])).toBeNull();
  });

  test('lets strangers with slots have one configEpoch for as long as they have not met', () => {
    const checker = new Checker();
    const alone = { configEpoch: 0, masters: 1, mastersReached: 1 };
    const strangers = ['7000', '7001', '7002'].map((name) => master(name, alone));
    for (let at = 0; at <= 100; at++) expect(checker.observe(at * 1e6, strangers, [])).toBeNull();
  });

  test('notices a replica that is ahead of the master it follows', () => {
    const replica = master('7003', {
      isMaster: false,
      slots: null,
      replid: '7000',
      streamsFrom: '7000',
      offset: 101,
    });
    expect(new Checker().observe(0, [...well, replica], [])).toContain(
      '7003 is at 101 of the stream of 7000',
    );
    expect(new Checker().observe(0, [...well, { ...replica, offset: 100 }], [])).toBeNull();
  });

  test('notices a master in the minority that goes on taking writes', () => {
    const checker = new Checker();
    const alone = [master('7000', { mastersReached: 1 })];
    for (let at = 0; at <= 13; at++) expect(checker.observe(at * 1e6, alone, [])).toBeNull();
    expect(checker.observe(14e6, alone, [])).toBe('7000 reaches 1 of 3 masters and still takes writes');
    const stopped = [master('7000', { mastersReached: 1, clusterOk: false })];
    expect(checker.observe(15e6, stopped, [])).toBeNull();
  });
});

test('disagreements are told: another map, a state that is not ok, equal epochs', () => {
  const same = [{ id: 'a', first: 0, last: 16383 }];
  expect(disagreements(well, () => same)).toEqual([]);
  const other = (name: string): typeof same =>
    name === '7002' ? [{ id: 'b', first: 0, last: 16383 }] : same;
  expect(disagreements(well, other)).toEqual(['7002 and 7000 do not agree on the slots']);
  const ill = [master('7000'), master('7001', { configEpoch: 1, clusterOk: false })];
  expect(disagreements(ill, () => same)).toEqual([
    '7001 says that the cluster is not ok',
    '7000 and 7001 have the same configEpoch 1',
  ]);
});
