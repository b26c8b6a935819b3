/* What took long: the slow log and the latency monitor (after slowlog.c and latency.c). */

import type { Bytes } from '#base/bytes.ts';
import type { Client } from './client.ts';
import type { Command } from './command-table.ts';
import type { Server } from './server.ts';

/** Remembers the command if it was slow. */
export function addCommandSample(
  _server: Server,
  _client: Client,
  _cmd: Command,
  _argv: readonly Bytes[],
  _micros: number,
): void {}
