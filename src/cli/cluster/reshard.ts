/* --cluster reshard and rebalance (after clusterManagerCommandReshard, clusterManagerCommandRebalance
 * and clusterManagerComputeReshardTable). */

import { CLUSTER_SLOTS } from '#base/crc16.ts';
import * as ops from '#cli/ops.ts';
import { atoi } from '#cli/options.ts';
import type { Step } from '#cli/program.ts';
import { checkCluster } from './check.ts';
import { question } from './confirm.ts';
import { log } from './log.ts';
import { moveSlot } from './move.ts';
import { address, describeNode, isSlave, nodeByName, nodeByPrefix, slotsCount } from './node.ts';
import type { ClusterNode, Manager } from './node.ts';

interface Move {
  source: ClusterNode;
  slot: number;
}

/** Which slots of which source to move: each source gives in proportion to what it has, its lowest
 *  slots; rounding may leave fewer than asked for. */
export function reshardTable(sources: readonly ClusterNode[], count: number): Move[] {
  const sorted = [...sources].sort((a, b) => slotsCount(b) - slotsCount(a));
  const total = sorted.reduce((sum, node) => sum + slotsCount(node), 0);
  const moves: Move[] = [];
  sorted.forEach((source, at) => {
    const share = Math.fround(Math.fround(count / total) * slotsCount(source));
    const most = at === 0 ? Math.ceil(share) : Math.floor(share);
    let taken = 0;
    for (let slot = 0; slot < CLUSTER_SLOTS; slot++) {
      if (!source.slots[slot]) continue;
      if (moves.length >= count || taken >= most) break;
      moves.push({ source, slot });
      taken++;
    }
  });
  return moves;
}

/** The nodes are loaded already. */
export function* reshard(manager: Manager): Step<boolean> {
  yield* checkCluster(manager, { quiet: false });
  if (manager.errors.length > 0) {
    yield* ops.printError('*** Please fix your cluster problems before resharding\n');
    return false;
  }
  const { options } = manager;
  let slots = options.slots;
  // What is asked for must make sense; what was given as an option is taken as it is.
  while (options.slots === 0 && (slots <= 0 || slots > CLUSTER_SLOTS)) {
    if (manager.stdin !== null && manager.stdinAt >= manager.stdin.length) return false;
    slots = atoi(
      yield* question(manager, `How many slots do you want to move (from 1 to ${CLUSTER_SLOTS})? `),
    );
  }
  const to = options.to ?? (yield* question(manager, 'What is the receiving node ID? '));
  const target = nodeByName(manager, to);
  if (target === null || isSlave(target)) {
    yield* notAMaster(manager, to);
    return false;
  }
  const sources =
    options.from === null
      ? yield* askSources(manager, target)
      : yield* sourcesFrom(manager, target, options.from);
  if (sources === null) return false;
  if (sources.length === 0) {
    yield* ops.printError('*** No source nodes given, operation aborted.\n');
    return false;
  }
  return yield* runReshard(manager, sources, target, slots);
}

function* notAMaster(manager: Manager, name: string): Step<void> {
  yield* log(
    manager,
    'error',
    `*** The specified node (${name}) is not known or not a master, please retry.\n`,
  );
}

function allSources(manager: Manager, target: ClusterNode): ClusterNode[] {
  return manager.nodes.filter((node) => !isSlave(node) && node.replicate === null && node !== target);
}

/** Asks for sources until 'done' or 'all'. Null when one is unknown: whatever the message says, the real
 *  one does not ask again. */
function* askSources(manager: Manager, target: ClusterNode): Step<ClusterNode[] | null> {
  yield* ops.print(
    'Please enter all the source node IDs.\n' +
      "  Type 'all' to use all the nodes as source nodes for the hash slots.\n" +
      "  Type 'done' once you entered all the source nodes IDs.\n",
  );
  const sources: ClusterNode[] = [];
  for (;;) {
    const ended = manager.stdin !== null && manager.stdinAt >= manager.stdin.length;
    const name = yield* question(manager, `Source node #${sources.length + 1}: `);
    if (name === 'done' || ended) return sources;
    if (name === 'all') return allSources(manager, target);
    const source = yield* sourceByName(manager, target, name);
    if (source === 'unknown') return null;
    if (source !== null) sources.push(source);
  }
}

function* sourceByName(
  manager: Manager,
  target: ClusterNode,
  name: string,
): Step<ClusterNode | null | 'unknown'> {
  const source = nodeByName(manager, name);
  if (source === null || isSlave(source)) {
    yield* notAMaster(manager, name);
    return 'unknown';
  }
  if (source === target) {
    yield* log(manager, 'error', '*** It is not possible to use the target node as source node.\n');
    return null;
  }
  return source;
}

/** --cluster-from: ids apart by commas, or all. Null when one is unknown. */
function* sourcesFrom(manager: Manager, target: ClusterNode, from: string): Step<ClusterNode[] | null> {
  const sources: ClusterNode[] = [];
  for (const name of from.split(',')) {
    if (name === 'all') return allSources(manager, target);
    const source = yield* sourceByName(manager, target, name);
    if (source === 'unknown') return null;
    if (source !== null) sources.push(source);
  }
  return sources;
}

function* runReshard(
  manager: Manager,
  sources: readonly ClusterNode[],
  target: ClusterNode,
  slots: number,
): Step<boolean> {
  yield* ops.print(`\nReady to move ${slots} slots.\n  Source nodes:\n`);
  for (const source of sources) yield* ops.print(describeNode(source, '    '));
  yield* ops.print('  Destination node:\n' + describeNode(target, '    '));
  const table = reshardTable(sources, slots);
  yield* ops.print('  Resharding plan:\n');
  for (const { source, slot } of table) yield* ops.print(`    Moving slot ${slot} from ${source.name}\n`);
  if (!manager.options.yes) {
    const answer = yield* question(
      manager,
      'Do you want to proceed with the proposed reshard plan (yes/no)? ',
    );
    if (answer !== 'yes') return false;
  }
  for (const { source, slot } of table) {
    const failed = yield* moveSlot(manager, source, target, slot, { dots: true });
    if (failed !== null) {
      if (failed !== '') yield* log(manager, 'error', `clusterManagerMoveSlot failed: ${failed}\n`);
      return false;
    }
  }
  return true;
}

// -------------------------------------------------------------------- rebalance

export function* rebalance(manager: Manager): Step<boolean> {
  const involved = yield* applyWeights(manager);
  if (involved === null) return false;
  yield* checkCluster(manager, { quiet: true });
  if (manager.errors.length > 0) {
    yield* log(manager, 'error', '*** Please fix your cluster problems before rebalancing\n');
    return false;
  }
  const totalWeight = involved.reduce((sum, node) => Math.fround(sum + node.weight), 0);
  if (!computeBalances(involved, totalWeight, manager.options.threshold)) {
    const threshold = manager.options.threshold.toFixed(2);
    yield* log(
      manager,
      'warn',
      `*** No rebalancing needed! All nodes are within the ${threshold}% threshold.\n`,
    );
    return true;
  }
  involved.sort((a, b) => a.balance - b.balance);
  yield* log(
    manager,
    'info',
    `>>> Rebalancing across ${involved.length} nodes. Total weight = ${totalWeight.toFixed(2)}\n`,
  );
  if (manager.config.verbose) {
    for (const node of involved) yield* ops.print(`${address(node)} balance is ${node.balance} slots\n`);
  }
  let to = 0;
  let from = involved.length - 1;
  while (to < from) {
    const target = involved[to] as ClusterNode;
    const source = involved[from] as ClusterNode;
    const count = Math.min(Math.abs(target.balance), Math.abs(source.balance));
    if (count > 0 && !(yield* moveSlots(manager, source, target, count))) return false;
    target.balance += count;
    source.balance -= count;
    if (target.balance === 0) to++;
    if (source.balance === 0) from--;
  }
  return true;
}

/** The masters that take part, with their weights; null when a weight names no master. */
function* applyWeights(manager: Manager): Step<ClusterNode[] | null> {
  for (const node of manager.nodes) node.weight = 1;
  for (const text of manager.options.weights) {
    const equals = text.indexOf('=');
    const name = text.slice(0, equals);
    const node = nodeByPrefix(manager, name);
    // A replica's weight counts for nothing, but it may be given.
    if (node === null) {
      yield* log(manager, 'error', `*** No such master node ${name}\n`);
      return null;
    }
    node.weight = Math.fround(Number.parseFloat(text.slice(equals + 1)) || 0);
  }
  return manager.nodes.filter((node) => {
    if (isSlave(node) || node.replicate !== null) return false;
    return manager.options.useEmptyMasters || slotsCount(node) > 0;
  });
}

/** How many slots each node has too many (or, negative, too few). False when nobody is off by more
 *  than the threshold. */
export function computeBalances(
  nodes: readonly ClusterNode[],
  totalWeight: number,
  threshold: number,
): boolean {
  let over = false;
  let sum = 0;
  for (const node of nodes) {
    const slots = slotsCount(node);
    const expected = Math.trunc(Math.fround(Math.fround(CLUSTER_SLOTS / totalWeight) * node.weight));
    node.balance = slots - expected;
    sum += node.balance;
    if (threshold <= 0) continue;
    if (slots > 0) over ||= Math.abs(100 - (100 * expected) / slots) > threshold;
    else over ||= expected > 1;
  }
  // Rounding down leaves slots over: they are given to those who are to gain.
  while (sum > 0) {
    for (const node of nodes) {
      if (node.balance > 0 || sum <= 0) continue;
      node.balance--;
      sum--;
    }
  }
  return over;
}

function* moveSlots(
  manager: Manager,
  source: ClusterNode,
  target: ClusterNode,
  count: number,
): Step<boolean> {
  yield* ops.print(`Moving ${count} slots from ${address(source)} to ${address(target)}\n`);
  const table = reshardTable([source], count);
  if (table.length !== count) {
    yield* log(manager, 'error', '*** Assertion failed: Reshard table != number of slots');
    return false;
  }
  if (manager.options.simulate) {
    yield* ops.print('#'.repeat(count));
  } else {
    for (const { slot } of table) {
      const failed = yield* moveSlot(manager, source, target, slot, { quiet: true, update: true });
      if (failed !== null) {
        if (failed !== '') yield* log(manager, 'error', `*** clusterManagerMoveSlot: ${failed}\n`);
        return false;
      }
      yield* ops.print('#');
    }
  }
  yield* ops.print('\n');
  return true;
}
