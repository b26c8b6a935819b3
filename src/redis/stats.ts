/* Counters of one server, as INFO reports them (after the stat fields of the server structure). */

import type { Bytes } from '#base/bytes.ts';
import type { Histogram } from './histogram.ts';
import type { Server } from './server.ts';

/** What one command did: INFO commandstats and latencystats. */
export interface CommandStats {
  calls: number;
  usec: number;
  rejectedCalls: number;
  failedCalls: number;
  histogram: Histogram;
}

/* What is sampled ten times a second (after the inst_metric of the server structure). */
export const STATS_METRIC_COMMAND = 0;
export const STATS_METRIC_NET_INPUT = 1;
export const STATS_METRIC_NET_OUTPUT = 2;
export const STATS_METRIC_NET_INPUT_REPLICATION = 3;
export const STATS_METRIC_NET_OUTPUT_REPLICATION = 4;
const METRICS = 5;
const STATS_METRIC_SAMPLES = 16;

/** Rates per second over the last 16 samples of 100 ms. One table for all, sample by sample: a cron touches
 *  one place in memory, not fifteen. */
class InstantaneousMetrics {
  private readonly samples = new Float64Array(STATS_METRIC_SAMPLES * METRICS);
  private readonly lastCounts = new Float64Array(METRICS);
  private lastSampleMs = 0;
  private at = 0;

  /** Takes a sample of all counters, which only grow. */
  track(nowMs: number, stats: Stats): void {
    const elapsed = nowMs - this.lastSampleMs;
    const counts = [
      stats.commandsProcessed,
      stats.netInputBytes,
      stats.netOutputBytes,
      stats.netReplInputBytes,
      stats.netReplOutputBytes,
    ];
    for (let metric = 0; metric < METRICS; metric++) {
      const grown = (counts[metric] as number) - (this.lastCounts[metric] as number);
      this.samples[this.at * METRICS + metric] = elapsed > 0 ? (grown * 1000) / elapsed : 0;
    }
    this.lastCounts.set(counts);
    this.at = (this.at + 1) % STATS_METRIC_SAMPLES;
    this.lastSampleMs = nowMs;
  }

  /** One of the rates, a whole number. */
  average(metric: number): number {
    let sum = 0;
    for (let at = metric; at < this.samples.length; at += METRICS) sum += this.samples[at] as number;
    return Math.floor(sum / STATS_METRIC_SAMPLES);
  }
}

export class Stats {
  connectionsReceived = 0;
  commandsProcessed = 0;
  netInputBytes = 0;
  netOutputBytes = 0;
  netReplInputBytes = 0;
  netReplOutputBytes = 0;
  rejectedConnections = 0;
  syncFull = 0;
  syncPartialOk = 0;
  syncPartialErr = 0;
  expiredKeys = 0;
  expiredStalePerc = 0;
  expiredTimeCapReached = 0;
  expireCycleMicros = 0;
  evictedKeys = 0;
  evictedClients = 0;
  evictionExceededMicros = 0;
  evictionExceededSince = 0;
  keyspaceHits = 0;
  keyspaceMisses = 0;
  latestForkUsec = 0;
  totalForks = 0;
  totalErrorReplies = 0;
  /** As many of them as commands have been blamed for. */
  errorsNoted = 0;
  unexpectedErrorReplies = 0;
  dumpPayloadSanitizations = 0;
  readsProcessed = 0;
  writesProcessed = 0;
  lazyfreedObjects = 0;
  peakMemory = 0;
  cpuMicros = 0;
  aclAccessDeniedAuth = 0;
  rates = new InstantaneousMetrics();
  /** Error replies by code. */
  errors: Map<Bytes, number> = new Map();
  /** By full name of the command. */
  commands: Map<string, CommandStats> = new Map();
}

/** CONFIG RESETSTAT: counters start again, what measures the present stays. */
export function resetServerStats(server: Server): void {
  const peakMemory = server.stats.peakMemory;
  server.stats = new Stats();
  server.stats.peakMemory = peakMemory;
  resetClusterStats(server);
}

function resetClusterStats(server: Server): void {
  server.cluster?.busMessagesSent.fill(0);
  server.cluster?.busMessagesReceived.fill(0);
}
