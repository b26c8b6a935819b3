/* What of INFO must be the same everywhere. */

/** Fields of INFO that tell of a computer, of time, or of how much was asked before. */
const VARYING =
  /^(redis_build_id|os|monotonic_clock|multiplexing_api|atomicvar_api|gcc_version|process_id|run_id|server_time|uptime|lru_clock|connected_clients|client_recent|used_|allocator_|total_(?!active|forks|eviction)|number_of_cached|rss_|mem_fragmentation|mem_clients_normal|rdb_changes|rdb_last_save_time|instantaneous|expire_cycle|keyspace_|tracking_total_(keys|items)|reply_buffer|master_replid:|config_file|mem_(replication|total_replication|cluster)|master_last_io|master_repl_offset|slave_\w*repl_offset|repl_backlog_(first|histlen)|slave0|pubsubshard|migrate_cached|sync_|rdb_last_bgsave_time|rdb_last_cow|latest_fork|total_forks)/;

/** The fields in their order, with the values of all that must be the same; of statistics by database, command
 *  and error, the form of a line. */
export function infoShape(text: string): string[] {
  const lines = text
    .replaceAll('\r', '')
    .split('\n')
    .map((line) => {
      if (VARYING.test(line)) return line.split(':')[0] ?? '';
      const counted = /^(db|cmdstat|errorstat|latency_percentiles_usec)[\w|-]*(:.*)$/.exec(line);
      return counted ? `${counted[1]}${(counted[2] as string).replace(/[\d.]+(?=,|$)/g, 'N')}` : line;
    });
  return lines.filter((line, at) => line !== lines[at - 1] || line === '');
}
