/* Doors of replication to the server (placeholder until replication's owner writes this file). */

import type { Bytes } from '#base/bytes.ts';
import type { Client } from '#redis/client.ts';
import type { CommandProcs } from '#redis/command.ts';
import type { CloseReason, Payload, SocketId } from '#redis/io.ts';
import type { Server } from '#redis/server.ts';

/** What the server itself needs to know of replication; the owner adds the rest. */
export class ReplicationState {
  /** Null on a master. */
  masterHost: string | null = null;
  masterPort = 0;
  /** Replica side: the link is up and in sync. */
  linkUp = false;
  masterReplOffset = 0;
  replid = '';
  replid2 = '0'.repeat(40);
  /** Master side: replicas whose last ACK is not older than min-replicas-max-lag. */
  goodReplicas = 0;
}

export function replicationInit(server: Server): void {
  server.replication = new ReplicationState();
  server.replication.replid = server.io.random.hex(40);
}
export function replicationCron(_server: Server): void {}
export function replicationBeforeSleep(_server: Server): void {}
export function replicationFeedSlaves(_server: Server, _dbId: number, _argv: readonly Bytes[]): void {}
export function replicationConnected(_server: Server, _socket: SocketId): void {}
export function replicationRead(_server: Server, _socket: SocketId, _payload: Payload): void {}
export function replicationClosed(_server: Server, _socket: SocketId, _reason: CloseReason): void {}
export function freeReplica(_client: Client): void {}
export const replicationCommands: CommandProcs = {};
