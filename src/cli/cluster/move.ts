/* Moving a slot with its keys (after clusterManagerMoveSlot and clusterManagerMigrateKeysInSlot).
 *
 * The order of the commands is the order of the real tool: if it is stopped half-way, the cluster is
 * left in the same state. */

import type { Bytes } from '#base/bytes.ts';
import * as ops from '#cli/ops.ts';
import type { Step } from '#cli/program.ts';
import { ErrorReply } from '#redis/reply.ts';
import type { Reply } from '#redis/reply.ts';
import { log, printReplyError } from './log.ts';
import { address, call, isSlave, textOf } from './node.ts';
import type { ClusterNode, Manager } from './node.ts';

export interface MoveOptions {
  /** Print nothing but errors. */
  quiet?: boolean;
  /** Only the keys: the slot's marks and owner stay as they are. */
  cold?: boolean;
  /** A dot per key. */
  dots?: boolean;
  /** Change the table of nodes as well. */
  update?: boolean;
  /** Called by fix: an unassigned slot at the source may be given an owner. */
  fixing?: boolean;
}

/** Null when done, else the error that stopped it; an empty one if there is nothing to be said of it. */
export function* moveSlot(
  manager: Manager,
  source: ClusterNode,
  target: ClusterNode,
  slot: number,
  options: MoveOptions,
): Step<string | null> {
  if (!options.quiet) {
    yield* ops.print(`Moving slot ${slot} from ${address(source)} to ${address(target)}: `);
  }
  if (!options.cold) {
    const importing = yield* setSlot(target, slot, 'importing', source.name);
    if (importing !== null) return importing;
    const migrating = yield* setSlot(source, slot, 'migrating', target.name);
    if (migrating !== null) return migrating;
  }
  const failed = yield* migrateKeysInSlot(manager, source, target, slot, options);
  if (!options.quiet) yield* ops.print('\n');
  if (failed !== null) return failed;
  if (!options.cold) {
    const assigned = yield* assignSlot(manager, source, target, slot);
    if (assigned !== null) return assigned;
  }
  if (options.update) {
    source.slots[slot] = 0;
    target.slots[slot] = 1;
  }
  return null;
}

/** Tells the new owner first: it alone must raise its epoch, the others may only follow. */
function* assignSlot(
  manager: Manager,
  source: ClusterNode,
  target: ClusterNode,
  slot: number,
): Step<string | null> {
  const byTarget = yield* setSlot(target, slot, 'node', target.name);
  if (byTarget !== null) return byTarget;
  const bySource = yield* setSlot(source, slot, 'node', target.name);
  // A source that has lost its last slot may have become a replica by now.
  if (bySource !== null && bySource !== 'ERR Please use SETSLOT only with masters.') return bySource;
  for (const node of manager.nodes) {
    if (node === target || node === source || isSlave(node)) continue;
    const failed = yield* setSlot(node, slot, 'node', target.name);
    if (failed !== null) return failed;
  }
  return null;
}

/** `how` is written as the real one writes it, small or large. */
export function* setSlot(
  node: ClusterNode,
  slot: number,
  how: 'importing' | 'IMPORTING' | 'migrating' | 'node' | 'NODE' | 'STABLE',
  nodeId?: string,
): Step<string | null> {
  const argv = ['CLUSTER', 'SETSLOT', String(slot), how];
  if (nodeId !== undefined) argv.push(nodeId);
  const reply = yield* call(node, argv);
  return reply instanceof ErrorReply ? reply.text : null;
}

function* migrateKeysInSlot(
  manager: Manager,
  source: ClusterNode,
  target: ClusterNode,
  slot: number,
  options: MoveOptions,
): Step<string | null> {
  for (;;) {
    const pipeline = String(manager.options.pipeline);
    const keys = yield* call(source, ['CLUSTER', 'GETKEYSINSLOT', String(slot), pipeline]);
    if (keys instanceof ErrorReply) return keys.text;
    const names = Array.isArray(keys) ? (keys as Reply[]).map(textOf) : [];
    if (names.length === 0) return null;
    const failed = yield* migrateKeys(manager, source, target, slot, names, options);
    if (failed !== null) return failed;
    if (options.dots) yield* ops.print('.'.repeat(names.length));
  }
}

function* migrateKeys(
  manager: Manager,
  source: ClusterNode,
  target: ClusterNode,
  slot: number,
  keys: readonly Bytes[],
  options: MoveOptions,
): Step<string | null> {
  const first = yield* call(source, migrateCommand(manager, target, keys, false));
  if (!(first instanceof ErrorReply)) return null;
  const busy = first.text.includes('BUSYKEY');
  if (!busy && (yield* isServed(source, slot))) return yield* refused(manager, source, first);
  if (busy) {
    const different = yield* replaceable(manager, source, target, keys);
    if (different !== null) return different;
  } else if (options.fixing) {
    yield* log(manager, 'warn', `*** Slot was not served, setting owner to node ${address(target)}.\n`);
    yield* setSlot(source, slot, 'node', target.name);
  }
  const second = yield* call(source, migrateCommand(manager, target, keys, busy));
  return second instanceof ErrorReply ? yield* refused(manager, source, second) : null;
}

function migrateCommand(
  manager: Manager,
  target: ClusterNode,
  keys: readonly Bytes[],
  replace: boolean,
): Bytes[] {
  const { auth, user } = manager.config;
  const argv = ['MIGRATE', target.ip, String(target.port), '', '0', String(manager.options.timeoutMs)];
  if (replace) argv.push('REPLACE');
  if (auth !== null) argv.push(...(user === null ? ['AUTH', auth] : ['AUTH2', user, auth]));
  argv.push('KEYS', ...keys);
  return argv;
}

function* refused(manager: Manager, source: ClusterNode, error: ErrorReply): Step<string> {
  yield* ops.print('\n');
  yield* printReplyError(manager, source, error);
  return error.text;
}

/** Whether anybody owns the slot, as the node sees it. */
function* isServed(node: ClusterNode, slot: number): Step<boolean> {
  const ranges = yield* call(node, ['CLUSTER', 'SLOTS']);
  if (!Array.isArray(ranges)) return true;
  return ranges.some((range) => {
    const [first, last] = range as [number, number];
    return slot >= first && slot <= last;
  });
}

/** Both nodes hold some of the keys. Null when the source's may win, since all values are equal or since that was
 *  asked for; else the text to stop with, after telling which keys differ. */
function* replaceable(
  manager: Manager,
  source: ClusterNode,
  target: ClusterNode,
  keys: readonly Bytes[],
): Step<string | null> {
  yield* log(manager, 'warn', '\n*** Target key exists\n');
  if (!manager.options.replace) {
    const different = yield* findDifferentKeys(manager, source, target, keys);
    if (different !== null) return different;
  }
  yield* log(manager, 'warn', '*** Replacing target keys...\n');
  return null;
}

/** Null when the values of all keys are equal; else the text to stop with, after telling which keys differ. */
function* findDifferentKeys(
  manager: Manager,
  source: ClusterNode,
  target: ClusterNode,
  keys: readonly Bytes[],
): Step<string | null> {
  yield* log(manager, 'warn', '*** Checking key values on both nodes...\n');
  const command = ['DEBUG', 'DIGEST-VALUE', ...keys];
  const here = yield* call(source, command);
  const there = yield* call(target, command);
  if (here instanceof ErrorReply) return here.text;
  if (there instanceof ErrorReply) return there.text;
  const different: Bytes[] = [];
  keys.forEach((key, at) => {
    const a = textOf((here as Reply[])[at] ?? '');
    const b = textOf((there as Reply[])[at] ?? '');
    // A key that one of them does not hold cannot be in conflict.
    if (a !== b && !/^0+$/.test(a) && !/^0+$/.test(b)) different.push(key);
  });
  if (different.length === 0) return null;
  yield* log(
    manager,
    'error',
    `*** Found ${different.length} key(s) in both source node and target node having different values.\n` +
      `    Source node: ${address(source)}\n    Target node: ${address(target)}\n    Keys(s):\n`,
  );
  for (const key of different) yield* ops.print(`    - ${key}\n`);
  yield* ops.print(
    'Please fix the above key(s) manually and try again or relaunch the command \n' +
      'with --cluster-replace option to force key overriding.\n',
  );
  return '';
}
