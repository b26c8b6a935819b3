/* How fast time passes in a world, in whatever runs this: Node or a browser's worker. Nothing here knows
 * which, so that both run the same. */

import type { SessionApi } from '#session/api.ts';

export interface WorldFigures {
  servers: number;
  /** Simulated seconds per second while nothing happens but gossip. */
  idle: number;
  /** The same with a master killed on the way, over its election. */
  failover: number;
  /** Trace hash in the end: equal wherever it ran. */
  hash: string;
  /** Virtual seconds that were measured idle, and real ones to open the world. */
  virtualSeconds: number;
  openSeconds: number;
}

export interface WorldPlan {
  masters: number;
  replicas: number;
  nodeTimeoutMs: number;
  /** Virtual seconds of each of the two stretches. */
  seconds: number;
}

/** 6, 30 and 100 servers; the first two worlds meet, the others are given. */
export const plans: readonly WorldPlan[] = [
  { masters: 3, replicas: 1, nodeTimeoutMs: 15_000, seconds: 600 },
  { masters: 15, replicas: 1, nodeTimeoutMs: 15_000, seconds: 120 },
  { masters: 50, replicas: 1, nodeTimeoutMs: 15_000, seconds: 60 },
];
export const largePlans: readonly WorldPlan[] = [
  { masters: 150, replicas: 1, nodeTimeoutMs: 15_000, seconds: 40 },
  { masters: 500, replicas: 1, nodeTimeoutMs: 15_000, seconds: 30 },
];

/** Opens a world of this plan and measures it. */
export async function measureWorld(session: SessionApi, plan: WorldPlan): Promise<WorldFigures> {
  const openedAt = performance.now();
  const { masters, replicas: replicasPerMaster, nodeTimeoutMs, seconds } = plan;
  let frame = await session.open({ masters, replicasPerMaster, nodeTimeoutMs, seed: 7 });
  const openSeconds = (performance.now() - openedAt) / 1000;
  const pass = async (): Promise<number> => {
    const startedAt = performance.now();
    const until = frame.now + seconds * 1e6;
    while (frame.now < until) {
      if (frame.halted) throw new Error(`The world stopped: ${frame.halted.reason}`);
      frame = await session.advance(Math.min(10e6, until - frame.now), { detail: [] });
    }
    return seconds / ((performance.now() - startedAt) / 1000);
  };
  const idle = await pass();
  await session.input({ kind: 'fault', fault: { kind: 'kill', server: '7000' } });
  const failover = await pass();
  const servers = masters * (1 + replicasPerMaster);
  return { servers, idle, failover, hash: frame.hash, virtualSeconds: seconds, openSeconds };
}

export interface SeekFigures {
  virtualSeconds: number;
  commands: number;
  medianMs: number;
  worstMs: number;
  sameHash: boolean;
}

/** Makes an hour of history (less when `seconds` says so) with commands in it, then jumps about in it. */
export async function measureSeek(session: SessionApi, seconds: number): Promise<SeekFigures> {
  let frame = await session.open({ seed: 7 });
  const from = frame.now;
  await session.input({
    kind: 'client',
    id: 'client:bench',
    action: 'start',
    spec: { kind: 'workload', rate: 100 },
  });
  while (frame.now < from + seconds * 1e6) frame = await session.advance(10e6);
  const { hash, now: end } = frame;
  const commands = frame.clients.reduce((sum, { ops }) => sum + ops, 0);
  const times: number[] = [];
  let state = 12345;
  for (let jump = 0; jump < 100; jump++) {
    state = (state * 1103515245 + 12345) % 2147483648;
    const startedAt = performance.now();
    await session.seek(from + Math.floor((state / 2147483648) * (end - from)));
    times.push(performance.now() - startedAt);
  }
  frame = await session.seek(end);
  times.sort((a, b) => a - b);
  return {
    virtualSeconds: seconds,
    commands,
    medianMs: times[50] as number,
    worstMs: times[99] as number,
    sameHash: frame.hash === hash,
  };
}
