/* Which inputs need a piece of the program that most visits never need: Lua for scripts, the texts of
 * redis-cli's help, of the HELP subcommands and COMMAND DOCS, the shell's own programs, redis-cli's modes other
 * than the prompt. It is loaded before the first input that could need it. Whoever is in doubt loads. */

import type { Input } from './api.ts';

export type Piece = 'lua' | 'help' | 'shell';

/** A node that is added to a cluster is given the functions of the others. */
const SCRIPTING = /\b(?:eval|evalsha|fcall|function|script|add-node)(?:_ro)?\b/i;
/** Application clients that release locks by script. */
const SCRIPTING_CLIENTS = /lock/i;
/** redis-cli explains itself also to whom it does not understand. */
const HELP = /\bhelp\b|\?|--cluster\b|-h\b|\bcommand\b|docs/i;

/** redis-cli --cluster and its other modes have long names; a debugger of scripts may also be begun at the prompt. */
const MODES = /--[a-z]|\bscript\W+debug/i;

/** Inputs in which no command can be. */
const NEED_NOTHING: ReadonlySet<Input['kind']> = new Set<Input['kind']>([
  'fault',
  'interrupt',
  'eof',
  'signal',
  'hangup',
  'closeConsole',
]);

/** What must be there once this input is done. */
export function piecesFor(input: Input): Piece[] {
  if (NEED_NOTHING.has(input.kind)) return [];
  // A word may begin a line; the backslash and letter of its line break are no part of it.
  const text = JSON.stringify(input).replace(/\\+[a-z]/g, ' ');
  const pieces: Piece[] = [];
  if (SCRIPTING.test(text) || (input.kind === 'client' && SCRIPTING_CLIENTS.test(text))) pieces.push('lua');
  if (HELP.test(text)) pieces.push('help');
  if (MODES.test(text) || (input.kind === 'run' && input.argv[0] !== 'redis-cli')) pieces.push('shell');
  return pieces;
}
