/* Which inputs may set a script going. Lua is a large part of the program: it is loaded before the first
 * input that could need it, and never otherwise. Whoever is in doubt loads. */

import type { Input } from './api.ts';

const SCRIPTING = /\b(?:eval|evalsha|fcall|function|script)(?:_ro)?\b/i;
/** Application clients that release locks by script. */
const SCRIPTING_CLIENTS = /lock/i;

/** Whether the world needs Lua once this input has been done. */
export function mayRunScripts(input: Input): boolean {
  if (input.kind === 'fault' || input.kind === 'interrupt' || input.kind === 'closeConsole') return false;
  const text = JSON.stringify(input);
  return SCRIPTING.test(text) || (input.kind === 'client' && SCRIPTING_CLIENTS.test(text));
}
