/* The sections persistence, stats, commandstats, errorstats and latencystats of INFO. */

import { formatDoubleFixed } from '#base/float.ts';
import { percentileOf } from './histogram.ts';
import type { InfoFields } from './info.ts';
import type { Loading } from './loading.ts';
import type { Server } from './server.ts';
import {
  STATS_METRIC_COMMAND,
  STATS_METRIC_NET_INPUT,
  STATS_METRIC_NET_INPUT_REPLICATION,
  STATS_METRIC_NET_OUTPUT,
  STATS_METRIC_NET_OUTPUT_REPLICATION,
} from './stats.ts';

export function persistenceInfo(server: Server): InfoFields {
  const { persistence, aof } = server;
  const now = Math.floor(server.mstime() / 1000);
  const fields: [string, string | number][] = [
    ['loading', server.loading && server.load?.async !== true ? 1 : 0],
    ['async_loading', server.load?.async === true ? 1 : 0],
    ['current_cow_peak', 0],
    ['current_cow_size', 0],
    ['current_cow_size_age', 0],
    ['current_fork_perc', '0.00'],
    ['current_save_keys_processed', 0],
    ['current_save_keys_total', 0],
    ['rdb_changes_since_last_save', server.dirty],
    ['rdb_bgsave_in_progress', persistence.bgsave !== null ? 1 : 0],
    ['rdb_last_save_time', persistence.lastSave],
    ['rdb_last_bgsave_status', persistence.lastBgsaveOk ? 'ok' : 'err'],
    ['rdb_last_bgsave_time_sec', persistence.lastBgsaveSeconds],
    [
      'rdb_current_bgsave_time_sec',
      persistence.bgsave !== null ? now - Math.floor(persistence.bgsave.startedMs / 1000) : -1,
    ],
    ['rdb_saves', persistence.saves],
    ['rdb_last_cow_size', 0],
    ['rdb_last_load_keys_expired', persistence.loadedExpired],
    ['rdb_last_load_keys_loaded', persistence.loadedKeys],
    ['aof_enabled', aof.state === 'off' ? 0 : 1],
    ['aof_rewrite_in_progress', aof.rewrite !== null ? 1 : 0],
    ['aof_rewrite_scheduled', aof.rewriteScheduled ? 1 : 0],
    ['aof_last_rewrite_time_sec', aof.lastRewriteSeconds],
    ['aof_current_rewrite_time_sec', aof.rewrite !== null ? now - aof.rewrite.startedAt : -1],
    ['aof_last_bgrewrite_status', aof.lastRewriteOk ? 'ok' : 'err'],
    ['aof_rewrites', aof.rewrites],
    ['aof_rewrites_consecutive_failures', aof.consecutiveFailures],
    ['aof_last_write_status', aof.lastWriteOk ? 'ok' : 'err'],
    ['aof_last_cow_size', 0],
    ['module_fork_in_progress', 0],
    ['module_fork_last_cow_size', 0],
  ];
  if (aof.state !== 'off') {
    fields.push(
      ['aof_current_size', aof.currentSize],
      ['aof_base_size', aof.rewriteBaseSize],
      ['aof_pending_rewrite', 0],
      ['aof_buffer_length', aof.buffer.length],
      ['aof_pending_bio_fsync', 0],
      ['aof_delayed_fsync', 0],
    );
  }
  if (server.load !== null) fields.push(...loadingFields(server, server.load));
  return fields;
}

function loadingFields(server: Server, load: Loading): [string, string | number][] {
  const loaded = load.loader?.at ?? server.replication.transfer?.data.length ?? 0;
  const seconds = Math.floor((server.mstime() - load.startedMs) / 1000);
  const left = load.totalBytes - loaded;
  const percent = load.totalBytes === 0 ? 0 : (loaded / load.totalBytes) * 100;
  return [
    ['loading_start_time', Math.floor(load.startedMs / 1000)],
    ['loading_total_bytes', load.totalBytes],
    ['loading_rdb_used_mem', 0],
    ['loading_loaded_bytes', loaded],
    ['loading_loaded_perc', percent.toFixed(2)],
    ['loading_eta_seconds', seconds === 0 || loaded === 0 ? 1 : Math.floor((seconds * left) / loaded)],
  ];
}

/** One average, as printed by the fields of kilobytes per second. */
const kbps = (bytesPerSecond: number): string => formatDoubleFixed(bytesPerSecond / 1024, 2);

export function statsInfo(server: Server): InfoFields {
  const stats = server.stats;
  let slots = 0;
  for (const ids of server.tracking.keys.values()) slots += ids.size;
  return [
    ['total_connections_received', stats.connectionsReceived],
    ['total_commands_processed', stats.commandsProcessed],
    ['instantaneous_ops_per_sec', stats.rates.average(STATS_METRIC_COMMAND)],
    ['total_net_input_bytes', stats.netInputBytes + stats.netReplInputBytes],
    ['total_net_output_bytes', stats.netOutputBytes + stats.netReplOutputBytes],
    ['total_net_repl_input_bytes', stats.netReplInputBytes],
    ['total_net_repl_output_bytes', stats.netReplOutputBytes],
    ['instantaneous_input_kbps', kbps(stats.rates.average(STATS_METRIC_NET_INPUT))],
    ['instantaneous_output_kbps', kbps(stats.rates.average(STATS_METRIC_NET_OUTPUT))],
    ['instantaneous_input_repl_kbps', kbps(stats.rates.average(STATS_METRIC_NET_INPUT_REPLICATION))],
    ['instantaneous_output_repl_kbps', kbps(stats.rates.average(STATS_METRIC_NET_OUTPUT_REPLICATION))],
    ['rejected_connections', stats.rejectedConnections],
    ['sync_full', stats.syncFull],
    ['sync_partial_ok', stats.syncPartialOk],
    ['sync_partial_err', stats.syncPartialErr],
    ['expired_keys', stats.expiredKeys],
    ['expired_stale_perc', formatDoubleFixed(stats.expiredStalePerc * 100, 2)],
    ['expired_time_cap_reached_count', stats.expiredTimeCapReached],
    ['expire_cycle_cpu_milliseconds', Math.floor(stats.expireCycleMicros / 1000)],
    ['evicted_keys', stats.evictedKeys],
    ['evicted_clients', stats.evictedClients],
    ['total_eviction_exceeded_time', Math.floor(stats.evictionExceededMicros / 1000)],
    ['current_eviction_exceeded_time', 0],
    ['keyspace_hits', stats.keyspaceHits],
    ['keyspace_misses', stats.keyspaceMisses],
    ['pubsub_channels', server.pubsubChannels.size],
    ['pubsub_patterns', server.pubsubPatterns.size],
    ['pubsubshard_channels', server.pubsubShardChannels.size],
    ['latest_fork_usec', stats.latestForkUsec],
    ['total_forks', stats.totalForks],
    ['migrate_cached_sockets', server.migrate.sockets.size],
    ['slave_expires_tracked_keys', server.dbs.reduce((sum, db) => sum + db.ownVolatile.size, 0)],
    ['active_defrag_hits', 0],
    ['active_defrag_misses', 0],
    ['active_defrag_key_hits', 0],
    ['active_defrag_key_misses', 0],
    ['total_active_defrag_time', 0],
    ['current_active_defrag_time', 0],
    ['tracking_total_keys', server.tracking.keys.size],
    ['tracking_total_items', slots],
    ['tracking_total_prefixes', server.tracking.prefixes.size],
    ['unexpected_error_replies', stats.unexpectedErrorReplies],
    ['total_error_replies', stats.totalErrorReplies],
    ['dump_payload_sanitizations', stats.dumpPayloadSanitizations],
    ['total_reads_processed', stats.readsProcessed],
    ['total_writes_processed', stats.writesProcessed],
    ['io_threaded_reads_processed', 0],
    ['io_threaded_writes_processed', 0],
    ['reply_buffer_shrinks', 0],
    ['reply_buffer_expands', 0],
  ];
}

export function commandStatsInfo(server: Server): InfoFields {
  const fields: [string, string][] = [];
  for (const [name, entry] of server.stats.commands) {
    if (entry.calls === 0 && entry.failedCalls === 0 && entry.rejectedCalls === 0) continue;
    const each = entry.calls === 0 ? 0 : entry.usec / entry.calls;
    fields.push([
      `cmdstat_${name}`,
      `calls=${entry.calls},usec=${Math.round(entry.usec)},usec_per_call=${formatDoubleFixed(each, 2)},rejected_calls=${entry.rejectedCalls},failed_calls=${entry.failedCalls}`,
    ]);
  }
  return fields;
}

export function errorStatsInfo(server: Server): InfoFields {
  return [...server.stats.errors]
    .sort()
    .map(([code, count]) => [`errorstat_${code}`, `count=${count}`] as const);
}

export function latencyStatsInfo(server: Server): InfoFields {
  const fields: [string, string][] = [];
  for (const [name, entry] of server.stats.commands) {
    if (entry.calls === 0 || entry.histogram.classes.size === 0) continue;
    const parts = server.config.latencyTrackingInfoPercentiles.map((percent) => {
      const text = formatDoubleFixed(percent, 6).replace(/\.?0+$/, '');
      return `p${text}=${formatDoubleFixed(percentileOf(entry.histogram, percent), 3)}`;
    });
    fields.push([`latency_percentiles_usec_${name}`, parts.join(',')]);
  }
  return fields;
}
