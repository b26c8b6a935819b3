/* Announcing what happened by a rule of the cluster, with the values the rule used. */

import type { Server } from '#redis/server.ts';
import type { ClusterNode } from './node-table.ts';
import type { ClusterState } from './state.ts';
import { assert } from '#base/assert.ts';

/** The cluster of a server that runs in cluster mode. */
export function clusterOf(server: Server): ClusterState {
  assert(server.cluster !== null, 'this runs in cluster mode only');
  return server.cluster;
}

/** A node as events name it: its id, and the port people know it by. */
export function nodeRef(node: ClusterNode): { node: string; name: string } {
  return { node: node.name, name: nodeLabel(node) };
}

/** The name people use for a node: its client port. */
export function nodeLabel(node: ClusterNode): string {
  return node.port === 0 ? node.name.slice(0, 8) : String(node.port);
}

/** Announces a protocol event. */
export function emit(server: Server, type: string, fields: Readonly<Record<string, unknown>> = {}): void {
  server.io.emit({ type, ...fields });
}
