/* What a change sends to replicas and to the AOF (after the propagation part of server.c).
 *
 * A command that changed something is propagated as it was typed, or as its effect when the effect
 * would differ elsewhere (SPOP as SREM, an expired key as DEL). Operations of one command are
 * collected and leave together; more than one is wrapped in MULTI and EXEC, so that a replica never
 * shows half of it. */

import type { Bytes } from '#base/bytes.ts';
import { feedAppendOnlyFile } from './aof.ts';
import { CLIENT_PREVENT_PROP, type Client } from './client.ts';
import { replicationFeedSlaves } from './replication/index.ts';
import type { Server } from './server.ts';

export const PROPAGATE_NONE = 0;
export const PROPAGATE_AOF = 1;
export const PROPAGATE_REPL = 2;

/** One operation waiting to be propagated. */
export interface PendingOp {
  readonly dbId: number;
  readonly argv: readonly Bytes[];
  readonly target: number;
}

/** Propagates `argv` after what the running command has propagated so far. */
export function alsoPropagate(
  server: Server,
  dbId: number,
  argv: readonly Bytes[],
  target: number = PROPAGATE_AOF | PROPAGATE_REPL,
): void {
  if (server.loading || target === PROPAGATE_NONE || !somebodyListens(server)) return;
  server.pendingOps.push({ dbId, argv, target });
}

/** False for a server without AOF, replicas and backlog: what it does need not be told. */
export function somebodyListens(server: Server): boolean {
  const { replication } = server;
  return server.aof.state !== 'off' || replication.backlog !== null || replication.replicas.length > 0;
}

/** The running command is propagated as `argv` instead of what was typed. */
export function rewriteClientCommandVector(client: Client, argv: readonly Bytes[]): void {
  client.argv = argv;
}

/** The running command itself is not propagated (it did so by other means, or changed nothing). */
export function preventCommandPropagation(client: Client): void {
  client.flags |= CLIENT_PREVENT_PROP;
}

/** Sends what was collected, wrapped in MULTI and EXEC when it is more than one operation. */
export function propagatePendingCommands(server: Server): void {
  const ops = server.pendingOps;
  // A transaction that waits for its MIGRATE is propagated as a whole, later.
  if (ops.length === 0 || server.inExec) return;
  server.pendingOps = [];
  const transaction = ops.length > 1 && !server.propagateNoMulti;
  const both = PROPAGATE_AOF | PROPAGATE_REPL;
  if (transaction) propagateNow(server, (ops[0] as PendingOp).dbId, ['MULTI'], both);
  for (const op of ops) propagateNow(server, op.dbId, op.argv, op.target);
  if (transaction) propagateNow(server, (ops[ops.length - 1] as PendingOp).dbId, ['EXEC'], both);
}

/** Sends one operation to the AOF and to the replicas, at once. */
export function propagateNow(
  server: Server,
  dbId: number,
  argv: readonly Bytes[],
  target: number = PROPAGATE_AOF | PROPAGATE_REPL,
): void {
  if ((target & PROPAGATE_AOF) !== 0 && server.aof.state !== 'off') feedAppendOnlyFile(server, dbId, argv);
  if ((target & PROPAGATE_REPL) !== 0) replicationFeedSlaves(server, dbId, argv);
}
