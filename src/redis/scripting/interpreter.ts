/* Where the server finds the interpreter of scripts once load-lua.ts has fetched it. */

import { InvariantError } from '#base/assert.ts';
import type { Interpreter } from './lua-interpreter.ts';

/** Code that many worlds share, not state; written once. */
let installed: Interpreter | null = null;

/** Puts the loaded interpreter in its place. Later calls change nothing. */
export function installInterpreter(interpreter: Interpreter): void {
  installed ??= interpreter;
}

export function luaIsInstalled(): boolean {
  return installed !== null;
}

/** The interpreter; the host must have installed it before a script can reach a server. */
export function interpreter(): Interpreter {
  if (installed === null) throw new InvariantError('Lua must be installed before a script runs');
  return installed;
}
