/* Replica migration: a shard with replicas to spare gives one to a master that has lost its last
 * (after clusterHandleSlaveMigration in cluster.c). */

import type { Server } from '#redis/server.ts';
import { clusterSetMaster } from './config-update.ts';
import { clusterOf, emit, nodeRef } from './events.ts';
import { CLUSTER_NODE_MIGRATE_TO } from './message.ts';
import { clusterCountNonFailingSlaves } from './nodes.ts';
import type { ClusterNode } from './node-table.ts';
import { CLUSTER_SLAVE_MIGRATION_DELAY_MS } from './state.ts';

/** Whether a master has slots, may be helped, and has no working replica. */
export function isOrphaned(node: ClusterNode): boolean {
  return (
    node.numslots > 0 &&
    (node.flags & CLUSTER_NODE_MIGRATE_TO) !== 0 &&
    clusterCountNonFailingSlaves(node) === 0
  );
}

/** Moves us to an orphaned master if it is our turn. `maxSlaves` is the greatest number of working
 *  replicas any master has, which is ours. */
export function clusterHandleSlaveMigration(server: Server, maxSlaves: number): void {
  const cluster = clusterOf(server);
  const { myself } = cluster;
  if (!cluster.ok) return;
  const mine = myself.slaveof;
  if (!mine) return;
  const healthy = mine.slaves.filter((node) => !node.failed && !node.timedOut).length;
  if (healthy <= server.config.clusterMigrationBarrier) return;
  const { target, candidate } = chooseMigration(server, maxSlaves);
  if (!target || candidate !== myself) return;
  if (server.mstime() - target.orphanedTime <= CLUSTER_SLAVE_MIGRATION_DELAY_MS) return;
  server.io.log('warning', `Migrating to orphaned master ${target.name}`);
  emit(server, 'REPLICA_MIGRATION', { ...nodeRef(target), from: mine.name, spare: healthy - 1 });
  clusterSetMaster(server, target);
}

/** The orphan to help and who should: of all replicas of the richest masters the smallest id. */
function chooseMigration(
  server: Server,
  maxSlaves: number,
): { target: ClusterNode | null; candidate: ClusterNode } {
  const cluster = clusterOf(server);
  const now = server.mstime();
  let candidate = cluster.myself;
  let target: ClusterNode | null = null;
  for (const node of cluster.nodes.list) {
    if (!node.isMaster || node.failed) {
      node.orphanedTime = 0;
      continue;
    }
    if (isOrphaned(node)) {
      target ??= node;
      if (node.orphanedTime === 0) node.orphanedTime = now;
    } else {
      node.orphanedTime = 0;
    }
    if (clusterCountNonFailingSlaves(node) !== maxSlaves) continue;
    // A failed replica is compared too: with the smallest id it blocks the migration. Redis is so.
    for (const replica of node.slaves) if (replica.name < candidate.name) candidate = replica;
  }
  return { target, candidate };
}
