/* cluster-replica-validity-factor to the second. A replica's data are as old as its link to the master has been
 * down, or silent, in whole seconds of the clock; of more than T, T is taken off; and the limit is the period of
 * the master's pings and T times the factor. Here 1 s + 1 x 2 s: five seconds will do (5 - 2 = 3), six will not. */

import { describe, expect, test } from 'vitest';
import { ClusterWorld } from './cluster-world.ts';

const T = 2000;
const YOUNG_ENOUGH_S = 5;

/** A cluster whose 7003 has lost its master 7000, sees it failed, and is not yet allowed to stand. */
function orphan(kind: 'kill' | 'pause'): { world: ClusterWorld; secondMs: number } {
  const world = new ClusterWorld({
    servers: 6,
    config: {
      'cluster-node-timeout': String(T),
      'repl-diskless-sync-delay': '0',
      'repl-ping-replica-period': '1',
      'cluster-replica-validity-factor': '1',
    },
    configOf: { 7003: { 'cluster-replica-no-failover': 'yes' } },
  });
  world.form(3);
  world.run(3000);
  world.fault({ kind, server: '7000' });
  world.must(
    () => world.nodeOf(7003, 7000)?.failed === true,
    10_000,
    '7003 knows that its master has failed',
  );
  const { downSinceMs, masterLastInteractionMs, linkUp } = world.server(7003).replication;
  expect(linkUp).toBe(kind === 'pause');
  const since = kind === 'kill' ? downSinceMs : masterLastInteractionMs;
  return { world, secondMs: Math.floor(since / 1000) * 1000 };
}

/** Lets 7003 stand, with so much left of its last good second; tells what it does in the next five. */
function stand(kind: 'kill' | 'pause', leftMs: number): { steps: string[]; reason: string } {
  const { world, secondMs } = orphan(kind);
  const endMs = secondMs + (YOUNG_ENOUGH_S + 1) * 1000;
  const waitMs = endMs - leftMs - world.server(7003).mstime();
  expect(waitMs).toBeGreaterThan(0);
  world.run(waitMs);
  const fromMs = world.nowMs;
  world.send(7003, 'CONFIG', 'SET', 'cluster-replica-no-failover', 'no');
  world.run(5000);
  const steps = ['ELECTION_SCHEDULED', 'AUTH_REQUEST', 'PROMOTED'];
  return {
    steps: steps.filter((type) => world.seen(type, fromMs).length > 0),
    reason: world.cluster(7003).cantFailoverReason,
  };
}

describe.each(['kill', 'pause'] as const)('after a %s of the master a replica', (kind) => {
  test('that has five seconds and time to wait its delay is promoted', () => {
    const { steps } = stand(kind, 1250);
    expect(steps).toEqual(['ELECTION_SCHEDULED', 'AUTH_REQUEST', 'PROMOTED']);
  });

  test('that grows too old while it waits does not ask', () => {
    const { steps, reason } = stand(kind, 150);
    expect(steps).toEqual(['ELECTION_SCHEDULED']);
    expect(reason).toContain('Disconnected from master for longer than allowed');
  });

  test('that is six seconds old does not even wait', () => {
    const { steps, reason } = stand(kind, 0);
    expect(steps).toEqual([]);
    expect(reason).toContain('Disconnected from master for longer than allowed');
  });
});
