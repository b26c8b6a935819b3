/* The modes of redis-cli that watch, measure or transfer instead of sending commands. */

import { cliConnect, newSession } from '#cli/connection.ts';
import type { Session } from '#cli/connection.ts';
import * as ops from '#cli/ops.ts';
import { Interrupted } from '#cli/ops.ts';
import type { CliConfig, CliMode } from '#cli/options.ts';
import type { ProgramEnv, Step } from '#cli/program.ts';
import { intrinsicLatency, latencyDistMode, latencyMode } from './latency.ts';
import { pipeMode } from './pipe.ts';
import { rdbMode, replicaMode } from './rdb.ts';
import { findBigKeys, findHotKeys, scanMode } from './sample-keys.ts';
import { lruTest, statMode } from './stat.ts';

/** What a mode that runs on and on remembers at its checkpoints. */
export interface ModeState {
  session: Session;
  memory: unknown;
}

/** Runs a mode; the exit code. */
export function* runMode(config: CliConfig, mode: CliMode, env: ProgramEnv, state: unknown): Step<number> {
  try {
    if (mode.kind === 'intrinsic-latency') return yield* intrinsicLatency(mode.seconds);
    const kept = state as ModeState | undefined;
    const session = kept?.session ?? newSession(config, env, false);
    if (kept === undefined && !(yield* cliConnect(session, 'if-needed'))) return 1;
    return yield* startMode(session, mode, env, kept);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    yield* ops.print('\n');
    return 1;
  }
}

function startMode(
  session: Session,
  mode: CliMode,
  env: ProgramEnv,
  kept: ModeState | undefined,
): Step<number> {
  switch (mode.kind) {
    case 'latency':
    case 'latency-history':
      return latencyMode(session, mode.kind === 'latency-history', kept);
    case 'latency-dist':
      return latencyDistMode(session, kept);
    case 'stat':
      return statMode(session, kept);
    case 'lru-test':
      return lruTest(session, mode.keys, kept);
    case 'scan':
      return scanMode(session);
    case 'bigkeys':
      return findBigKeys(session, null);
    case 'memkeys':
      return findBigKeys(session, session.config.memkeysSamples);
    case 'hotkeys':
      return findHotKeys(session);
    case 'pipe':
      return pipeMode(session, env);
    case 'rdb':
    case 'functions-rdb':
      return rdbMode(session, mode.path, mode.kind === 'functions-rdb');
    case 'replica':
      return replicaMode(session);
    case 'intrinsic-latency':
      return intrinsicLatency(mode.seconds);
  }
}
