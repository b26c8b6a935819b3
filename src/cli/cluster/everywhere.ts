/* --cluster call, set-timeout, import, backup: doing something with every node (after the
 * clusterManagerCommand functions of these names). */

import type { Bytes } from '#base/bytes.ts';
import { keyHashSlot } from '#base/crc16.ts';
import { formatRaw } from '#cli/format.ts';
import { fetchRdb } from '#cli/modes/rdb.ts';
import * as ops from '#cli/ops.ts';
import { atoi } from '#cli/options.ts';
import type { Step } from '#cli/program.ts';
import { ErrorReply } from '#redis/reply.ts';
import type { Reply } from '#redis/reply.ts';
import type { NodeAddress } from './address.ts';
import { checkCluster } from './check.ts';
import { isClusterNode } from './load.ts';
import { log } from './log.ts';
import {
  address,
  call,
  connectNode,
  isSlave,
  masters,
  newNode,
  rangesOf,
  slotsCount,
  textOf,
} from './node.ts';
import type { ClusterNode, Manager } from './node.ts';

export function* callEverywhere(manager: Manager, argv: readonly Bytes[]): Step<boolean> {
  yield* log(manager, 'info', '>>> Calling');
  yield* ops.print(argv.map((word) => ` ${word}`).join('') + '\n');
  const { onlyMasters, onlyReplicas } = manager.options;
  for (const node of manager.nodes) {
    if ((onlyMasters && node.replicate !== null) || (onlyReplicas && node.replicate === null)) continue;
    if (!(yield* connectNode(manager, node))) continue;
    const reply = yield* call(node, argv);
    yield* ops.print(`${address(node)}: ${formatRaw(reply, manager.config.itemDelimiter)}\n`);
  }
  return true;
}

export function* setTimeoutEverywhere(manager: Manager, timeoutMs: number): Step<boolean> {
  yield* log(manager, 'info', '>>> Reconfiguring node timeout in every cluster node...\n');
  let ok = 0;
  let failed = 0;
  for (const node of manager.nodes) {
    let reply = yield* call(node, ['CONFIG', 'SET', 'cluster-node-timeout', String(timeoutMs)]);
    if (!(reply instanceof ErrorReply)) reply = yield* call(node, ['CONFIG', 'REWRITE']);
    if (reply instanceof ErrorReply) {
      failed++;
      yield* log(manager, 'error', `ERR setting node-timeout for ${address(node)}: ${reply.text}\n`);
    } else {
      ok++;
      yield* log(manager, 'warn', `*** New timeout set for ${address(node)}\n`);
    }
  }
  yield* log(manager, 'info', `>>> New node timeout set. ${ok} OK, ${failed} ERR.\n`);
  return true;
}

/** Copies the keys of a lone server into the cluster, each by a MIGRATE of that server. */
export function* importKeys(manager: Manager, from: NodeAddress): Step<boolean> {
  if (!(yield* checkCluster(manager, { quiet: false }))) return false;
  const source = newNode(from.ip, from.port);
  const made = yield* ops.connect(from.ip, from.port);
  if ('error' in made) {
    yield* ops.printError(`Could not connect to Redis at ${address(source)}: ${made.error}.\n`);
    return false;
  }
  source.handle = made.handle;
  const { fromUser, fromPass } = manager.options;
  if (fromPass !== null) {
    const who = fromUser === null ? [] : [fromUser];
    const reply = yield* call(source, ['AUTH', ...who, fromPass]);
    if (reply instanceof ErrorReply) {
      yield* ops.printError(`AUTH failed: ${reply.text}\n`);
      return false;
    }
  }
  const isCluster = yield* isClusterNode(source);
  if (isCluster instanceof ErrorReply) {
    yield* sourceError(manager, source, isCluster);
    return false;
  }
  if (isCluster) {
    yield* log(manager, 'error', '[ERR] The source node should not be a cluster node.\n');
    return false;
  }
  const size = yield* call(source, ['DBSIZE']);
  yield* log(manager, 'warn', `*** Importing ${typeof size === 'number' ? size : 0} keys from DB 0\n`);
  let cursor = '0';
  do {
    const page = yield* call(source, ['SCAN', cursor, 'COUNT', '1000']);
    if (!Array.isArray(page)) {
      yield* sourceError(manager, source, page);
      return false;
    }
    cursor = textOf(page[0] as Reply);
    for (const key of page[1] as Reply[]) {
      if (!(yield* importKey(manager, source, textOf(key)))) return false;
    }
  } while (cursor !== '0');
  return true;
}

function* importKey(manager: Manager, source: ClusterNode, key: Bytes): Step<boolean> {
  const target = masters(manager).find((node) => node.slots[keyHashSlot(key)]);
  if (target === undefined) return false;
  yield* ops.print(`Migrating ${key} to ${address(target)}: `);
  const { copy, replace, timeoutMs } = manager.options;
  const argv = ['MIGRATE', target.ip, String(target.port), key, '0', String(timeoutMs)];
  if (copy) argv.push('COPY');
  if (replace) argv.push('REPLACE');
  const { auth, user } = manager.config;
  if (auth !== null) argv.push(...(user === null ? ['AUTH', auth] : ['AUTH2', user, auth]));
  const reply = yield* call(source, argv);
  if (reply instanceof ErrorReply) {
    yield* sourceError(manager, source, reply);
    return false;
  }
  yield* ops.print('OK\n');
  return true;
}

function* sourceError(manager: Manager, source: ClusterNode, reply: Reply): Step<void> {
  const text = reply instanceof ErrorReply ? reply.text : 'unexpected reply';
  yield* log(manager, 'error', `Source ${address(source)} replied with error:\n${text}\n`);
}

/** An RDB file per master and a description of the nodes. */
export function* backup(manager: Manager, directory: Bytes): Step<boolean> {
  const good = yield* checkCluster(manager, { quiet: false });
  const folder = directory.replace(/\/?$/, '/');
  const described: string[] = [];
  for (const node of manager.nodes) {
    described.push(describeJson(node, manager.errors.length));
    if (isSlave(node) || node.replicate !== null) continue;
    yield* log(manager, 'info', `>>> Node ${address(node)} -> Saving RDB...\n`);
    const path = `${folder}redis-node-${node.ip}-${node.port}-${node.name}.rdb`;
    if (node.handle === null || !(yield* fetchRdb(node.handle, path))) return false;
    // The connection was given over to replication.
    node.handle = null;
  }
  const path = `${folder}nodes.json`;
  yield* log(manager, 'info', `Saving cluster configuration to: ${path}\n`);
  if ((yield* ops.writeFile(path, `[\n${described.join(',\n')}\n]`)) !== null) {
    yield* log(manager, 'error', `Could not save nodes to: ${path}\n`);
    yield* log(manager, 'ok', '[ERR] Failed to back cluster!\n');
    return false;
  }
  if (!good) yield* log(manager, 'warn', NOT_WELL);
  yield* log(manager, 'ok', `[OK] Backup created into: ${directory}\n`);
  return true;
}

const NOT_WELL =
  "*** Cluster seems to have some problems, please be aware of it if you're going to restore this backup.\n";

function describeJson(node: ClusterNode, errors: number): string {
  const replicate = node.replicate === null ? 'null' : `"${node.replicate}"`;
  const slots = rangesOf(node.slots)
    .map(([first, last]) => `[${first},${last}]`)
    .join(',');
  const marks = (name: string, list: [number, string][]): string =>
    list.length === 0
      ? ''
      : `,\n    "${name}": {${list.map(([slot, id]) => `"${slot}": "${id}"`).join(',')}}`;
  return (
    `  {\n    "name": "${node.name}",\n    "host": "${node.ip}",\n    "port": ${node.port},\n` +
    `    "replicate": ${replicate},\n    "slots": [${slots}],\n    "slots_count": ${slotsCount(node)},\n` +
    `    "flags": "${node.flags.join(',')}",\n    "current_epoch": ${node.currentEpoch}` +
    (errors > 0 ? `,\n    "cluster_errors": ${errors}` : '') +
    marks('migrating', node.migrating) +
    marks('importing', node.importing) +
    '\n  }'
  );
}

/** Milliseconds of `set-timeout`; null and a word of advice when too short. */
export function* readTimeout(text: Bytes): Step<number | null> {
  const timeoutMs = atoi(text);
  if (timeoutMs >= 100) return timeoutMs;
  yield* ops.printError('Setting a node timeout of less than 100 milliseconds is a bad idea.\n');
  return null;
}
