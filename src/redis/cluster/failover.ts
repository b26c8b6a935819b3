/* How a replica becomes a master, and how masters vote (after clusterHandleSlaveFailover,
 * clusterSendFailoverAuthIfNeeded and clusterFailoverReplaceYourMaster in cluster.c).
 *
 * A replica that sees its master marked FAIL waits a moment that is longer the staler its data, takes
 * the next epoch, and asks every master for a vote in it. A master votes once per epoch, and only if
 * it too sees the old master failed. Winning means claiming the slots with that epoch; the others
 * accept the claim because its epoch is the greatest (config-update.ts). */

import type { Server } from '#redis/server.ts';
import { replicationGetSlaveOffset, REPL_STATE_CONNECTED } from '#redis/replication/state.ts';
import { replicationUnsetMaster } from '#redis/replication/link.ts';
import { CLUSTER_SLOTS } from '#base/crc16.ts';
import { bitmapRanges, bitmapTestBit } from './bitmap.ts';
import { clusterOf, emit, nodeRef } from './events.ts';
import { neededQuorum } from './failure.ts';
import { clusterBroadcastPong, clusterRequestFailoverAuth, clusterSendFailoverAuth } from './gossip.ts';
import { resetManualFailover } from './manual-failover.ts';
import { CLUSTERMSG_FLAG0_FORCEACK, type BusMessage } from './message.ts';
import { clusterSaveConfig } from './nodes-conf.ts';
import { clusterSetNodeAsMaster } from './nodes.ts';
import { clusterAddSlot, clusterDelSlot, isSlotUnclaimed } from './slots.ts';
import type { ClusterNode } from './node-table.ts';
import {
  CLUSTER_TODO_FSYNC_CONFIG,
  CLUSTER_TODO_HANDLE_FAILOVER,
  CLUSTER_TODO_SAVE_CONFIG,
  clusterDoBeforeSleep,
  mutated,
  slotOwner,
  type ClusterState,
} from './state.ts';
import { clusterUpdateState } from './update-state.ts';

const CANT_FAILOVER_RELOG_MS = 300_000;
const AGE =
  'Disconnected from master for longer than allowed. Please check the ' +
  "'cluster-replica-validity-factor' configuration option.";
const DELAY = 'Waiting the delay before I can start a new failover.';
const EXPIRED = 'Failover attempt expired.';
const VOTES = 'Waiting for votes, but majority still not reached.';

/** One step of a replica towards becoming a master; called every tick and after every vote. */
export function clusterHandleSlaveFailover(server: Server): void {
  const cluster = clusterOf(server);
  const { myself } = cluster;
  const master = myself.slaveof;
  const manual = cluster.mfEnd !== 0 && cluster.mfCanStart;
  const wanted =
    myself.isSlave &&
    master !== null &&
    (master.failed || manual) &&
    (!server.config.clusterReplicaNoFailover || manual) &&
    master.numslots > 0;
  if (!wanted) {
    cluster.cantFailoverReason = '';
    return;
  }
  cluster.todoBeforeSleep &= ~CLUSTER_TODO_HANDLE_FAILOVER;
  if (!manual && dataTooOld(server)) {
    clusterLogCantFailover(server, AGE);
    return;
  }
  const authTimeoutMs = Math.max(server.config.clusterNodeTimeout * 2, 2000);
  const authRetryMs = authTimeoutMs * 2;
  const authAgeMs = server.mstime() - cluster.failoverAuthTime;
  if (authAgeMs > authRetryMs) {
    scheduleElection(server);
    return;
  }
  if (!cluster.failoverAuthSent && cluster.mfEnd === 0) updateRank(server);
  if (server.mstime() < cluster.failoverAuthTime) clusterLogCantFailover(server, DELAY);
  else if (server.mstime() - cluster.failoverAuthTime > authTimeoutMs)
    clusterLogCantFailover(server, EXPIRED);
  else if (!cluster.failoverAuthSent) askForVotes(server);
  else countVotes(server);
}

/** Whether the data is older than cluster-replica-validity-factor allows. */
function dataTooOld(server: Server): boolean {
  const { config, replication } = server;
  if (config.clusterReplicaValidityFactor === 0) return false;
  // Redis reckons in whole seconds here.
  const nowS = Math.floor(server.mstime() / 1000);
  const sinceS =
    replication.state === REPL_STATE_CONNECTED
      ? Math.floor(replication.masterLastInteractionMs / 1000)
      : Math.floor(replication.downSinceMs / 1000);
  let ageMs = (nowS - sinceS) * 1000;
  if (ageMs > config.clusterNodeTimeout) ageMs -= config.clusterNodeTimeout;
  const limitMs =
    config.replPingReplicaPeriod * 1000 + config.clusterNodeTimeout * config.clusterReplicaValidityFactor;
  return ageMs > limitMs;
}

function scheduleElection(server: Server): void {
  const cluster = clusterOf(server);
  const now = server.mstime();
  cluster.failoverAuthCount = 0;
  cluster.failoverAuthSent = false;
  cluster.failoverAuthRank = clusterGetSlaveRank(server);
  // The fixed part lets FAIL spread to the voters, the random part keeps replicas from asking at
  // once, the rank lets the one with the freshest data go first.
  let delayMs = 500 + server.io.random.below(500) + cluster.failoverAuthRank * 1000;
  if (cluster.mfEnd !== 0) {
    delayMs = 0;
    cluster.failoverAuthRank = 0;
    clusterDoBeforeSleep(cluster, CLUSTER_TODO_HANDLE_FAILOVER);
  }
  cluster.failoverAuthTime = now + delayMs;
  const offset = replicationGetSlaveOffset(server);
  server.io.log(
    'warning',
    `Start of election delayed for ${delayMs} milliseconds (rank #${cluster.failoverAuthRank}, offset ${offset}).`,
  );
  emit(server, 'ELECTION_SCHEDULED', {
    ...nodeRef(cluster.myself.slaveof as ClusterNode),
    delayMs,
    rank: cluster.failoverAuthRank,
    offset,
    manual: cluster.mfEnd !== 0,
  });
  // My siblings rank themselves by my offset.
  clusterBroadcastPong(server, 'localReplicas');
}

/** Somebody turned out to be ahead of us: wait longer. A better rank never shortens the wait. */
function updateRank(server: Server): void {
  const cluster = clusterOf(server);
  const rank = clusterGetSlaveRank(server);
  if (rank <= cluster.failoverAuthRank) return;
  const addedMs = (rank - cluster.failoverAuthRank) * 1000;
  cluster.failoverAuthTime += addedMs;
  cluster.failoverAuthRank = rank;
  server.io.log('warning', `Replica rank updated to #${rank}, added ${addedMs} milliseconds of delay.`);
  emit(server, 'ELECTION_DELAYED', { rank, addedMs });
}

/** How many replicas of my master have more of its data than I. */
export function clusterGetSlaveRank(server: Server): number {
  const { myself } = clusterOf(server);
  const mine = replicationGetSlaveOffset(server);
  const siblings = myself.slaveof?.slaves ?? [];
  return siblings.filter((node) => node !== myself && !node.cantFailover && node.replOffset > mine).length;
}

function askForVotes(server: Server): void {
  const cluster = clusterOf(server);
  cluster.currentEpoch++;
  cluster.failoverAuthEpoch = cluster.currentEpoch;
  server.io.log('warning', `Starting a failover election for epoch ${cluster.currentEpoch}.`);
  emit(server, 'AUTH_REQUEST', {
    epoch: cluster.currentEpoch,
    needed: neededQuorum(server),
    force: cluster.mfEnd !== 0,
  });
  clusterRequestFailoverAuth(server);
  cluster.failoverAuthSent = true;
  clusterDoBeforeSleep(cluster, CLUSTER_TODO_SAVE_CONFIG | CLUSTER_TODO_FSYNC_CONFIG);
}

function countVotes(server: Server): void {
  const cluster = clusterOf(server);
  const needed = mutated(cluster, 'winWithoutMajority') ? 1 : neededQuorum(server);
  if (cluster.failoverAuthCount < needed) {
    clusterLogCantFailover(server, VOTES);
    return;
  }
  server.io.log('warning', "Failover election won: I'm the new master.");
  const { myself } = cluster;
  if (myself.configEpoch < cluster.failoverAuthEpoch) {
    myself.configEpoch = cluster.failoverAuthEpoch;
    server.io.log('warning', `configEpoch set to ${myself.configEpoch} after successful failover`);
  }
  clusterFailoverReplaceYourMaster(server);
}

/** Takes my master's place: becomes a master, takes its slots, tells everyone. */
export function clusterFailoverReplaceYourMaster(server: Server): void {
  const cluster = clusterOf(server);
  const { myself } = cluster;
  const old = myself.slaveof;
  if (myself.isMaster || old === null) return;
  clusterSetNodeAsMaster(server, myself);
  replicationUnsetMaster(server);
  for (let slot = 0; old.numslots > 0 && slot < CLUSTER_SLOTS; slot++) {
    if (!bitmapTestBit(old.slots, slot)) continue;
    clusterDelSlot(server, slot);
    clusterAddSlot(cluster, myself, slot);
  }
  emit(server, 'PROMOTED', {
    ...nodeRef(myself),
    epoch: myself.configEpoch,
    slots: bitmapRanges(myself.slots),
    instead: old.name,
    votes: cluster.failoverAuthCount,
    needed: neededQuorum(server),
  });
  clusterUpdateState(server);
  clusterSaveConfig(server, true);
  clusterBroadcastPong(server, 'all');
  resetManualFailover(server);
}

/** A vote arrived. Nothing checks that nobody votes twice: the voters see to that. */
export function clusterCountVote(server: Server, sender: ClusterNode, message: BusMessage): void {
  const cluster = clusterOf(server);
  if (!sender.isMaster || sender.numslots === 0 || message.currentEpoch < cluster.failoverAuthEpoch) return;
  cluster.failoverAuthCount++;
  emit(server, 'VOTE_RECEIVED', {
    ...nodeRef(sender),
    epoch: cluster.failoverAuthEpoch,
    votes: cluster.failoverAuthCount,
    needed: neededQuorum(server),
  });
  clusterDoBeforeSleep(cluster, CLUSTER_TODO_HANDLE_FAILOVER);
}

/** A replica asks for our vote: grants or denies it. */
export function clusterSendFailoverAuthIfNeeded(
  server: Server,
  node: ClusterNode,
  request: BusMessage,
): void {
  const cluster = clusterOf(server);
  const { myself } = cluster;
  // Only masters with slots vote; the others are silent.
  if (myself.isSlave || myself.numslots === 0) return;
  const denial = reasonToDeny(server, cluster, node, request);
  if (denial) {
    server.io.log('warning', `Failover auth denied to ${node.name}: ${denial.text}`);
    emit(server, 'VOTE_DENIED', {
      to: node.name,
      name: String(node.port),
      epoch: request.currentEpoch,
      ...denial,
    });
    return;
  }
  // The epoch is remembered before the answer leaves, so that a crash in between cannot make us
  // vote twice; a lost vote only costs the replica another try.
  (node.slaveof as ClusterNode).votedTime = server.mstime();
  cluster.lastVoteEpoch = cluster.currentEpoch;
  clusterDoBeforeSleep(cluster, CLUSTER_TODO_SAVE_CONFIG | CLUSTER_TODO_FSYNC_CONFIG);
  clusterSendFailoverAuth(server, node);
  emit(server, 'VOTE_GRANTED', { to: node.name, name: String(node.port), epoch: cluster.currentEpoch });
  server.io.log('warning', `Failover auth granted to ${node.name} for epoch ${cluster.currentEpoch}`);
}

function reasonToDeny(
  server: Server,
  cluster: ClusterState,
  node: ClusterNode,
  request: BusMessage,
): { reason: string; text: string } | null {
  const force = (request.mflags & CLUSTERMSG_FLAG0_FORCEACK) !== 0;
  if (request.currentEpoch < cluster.currentEpoch) {
    const text = `reqEpoch (${request.currentEpoch}) < curEpoch(${cluster.currentEpoch})`;
    return { reason: 'oldEpoch', text };
  }
  if (cluster.lastVoteEpoch === cluster.currentEpoch && !mutated(cluster, 'voteTwicePerEpoch')) {
    return { reason: 'alreadyVoted', text: `already voted for epoch ${cluster.currentEpoch}` };
  }
  const master = node.slaveof;
  if (node.isMaster) return { reason: 'isMaster', text: 'it is a master node' };
  if (master === null) return { reason: 'unknownMaster', text: "I don't know its master" };
  if (!master.failed && !force && !mutated(cluster, 'voteWithoutFail')) {
    return { reason: 'masterUp', text: 'its master is up' };
  }
  const banMs = server.config.clusterNodeTimeout * 2;
  const sinceMs = server.mstime() - master.votedTime;
  if (sinceMs < banMs && !mutated(cluster, 'voteTwicePerEpoch')) {
    return {
      reason: 'votedForMaster',
      text: `can't vote about this master before ${banMs - sinceMs} milliseconds`,
    };
  }
  if (mutated(cluster, 'voteForStaleSlots')) return null;
  for (const [first, last] of bitmapRanges(request.myslots)) {
    for (let slot = first; slot <= last; slot++) {
      if (isSlotUnclaimed(cluster, slot)) continue;
      const epoch = (slotOwner(cluster, slot) as ClusterNode).configEpoch;
      if (epoch <= request.configEpoch) continue;
      return {
        reason: 'staleSlots',
        text: `slot ${slot} epoch (${epoch}) > reqEpoch (${request.configEpoch})`,
      };
    }
  }
  return null;
}

/** Says why no failover happens: once per reason and five minutes, and not while FAIL is news. */
function clusterLogCantFailover(server: Server, reason: string): void {
  const cluster = clusterOf(server);
  const now = server.mstime();
  const told =
    reason === cluster.cantFailoverReason && now - cluster.cantFailoverLoggedAt < CANT_FAILOVER_RELOG_MS;
  if (told) return;
  cluster.cantFailoverReason = reason;
  const master = cluster.myself.slaveof;
  const quietMs = server.config.clusterNodeTimeout + 5000;
  if (master?.failed && now - master.failTime < quietMs) return;
  cluster.cantFailoverLoggedAt = now;
  server.io.log('warning', `Currently unable to failover: ${reason}`);
  emit(server, 'CANT_FAILOVER', { reason });
}
