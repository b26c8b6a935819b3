/* Epochs: the clock that orders claims to slots (after clusterBumpConfigEpochWithoutConsensus and
 * clusterHandleConfigEpochCollision in cluster.c).
 *
 * currentEpoch is the greatest epoch a server has heard of; a master's configEpoch is the version of
 * its claim. An election gives a fresh one by vote. Two rules give one without asking: the bump of an
 * administrator's command, and the tie-break when two masters hold the same one. */

import type { Server } from '#redis/server.ts';
import { clusterOf, emit, nodeRef } from './events.ts';
import { CLUSTERMSG_TYPE_MEET, type BusMessage } from './message.ts';
import { clusterSaveConfig } from './nodes-conf.ts';
import type { ClusterNode } from './node-table.ts';
import {
  CLUSTER_TODO_FSYNC_CONFIG,
  CLUSTER_TODO_SAVE_CONFIG,
  clusterDoBeforeSleep,
  mutated,
} from './state.ts';

/** The greatest epoch known here, of any kind. */
export function clusterGetMaxEpoch(server: Server): number {
  const { nodes, currentEpoch } = clusterOf(server);
  return nodes.list.reduce((max, node) => Math.max(max, node.configEpoch), currentEpoch);
}

/** Takes the next epoch as our configEpoch unless ours is the greatest already; true when it did. */
export function clusterBumpConfigEpochWithoutConsensus(server: Server): boolean {
  const cluster = clusterOf(server);
  const { myself } = cluster;
  if (myself.configEpoch !== 0 && myself.configEpoch === clusterGetMaxEpoch(server)) return false;
  cluster.currentEpoch++;
  myself.configEpoch = cluster.currentEpoch;
  clusterDoBeforeSleep(cluster, CLUSTER_TODO_SAVE_CONFIG | CLUSTER_TODO_FSYNC_CONFIG);
  server.io.log('warning', `New configEpoch set to ${myself.configEpoch}`);
  emit(server, 'EPOCH', { current: cluster.currentEpoch, configEpoch: myself.configEpoch, why: 'bump' });
  return true;
}

/** Another master holds the same configEpoch as we: the one with the smaller id moves on. One of which we have
 *  heard a greater epoch before is not believed. */
export function clusterHandleConfigEpochCollision(
  server: Server,
  sender: ClusterNode,
  configEpoch: number,
): void {
  const cluster = clusterOf(server);
  const { myself } = cluster;
  if (configEpoch !== myself.configEpoch || configEpoch !== sender.configEpoch) return;
  if (!sender.isMaster || !myself.isMaster) return;
  if (mutated(cluster, 'noEpochCollision')) return;
  if (sender.name <= myself.name) return;
  cluster.currentEpoch++;
  myself.configEpoch = cluster.currentEpoch;
  clusterSaveConfig(server, true);
  server.io.log(
    'verbose',
    `WARNING: configEpoch collision with node ${sender.name}. configEpoch set to ${myself.configEpoch}`,
  );
  emit(server, 'CONFIG_EPOCH_COLLISION', { ...nodeRef(sender), epoch: configEpoch, now: myself.configEpoch });
}

/** Takes over greater epochs from a known sender's header. */
export function adoptEpochs(server: Server, sender: ClusterNode, message: BusMessage): void {
  const cluster = clusterOf(server);
  if (message.currentEpoch > cluster.currentEpoch && !mutated(cluster, 'ignoreCurrentEpoch')) {
    cluster.currentEpoch = message.currentEpoch;
    emit(server, 'EPOCH', { current: cluster.currentEpoch, why: 'heard', from: sender.name });
  }
  if (message.configEpoch > sender.configEpoch) {
    // A replica's header carries its master's epoch, and 7.0 stores it all the same. Until a heartbeat
    // of that replica tells us its role, slots we believe to be its own seem to have that epoch: an
    // UPDATE of ours may then take them from whoever really has them.
    if (message.slaveof !== '' && sender.numslots > 0 && message.type > CLUSTERMSG_TYPE_MEET) {
      emit(server, 'EPOCH_MISTAKEN', { ...nodeRef(sender), epoch: message.configEpoch });
    }
    sender.configEpoch = message.configEpoch;
    clusterDoBeforeSleep(cluster, CLUSTER_TODO_SAVE_CONFIG | CLUSTER_TODO_FSYNC_CONFIG);
  }
}
