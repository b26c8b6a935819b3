/* Memory as INFO and MEMORY report it, and the model behind it (after zmalloc.c, object.c and the memory
 * part of server.c).
 *
 * JavaScript does not say what a value weighs, so we say what it would weigh in Redis: the size classes
 * of jemalloc, Redis's headers and encodings. As long as nobody depends on the total it is estimated
 * from a sample; with maxmemory set every change is accounted for, since eviction must see it fall. */

import { formatDoubleFixed } from '#base/float.ts';
import type { Bytes } from '#base/bytes.ts';
import { outputMemory } from './client-info.ts';
import { clientsMemory, type InfoFields } from './info.ts';
import { allocationSize, type Obj } from './object.ts';
import type { Server } from './server.ts';

/** What an empty server weighs, and what it weighs more as a node of a cluster, which keeps tables of all slots. */
const STARTUP_MEMORY = 876_152;
const CLUSTER_TABLES = 723_784;
const DICT_ENTRY = 24;
const SLOT_LINKS = 16;
const SAMPLE = 128;
/** A block of the replication stream, and what holds it. */
const BLOCK = 16 * 1024;
const BLOCK_HEADER = 40;
const LIST_NODE = 24;
const BACKLOG_INDEX = 4;
const TOTAL_SYSTEM_MEMORY = 8 * 1024 ** 3;

/** Bytes of a key in the keyspace with its value. */
export function keyMemory(server: Server, key: Bytes, obj: Obj, samples: number): number {
  return obj.memoryUsage(samples) + keyOverhead(server, key);
}

/** Bytes of a key without its value. */
export function keyOverhead(server: Server, key: Bytes): number {
  const header = key.length < 32 ? 1 : key.length < 256 ? 3 : key.length < 65536 ? 5 : 9;
  return allocationSize(header + key.length + 1) + DICT_ENTRY + (server.cluster !== null ? SLOT_LINKS : 0);
}

/** Bytes of the tables themselves: pointers of the main table, entries and pointers of the expires. */
export function tableOverhead(server: Server): number {
  let bytes = 0;
  for (const db of server.dbs) {
    bytes += db.size * 8 + db.expires.size * (DICT_ENTRY + 8);
  }
  return bytes;
}

/** Bytes of all keys and values: exact while they are accounted for, else from a sample. */
export function datasetMemory(server: Server): number {
  if (server.memoryTracked) return server.datasetBytes;
  let bytes = 0;
  for (const db of server.dbs) {
    if (db.size === 0) continue;
    const step = Math.max(1, Math.floor(db.size / SAMPLE));
    let sum = 0;
    let seen = 0;
    for (let index = 0; index < db.size && seen < SAMPLE; index += step) {
      const [key, obj] = db.keys.at(index) as [Bytes, Obj];
      sum += keyMemory(server, key, obj, 5);
      seen++;
    }
    bytes += (sum / seen) * db.size;
  }
  return Math.round(bytes);
}

/** Once a second: what frames show, so that looking at a server changes nothing in it. */
export function sampleMemory(server: Server): void {
  server.lastUsedMemory = usedMemory(server);
}

/** From now on every change of the keyspace is accounted for. */
export function trackMemory(server: Server): void {
  if (server.memoryTracked) return;
  server.memoryTracked = true;
  server.datasetBytes = 0;
  for (const db of server.dbs) {
    db.keys.forEach((key, obj) => {
      obj.bytes = keyMemory(server, key, obj, 5);
      server.datasetBytes += obj.bytes;
    });
  }
}

/** What the server weighed before the first client and the first key. */
export function startupMemory({ cluster }: Server): number {
  return STARTUP_MEMORY + (cluster === null ? 0 : CLUSTER_TABLES);
}

/** Memory of everything that is not data: clients, backlog, buffers, tables. */
function overheadMemory(server: Server): number {
  return (
    startupMemory(server) +
    tableOverhead(server) +
    clientsMemory(server) +
    server.aof.buffer.length +
    replicasMemory(server) +
    backlogMemory(server)
  );
}

/** Blocks that hold the stream for the backlog and for all replicas together. */
function replicationBuffers(server: Server): number {
  let bytes = 0;
  for (const chunk of server.replication.backlog?.chunks ?? []) {
    bytes += allocationSize(Math.max(BLOCK, chunk.length) + BLOCK_HEADER) + LIST_NODE;
  }
  for (const replica of server.replication.replicas) bytes = Math.max(bytes, outputMemory(replica));
  return bytes;
}

/** The part of them that belongs to the replicas: what is beyond the size of the backlog. */
export function replicasMemory(server: Server): number {
  if (server.replication.replicas.length === 0) return 0;
  return Math.max(0, replicationBuffers(server) - server.config.replBacklogSize);
}

/** The rest of them, and their index. */
export function backlogMemory(server: Server): number {
  const index = server.replication.backlog === null ? 0 : BACKLOG_INDEX;
  return replicationBuffers(server) - replicasMemory(server) + index;
}

/** used_memory. */
export function usedMemory(server: Server): number {
  const used = overheadMemory(server) + datasetMemory(server);
  if (used > server.stats.peakMemory) server.stats.peakMemory = used;
  return used;
}

/** What counts against maxmemory. */
export function memoryForEviction(server: Server): number {
  return usedMemory(server) - memoryNotCountedForEvict(server);
}

/** What grows by evicting: were it counted, more would have to be evicted for it. */
function memoryNotCountedForEvict(server: Server): number {
  const size = server.config.replBacklogSize;
  const counted = size + Math.floor(size / BLOCK + 1) * 64;
  return server.aof.buffer.length + Math.max(0, replicationBuffers(server) - counted);
}

/** 1024-based size with two decimals, as Redis prints it for people. */
export function bytesToHuman(bytes: number): string {
  const units = ['B', 'K', 'M', 'G', 'T', 'P'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return unit === 0 ? `${bytes}B` : `${formatDoubleFixed(value, 2)}${units[unit]}`;
}

function functionCount(server: Server): number {
  let count = 0;
  for (const library of server.scripting.libraries.values()) count += library.functions.size;
  return count;
}

export function memoryInfo(server: Server): InfoFields {
  const used = usedMemory(server);
  const dataset = datasetMemory(server);
  const overhead = used - dataset;
  const rss = Math.round(used * 1.1) + 4_000_000;
  const peak = server.stats.peakMemory;
  const net = Math.max(1, used - startupMemory(server));
  return [
    ['used_memory', used],
    ['used_memory_human', bytesToHuman(used)],
    ['used_memory_rss', rss],
    ['used_memory_rss_human', bytesToHuman(rss)],
    ['used_memory_peak', peak],
    ['used_memory_peak_human', bytesToHuman(peak)],
    ['used_memory_peak_perc', `${formatDoubleFixed((used / peak) * 100, 2)}%`],
    ['used_memory_overhead', overhead],
    ['used_memory_startup', startupMemory(server)],
    ['used_memory_dataset', dataset],
    ['used_memory_dataset_perc', `${formatDoubleFixed((dataset / net) * 100, 2)}%`],
    ['allocator_allocated', used],
    ['allocator_active', rss],
    ['allocator_resident', rss],
    ['total_system_memory', TOTAL_SYSTEM_MEMORY],
    ['total_system_memory_human', bytesToHuman(TOTAL_SYSTEM_MEMORY)],
    ['used_memory_lua', 32768],
    ['used_memory_vm_eval', 32768],
    ['used_memory_lua_human', '32.00K'],
    ['used_memory_scripts_eval', 0],
    ['number_of_cached_scripts', server.scripting.scripts.size],
    ['number_of_functions', functionCount(server)],
    ['number_of_libraries', server.scripting.libraries.size],
    ['used_memory_vm_functions', 33792],
    ['used_memory_vm_total', 66560],
    ['used_memory_vm_total_human', '65.00K'],
    ['used_memory_functions', 200],
    ['used_memory_scripts', 200],
    ['used_memory_scripts_human', '200B'],
    ['maxmemory', server.config.maxmemory],
    ['maxmemory_human', bytesToHuman(server.config.maxmemory)],
    ['maxmemory_policy', server.config.maxmemoryPolicy],
    ['allocator_frag_ratio', formatDoubleFixed(rss / used, 2)],
    ['allocator_frag_bytes', rss - used],
    ['allocator_rss_ratio', '1.00'],
    ['allocator_rss_bytes', 0],
    ['rss_overhead_ratio', '1.00'],
    ['rss_overhead_bytes', 0],
    ['mem_fragmentation_ratio', formatDoubleFixed(rss / used, 2)],
    ['mem_fragmentation_bytes', rss - used],
    ['mem_not_counted_for_evict', memoryNotCountedForEvict(server)],
    ['mem_replication_backlog', backlogMemory(server)],
    ['mem_total_replication_buffers', replicationBuffers(server)],
    ['mem_clients_slaves', replicasMemory(server)],
    ['mem_clients_normal', clientsMemory(server)],
    ['mem_cluster_links', 0],
    ['mem_aof_buffer', server.aof.buffer.length],
    ['mem_allocator', 'jemalloc-5.3.0'],
    ['active_defrag_running', 0],
    ['lazyfree_pending_objects', 0],
    ['lazyfreed_objects', server.stats.lazyfreedObjects],
  ];
}

export function keyspaceInfo(server: Server): InfoFields {
  return server.dbs
    .filter((db) => db.size > 0)
    .map(
      (db) =>
        [
          `db${db.id}`,
          `keys=${db.size},expires=${db.expires.size},avg_ttl=${Math.round(db.avgTtlMs)}`,
        ] as const,
    );
}
