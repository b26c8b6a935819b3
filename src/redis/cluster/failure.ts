/* From suspicion to certainty and back: failure reports, PFAIL to FAIL, clearing FAIL (after
 * markNodeAsFailingIfNeeded, clearNodeFailureIfNeeded and the failure report functions in cluster.c).
 *
 * PFAIL is one server's opinion, made in cron.ts. It becomes FAIL at a server that holds the same
 * opinion itself and has heard it from so many masters lately that together they are a majority. */

import type { Server } from '#redis/server.ts';
import { clusterOf, emit, nodeRef } from './events.ts';
import { clusterSendFail } from './gossip.ts';
import { CLUSTER_NODE_FAIL, CLUSTER_NODE_PFAIL } from './message.ts';
import type { ClusterNode } from './node-table.ts';
import {
  CLUSTER_FAIL_REPORT_VALIDITY_MULT,
  CLUSTER_FAIL_UNDO_TIME_MULT,
  CLUSTER_TODO_SAVE_CONFIG,
  CLUSTER_TODO_UPDATE_STATE,
  clusterDoBeforeSleep,
  mutated,
} from './state.ts';

/** Votes that make a majority of the masters with slots. */
export function neededQuorum(server: Server): number {
  return Math.floor(clusterOf(server).size / 2) + 1;
}

/** Notes that `sender` believes `failing` to fail; true when it is news. */
export function clusterNodeAddFailureReport(
  server: Server,
  failing: ClusterNode,
  sender: ClusterNode,
): boolean {
  failing.failReports ??= new Map();
  const known = failing.failReports.has(sender);
  failing.failReports.set(sender, server.mstime());
  if (!known) {
    emit(server, 'FAILURE_REPORT', {
      ...nodeRef(failing),
      from: sender.name,
      reports: failing.failReports.size,
    });
  }
  return !known;
}

/** Notes that `sender` believes the node to be well; true when it had reported it. */
export function clusterNodeDelFailureReport(server: Server, node: ClusterNode, sender: ClusterNode): boolean {
  if (!node.failReports?.has(sender)) return false;
  node.failReports.delete(sender);
  cleanupFailureReports(server, node);
  return true;
}

/** Valid reports about a node, our own opinion not counted. */
export function clusterNodeFailureReportsCount(server: Server, node: ClusterNode): number {
  if (!node.failReports) return 0;
  cleanupFailureReports(server, node);
  return node.failReports?.size ?? 0;
}

function cleanupFailureReports(server: Server, node: ClusterNode): void {
  const reports = node.failReports;
  if (!reports || mutated(clusterOf(server), 'reportsNeverExpire')) return;
  const maxAgeMs = server.config.clusterNodeTimeout * CLUSTER_FAIL_REPORT_VALIDITY_MULT;
  const now = server.mstime();
  for (const [sender, time] of reports) if (now - time > maxAgeMs) reports.delete(sender);
  if (reports.size === 0) node.failReports = null;
}

/** Turns PFAIL into FAIL, and tells everyone, when a majority of masters agrees. Reports of masters
 *  without slots count, though the majority is reckoned among masters with slots. */
export function markNodeAsFailingIfNeeded(server: Server, node: ClusterNode): void {
  const cluster = clusterOf(server);
  if (!node.timedOut || node.failed) return;
  const needed = neededQuorum(server);
  const reports = clusterNodeFailureReportsCount(server, node) + (cluster.myself.isMaster ? 1 : 0);
  if (reports < needed && !mutated(cluster, 'failWithoutQuorum')) return;
  server.io.log('notice', `Marking node ${node.name} as failing (quorum reached).`);
  setFailed(server, node);
  emit(server, 'FAIL', { ...nodeRef(node), reports, needed, size: cluster.size });
  clusterSendFail(server, node.name);
}

/** Sets FAIL, as our own finding or because a FAIL message says so. */
export function setFailed(server: Server, node: ClusterNode): void {
  node.flags &= ~CLUSTER_NODE_PFAIL;
  node.flags |= CLUSTER_NODE_FAIL;
  node.failTime = server.mstime();
  clusterDoBeforeSleep(clusterOf(server), CLUSTER_TODO_UPDATE_STATE | CLUSTER_TODO_SAVE_CONFIG);
}

/** A failed node answered a PING. A replica or an empty master is well again at once. A master that
 *  still has slots has to wait: until 2T have passed its replicas may be about to take them. */
export function clearNodeFailureIfNeeded(server: Server, node: ClusterNode): void {
  if (mutated(clusterOf(server), 'neverClearFail')) return;
  if (node.isSlave || node.numslots === 0) {
    const what = node.isSlave ? 'replica' : 'master without slots';
    clearFailed(server, node, `${what} is reachable again.`);
    return;
  }
  const undoAfterMs = server.config.clusterNodeTimeout * CLUSTER_FAIL_UNDO_TIME_MULT;
  if (node.isMaster && server.mstime() - node.failTime > undoAfterMs) {
    clearFailed(server, node, 'is reachable again and nobody is serving its slots after some time.');
  }
}

function clearFailed(server: Server, node: ClusterNode, why: string): void {
  server.io.log('notice', `Clear FAIL state for node ${node.name}: ${why}`);
  node.flags &= ~CLUSTER_NODE_FAIL;
  emit(server, 'FAIL_CLEARED', { ...nodeRef(node), why, failedForMs: server.mstime() - node.failTime });
  clusterDoBeforeSleep(clusterOf(server), CLUSTER_TODO_UPDATE_STATE | CLUSTER_TODO_SAVE_CONFIG);
}
