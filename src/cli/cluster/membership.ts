/* --cluster add-node and del-node (after clusterManagerCommandAddNode and clusterManagerCommandDeleteNode). */

import * as ops from '#cli/ops.ts';
import type { Step } from '#cli/program.ts';
import { ErrorReply } from '#redis/reply.ts';
import type { NodeAddress } from './address.ts';
import { checkCluster } from './check.ts';
import { meetCommand, printNotEmpty } from './create.ts';
import { isClusterNode, isEmptyNode, loadNode, printNotClusterNode, waitForClusterJoin } from './load.ts';
import { log, printReplyError } from './log.ts';
import { address, call, connectNode, masters, newNode, nodeByName, slotsCount, textOf } from './node.ts';
import type { ClusterNode, Manager } from './node.ts';

/** The master with the fewest replicas; the first of equals. */
function leastReplicated(manager: Manager, except?: ClusterNode): ClusterNode | null {
  let best: ClusterNode | null = null;
  for (const node of masters(manager)) {
    if (node === except || node.replicate !== null) continue;
    if (best === null || node.replicasCount < best.replicasCount) best = node;
  }
  return best;
}

/** The cluster is loaded already; `where` is the newcomer. */
export function* addNode(manager: Manager, where: NodeAddress): Step<boolean> {
  const first = manager.nodes[0] as ClusterNode;
  if (!(yield* checkCluster(manager, { quiet: false }))) return false;
  let master: ClusterNode | null = null;
  const { slave, masterId } = manager.options;
  if (slave) {
    if (masterId !== null) {
      master = nodeByName(manager, masterId);
      if (master === null) {
        yield* log(manager, 'error', `[ERR] No such master ID ${masterId}\n`);
        return false;
      }
    } else {
      master = leastReplicated(manager);
      if (master === null) return false;
      yield* ops.print(`Automatically selected master ${address(master)}\n`);
    }
  }
  const node = newNode(where.ip, where.port, where.busPort);
  if (!(yield* openNewcomer(manager, node))) return false;
  if (!slave && !(yield* copyFunctions(manager, first, node))) return false;
  yield* log(
    manager,
    'info',
    `>>> Send CLUSTER MEET to node ${address(node)} to make it join the cluster.\n`,
  );
  const met = yield* call(node, meetCommand(['CLUSTER', 'MEET'], first));
  if (met instanceof ErrorReply) {
    yield* printReplyError(manager, node, met);
    return false;
  }
  if (master !== null) {
    manager.nodes.push(node);
    yield* ops.sleep(1_000_000);
    yield* waitForClusterJoin(manager);
    yield* log(manager, 'info', `>>> Configure node as replica of ${address(master)}.\n`);
    const told = yield* call(node, ['CLUSTER', 'REPLICATE', master.name]);
    if (told instanceof ErrorReply) {
      yield* printReplyError(manager, node, told);
      return false;
    }
  }
  yield* log(manager, 'ok', '[OK] New node added correctly.\n');
  return true;
}

function* openNewcomer(manager: Manager, node: ClusterNode): Step<boolean> {
  if (!(yield* connectNode(manager, node))) {
    yield* log(manager, 'error', `[ERR] Sorry, can't connect to node ${address(node)}\n`);
    return false;
  }
  const enabled = yield* isClusterNode(node);
  if (enabled !== true) {
    yield* printNotClusterNode(manager, node, enabled === false ? null : enabled);
    return false;
  }
  if ((yield* loadNode(manager, node)) === null) return false;
  const empty = yield* isEmptyNode(node);
  if (empty !== true) {
    yield* printNotEmpty(manager, node, empty === false ? null : empty);
    return false;
  }
  return true;
}

/** A new master must know the functions that the others know. */
function* copyFunctions(manager: Manager, from: ClusterNode, to: ClusterNode): Step<boolean> {
  yield* log(manager, 'info', '>>> Getting functions from cluster\n');
  const dump = yield* call(from, ['FUNCTION', 'DUMP']);
  if (dump instanceof ErrorReply) {
    yield* log(
      manager,
      'warn',
      `>>> Failed retrieving Functions from the cluster, skip this step as Redis version do not support function command (error = '${dump.text}')\n`,
    );
    return true;
  }
  yield* log(
    manager,
    'info',
    `>>> Send FUNCTION LIST to ${address(to)} to verify there is no functions in it\n`,
  );
  const list = yield* call(to, ['FUNCTION', 'LIST']);
  if (list instanceof ErrorReply) {
    yield* log(manager, 'error', `>>> Failed on CLUSTER LIST (error = '${list.text}')\n`);
    return false;
  }
  if (Array.isArray(list) && list.length > 0) {
    yield* log(
      manager,
      'error',
      '>>> New node already contains functions and can not be added to the cluster. Use FUNCTION FLUSH and try again.\n',
    );
    return false;
  }
  yield* log(manager, 'info', `>>> Send FUNCTION RESTORE to ${address(to)}\n`);
  const restored = yield* call(to, ['FUNCTION', 'RESTORE', textOf(dump)]);
  if (restored instanceof ErrorReply) {
    yield* log(
      manager,
      'error',
      `>>> Failed loading functions to the new node (error = '${restored.text}')\n`,
    );
    return false;
  }
  return true;
}

/** The cluster is loaded already. */
export function* delNode(manager: Manager, id: string): Step<boolean> {
  const victim = nodeByName(manager, id);
  if (victim === null) {
    yield* log(manager, 'error', `[ERR] No such node ID ${id}\n`);
    return false;
  }
  if (slotsCount(victim) > 0) {
    yield* log(
      manager,
      'error',
      `[ERR] Node ${address(victim)} is not empty! Reshard data away and try again.\n`,
    );
    return false;
  }
  yield* log(manager, 'info', '>>> Sending CLUSTER FORGET messages to the cluster...\n');
  for (const node of manager.nodes) {
    if (node === victim) continue;
    if (node.replicate === victim.name) {
      const master = leastReplicated(manager, victim);
      if (master === null) return false;
      yield* log(manager, 'info', `>>> ${address(node)} as replica of ${address(master)}\n`);
      const told = yield* call(node, ['CLUSTER', 'REPLICATE', master.name]);
      if (told instanceof ErrorReply) {
        yield* printReplyError(manager, node, told);
        return false;
      }
    }
    const forgotten = yield* call(node, ['CLUSTER', 'FORGET', victim.name]);
    if (forgotten instanceof ErrorReply) {
      yield* printReplyError(manager, node, forgotten);
      return false;
    }
  }
  yield* log(manager, 'info', '>>> Sending CLUSTER RESET SOFT to the deleted node.\n');
  const reset = yield* call(victim, ['CLUSTER', 'RESET', 'SOFT']);
  if (!(reset instanceof ErrorReply)) return true;
  yield* printReplyError(manager, victim, reset);
  return false;
}
