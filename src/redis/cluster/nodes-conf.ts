/* nodes.conf: what a server remembers of its cluster over a restart (after clusterSaveConfig,
 * clusterLoadConfig and verifyClusterConfigWithData in cluster.c). */

import { assert } from '#base/assert.ts';
import { intern } from '#base/bytes.ts';
import { CLUSTER_SLOTS } from '#base/crc16.ts';
import { countKeysInSlot } from '#redis/db.ts';
import type { Server } from '#redis/server.ts';
import { clusterGenNodesDescription } from './describe-nodes.ts';
import { clusterOf, emit } from './events.ts';
import { nodeAddress } from './gossip-section.ts';
import { parseNodeFlags } from './flags.ts';
import {
  CLUSTER_NODE_FAIL,
  CLUSTER_NODE_HANDSHAKE,
  CLUSTER_NODE_MASTER,
  CLUSTER_NODE_MYSELF,
} from './message.ts';
import {
  clusterAddNode,
  clusterLookupNode,
  clusterNodeAddSlave,
  createClusterNode,
  verifyClusterNodeId,
} from './nodes.ts';
import { clusterAddSlot, clusterDelSlot } from './slots.ts';
import type { ClusterNode } from './node-table.ts';
import {
  CLUSTER_PORT_INCR,
  CLUSTER_TODO_FSYNC_CONFIG,
  CLUSTER_TODO_SAVE_CONFIG,
  mutated,
  slotOwner,
} from './state.ts';
import { clusterGetMaxEpoch } from './epoch.ts';

/** Writes nodes.conf; with `fsync` it survives a power loss too. */
export function clusterSaveConfig(server: Server, fsync: boolean): void {
  const cluster = clusterOf(server);
  cluster.todoBeforeSleep &= ~(CLUSTER_TODO_SAVE_CONFIG | (fsync ? CLUSTER_TODO_FSYNC_CONFIG : 0));
  cluster.saveDeferred = false;
  cluster.savedVoteEpoch = cluster.lastVoteEpoch;
  cluster.savedConfigEpoch = cluster.myself.configEpoch;
  const path = server.config.clusterConfigFile;
  server.io.disk.write(path, nodesConf(server));
  if (fsync) server.io.disk.fsync(path);
}

/** Nodes beyond which the file is not written after every event. */
const SAVE_AT_ONCE_UP_TO = 40;

/** Saves now, or, in a large cluster that is taking shape, within a second: every server would write
 *  a line for every node each time it hears of one more. What must not be forgotten, our own vote and
 *  epoch, is never put off. */
export function clusterSaveSoon(server: Server, fsync: boolean): void {
  const cluster = clusterOf(server);
  const own =
    cluster.savedVoteEpoch !== cluster.lastVoteEpoch ||
    cluster.savedConfigEpoch !== cluster.myself.configEpoch;
  if (own || cluster.nodes.size <= SAVE_AT_ONCE_UP_TO) clusterSaveConfig(server, fsync);
  else cluster.saveDeferred = true;
}

/** Writes what was put off, once a second. */
export function clusterSaveDeferred(server: Server): void {
  const cluster = clusterOf(server);
  if (!cluster.saveDeferred || cluster.cronIteration % 10 !== 0) return;
  clusterSaveConfig(server, true);
}

/** The contents of nodes.conf. */
function nodesConf(server: Server): string {
  const cluster = clusterOf(server);
  const nodes = clusterGenNodesDescription(server, CLUSTER_NODE_HANDSHAKE);
  return `${nodes}vars currentEpoch ${cluster.currentEpoch} lastVoteEpoch ${cluster.lastVoteEpoch}\n`;
}

/** Reads nodes.conf: 'none' when there is none, 'broken' when it cannot be understood. */
export function clusterLoadConfig(server: Server): 'loaded' | 'none' | 'broken' {
  const cluster = clusterOf(server);
  const text = server.io.disk.read(server.config.clusterConfigFile);
  if (text === undefined || text.trim() === '') return 'none';
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const words = line.trim().split(/ +/);
    if (!(words[0] === 'vars' ? loadVars(server, words) : loadNode(server, words))) return 'broken';
  }
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition
  if (cluster.myself === undefined) return 'broken';
  if (mutated(cluster, 'forgetVotesOnRestart')) cluster.lastVoteEpoch = 0;
  const max = clusterGetMaxEpoch(server);
  if (max > cluster.currentEpoch) cluster.currentEpoch = max;
  return 'loaded';
}

function loadVars(server: Server, words: readonly string[]): boolean {
  const cluster = clusterOf(server);
  for (let at = 1; at + 1 < words.length; at += 2) {
    const value = Number(words[at + 1]);
    if (words[at] === 'currentEpoch') cluster.currentEpoch = value;
    else if (words[at] === 'lastVoteEpoch') cluster.lastVoteEpoch = value;
    else server.io.log('warning', `Skipping unknown cluster config variable '${words[at]}'`);
  }
  return true;
}

function loadNode(server: Server, words: readonly string[]): boolean {
  const cluster = clusterOf(server);
  const [name, address, flagList, masterName, pingSent, pongReceived, epoch] = words as (
    string | undefined
  )[];
  if (!name || !address || !flagList || !masterName || !epoch || words.length < 8) return false;
  if (!verifyClusterNodeId(name)) return false;
  const flags = parseNodeFlags(flagList);
  if (flags === null) return false;
  const node = findOrCreate(server, intern(name));
  if (!loadAddress(node, address)) return false;
  node.flags |= flags;
  if (flags & CLUSTER_NODE_MYSELF) cluster.myself = node;
  if (flags & CLUSTER_NODE_FAIL) node.failTime = server.mstime();
  if (masterName !== '-') {
    if (!verifyClusterNodeId(masterName)) return false;
    const master = findOrCreate(server, intern(masterName));
    node.slaveof = master;
    clusterNodeAddSlave(master, node);
  }
  if (Number(pingSent) !== 0) node.pingSent = server.mstime();
  if (Number(pongReceived) !== 0) node.pongReceived = server.mstime();
  // A replica's line shows its master's epoch, not its own.
  node.configEpoch = node.flags & CLUSTER_NODE_MASTER ? Number(epoch) : 0;
  return words.slice(8).every((word) => loadSlots(server, node, word));
}

function findOrCreate(server: Server, name: string): ClusterNode {
  const cluster = clusterOf(server);
  const known = clusterLookupNode(cluster, name);
  if (known) return known;
  const node = createClusterNode(server, nodeAddress(name, '', 0, 0, 0), 0);
  clusterAddNode(cluster, node);
  return node;
}

/** `ip:port@cport,hostname`; the last colon ends the ip, which may be empty or IPv6. */
function loadAddress(node: ClusterNode, text: string): boolean {
  const comma = text.indexOf(',');
  const address = comma < 0 ? text : text.slice(0, comma);
  node.hostname = comma < 0 ? '' : (text.slice(comma + 1).split(',')[0] as string);
  const colon = address.lastIndexOf(':');
  if (colon < 0) return false;
  const [client, bus] = address.slice(colon + 1).split('@');
  const port = Number(client);
  const cport = bus === undefined ? port + CLUSTER_PORT_INCR : Number(bus);
  node.moveTo({ ip: intern(address.slice(0, colon)), port, cport });
  return Number.isInteger(port) && Number.isInteger(cport);
}

function loadSlots(server: Server, node: ClusterNode, word: string): boolean {
  const cluster = clusterOf(server);
  const open = /^\[(\d+)-([<>])-([a-z0-9]{40})\]$/.exec(word);
  if (open) {
    const slot = Number(open[1]);
    if (slot >= CLUSTER_SLOTS) return false;
    const peer = findOrCreate(server, open[3] as string);
    (open[2] === '>' ? cluster.migratingTo : cluster.importingFrom).set(slot, peer);
    return true;
  }
  const range = /^(\d+)(?:-(\d+))?$/.exec(word);
  if (!range) return false;
  const first = Number(range[1]);
  const last = range[2] === undefined ? first : Number(range[2]);
  if (last >= CLUSTER_SLOTS || first > last) return false;
  for (let slot = first; slot <= last; slot++) clusterAddSlot(cluster, node, slot);
  return true;
}

/** Makes nodes.conf and the loaded data agree, at start: keys of a slot nobody owns make it ours,
 *  keys of another's slot show as an import. False when there is data where none may be. */
export function verifyClusterConfigWithData(server: Server): boolean {
  const cluster = clusterOf(server);
  // A replica has whatever its master has.
  if (cluster.myself.isSlave) return true;
  const [db, ...others] = server.dbs;
  if (others.some((other) => other.size > 0)) return false;
  assert(db !== undefined, 'every server has database 0');
  let changed = false;
  for (let slot = 0; slot < CLUSTER_SLOTS; slot++) {
    if (countKeysInSlot(db, slot) === 0) continue;
    const owner = slotOwner(cluster, slot);
    if (owner === cluster.myself || cluster.importingFrom.has(slot)) continue;
    changed = true;
    if (owner === null) {
      server.io.log('warning', `I have keys for unassigned slot ${slot}. Taking responsibility for it.`);
      clusterDelSlot(server, slot);
      clusterAddSlot(cluster, cluster.myself, slot);
    } else {
      server.io.log(
        'warning',
        `I have keys for slot ${slot}, but the slot is assigned to another node. Setting it to importing state.`,
      );
      cluster.importingFrom.set(slot, owner);
    }
    emit(server, 'SLOT_REPAIRED', { slot });
  }
  if (changed) clusterSaveConfig(server, true);
  return true;
}
