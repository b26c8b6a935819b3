/* What the command path needs to know of a script that runs too long. */

import { ErrorReply } from './reply.ts';
import type { Server } from './server.ts';

/** The error for other clients while a script is busy. */
export function busyScriptError(_server: Server): ErrorReply {
  return new ErrorReply(
    'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
  );
}
