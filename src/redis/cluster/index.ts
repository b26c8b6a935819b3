/* Doors of the cluster to the server (placeholder until the cluster's owner writes this file). */

import type { Bytes } from '#base/bytes.ts';
import type { Client } from '#redis/client.ts';
import type { CommandProcs } from '#redis/command.ts';
import type { Command } from '#redis/command-table.ts';
import type { CloseReason, Payload, SocketId } from '#redis/io.ts';
import type { ErrorReply } from '#redis/reply.ts';
import type { Server } from '#redis/server.ts';
import type { ClusterState } from './state.ts';

export type { ClusterState };

export function clusterInit(_server: Server): void {}
export function clusterCron(_server: Server): void {}
export function clusterBeforeSleep(_server: Server): void {}
export function getNodeByQuery(
  _client: Client,
  _command: Command,
  _argv: readonly Bytes[],
): ErrorReply | null {
  return null;
}
export function clusterRedirectBlockedClient(_client: Client): void {}
export function clusterAccept(_server: Server, _socket: SocketId): void {}
export function clusterConnected(_server: Server, _socket: SocketId): void {}
export function clusterRead(_server: Server, _socket: SocketId, _payload: Payload): void {}
export function clusterClosed(_server: Server, _socket: SocketId, _reason: CloseReason): void {}
/** Sockets of MIGRATE, kind 'migrate', and the end of its blocking wait (timer 'block'). */
export function migrateConnected(_server: Server, _socket: SocketId): void {}
export function migrateRead(_server: Server, _socket: SocketId, _payload: Payload): void {}
export function migrateClosed(_server: Server, _socket: SocketId, _reason: CloseReason): void {}
export function migrateTimedOut(_server: Server): void {}
export function clusterPropagatePublish(
  _server: Server,
  _channel: Bytes,
  _message: Bytes,
  _sharded: boolean,
): void {}
export const clusterCommands: CommandProcs = {};
