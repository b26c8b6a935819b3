/* Client-side caching: which client has read which key, and telling it when that changes
 * (after tracking.c). */

import type { Bytes } from '#base/bytes.ts';
import type { Client } from './client.ts';
import type { Server } from './server.ts';

/** What a client asked for with CLIENT TRACKING. */
export interface TrackingState {
  redirect: number;
  bcast: boolean;
  optIn: boolean;
  optOut: boolean;
  noLoop: boolean;
  prefixes: Bytes[];
  /** CLIENT CACHING for the next command. */
  caching: boolean;
  brokenRedirect: boolean;
}

/** A key changed: clients that may hold it forget it. */
export function trackingInvalidateKey(
  _server: Server,
  _client: Client | null,
  _key: Bytes,
  _pending: boolean,
): void {}

/** Called before and after each command while anybody tracks. */
export function trackingBeforeCommand(_client: Client): void {}
export function trackingAfterCommand(_client: Client, _cmd: unknown, _argv: readonly Bytes[]): void {}

/** CLIENT TRACKING OFF, or the client is gone. */
export function disableTracking(client: Client): void {
  if (client.tracking === null) return;
  client.tracking = null;
  client.server.trackingClients--;
}

/** A database was emptied: clients forget everything. */
export function trackingInvalidateAll(_server: Server): void {}
