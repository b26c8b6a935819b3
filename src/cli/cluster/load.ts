/* Loading the table of nodes, and agreement between nodes (after clusterManagerLoadInfoFromNode,
 * clusterManagerNodeLoadInfo, clusterManagerIsConfigConsistent). */

import type { Bytes } from '#base/bytes.ts';
import * as ops from '#cli/ops.ts';
import type { Step } from '#cli/program.ts';
import { ErrorReply } from '#redis/reply.ts';
import { log, printReplyError } from './log.ts';
import {
  address,
  call,
  closeNode,
  connectNode,
  isSlave,
  newNode,
  nodeByName,
  textOf,
  type ClusterNode,
  type Manager,
} from './node.ts';

/** One line of CLUSTER NODES. */
export interface NodeLine {
  name: string;
  ip: string;
  port: number;
  busPort: number;
  flags: string[];
  masterId: string | null;
  configEpoch: number;
  connected: boolean;
  slots: [first: number, last: number][];
  migrating: [slot: number, nodeId: string][];
  importing: [slot: number, nodeId: string][];
}

/** Parses the text of CLUSTER NODES; lines that are none are left out. */
export function parseClusterNodes(text: Bytes): NodeLine[] {
  const lines: NodeLine[] = [];
  for (const line of text.split('\n')) {
    const fields = line.split(' ');
    if (fields.length < 8) continue;
    const [name = '', where = '', flags = '', masterId = '-', , , epoch = '0', link = ''] = fields;
    const [hostPort = ''] = where.split(',');
    const [ipPort = '', busPort = '0'] = hostPort.split('@');
    const colon = ipPort.lastIndexOf(':');
    const parsed: NodeLine = {
      name,
      ip: ipPort.slice(0, colon),
      port: Number(ipPort.slice(colon + 1)) || 0,
      busPort: Number(busPort) || 0,
      flags: flags.split(','),
      masterId: masterId === '-' ? null : masterId,
      configEpoch: Number(epoch) || 0,
      connected: link === 'connected',
      slots: [],
      migrating: [],
      importing: [],
    };
    for (const slot of fields.slice(8)) addSlotField(parsed, slot);
    lines.push(parsed);
  }
  return lines;
}

function addSlotField(line: NodeLine, field: string): void {
  const open = /^\[(\d+)-([<>])-(\w+)\]$/.exec(field);
  if (open !== null) {
    const list = open[2] === '>' ? line.migrating : line.importing;
    list.push([Number(open[1]), open[3] as string]);
    return;
  }
  const range = /^(\d+)(?:-(\d+))?$/.exec(field);
  if (range !== null) line.slots.push([Number(range[1]), Number(range[2] ?? range[1])]);
}

/** Is the node in cluster mode? An ErrorReply when it would not say. */
export function* isClusterNode(node: ClusterNode): Step<boolean | ErrorReply> {
  const info = yield* call(node, ['INFO']);
  if (info instanceof ErrorReply) return info;
  return /^cluster_enabled:1\r?$/m.test(textOf(info));
}

/** Knows no other node and holds no key in database 0. */
export function* isEmptyNode(node: ClusterNode): Step<boolean | ErrorReply> {
  const info = yield* call(node, ['INFO']);
  if (info instanceof ErrorReply) return info;
  if (textOf(info).includes('db0:')) return false;
  const cluster = yield* call(node, ['CLUSTER', 'INFO']);
  if (cluster instanceof ErrorReply) return cluster;
  return textOf(cluster).includes('cluster_known_nodes:1\r');
}

export function* printNotClusterNode(
  manager: Manager,
  node: ClusterNode,
  error: ErrorReply | null,
): Step<void> {
  yield* log(
    manager,
    'error',
    `[ERR] Node ${address(node)} ${error?.text ?? 'is not configured as a cluster node.'}\n`,
  );
}

/** Takes over what the node says of itself; the other nodes it lists are returned. */
export function* loadNode(manager: Manager, node: ClusterNode): Step<ClusterNode[] | null> {
  const reply = yield* call(node, ['CLUSTER', 'NODES']);
  if (reply instanceof ErrorReply) {
    yield* printReplyError(manager, node, reply);
    return null;
  }
  const friends: ClusterNode[] = [];
  node.slots.fill(0);
  for (const line of parseClusterNodes(textOf(reply))) {
    const myself = line.flags.includes('myself');
    const target = myself ? node : newNode(line.ip, line.port);
    target.name = line.name;
    target.flags = line.flags.filter((flag) => flag !== 'myself');
    target.replicate = line.masterId;
    target.currentEpoch = line.configEpoch;
    target.connected = line.connected;
    // The port to meet is told only where it does not follow from the client port.
    if (line.busPort !== 0 && line.busPort !== line.port + 10000) target.busPort = line.busPort;
    if (!myself) {
      friends.push(target);
      continue;
    }
    target.migrating = line.migrating;
    target.importing = line.importing;
    for (const [first, last] of line.slots) target.slots.fill(1, first, last + 1);
  }
  return friends;
}

/** Fills `manager.nodes` from one node: itself first, then every node it knows that answers. */
export function* loadFromNode(manager: Manager, first: ClusterNode): Step<boolean> {
  if (!(yield* connectNode(manager, first))) return false;
  const enabled = yield* isClusterNode(first);
  if (enabled !== true) {
    yield* printNotClusterNode(manager, first, enabled === false ? null : enabled);
    return false;
  }
  const friends = yield* loadNode(manager, first);
  if (friends === null) return false;
  for (const node of manager.nodes) if (node !== first) yield* closeNode(node);
  manager.nodes = [first];
  manager.unreachableMasters = 0;
  for (const friend of friends) {
    if (yield* loadFriend(manager, friend)) manager.nodes.push(friend);
    else if (!isSlave(friend)) manager.unreachableMasters++;
  }
  yield* countReplicas(manager);
  return true;
}

function* loadFriend(manager: Manager, friend: ClusterNode): Step<boolean> {
  if (friend.ip === '' || friend.port === 0) return false;
  const listed = friend.flags;
  if (!(yield* connectNode(manager, friend))) return false;
  if ((yield* loadNode(manager, friend)) === null) {
    yield* log(manager, 'error', `[ERR] Unable to load info for node ${address(friend)}\n`);
    yield* closeNode(friend);
    return false;
  }
  return !listed.includes('noaddr') && !friend.flags.includes('fail');
}

export function* countReplicas(manager: Manager): Step<void> {
  for (const node of manager.nodes) node.replicasCount = 0;
  for (const node of manager.nodes) {
    if (node.replicate === null) continue;
    const master = nodeByName(manager, node.replicate);
    if (master !== null) master.replicasCount++;
    else {
      yield* log(
        manager,
        'warn',
        `*** WARNING: ${address(node)} claims to be slave of unknown node ID ${node.replicate}.\n`,
      );
    }
  }
}

/** The slot map as one node sees it, in a form that can be compared; null when it does not answer. */
export function* configSignature(node: ClusterNode): Step<string | null> {
  const reply = yield* call(node, ['CLUSTER', 'NODES']);
  if (reply instanceof ErrorReply) return null;
  return parseClusterNodes(textOf(reply))
    .filter((line) => line.slots.length > 0)
    .map(
      (line) =>
        `${line.name}:${line.slots
          .map(([a, b]) => (a === b ? a : `${a}-${b}`))
          .sort()
          .join(',')}`,
    )
    .sort()
    .join('|');
}

/** Do all nodes see the same slot map? */
export function* isConfigConsistent(manager: Manager): Step<boolean> {
  // Who is alone agrees with himself, and is not asked.
  if (manager.nodes.length <= 1) return true;
  let first: string | null = null;
  for (const node of manager.nodes) {
    const signature = yield* configSignature(node);
    if (signature === null) return false;
    first ??= signature;
    if (signature !== first) return false;
  }
  return true;
}

/** One dot per second until all nodes agree. */
export function* waitForClusterJoin(manager: Manager): Step<void> {
  yield* ops.print('Waiting for the cluster to join\n');
  const checkAfter = 20 + Math.trunc(manager.nodes.length * 0.15);
  let counter = 0;
  while (!(yield* isConfigConsistent(manager))) {
    yield* ops.print('.');
    yield* ops.sleep(1_000_000);
    if (++counter <= checkAfter) continue;
    yield* warnOfUnreachable(manager);
    counter = 0;
  }
  yield* ops.print('\n');
}

/** Says who cannot see whom; a blocked bus port is the usual reason. */
function* warnOfUnreachable(manager: Manager): Step<void> {
  const unseen = new Map<string, string[]>();
  for (const node of manager.nodes) {
    const reply = yield* call(node, ['CLUSTER', 'NODES']);
    for (const line of parseClusterNodes(textOf(reply))) {
      const lost =
        !line.connected || line.flags.some((flag) => flag === 'handshake' || flag.startsWith('fail'));
      if (!lost || line.flags.includes('myself')) continue;
      const where = `${line.ip}:${line.port}`;
      unseen.set(where, [...(unseen.get(where) ?? []), address(node)]);
    }
  }
  if (unseen.size === 0) return;
  yield* ops.print('\n');
  yield* log(manager, 'error', `Warning: ${unseen.size} node(s) may be unreachable\n`);
  for (const [where, from] of unseen) {
    const node = manager.nodes.find((candidate) => address(candidate) === where);
    const busPort =
      node === undefined || node.busPort === 0 ? Number(where.split(':').at(-1)) + 10000 : node.busPort;
    yield* log(
      manager,
      'error',
      ` - The port ${busPort} of node ${where.replace(/:\d+$/, '')} may be unreachable from:\n`,
    );
    for (const seer of from) yield* ops.print(`   ${seer}\n`);
  }
  yield* log(
    manager,
    'error',
    'Cluster bus ports must be reachable by every node.\nRemember that cluster bus ports are different from standard instance ports.\n',
  );
}
