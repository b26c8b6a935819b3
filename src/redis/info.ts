/* INFO (after genRedisInfoString in server.c). Sections are written by functions of their own; those of
 * replication and the cluster ask their owners. Fields that have no meaning for a simulated machine
 * (allocator, kernel) hold plain plausible values, so that tools that read them work. */

import type { Bytes } from '#base/bytes.ts';
import { queryBufferMemory } from './client-buffers.ts';
import { clientMemoryUsage, clientTypeOf, outputMemory } from './client-info.ts';
import type { Client } from './client.ts';
import type { CommandProcs } from './command.ts';
import { lruClock } from './evict.ts';
import { keyspaceInfo, memoryInfo } from './info-memory.ts';
import {
  commandStatsInfo,
  errorStatsInfo,
  latencyStatsInfo,
  persistenceInfo,
  statsInfo,
} from './info-stats.ts';
import { REDIS_VERSION } from './connection.ts';
import { replicationInfo } from './replication/index.ts';
import { Verbatim, type Reply } from './reply.ts';
import type { Server } from './server.ts';

export type InfoFields = (readonly [name: string, value: string | number | bigint])[];

function serverInfo(server: Server): InfoFields {
  const now = server.mstime();
  const uptime = Math.floor((now - server.startedAtMs) / 1000);
  return [
    ['redis_version', REDIS_VERSION],
    ['redis_git_sha1', '00000000'],
    ['redis_git_dirty', 0],
    ['redis_build_id', '0000000000000000'],
    ['redis_mode', server.cluster !== null ? 'cluster' : 'standalone'],
    ['os', 'Playground 1.0 x86_64'],
    ['arch_bits', 64],
    ['monotonic_clock', 'virtual'],
    ['multiplexing_api', 'virtual'],
    ['atomicvar_api', 'single-threaded'],
    ['gcc_version', '0.0.0'],
    ['process_id', server.pid],
    ['process_supervised', 'no'],
    ['run_id', server.runId],
    ['tcp_port', server.port],
    ['server_time_usec', Math.floor(server.io.wallMs * 1000)],
    ['uptime_in_seconds', uptime],
    ['uptime_in_days', Math.floor(uptime / 86400)],
    ['hz', server.config.hz],
    ['configured_hz', server.config.hz],
    ['lru_clock', lruClock(server)],
    ['executable', '/usr/bin/redis-server'],
    ['config_file', server.configFile],
    ['io_threads_active', 0],
    ...(server.shutdown === null
      ? []
      : [['shutdown_in_milliseconds', server.shutdown.deadlineMs - now] as const]),
  ];
}

function clientsInfo(server: Server): InfoFields {
  let input = 0;
  let output = 0;
  for (const client of server.clients.values()) {
    input = Math.max(input, queryBufferMemory(client));
    output = Math.max(output, outputMemory(client));
  }
  const timed = [...server.blockedClients].filter((client) => (client.blocked?.deadlineMs ?? 0) !== 0);
  return [
    ['connected_clients', server.clients.size - server.replication.replicas.length],
    ['cluster_connections', server.cluster?.links.size ?? 0],
    ['maxclients', server.config.maxclients],
    ['client_recent_max_input_buffer', input],
    ['client_recent_max_output_buffer', output],
    ['blocked_clients', server.blockedClients.size + server.pause.clients.length],
    ['tracking_clients', server.trackingClients],
    ['clients_in_timeout_table', timed.length],
  ];
}

function cpuInfo(server: Server): InfoFields {
  const seconds = (server.stats.cpuMicros / 1e6).toFixed(6);
  return [
    ['used_cpu_sys', '0.000000'],
    ['used_cpu_user', seconds],
    ['used_cpu_sys_children', '0.000000'],
    ['used_cpu_user_children', '0.000000'],
    ['used_cpu_sys_main_thread', '0.000000'],
    ['used_cpu_user_main_thread', seconds],
  ];
}

type Section = readonly [
  name: string,
  title: string,
  isDefault: boolean,
  fields: (server: Server) => InfoFields | string,
];

/** Asked for when needed: modules that make sections need this one in turn. */
const sections = (): readonly Section[] => [
  ['server', 'Server', true, serverInfo],
  ['clients', 'Clients', true, clientsInfo],
  ['memory', 'Memory', true, memoryInfo],
  ['persistence', 'Persistence', true, persistenceInfo],
  ['stats', 'Stats', true, statsInfo],
  ['replication', 'Replication', true, replicationInfo],
  ['cpu', 'CPU', true, cpuInfo],
  ['modules', 'Modules', true, () => []],
  ['commandstats', 'Commandstats', false, commandStatsInfo],
  ['errorstats', 'Errorstats', true, errorStatsInfo],
  ['latencystats', 'Latencystats', false, latencyStatsInfo],
  ['cluster', 'Cluster', true, (server) => [['cluster_enabled', server.cluster !== null ? 1 : 0]]],
  ['keyspace', 'Keyspace', true, keyspaceInfo],
];

/** The text of the asked sections; none asked means the default ones. */
export function genRedisInfoString(server: Server, asked: readonly Bytes[]): Bytes {
  const words = new Set(asked.map((word) => word.toLowerCase()));
  const everything = words.has('everything') || words.has('all');
  const byDefault = words.size === 0 || words.has('default');
  const texts: string[] = [];
  for (const [name, title, isDefault, fields] of sections()) {
    // `all` leaves out what modules contribute, which is nothing, but not the heading above it.
    const wanted = words.has(name) || everything || (byDefault && isDefault);
    if (!wanted) continue;
    const body = fields(server);
    const text =
      typeof body === 'string' ? body : body.map(([field, value]) => `${field}:${value}\r\n`).join('');
    texts.push(`# ${title}\r\n${text}`);
  }
  return texts.join('\r\n');
}

function info(client: Client, argv: readonly Bytes[]): Reply {
  return new Verbatim('txt', genRedisInfoString(client.server, argv.slice(1)));
}

export const infoCommands: CommandProcs = { info };

/** Memory of all ordinary clients. */
export function clientsMemory(server: Server): number {
  let bytes = 0;
  for (const client of server.clients.values()) {
    if (clientTypeOf(client) !== 'replica') bytes += clientMemoryUsage(client);
  }
  return bytes;
}
