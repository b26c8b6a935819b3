/* --cluster info and check (after clusterManagerShowClusterInfo and clusterManagerCheckCluster).
 * Repairing what a check finds is fix.ts; it is called from here, since `fix` is a check that acts. */

import type { Bytes } from '#base/bytes.ts';
import { CLUSTER_SLOTS } from '#base/crc16.ts';
import * as ops from '#cli/ops.ts';
import type { Step } from '#cli/program.ts';
import { ErrorReply } from '#redis/reply.ts';
import { fixMultipleOwners, fixOpenSlot, fixSlotsCoverage } from './fix.ts';
import { isConfigConsistent } from './load.ts';
import { log, onError, printReplyError } from './log.ts';
import { address, call, describeNode, isSlave, masters, slotsCount } from './node.ts';
import type { ClusterNode, Manager } from './node.ts';

/** One line per master, and the totals. */
export function* showClusterInfo(manager: Manager): Step<void> {
  let keys = 0;
  let counted = 0;
  for (const node of masters(manager)) {
    if (node.replicate !== null) continue;
    const reply = yield* call(node, ['DBSIZE']);
    if (reply instanceof ErrorReply) {
      yield* printReplyError(manager, node, reply);
      return;
    }
    const size = typeof reply === 'number' ? reply : 0;
    keys += size;
    counted++;
    yield* ops.print(
      `${address(node)} (${node.name.slice(0, 8)}...) -> ${size} keys | ${slotsCount(node)} slots | ${node.replicasCount} slaves.\n`,
    );
  }
  yield* log(manager, 'ok', `[OK] ${keys} keys in ${counted} masters.\n`);
  yield* ops.print(`${(keys / CLUSTER_SLOTS).toFixed(2)} keys per slot on average.\n`);
}

export function* showNodes(manager: Manager): Step<void> {
  for (const node of manager.nodes) yield* ops.print(describeNode(node));
}

/** Checks agreement, open slots and coverage; errors are kept in `manager.errors`. With `fix`, what
 *  is wrong is repaired. True when everything is well. */
export function* checkCluster(manager: Manager, options: { quiet: boolean; fix?: boolean }): Step<boolean> {
  const first = manager.nodes[0] as ClusterNode;
  const fix = options.fix ?? false;
  yield* log(manager, 'info', `>>> Performing Cluster Check (using node ${address(first)})\n`);
  if (!options.quiet) yield* showNodes(manager);
  let good = true;
  if (!(yield* isConfigConsistent(manager))) {
    yield* onError(manager, "[ERR] Nodes don't agree about configuration!");
    good = false;
  } else {
    yield* log(manager, 'ok', '[OK] All nodes agree about slots configuration.\n');
  }
  yield* log(manager, 'info', '>>> Check for open slots...\n');
  const open = yield* findOpenSlots(manager);
  if (open.length > 0) {
    good = false;
    if (fix) {
      good = true;
      for (const slot of open) {
        if (!(yield* fixOpenSlot(manager, slot))) {
          good = false;
          break;
        }
      }
    }
  }
  yield* log(manager, 'info', '>>> Check slots coverage...\n');
  if (coveredSlots(manager) === CLUSTER_SLOTS) {
    yield* log(manager, 'ok', `[OK] All ${CLUSTER_SLOTS} slots covered.\n`);
  } else {
    good = false;
    yield* onError(manager, `[ERR] Not all ${CLUSTER_SLOTS} slots are covered by nodes.\n`);
    if (fix) good = yield* fixSlotsCoverage(manager);
  }
  if (manager.options.searchMultipleOwners) good = (yield* checkMultipleOwners(manager, fix)) && good;
  return good;
}

/** Slots marked as migrating or importing anywhere, in ascending order. */
function* findOpenSlots(manager: Manager): Step<number[]> {
  const open = new Set<number>();
  for (const node of manager.nodes) {
    for (const [kind, marks] of [
      ['migrating', node.migrating],
      ['importing', node.importing],
    ] as const) {
      if (marks.length === 0) continue;
      for (const [slot] of marks) open.add(slot);
      const list = marks.map(([slot]) => slot).join(',');
      yield* onError(manager, `[WARNING] Node ${address(node)} has slots in ${kind} state ${list}.`);
    }
  }
  const slots = [...open].sort((a, b) => a - b);
  if (slots.length > 0) {
    yield* log(manager, 'error', `[WARNING] The following slots are open: ${slots.join(',')}.\n`);
  }
  return slots;
}

export function coveredSlots(manager: Manager): number {
  const covered = new Uint8Array(CLUSTER_SLOTS);
  for (const node of manager.nodes) {
    for (let slot = 0; slot < CLUSTER_SLOTS; slot++) if (node.slots[slot]) covered[slot] = 1;
  }
  return covered.reduce((sum, one) => sum + one, 0);
}

function* checkMultipleOwners(manager: Manager, fix: boolean): Step<boolean> {
  yield* log(manager, 'info', '>>> Check for multiple slot owners...\n');
  let good = true;
  for (let slot = 0; slot < CLUSTER_SLOTS; slot++) {
    const owners: ClusterNode[] = [];
    for (const node of manager.nodes) {
      if (isSlave(node)) continue;
      if (node.slots[slot]) owners.push(node);
      else {
        const count = yield* call(node, ['CLUSTER', 'COUNTKEYSINSLOT', String(slot)]);
        if (typeof count === 'number' && count > 0) owners.push(node);
      }
    }
    if (owners.length < 2) continue;
    good = false;
    let text: Bytes = `[WARNING] Slot ${slot} has ${owners.length} owners:\n`;
    for (const owner of owners) text += `    ${address(owner)}\n`;
    yield* log(manager, 'warn', text);
    if (!fix) continue;
    good = yield* fixMultipleOwners(manager, slot, owners);
    if (!good) {
      yield* log(manager, 'error', `Failed to fix multiple owners for slot ${slot}\n`);
      break;
    }
  }
  if (good) yield* log(manager, 'ok', '[OK] No multiple owners found.\n');
  return good;
}
