/* What the rest of the server needs to know of a script that runs too long. */

import type { Bytes } from '#base/bytes.ts';
import { ErrorReply, type Reply } from './reply.ts';
import { scriptEngine } from './scripting/interpreter.ts';
import type { ScriptCall } from './scripting/state.ts';
import type { Server } from './server.ts';

/** The error for other clients while a script is busy. */
export function busyScriptError(server: Server): ErrorReply {
  const kill = server.scripting.slow?.call.kind === 'function' ? 'FUNCTION KILL' : 'SCRIPT KILL';
  return new ErrorReply(`BUSY Redis is busy running a script. You can only call ${kill} or SHUTDOWN NOSAVE.`);
}

/** SCRIPT KILL and FUNCTION KILL */
export function killScript(server: Server, kind: ScriptCall['kind']): Reply {
  if (server.scripting.slow !== null) return scriptEngine().killSlowScript(server, kind);
  return new ErrorReply('NOTBUSY No scripts in execution right now.');
}

/** What FUNCTION STATS tells of a running function. */
export function runningScript(
  server: Server,
): { name: Bytes; argv: readonly Bytes[]; durationMs: number } | null {
  const { slow } = server.scripting;
  if (slow === null) return null;
  const durationMs = Math.floor(server.mstime() - slow.startedAtMs);
  return { name: slow.call.name, argv: slow.call.argv, durationMs };
}
