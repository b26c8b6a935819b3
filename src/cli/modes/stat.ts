/* --stat and --lru-test (after statMode and LRUTestMode). */

import type { Bytes } from '#base/bytes.ts';
import type { Session } from '#cli/connection.ts';
import * as ops from '#cli/ops.ts';
import type { Step } from '#cli/program.ts';
import { ErrorReply } from '#redis/reply.ts';
import { textOf } from '#cli/cluster/node.ts';
import { ask, askOrExit } from './ask.ts';
import type { ModeState } from './run-mode.ts';

interface StatMemory {
  rows: number;
  requests: number;
}

/** One line of INFO's most telling figures per interval. */
export function* statMode(session: Session, kept: ModeState | undefined): Step<number> {
  const memory = (kept?.memory as StatMemory | undefined) ?? { rows: 0, requests: 0 };
  const interval = session.config.intervalMicros > 0 ? session.config.intervalMicros : 1_000_000;
  for (;;) {
    yield* ops.checkpoint({ session, memory } satisfies ModeState);
    const info = textOf(yield* askOrExit(session, ['INFO'], 'ERROR: '));
    if (memory.rows++ % 20 === 0) {
      yield* ops.print(
        '------- data ------ --------------------- load -------------------- - child -\n' +
          'keys       mem      clients blocked requests            connections          \n',
      );
    }
    const requests = field(info, 'total_commands_processed');
    const delta = memory.rows === 1 ? 0 : requests - memory.requests;
    memory.requests = requests;
    let keys = 0;
    for (const found of info.matchAll(/^db\d+:keys=(\d+)/gm)) keys += Number(found[1]);
    const children = field(info, 'bgsave_in_progress') | (field(info, 'aof_rewrite_in_progress') << 1);
    yield* ops.print(
      String(keys).padEnd(11) +
        bytesToHuman(field(info, 'used_memory')).padEnd(8) +
        ' ' +
        String(field(info, 'connected_clients')).padEnd(8) +
        String(field(info, 'blocked_clients')).padEnd(8) +
        `${requests} (+${delta})`.padEnd(19) +
        ' ' +
        String(field(info, 'total_connections_received')).padEnd(12) +
        (['', 'SAVE', 'AOF', 'SAVE + AOF'][children] ?? '') +
        '\n',
    );
    yield* ops.sleep(interval);
  }
}

function field(info: Bytes, name: string): number {
  const found = new RegExp(`^(?:\\w+_)?${name}:(\\d+)`, 'm').exec(info);
  return found === null ? 0 : Number(found[1]);
}

function bytesToHuman(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`;
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(2)}K`;
  if (bytes < 1024 ** 3) return `${(bytes / 1024 ** 2).toFixed(2)}M`;
  return `${(bytes / 1024 ** 3).toFixed(2)}G`;
}

// -------------------------------------------------------------------- --lru-test

/** Requests in one go. */
const PIPELINE = 250;

interface LruMemory {
  /** Virtual microseconds when this second began. */
  since: number;
  hits: number;
  misses: number;
}

/** 80% of the requests go to 20% of the keys; with a maxmemory set, the hit rate tells how good the
 *  eviction policy is. */
export function* lruTest(session: Session, keys: number, kept: ModeState | undefined): Step<number> {
  if (keys <= 0) {
    yield* ops.printError('--lru-test needs a number of keys\n');
    return 1;
  }
  let memory = kept?.memory as LruMemory | undefined;
  if (memory === undefined) {
    for (let at = 0; at < 10; at++) yield* lruCycle(session, keys, true);
    memory = { since: (yield* ops.clock()).micros, hits: 0, misses: 0 };
  }
  for (;;) {
    yield* ops.checkpoint({ session, memory } satisfies ModeState);
    const [hits, misses] = yield* lruCycle(session, keys, false);
    memory.hits += hits;
    memory.misses += misses;
    const now = (yield* ops.clock()).micros;
    if (now - memory.since < 1_000_000) continue;
    const total = memory.hits + memory.misses;
    const share = (part: number): string => ((100 * part) / Math.max(1, total)).toFixed(2);
    yield* ops.print(
      `${total} Gets/sec | Hits: ${memory.hits} (${share(memory.hits)}%) | Misses: ${memory.misses} (${share(memory.misses)}%)\n`,
    );
    memory = { since: now, hits: 0, misses: 0 };
  }
}

/** One pipeline of GETs (or SETs), and SETs for what was missing. */
function* lruCycle(session: Session, keys: number, fill: boolean): Step<[hits: number, misses: number]> {
  if (session.handle === null) return [0, 0];
  const names: Bytes[] = [];
  for (let at = 0; at < PIPELINE; at++) {
    const name = `lru:${powerLaw(yield* ops.random(2 ** 32), keys)}`;
    names.push(name);
    yield* ops.send(session.handle, fill ? ['SET', name, 'value'] : ['GET', name]);
  }
  let misses = 0;
  const missing: Bytes[] = [];
  for (const name of names) {
    const answer = yield* ops.receive(session.handle);
    if (!('reply' in answer)) {
      yield* ops.printError('\nI/O error\n');
      throw new ops.Exit(1);
    }
    if (answer.reply instanceof ErrorReply) {
      yield* ops.printError(`${answer.reply.text}\n`);
    } else if (!fill && answer.reply === null) {
      misses++;
      missing.push(name);
    }
  }
  for (const name of missing) yield* ask(session, ['SET', name, 'value']);
  return [PIPELINE - misses, misses];
}

/** A number in 1..max, low ones more often: the power law with alpha 6.2 gives 80-20. */
function powerLaw(random: number, max: number): number {
  const alpha = 6.2;
  const uniform = random / 2 ** 32;
  return Math.trunc(max - ((max + 1) ** (alpha + 1) * uniform) ** (1 / (alpha + 1)) + 1);
}
