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

/** Operations per second over the last 16 samples of 100 ms. */
export class InstantaneousMetric {
  lastSampleCount = 0;
  lastSampleMs = 0;
  samples: number[] = new Array<number>(16).fill(0);
  at = 0;

  /** Takes a sample of a counter that only grows. */
  track(nowMs: number, count: number): void {
    const elapsed = nowMs - this.lastSampleMs;
    this.samples[this.at] = elapsed > 0 ? ((count - this.lastSampleCount) * 1000) / elapsed : 0;
    this.at = (this.at + 1) % this.samples.length;
    this.lastSampleCount = count;
    this.lastSampleMs = nowMs;
  }

  average(): number {
    let sum = 0;
    for (const sample of this.samples) sum += sample;
    return Math.floor(sum / this.samples.length);
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
  ops = new InstantaneousMetric();
  input = new InstantaneousMetric();
  outputRate = new InstantaneousMetric();
  inputRepl = new InstantaneousMetric();
  outputRepl = new InstantaneousMetric();
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
