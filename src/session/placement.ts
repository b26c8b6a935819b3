/* What follows from the size of a world: into how many parts it is split, and how often it is kept as
 * a snapshot. Neither changes anything but speed and memory. */

import type { WorldConfig } from './api.ts';
import { planServers } from './config.ts';

const MOST_PARTS = 4;
/** Below this many servers per part one worker is faster. */
const SERVERS_PER_PART = 200;

/** Every window of a split world costs messages between workers, which only large worlds with much to
 *  do in each window are worth. `asked` overrules the choice, within 1 to 4. */
export function chooseParts(config: WorldConfig, cores: number, asked: number | null): number {
  if (asked !== null) return Math.max(1, Math.min(MOST_PARTS, Math.floor(asked) || 1));
  const bySize = Math.floor(planServers(config).length / SERVERS_PER_PART);
  return Math.max(1, Math.min(MOST_PARTS, cores - 1, bySize));
}

/** Memory for all snapshots of a world, and what one takes: every server keeps something of every other
 *  (measured: 0.9 MB for 6 servers with a thousand keys under 100 commands a second; 36 MB for 200 idle
 *  ones). */
const SNAPSHOTS_MB = 250;
const SNAPSHOT_MB = 0.9;
const PAIR_MB = 0.0011;
const MOST_SNAPSHOTS = 250;
/** Between two snapshots a small world can be run in some ten milliseconds. */
const LEAST_INTERVAL_US = 5e6;
/** From this size on the copying would take more time than the running, if it were done as often. */
const SMALL_WORLD = 15;

export interface SnapshotPlan {
  /** Virtual time between snapshots while history is made. */
  everyUs: number;
  /** 1: only the one with which history begins; 0: not even that, and going back means to make the
   *  world anew. */
  kept: number;
}

export function planSnapshots(servers: number): SnapshotPlan {
  const each = SNAPSHOT_MB + PAIR_MB * servers * servers;
  const kept = Math.min(MOST_SNAPSHOTS, Math.floor(SNAPSHOTS_MB / each));
  const growth = Math.max(1, servers / SMALL_WORLD);
  return {
    everyUs: kept < 3 ? Infinity : Math.round(LEAST_INTERVAL_US * growth * growth),
    kept: kept < 3 ? Math.min(kept, 1) : kept,
  };
}
