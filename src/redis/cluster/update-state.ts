/* Whether this server answers for keys at all (after clusterUpdateState in cluster.c). */

import { CLUSTER_SLOTS } from '#base/crc16.ts';
import type { Server } from '#redis/server.ts';
import { clusterOf, emit } from './events.ts';
import { CLUSTER_NODE_FAIL, CLUSTER_NODE_MASTER, CLUSTER_NODE_PFAIL } from './message.ts';
import {
  CLUSTER_MAX_REJOIN_DELAY_MS,
  CLUSTER_MIN_REJOIN_DELAY_MS,
  CLUSTER_TODO_UPDATE_STATE,
  CLUSTER_WRITABLE_DELAY_MS,
  mutated,
  type ClusterState,
} from './state.ts';

/** Computes the state of the cluster as this server sees it. */
export function clusterUpdateState(server: Server): void {
  const cluster = clusterOf(server);
  const now = server.mstime();
  cluster.todoBeforeSleep &= ~CLUSTER_TODO_UPDATE_STATE;
  if (cluster.stateFirstComputedAt === 0) cluster.stateFirstComputedAt = now;
  // A restarted master first listens for a while: somebody may have taken its slots.
  const justStarted = now - cluster.stateFirstComputedAt < CLUSTER_WRITABLE_DELAY_MS;
  if (cluster.myself.isMaster && !cluster.ok && justStarted) return;
  const { ok, reason } = evaluate(server, cluster, now);
  if (ok === cluster.ok) {
    cluster.stateReason = reason;
    return;
  }
  if (ok && cluster.myself.isMaster) {
    // Back from a minority we wait until the others had time to tell us what happened meanwhile.
    const rejoinMs = Math.min(
      Math.max(server.config.clusterNodeTimeout, CLUSTER_MIN_REJOIN_DELAY_MS),
      CLUSTER_MAX_REJOIN_DELAY_MS,
    );
    if (now - cluster.amongMinorityAt < rejoinMs) return;
  }
  cluster.ok = ok;
  cluster.stateReason = reason;
  server.io.log('warning', `Cluster state changed: ${ok ? 'ok' : 'fail'}`);
  emit(server, 'CLUSTER_STATE', { state: ok ? 'ok' : 'fail', reason });
}

function evaluate(server: Server, cluster: ClusterState, now: number): { ok: boolean; reason: string } {
  const { nodes } = cluster;
  let size = 0;
  let reachable = 0;
  let failedOwner = false;
  for (let at = 0; at < nodes.size; at++) {
    const row = nodes.rows[at] as number;
    if (!nodes.servesSlots(row)) continue;
    const flags = nodes.flags[row] as number;
    if (flags & CLUSTER_NODE_FAIL) failedOwner = true;
    if (!(flags & CLUSTER_NODE_MASTER)) continue;
    size++;
    if (!(flags & (CLUSTER_NODE_FAIL | CLUSTER_NODE_PFAIL))) reachable++;
  }
  let reason = '';
  if (server.config.clusterRequireFullCoverage) {
    if (cluster.slotsAssigned < CLUSTER_SLOTS) reason = 'unassignedSlots';
    else if (failedOwner) reason = 'failedOwner';
  }
  cluster.size = size;
  if (reachable < Math.floor(size / 2) + 1 && !mutated(cluster, 'minorityKeepsServing')) {
    cluster.amongMinorityAt = now;
    reason = 'minority';
  }
  return { ok: reason === '', reason };
}
