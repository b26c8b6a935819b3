/* A survey of the servers: what is too much for every frame, told when somebody asks. Reads only. */

import { utf8Decode, utf8Encode, type Bytes } from '#base/bytes.ts';
import { CLUSTER_SLOTS, keyHashSlot } from '#base/crc16.ts';
import type { ClusterNode } from '#redis/cluster/node-table.ts';
import type { ClusterState } from '#redis/cluster/state.ts';
import { countKeysInSlot, getExpire, type Db } from '#redis/db.ts';
import type { Process } from '#redis/io.ts';
import { StringObj } from '#redis/object.ts';
import { Server } from '#redis/server.ts';
import type { ServerSurvey, SurveyRequest } from '#sim/frame.ts';

/** What one process has to say; null for those that are no server, or not running. */
export function surveyServer(process: Process | null, request: SurveyRequest): ServerSurvey | null {
  if (!(process instanceof Server) || process.dbs[0] === undefined) return null;
  const { cluster } = process;
  return {
    beliefs: request.beliefs && cluster ? beliefsOf(cluster, request.beliefs) : null,
    slotKeys: request.slotKeys ? slotKeysOf(process.dbs[0] as Db) : null,
    slotLoad: request.slotLoad && cluster ? cluster.slotLoad.perSecond(process.mstime()) : null,
    held: request.held?.map((key) => heldBy(process, process.dbs[0] as Db, utf8Encode(key))) ?? null,
  };
}

/** One letter for each port asked for. */
function beliefsOf(cluster: ClusterState, ports: readonly number[]): string {
  const byPort = new Map<number, string>();
  for (const node of cluster.nodes.list) byPort.set(node.port, letterOf(cluster, node));
  return ports.map((port) => byPort.get(port) ?? '-').join('');
}

function letterOf(cluster: ClusterState, node: ClusterNode): string {
  if (node === cluster.myself) return 's';
  if (node.failed) return '!';
  if (node.timedOut) return '?';
  return node.inHandshake ? 'h' : '.';
}

/** A string that is there and has not expired. */
function heldBy(server: Server, db: Db, key: Bytes): [value: string, expiresMs: number] | null {
  const found = db.keys.get(keyHashSlot(key), key);
  const expiresMs = getExpire(db, key);
  if (!(found instanceof StringObj) || (expiresMs >= 0 && expiresMs <= server.mstime())) return null;
  return [utf8Decode(found.value), expiresMs];
}

function slotKeysOf(db: Db): [slot: number, keys: number][] {
  const out: [number, number][] = [];
  if (db.size === 0) return out;
  for (let slot = 0; slot < CLUSTER_SLOTS; slot++) {
    const keys = countKeysInSlot(db, slot);
    if (keys > 0) out.push([slot, keys]);
  }
  return out;
}
