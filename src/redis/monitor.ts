/* MONITOR: every command that runs, as text (after replicationFeedMonitors). */

import type { Bytes } from '#base/bytes.ts';
import type { Client } from './client.ts';

/** Sends a line about the command to whoever monitors. */
export function feedMonitors(_client: Client, _argv: readonly Bytes[]): void {}
