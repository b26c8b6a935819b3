/* The append only file (after aof.c). */

import type { Bytes } from '#base/bytes.ts';
import type { Server } from './server.ts';

export class AofState {
  state: 'off' | 'on' | 'wait-rewrite' = 'off';
}

/** Adds one operation to the buffer that is written before the server sleeps. */
export function feedAppendOnlyFile(_server: Server, _dbId: number, _argv: readonly Bytes[]): void {}

export function startAppendOnly(_server: Server): void {}
export function stopAppendOnly(_server: Server): void {}
