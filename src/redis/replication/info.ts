/* The replication section of INFO and the reply of ROLE (after genRedisInfoString and roleCommand). */

import type { Reply } from '#redis/reply.ts';
import type { Server } from '#redis/server.ts';
import { backlogSize } from './ids.ts';
import { replicaIp, replicaLag, replicaLink, replicaStateName, type ReplState } from './state.ts';

/** Lines of `# Replication`, without the title. */
export function replicationInfo(server: Server): string {
  const { replication } = server;
  const now = server.mstime();
  const lines = [`role:${replication.masterHost === null ? 'master' : 'slave'}`];
  if (replication.masterHost !== null) lines.push(...masterLines(server, Math.floor(now / 1000)));
  lines.push(`connected_slaves:${replication.replicas.length}`);
  if (server.config.minReplicasToWrite > 0 && server.config.minReplicasMaxLag > 0) {
    lines.push(`min_slaves_good_slaves:${replication.goodReplicas}`);
  }
  replication.replicas.forEach((replica, index) => {
    const link = replicaLink(replica);
    const state = replicaStateName(link);
    const lag = replicaLag(link, now);
    lines.push(
      `slave${index}:ip=${replicaIp(replica)},port=${link.listeningPort},state=${state},offset=${link.ackOffset},lag=${lag}`,
    );
  });
  const { backlog } = replication;
  lines.push(
    `master_failover_state:${replication.failover?.state ?? 'no-failover'}`,
    `master_replid:${replication.replid}`,
    `master_replid2:${replication.replid2}`,
    `master_repl_offset:${replication.masterReplOffset}`,
    `second_repl_offset:${replication.secondReplidOffset}`,
    `repl_backlog_active:${backlog === null ? 0 : 1}`,
    `repl_backlog_size:${backlogSize(server)}`,
    `repl_backlog_first_byte_offset:${backlog?.first ?? 0}`,
    `repl_backlog_histlen:${backlog?.length ?? 0}`,
  );
  return lines.map((line) => `${line}\r\n`).join('');
}

function masterLines(server: Server, nowS: number): string[] {
  const { config, replication } = server;
  const up = replication.linkUp;
  const syncing = replication.state === 'transfer';
  const offset =
    replication.masterClient !== null || replication.cachedReplid !== null ? replication.masterReplOffset : 0;
  const lines = [
    `master_host:${replication.masterHost}`,
    `master_port:${replication.masterPort}`,
    `master_link_status:${up ? 'up' : 'down'}`,
    `master_last_io_seconds_ago:${up ? nowS - Math.floor(replication.masterLastInteractionMs / 1000) : -1}`,
    `master_sync_in_progress:${syncing ? 1 : 0}`,
    `slave_read_repl_offset:${offset + replication.unproxied.length}`,
    `slave_repl_offset:${offset}`,
  ];
  if (syncing) {
    const read = replication.transfer?.data.length ?? 0;
    const total = replication.transfer?.length ?? -1;
    const left = total < 0 ? -1 : total - read;
    const percent = total <= 0 ? '0.00' : ((read / total) * 100).toFixed(2);
    lines.push(
      `master_sync_total_bytes:${Math.max(total, 0)}`,
      `master_sync_read_bytes:${read}`,
      `master_sync_left_bytes:${left}`,
      `master_sync_perc:${percent}`,
      `master_sync_last_io_seconds_ago:${nowS - Math.floor(replication.transferLastIoMs / 1000)}`,
    );
  }
  if (!up) {
    const down = replication.downSinceMs === 0 ? -1 : nowS - Math.floor(replication.downSinceMs / 1000);
    lines.push(`master_link_down_since_seconds:${down}`);
  }
  lines.push(
    `slave_priority:${config.replicaPriority}`,
    `slave_read_only:${config.replicaReadOnly ? 1 : 0}`,
    `replica_announced:${config.replicaAnnounced ? 1 : 0}`,
  );
  return lines;
}

const ROLE_STATES: Readonly<Record<ReplState, string>> = {
  none: 'none',
  connect: 'connect',
  connecting: 'connecting',
  receivePing: 'handshake',
  handshake: 'handshake',
  receivePsync: 'handshake',
  transfer: 'sync',
  connected: 'connected',
};

/** ROLE */
export function roleReply(server: Server): Reply {
  const { replication } = server;
  if (replication.masterHost === null) {
    const online = replication.replicas.filter((replica) => replicaLink(replica).state === 'online');
    const rows = online.map((replica) => {
      const link = replicaLink(replica);
      return [replicaIp(replica), String(link.listeningPort), String(link.ackOffset)];
    });
    return ['master', replication.masterReplOffset, rows];
  }
  const offset = replication.masterClient === null ? -1 : replication.masterReplOffset;
  return ['slave', replication.masterHost, replication.masterPort, ROLE_STATES[replication.state], offset];
}
