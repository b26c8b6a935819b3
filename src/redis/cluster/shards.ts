/* How clients learn the map: CLUSTER SLOTS and CLUSTER SHARDS (after clusterReplyMultiBulkSlots and
 * clusterReplyShards in cluster.c). */

import { CLUSTER_SLOTS } from '#base/crc16.ts';
import { MapReply, type Reply } from '#redis/reply.ts';
import { replicationGetSlaveOffset } from '#redis/replication/state.ts';
import type { Server } from '#redis/server.ts';
import { bitmapRanges } from './bitmap.ts';
import { clusterOf } from './events.ts';
import { clientPort, preferredEndpoint } from './redirect.ts';
import type { ClusterNode } from './node-table.ts';

/** CLUSTER SLOTS: ranges in slot order, each with its master and the replicas fit to read from. */
export function clusterSlots(server: Server): Reply {
  const cluster = clusterOf(server);
  const ranges: Reply[] = [];
  let first = 0;
  for (let slot = 1; slot <= CLUSTER_SLOTS; slot++) {
    const row = cluster.slotOwner.get(first);
    if (slot < CLUSTER_SLOTS && cluster.slotOwner.get(slot) === row) continue;
    if (row >= 0) ranges.push(slotRange(server, first, slot - 1, cluster.nodes.byRow[row] as ClusterNode));
    first = slot;
  }
  return ranges;
}

function slotRange(server: Server, first: number, last: number, master: ClusterNode): Reply {
  const replicas = master.slaves.filter((node) => !node.failed && offsetOf(server, node) !== 0);
  return [first, last, ...[master, ...replicas].map((node) => slotNode(server, node))];
}

function slotNode(server: Server, node: ClusterNode): Reply {
  const type = server.config.clusterPreferredEndpointType;
  const metadata: [Reply, Reply][] = [];
  if (type !== 'ip') metadata.push(['ip', node.ip]);
  if (type !== 'hostname' && node.hostname !== '') metadata.push(['hostname', node.hostname]);
  // What is null here is '' in CLUSTER SHARDS.
  const endpoint = type === 'unknown-endpoint' ? null : preferredEndpoint(server, node);
  return [endpoint, clientPort(server, node), node.name, new MapReply(metadata)];
}

/** What this server knows of a node's place in the replication stream. */
function offsetOf(server: Server, node: ClusterNode): number {
  if (node !== clusterOf(server).myself) return node.replOffset;
  return node.isSlave ? replicationGetSlaveOffset(server) : server.replication.masterReplOffset;
}

/** CLUSTER SHARDS: every master of the table, with slots or without. */
export function clusterShards(server: Server): Reply {
  return clusterOf(server)
    .nodes.list.filter((node) => node.isMaster)
    .map((master) => {
      const nodes = [master, ...master.slaves].map((node) => shardNode(server, node));
      return new MapReply([
        ['slots', bitmapRanges(master.slots).flat()],
        ['nodes', nodes],
      ]);
    });
}

function shardNode(server: Server, node: ClusterNode): Reply {
  const tls = server.config.tlsCluster;
  const offset = offsetOf(server, node);
  const health = node.failed ? 'fail' : node.isSlave && offset === 0 ? 'loading' : 'online';
  const plainPort = tls ? node.pport : node.port;
  const pairs: [Reply, Reply][] = [['id', node.name]];
  if (plainPort !== 0) pairs.push(['port', plainPort]);
  if (tls && node.port !== 0) pairs.push(['tls-port', node.port]);
  pairs.push(['ip', node.ip], ['endpoint', preferredEndpoint(server, node)]);
  if (node.hostname !== '') pairs.push(['hostname', node.hostname]);
  pairs.push(
    ['role', node.isSlave ? 'replica' : 'master'],
    ['replication-offset', offset],
    ['health', health],
  );
  return new MapReply(pairs);
}
