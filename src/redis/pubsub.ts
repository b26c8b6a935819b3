/* Publish and subscribe: channels, patterns and shard channels (after pubsub.c). */

import type { Bytes } from '#base/bytes.ts';
import type { Client } from './client.ts';
import type { Server } from './server.ts';

/** Delivers a message to this server's subscribers; returns how many got it. */
export function pubsubPublishMessage(
  _server: Server,
  _channel: Bytes,
  _message: Bytes,
  _sharded: boolean,
): number {
  return 0;
}

/** The client is gone. */
export function pubsubForgetClient(_client: Client): void {}

/** The slot moves away: subscribers of its shard channels hear that they must go elsewhere. */
export function removeChannelsInSlot(_server: Server, _slot: number): void {}
