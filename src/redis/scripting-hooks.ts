/* What the rest of the server needs to know of a script that runs too long. */

import { ErrorReply } from './reply.ts';
import type { Server } from './server.ts';

/** The error for other clients while a script is busy. */
export function busyScriptError(server: Server): ErrorReply {
  const kill = server.scripting.slow?.call.kind === 'function' ? 'FUNCTION KILL' : 'SCRIPT KILL';
  return new ErrorReply(`BUSY Redis is busy running a script. You can only call ${kill} or SHUTDOWN NOSAVE.`);
}
