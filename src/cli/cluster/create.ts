/* --cluster create (after clusterManagerCommandCreate): the plan, the question, and the commands in
 * the order of the real tool. The spreading of replicas over hosts is plan.ts. */

import type { Bytes } from '#base/bytes.ts';
import { resolveHost } from '#cli/execution.ts';
import * as ops from '#cli/ops.ts';
import type { Step } from '#cli/program.ts';
import { ErrorReply } from '#redis/reply.ts';
import { parseAddress } from './address.ts';
import { checkCluster, showNodes } from './check.ts';
import { confirmWithYes } from './confirm.ts';
import {
  isClusterNode,
  isEmptyNode,
  loadFromNode,
  loadNode,
  printNotClusterNode,
  waitForClusterJoin,
} from './load.ts';
import { log, printReplyError } from './log.ts';
import { address, call, connectNode, newNode } from './node.ts';
import type { ClusterNode, Manager } from './node.ts';
import { optimizeAntiAffinity, planMasters, planReplicas } from './plan.ts';

export function* createCluster(manager: Manager): Step<boolean> {
  for (const text of manager.options.args) {
    const node = yield* openEmptyNode(manager, text);
    if (node === null) return false;
    manager.nodes.push(node);
  }
  const count = manager.nodes.length;
  const { replicas } = manager.options;
  const mastersCount = Math.trunc(count / (replicas + 1));
  if (replicas < 0 || mastersCount < 3) {
    yield* log(
      manager,
      'error',
      '*** ERROR: Invalid configuration for cluster creation.\n' +
        '*** Redis Cluster requires at least 3 master nodes.\n' +
        `*** This is not possible with ${count} nodes and ${replicas} replicas per node.\n`,
    );
    yield* log(manager, 'error', `*** At least ${3 * (replicas + 1)} nodes are required.\n`);
    return false;
  }
  yield* log(manager, 'info', `>>> Performing hash slots allocation on ${count} nodes...\n`);
  const { masters, candidates } = planMasters(manager.nodes, mastersCount);
  for (const [at, { first, last }] of masters.entries()) {
    yield* ops.print(`Master[${at}] -> Slots ${first} - ${last}\n`);
  }
  for (const line of planReplicas(
    masters.map((master) => master.node),
    candidates,
    replicas,
  )) {
    yield* ops.print(line);
  }
  yield* optimizeAntiAffinity(manager);
  yield* showNodes(manager);
  if (!(yield* confirmWithYes(manager, 'Can I set the above configuration?', false))) return true;
  return yield* applyPlan(manager);
}

/** A node that is reachable, in cluster mode, and empty. */
function* openEmptyNode(manager: Manager, text: Bytes): Step<ClusterNode | null> {
  const where = parseAddress(text);
  if (where === null) {
    yield* ops.printError(`Invalid address format: ${text}\n`);
    return null;
  }
  const node = newNode(where.ip, where.port, where.busPort);
  if (!(yield* connectNode(manager, node))) return null;
  const enabled = yield* isClusterNode(node);
  if (enabled !== true) {
    yield* printNotClusterNode(manager, node, enabled === false ? null : enabled);
    return null;
  }
  if ((yield* loadNode(manager, node)) === null) return null;
  const empty = yield* isEmptyNode(node);
  if (empty !== true) {
    yield* printNotEmpty(manager, node, empty === false ? null : empty);
    return null;
  }
  return node;
}

export function* printNotEmpty(manager: Manager, node: ClusterNode, error: ErrorReply | null): Step<void> {
  const reason =
    error?.text ??
    'is not empty. Either the node already knows other nodes (check with CLUSTER NODES) or contains some key in database 0.';
  yield* log(manager, 'error', `[ERR] Node ${address(node)} ${reason}\n`);
}

function* applyPlan(manager: Manager): Step<boolean> {
  for (const node of manager.nodes) {
    const error = yield* flushNodeConfig(node);
    // A replica cannot be told before it knows its master; it is told again after the join.
    if (error !== null && node.replicate === null) {
      yield* printReplyError(manager, node, error);
      return false;
    }
  }
  yield* log(manager, 'info', '>>> Nodes configuration updated\n');
  yield* log(manager, 'info', '>>> Assign a different config epoch to each node\n');
  for (const [at, node] of manager.nodes.entries()) {
    yield* call(node, ['cluster', 'set-config-epoch', String(at + 1)]);
  }
  yield* log(manager, 'info', '>>> Sending CLUSTER MEET messages to join the cluster\n');
  const [first, ...others] = manager.nodes as [ClusterNode, ...ClusterNode[]];
  for (const node of others) {
    const reply = yield* call(node, meetCommand(['cluster', 'meet'], first));
    if (reply instanceof ErrorReply) {
      yield* printReplyError(manager, node, reply);
      yield* ops.printError('Failed to send CLUSTER MEET command.\n');
      return false;
    }
  }
  // Nodes need a moment to greet each other; asking at once would only draw a dot.
  yield* ops.sleep(1_000_000);
  yield* waitForClusterJoin(manager);
  let ok = true;
  for (const node of manager.nodes) {
    if (!node.dirty) continue;
    const error = yield* flushNodeConfig(node);
    if (error === null) continue;
    yield* printReplyError(manager, node, error);
    ok = false;
  }
  if (!ok) return false;
  if (!(yield* loadFromNode(manager, first))) return false;
  return yield* checkCluster(manager, { quiet: false });
}

/** Written as redis-cli writes it, small in one place and large in the other, which MONITOR shows. Servers know
 *  no names. */
export function meetCommand(words: readonly Bytes[], node: ClusterNode): Bytes[] {
  const argv = [...words, resolveHost(node.ip) ?? node.ip, String(node.port)];
  if (node.busPort !== 0 && node.busPort !== node.port + 10000) argv.push(String(node.busPort));
  return argv;
}

/** Tells a node its part of the plan. Null when done or when there is nothing to tell. */
function* flushNodeConfig(node: ClusterNode): Step<ErrorReply | null> {
  if (!node.dirty) return null;
  let argv: Bytes[];
  if (node.replicate !== null) argv = ['CLUSTER', 'REPLICATE', node.replicate];
  else {
    argv = ['CLUSTER', 'ADDSLOTS'];
    node.slots.forEach((owned, slot) => {
      if (owned) argv.push(String(slot));
    });
  }
  const reply = yield* call(node, argv);
  if (reply instanceof ErrorReply) return reply;
  node.dirty = false;
  return null;
}
