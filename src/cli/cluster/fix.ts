/* --cluster fix: closing open slots, covering slots without an owner, settling several owners (after
 * clusterManagerFixOpenSlot, clusterManagerFixSlotsCoverage, clusterManagerFixMultipleSlotOwners). */

import { CLUSTER_SLOTS } from '#base/crc16.ts';
import { Exit } from '#cli/ops.ts';
import * as ops from '#cli/ops.ts';
import type { Step } from '#cli/program.ts';
import { ErrorReply } from '#redis/reply.ts';
import { confirmWithYes } from './confirm.ts';
import { log, printReplyError } from './log.ts';
import { moveSlot, setSlot } from './move.ts';
import { address, call, isSlave, masters, slotRanges } from './node.ts';
import type { ClusterNode, Manager } from './node.ts';

const UNREACHABLE = (what: string, count: number): string =>
  `*** Fixing ${what} with ${count} unreachable masters is dangerous: redis-cli will assume that slots about masters that are not reachable are not covered, and will try to reassign them to the reachable nodes. This can cause data loss and is rarely what you want to do. If you really want to proceed use the --cluster-fix-with-unreachable-masters option.\n`;

/** Leaves the program where a repair would be a guess. */
function* refuseIfUnreachable(manager: Manager, what: string): Step<void> {
  if (manager.unreachableMasters === 0 || manager.options.fixWithUnreachableMasters) return;
  yield* log(manager, 'warn', UNREACHABLE(what, manager.unreachableMasters));
  throw new Exit(1);
}

function* countKeys(manager: Manager, node: ClusterNode, slot: number): Step<number> {
  const reply = yield* call(node, ['CLUSTER', 'COUNTKEYSINSLOT', String(slot)]);
  if (typeof reply === 'number') return reply;
  if (reply instanceof ErrorReply) yield* printReplyError(manager, node, reply);
  return -1;
}

/** The master with most keys of the slot; the first of equals. */
function* nodeWithMostKeys(
  manager: Manager,
  nodes: readonly ClusterNode[],
  slot: number,
): Step<ClusterNode | null> {
  let best: ClusterNode | null = null;
  let most = 0;
  for (const node of nodes) {
    if (isSlave(node) || node.replicate !== null) continue;
    const count = yield* countKeys(manager, node, slot);
    if (count < 0) break;
    if (best === null || count > most) {
      most = count;
      best = node;
    }
  }
  return best;
}

/** Makes `owner` own the slot with a configuration that wins, whatever the others believe. */
function* setSlotOwner(manager: Manager, owner: ClusterNode, slot: number, clear: boolean): Step<boolean> {
  const commands = [
    ['MULTI'],
    ['CLUSTER', 'DELSLOTS', String(slot)],
    ['CLUSTER', 'ADDSLOTS', String(slot)],
    ...(clear ? [['CLUSTER', 'SETSLOT', String(slot), 'STABLE']] : []),
    ['CLUSTER', 'BUMPEPOCH'],
    ['EXEC'],
  ];
  for (const argv of commands) {
    const reply = yield* call(owner, argv);
    // DELSLOTS of a slot without an owner fails inside the transaction, which is as well.
    if (reply instanceof ErrorReply) {
      yield* printReplyError(manager, owner, reply);
      return false;
    }
  }
  return true;
}

/** One open slot; false when it stays open. */
export function* fixOpenSlot(manager: Manager, slot: number): Step<boolean> {
  yield* refuseIfUnreachable(manager, 'open slots');
  yield* log(manager, 'info', `>>> Fixing open slot ${slot}\n`);
  const migrating: ClusterNode[] = [];
  const importing: ClusterNode[] = [];
  const { owners, owner: clear } = yield* findOwners(manager, slot, migrating, importing);
  if (migrating.length > 0) yield* ops.print(`Set as migrating in: ${migrating.map(address).join(',')}\n`);
  if (importing.length > 0) yield* ops.print(`Set as importing in: ${importing.map(address).join(',')}\n`);
  let owner = clear;
  if (owner === null) {
    owner = yield* chooseOwner(manager, slot, migrating, importing);
    if (owner === null) return false;
  }
  if (owners.length > 1 && !(yield* makeOthersImport(slot, owner, owners, migrating, importing)))
    return false;
  return yield* closeOpenSlot(manager, slot, owner, migrating, importing);
}

interface Owners {
  owners: ClusterNode[];
  owner: ClusterNode | null;
}

/** Sorts the nodes by what they say of the slot. */
function* findOwners(
  manager: Manager,
  slot: number,
  migrating: ClusterNode[],
  importing: ClusterNode[],
): Step<Owners> {
  const owners: ClusterNode[] = [];
  for (const node of masters(manager)) {
    if (node.slots[slot]) {
      owners.push(node);
      continue;
    }
    if ((yield* countKeys(manager, node, slot)) > 0) {
      yield* log(manager, 'warn', `*** Found keys about slot ${slot} in non-owner node ${address(node)}!\n`);
      owners.push(node);
    }
  }
  const owner = owners.length === 1 ? (owners[0] as ClusterNode) : null;
  for (const node of masters(manager)) {
    const isMigrating = node.migrating.some(([open]) => open === slot);
    const isImporting = node.importing.some(([open]) => open === slot);
    if (isMigrating) migrating.push(node);
    if (isImporting) importing.push(node);
    if (isMigrating || isImporting || node === owner) continue;
    // Keys where the slot is not marked: as good as importing, even at one of several owners.
    if ((yield* countKeys(manager, node, slot)) > 0) {
      yield* log(manager, 'warn', `*** Found keys about slot ${slot} in node ${address(node)}!\n`);
      importing.push(node);
    }
  }
  return { owners, owner };
}

function* chooseOwner(
  manager: Manager,
  slot: number,
  migrating: ClusterNode[],
  importing: ClusterNode[],
): Step<ClusterNode | null> {
  yield* log(manager, 'info', '>>> No single clear owner for the slot, selecting an owner by # of keys...\n');
  const owner = yield* nodeWithMostKeys(manager, manager.nodes, slot);
  if (owner === null) {
    yield* log(manager, 'error', "[ERR] Can't select a slot owner. Impossible to fix.\n");
    return null;
  }
  yield* log(manager, 'warn', `*** Configuring ${address(owner)} as the slot owner\n`);
  const stable = yield* setSlot(owner, slot, 'STABLE');
  if (stable !== null) {
    yield* printReplyError(manager, owner, stable);
    return null;
  }
  if (!(yield* setSlotOwner(manager, owner, slot, false))) return null;
  owner.slots[slot] = 1;
  // The owner needs no marks any more.
  for (const list of [migrating, importing]) remove(list, owner);
  return owner;
}

function remove(list: ClusterNode[], node: ClusterNode): void {
  const at = list.indexOf(node);
  if (at >= 0) list.splice(at, 1);
}

/** The owners that were not chosen give the slot up and wait for their keys to be fetched. */
function* makeOthersImport(
  slot: number,
  owner: ClusterNode,
  owners: readonly ClusterNode[],
  migrating: ClusterNode[],
  importing: ClusterNode[],
): Step<boolean> {
  for (const node of owners) {
    if (node === owner) continue;
    // It may not own the slot at all but only hold keys: then there is nothing to give up.
    yield* call(node, ['CLUSTER', 'DELSLOTS', String(slot)]);
    const told = yield* setSlot(node, slot, 'node', owner.name);
    if (told !== null) return false;
    const marked = yield* setSlot(node, slot, 'importing', owner.name);
    if (marked !== null) return false;
    if (!importing.includes(node)) importing.push(node);
    remove(migrating, node);
  }
  return true;
}

function* closeOpenSlot(
  manager: Manager,
  slot: number,
  owner: ClusterNode,
  migrating: ClusterNode[],
  importing: ClusterNode[],
): Step<boolean> {
  const [from] = migrating;
  const [to] = importing;
  if (migrating.length === 1 && importing.length === 1 && from !== undefined && to !== undefined) {
    yield* log(manager, 'info', `>>> Case 1: Moving slot ${slot} from ${address(from)} to ${address(to)}\n`);
    const failed = yield* moveSlot(manager, from, to, slot, { dots: true, update: true, fixing: true });
    return failed === null;
  }
  if (migrating.length === 0 && importing.length > 0)
    return yield* moveAllToOwner(manager, slot, owner, importing);
  if (migrating.length === 1 && importing.length > 1 && from !== undefined) {
    const holders: ClusterNode[] = [];
    for (const node of importing) if ((yield* countKeys(manager, node, slot)) > 0) holders.push(node);
    if (holders.length === 0) return yield* closeAllButOne(manager, slot, from, importing);
  }
  if (migrating.length === 1 && importing.length === 0 && from !== undefined) {
    if (from === owner || (yield* countKeys(manager, from, slot)) === 0) {
      yield* log(manager, 'info', `>>> Case 4: Closing slot ${slot} on ${address(from)}\n`);
      return (yield* setSlot(from, slot, 'STABLE')) === null;
    }
  }
  yield* log(
    manager,
    'error',
    `[ERR] Sorry, redis-cli can't fix this slot yet (work in progress). Slot is set as migrating in ${migrating.map(address).join(',')}, as importing in ${importing.map(address).join(',')}, owner is ${address(owner)}\n`,
  );
  return false;
}

function* moveAllToOwner(
  manager: Manager,
  slot: number,
  owner: ClusterNode,
  importing: readonly ClusterNode[],
): Step<boolean> {
  yield* log(
    manager,
    'info',
    `>>> Case 2: Moving all the ${slot} slot keys to its owner ${address(owner)}\n`,
  );
  for (const node of importing) {
    if (node === owner) continue;
    const failed = yield* moveSlot(manager, node, owner, slot, { dots: true, cold: true, fixing: true });
    if (failed !== null) return false;
    yield* log(manager, 'info', `>>> Setting ${slot} as STABLE in ${address(node)}\n`);
    const stable = yield* setSlot(node, slot, 'STABLE');
    if (stable !== null) {
      yield* printReplyError(manager, node, stable);
      return false;
    }
  }
  for (const node of masters(manager)) {
    if (node === owner) continue;
    if ((yield* setSlot(node, slot, 'NODE', owner.name)) !== null) return false;
  }
  return true;
}

/** One migrating, several importing, all of these without keys. */
function* closeAllButOne(
  manager: Manager,
  slot: number,
  from: ClusterNode,
  importing: readonly ClusterNode[],
): Step<boolean> {
  const wanted = from.migrating.find(([open]) => open === slot)?.[1];
  const to = importing.find((node) => node.name === wanted);
  if (to !== undefined) {
    yield* log(
      manager,
      'info',
      `>>> Case 3: Moving slot ${slot} from ${address(from)} to ${address(to)} and closing it on all the other importing nodes.\n`,
    );
    const failed = yield* moveSlot(manager, from, to, slot, { dots: true, update: true, fixing: true });
    if (failed !== null) return false;
    for (const node of importing) {
      if (node !== to && (yield* setSlot(node, slot, 'STABLE')) !== null) return false;
    }
    return true;
  }
  yield* log(manager, 'info', `>>> Case 3: Closing slot ${slot} on both migrating and importing nodes.\n`);
  for (const node of [from, ...importing]) {
    if ((yield* setSlot(node, slot, 'STABLE')) !== null) return false;
  }
  return true;
}

// -------------------------------------------------------------------- uncovered slots

/** Gives every slot without an owner to somebody, asking for each of three groups. */
export function* fixSlotsCoverage(manager: Manager): Step<boolean> {
  yield* refuseIfUnreachable(manager, 'slots coverage');
  yield* log(manager, 'info', '>>> Fixing slots coverage...\n');
  const covered = new Uint8Array(CLUSTER_SLOTS);
  for (const node of manager.nodes) {
    for (let slot = 0; slot < CLUSTER_SLOTS; slot++) if (node.slots[slot]) covered[slot] = 1;
  }
  const holders = new Map<number, ClusterNode[]>();
  for (let slot = 0; slot < CLUSTER_SLOTS; slot++) {
    if (covered[slot]) continue;
    const found: ClusterNode[] = [];
    for (const node of masters(manager)) {
      if (node.replicate !== null) continue;
      const reply = yield* call(node, ['CLUSTER', 'GETKEYSINSLOT', String(slot), '1']);
      if (Array.isArray(reply) && reply.length > 0) found.push(node);
    }
    holders.set(slot, found);
  }
  const none = [...holders].filter(([, nodes]) => nodes.length === 0);
  const single = [...holders].filter(([, nodes]) => nodes.length === 1);
  const several = [...holders].filter(([, nodes]) => nodes.length > 1);
  if (!(yield* coverEmpty(manager, none))) return false;
  if (!(yield* coverSingle(manager, single))) return false;
  if (!(yield* coverSeveral(manager, several))) return false;
  return [...holders.keys()].every((slot) => manager.nodes.some((node) => node.slots[slot]));
}

type Group = [slot: number, holders: ClusterNode[]][];

function* announce(manager: Manager, group: Group, title: string, ask: string): Step<boolean> {
  const slots = new Uint8Array(CLUSTER_SLOTS);
  for (const [slot] of group) slots[slot] = 1;
  yield* ops.print(`${title}\n${slotRanges(slots)}\n`);
  return yield* confirmWithYes(manager, ask, true);
}

function* coverEmpty(manager: Manager, group: Group): Step<boolean> {
  if (group.length === 0) return true;
  const title = 'The following uncovered slots have no keys across the cluster:';
  if (!(yield* announce(manager, group, title, 'Fix these slots by covering with a random node?')))
    return true;
  const candidates = masters(manager).filter((node) => node.replicate === null);
  let second = NaN;
  let at = 0;
  for (const [slot] of group) {
    // The real one draws from the clock in seconds: all slots of a second go to one node.
    const now = Math.floor((yield* ops.clock()).wallMs / 1000);
    if (now !== second) at = yield* ops.random(candidates.length);
    second = now;
    const owner = candidates[at] as ClusterNode;
    yield* log(manager, 'info', `>>> Covering slot ${slot} with ${address(owner)}\n`);
    if (!(yield* setSlotOwner(manager, owner, slot, false))) return false;
    owner.slots[slot] = 1;
  }
  return true;
}

function* coverSingle(manager: Manager, group: Group): Step<boolean> {
  if (group.length === 0) return true;
  const title = 'The following uncovered slots have keys in just one node:';
  if (!(yield* announce(manager, group, title, 'Fix these slots by covering with those nodes?'))) return true;
  for (const [slot, [owner]] of group) {
    if (owner === undefined) return false;
    yield* log(manager, 'info', `>>> Covering slot ${slot} with ${address(owner)}\n`);
    if (!(yield* setSlotOwner(manager, owner, slot, false))) return false;
    owner.slots[slot] = 1;
  }
  return true;
}

function* coverSeveral(manager: Manager, group: Group): Step<boolean> {
  if (group.length === 0) return true;
  const title = 'The following uncovered slots have keys in multiple nodes:';
  if (!(yield* announce(manager, group, title, 'Fix these slots by moving keys into a single node?')))
    return true;
  for (const [slot, nodes] of group) {
    const owner = yield* nodeWithMostKeys(manager, nodes, slot);
    if (owner === null) return false;
    yield* log(manager, 'info', `>>> Covering slot ${slot} moving keys to ${address(owner)}\n`);
    if (!(yield* setSlotOwner(manager, owner, slot, true))) return false;
    owner.slots[slot] = 1;
    if (!(yield* gatherKeys(manager, slot, owner, nodes))) return false;
  }
  return true;
}

/** Fetches the keys of a slot from the nodes that should not have them. */
function* gatherKeys(
  manager: Manager,
  slot: number,
  owner: ClusterNode,
  nodes: readonly ClusterNode[],
): Step<boolean> {
  for (const node of nodes) {
    if (node === owner) continue;
    // A node that does not know the new owner yet would refuse to import from it.
    yield* setSlot(node, slot, 'NODE', owner.name);
    if ((yield* setSlot(node, slot, 'IMPORTING', owner.name)) !== null) return false;
    const failed = yield* moveSlot(manager, node, owner, slot, { dots: true, cold: true, fixing: true });
    if (failed !== null) return false;
    if ((yield* setSlot(node, slot, 'STABLE')) !== null) return false;
  }
  return true;
}

// -------------------------------------------------------------------- several owners

/** The master with most keys keeps the slot; the others hand their keys over, or try to: that they do not import the
 *  slot is the real one's mistake, for which they refuse. */
export function* fixMultipleOwners(
  manager: Manager,
  slot: number,
  owners: readonly ClusterNode[],
): Step<boolean> {
  yield* log(manager, 'info', `>>> Fixing multiple owners for slot ${slot}...\n`);
  const owner = (yield* nodeWithMostKeys(manager, owners, slot)) ?? owners[0];
  if (owner === undefined) return false;
  yield* log(manager, 'info', `>>> Setting slot ${slot} owner: ${address(owner)}\n`);
  if (!(yield* setSlotOwner(manager, owner, slot, false))) return false;
  for (const node of masters(manager)) {
    if (node === owner) continue;
    const keys = yield* countKeys(manager, node, slot);
    if (keys < 0) return false;
    yield* call(node, ['CLUSTER', 'DELSLOTS', String(slot)]);
    if ((yield* setSlot(node, slot, 'node', owner.name)) !== null) return false;
    if (keys === 0) continue;
    const failed = yield* moveSlot(manager, node, owner, slot, { dots: true, cold: true, fixing: true });
    if (failed !== null) return false;
  }
  return true;
}
