/* One failover, measured in a branch of the learner's own world: every server is given a timeout, a master
 * is killed, and the seconds until a replica has taken its place are counted. Then the world goes on where
 * it was; the branch stays, to be looked at.
 *
 * Each try waits a little longer before the crash, so that it hits another moment between two pings. */

import type { SessionApi } from '#session/api.ts';
import { handOf } from '#session/play.ts';
import type { ServerFrame } from '#sim/frame.ts';

/** The golden section: how far the moments of the crash lie apart, so that they never fall together. */
const APART = 0.618;
export const LONGEST_MS = 30_000;
/** More than four of these. */
const LIMIT_US = 130e6;
const SECOND_US = 1e6;

/** A master that can be spared: a replica of it runs and has its data. */
export function victimOf(servers: readonly ServerFrame[]): string | null {
  const heirs = servers.filter(
    ({ state, role, replication }) =>
      state === 'running' && role === 'replica' && replication.linkState === 'connected',
  );
  const master = servers.find(
    ({ name, state, role, slots }) =>
      state === 'running' &&
      role === 'master' &&
      slots.length > 0 &&
      heirs.some(({ masterName }) => masterName === name),
  );
  return master?.name ?? null;
}

/** Seconds from the crash to the new master; null when nobody can take over, or nobody waited for it. */
export async function measureFailover(
  session: SessionApi,
  label: string,
  timeoutMs: number,
  tries: number,
): Promise<number | null> {
  const { branch, now, servers } = await session.frame();
  const server = victimOf(servers);
  if (server === null) return null;
  await session.fork(label);
  try {
    const line = `CONFIG SET cluster-node-timeout ${timeoutMs}`;
    const running = servers.filter(({ state }) => state === 'running');
    await handOf(session).play([
      ...running.map(({ name }) => ({ do: 'line' as const, console: name, line })),
      { do: 'wait', ms: timeoutMs * (1 + ((tries * APART) % 1)) },
      { do: 'fault', fault: `kill ${server}` },
    ]);
    const crash = await session.frame();
    const { now: end, stoppedBy } = await session.runUntil({ event: 'PROMOTED' }, LIMIT_US);
    return stoppedBy === 'PROMOTED' ? (end - crash.now) / SECOND_US : null;
  } finally {
    await session.checkout(branch);
    await session.seek(now);
  }
}
