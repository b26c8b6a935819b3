/* Manual failover without data loss (after the "manual failover" part of cluster.c).
 *
 * The replica asks its master to pause writes; the master's next header says the offset it stopped
 * at; when the replica has processed that much it holds an election without waiting. Either side
 * gives up after five seconds. */

import type { Server } from '#redis/server.ts';
import { PAUSE_DURING_FAILOVER, pauseClients, unpauseClients } from '#redis/pause.ts';
import { replicationGetSlaveOffset } from '#redis/replication/state.ts';
import { clusterOf, emit, nodeRef } from './events.ts';
import { clusterSendPing } from './gossip.ts';
import { CLUSTERMSG_FLAG0_PAUSED, CLUSTERMSG_TYPE_PING, type BusMessage } from './message.ts';
import type { ClusterNode } from './node-table.ts';
import {
  CLUSTER_MF_PAUSE_MULT,
  CLUSTER_MF_TIMEOUT_MS,
  CLUSTER_TODO_HANDLE_FAILOVER,
  CLUSTER_TODO_HANDLE_MANUALFAILOVER,
  clusterDoBeforeSleep,
  type ClusterLink,
} from './state.ts';

/** Forgets a manual failover, whatever came of it; a paused master serves again. */
export function resetManualFailover(server: Server): void {
  const cluster = clusterOf(server);
  if (cluster.mfSlave) unpauseClients(server, PAUSE_DURING_FAILOVER);
  cluster.mfEnd = 0;
  cluster.mfCanStart = false;
  cluster.mfSlave = null;
  cluster.mfMasterOffset = -1;
}

/** Gives up when the time is over. */
export function manualFailoverCheckTimeout(server: Server): void {
  const cluster = clusterOf(server);
  if (cluster.mfEnd === 0 || cluster.mfEnd >= server.mstime()) return;
  server.io.log('warning', 'Manual failover timed out.');
  emit(server, 'MF_TIMEOUT', { role: cluster.myself.isMaster ? 'master' : 'replica' });
  resetManualFailover(server);
}

/** Replica: has everything the paused master sent been processed? */
export function clusterHandleManualFailover(server: Server): void {
  const cluster = clusterOf(server);
  if (cluster.mfEnd === 0 || cluster.mfCanStart || cluster.mfMasterOffset === -1) return;
  if (cluster.mfMasterOffset !== replicationGetSlaveOffset(server)) {
    clusterDoBeforeSleep(cluster, CLUSTER_TODO_HANDLE_MANUALFAILOVER);
    return;
  }
  cluster.mfCanStart = true;
  server.io.log('warning', 'All master replication stream processed, manual failover can start.');
  emit(server, 'MF_READY', { offset: cluster.mfMasterOffset });
  clusterDoBeforeSleep(cluster, CLUSTER_TODO_HANDLE_FAILOVER);
}

/** Master: a replica asks us to pause, so that it can take over. */
export function clusterProcessMFStart(server: Server, link: ClusterLink, sender: ClusterNode): void {
  const cluster = clusterOf(server);
  // A replica we do not know as ours yet is not believed; its attempt will time out.
  if (sender.slaveof !== cluster.myself) return;
  const now = server.mstime();
  resetManualFailover(server);
  cluster.mfEnd = now + CLUSTER_MF_TIMEOUT_MS;
  cluster.mfSlave = sender;
  pauseClients(server, PAUSE_DURING_FAILOVER, now + CLUSTER_MF_TIMEOUT_MS * CLUSTER_MF_PAUSE_MULT, 'write');
  server.io.log('warning', `Manual failover requested by replica ${sender.name}.`);
  emit(server, 'MF_PAUSED', { ...nodeRef(sender), offset: server.replication.masterReplOffset });
  // Its header carries PAUSED and the offset we stopped at.
  clusterSendPing(server, link, CLUSTERMSG_TYPE_PING);
}

/** Replica: the first header of our paused master says where it stopped. */
export function noteMasterOffset(server: Server, sender: ClusterNode, message: BusMessage): void {
  const cluster = clusterOf(server);
  const { myself } = cluster;
  const expected = cluster.mfEnd !== 0 && myself.isSlave && myself.slaveof === sender;
  if (!expected || !(message.mflags & CLUSTERMSG_FLAG0_PAUSED) || cluster.mfMasterOffset !== -1) return;
  cluster.mfMasterOffset = message.offset;
  server.io.log(
    'warning',
    `Received replication offset for paused master manual failover: ${message.offset}`,
  );
  clusterDoBeforeSleep(cluster, CLUSTER_TODO_HANDLE_MANUALFAILOVER);
}
