/* Where the server finds what runs scripts once load-lua.ts has fetched it. */

import { InvariantError } from '#base/assert.ts';
import type { CommandProcs } from '#redis/command.ts';
import type { Payload, SocketId } from '#redis/io.ts';
import type { Reply } from '#redis/reply.ts';
import type { Server } from '#redis/server.ts';
import type { Interpreter } from './lua-interpreter.ts';

/** The interpreter, and what runs scripts in it (see slow-script.ts). */
export interface ScriptEngine {
  readonly interpreter: Interpreter;
  /** EVAL, SCRIPT, FCALL, FUNCTION and their kin. */
  readonly commands: CommandProcs;
  /** The timer of a slow script. */
  scriptTimer(server: Server): void;
  /** On the connection of somebody who debugs a script. */
  debugRead(server: Server, socket: SocketId, payload: Payload): void;
  debugClosed(server: Server, socket: SocketId): void;
  /** What the script's MIGRATE has waited for is there. */
  scriptGoesOn(server: Server, reply: Reply): void;
}

/** Code that many worlds share, not state; written once. */
let installed: ScriptEngine | null = null;

/** Puts the loaded engine in its place. Later calls change nothing. */
export function installScriptEngine(engine: ScriptEngine): void {
  installed ??= engine;
}

export function luaIsInstalled(): boolean {
  return installed !== null;
}

/** The engine; the host must have installed it before a script can reach a server. */
export function scriptEngine(): ScriptEngine {
  if (installed === null) throw new InvariantError('Lua must be installed before a script runs');
  return installed;
}

export function interpreter(): Interpreter {
  return scriptEngine().interpreter;
}
