/* The libraries of FUNCTION LOAD as data: what a server keeps, saves and replicates. */

import type { Bytes } from '#base/bytes.ts';
import type { Server } from '#redis/server.ts';

/** The code of every library, as it was loaded. */
export function libraryCodes(_server: Server): Bytes[] {
  return [];
}

/** Loads a library that an RDB file brought. */
export function loadLibraryFromRdb(_server: Server, _code: Bytes): void {}
