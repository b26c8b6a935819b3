/* What a script or function says of itself counts before it runs: it is routed, paused and refused as a
 * command with these flags would be (after scriptFlagsToCmdFlags in script.c). */

import type { Bytes } from '#base/bytes.ts';
import {
  CMD_DENYOOM,
  CMD_MAY_REPLICATE,
  CMD_NO_MANDATORY_KEYS,
  CMD_STALE,
  CMD_WRITE,
  type Command,
} from '#redis/command-table.ts';
import { ErrorReply } from '#redis/reply.ts';
import type { Server } from '#redis/server.ts';
import { findFunction } from './libraries.ts';
import { parseShebang } from './shebang.ts';
import type { ScriptFlags } from './state.ts';

/** The flags of a command with what it is about to run. */
export function getCommandFlags(server: Server, command: Command, argv: readonly Bytes[]): number {
  // Only what runs scripts may but need not have keys.
  if ((command.flags & CMD_NO_MANDATORY_KEYS) === 0) return command.flags;
  const declared = declaredFlags(server, command.fullName, argv);
  if (declared === null) return command.flags;
  let flags = command.flags & ~(CMD_STALE | CMD_DENYOOM | CMD_WRITE | CMD_MAY_REPLICATE);
  if (!declared.allowOom && !declared.noWrites) flags |= CMD_DENYOOM;
  if (!declared.noWrites) flags |= CMD_WRITE;
  if (declared.allowStale) flags |= CMD_STALE;
  return flags;
}

/** Null when there are none, be it that the script does not exist or that it is of the time before flags. */
function declaredFlags(server: Server, name: string, argv: readonly Bytes[]): ScriptFlags | null {
  const text = argv[1] as Bytes;
  const { scripting } = server;
  switch (name) {
    case 'eval':
    case 'eval_ro': {
      const parsed = parseShebang(text);
      return parsed instanceof ErrorReply ? null : parsed.flags;
    }
    case 'evalsha':
    case 'evalsha_ro':
      return scripting.scripts.get(text.toLowerCase())?.flags ?? null;
    case 'fcall':
    case 'fcall_ro':
      return findFunction(scripting.libraries, text)?.found.flags ?? null;
    default:
      return null;
  }
}
