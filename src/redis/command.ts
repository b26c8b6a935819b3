/* What a command is: the row of the command table and the function behind it (after server.h). */

import type { Bytes } from '#base/bytes.ts';
import type { Client } from './client.ts';
import type { Reply } from './reply.ts';

/** Runs a command for a client. `argv[0]` is the command's name as typed; arity and state were
 *  checked by processCommand. Returns the reply, or undefined when nothing (more) is to be said:
 *  the client was blocked, or the replies were already sent with `addReply`. */
export type CommandProc = (client: Client, argv: readonly Bytes[]) => Reply | undefined;

/** Where keys stand in argv. Same meaning as the legacy first/last/step of COMMAND INFO; `movable`
 *  commands have a function in keys.ts that finds them. */
export interface KeySpec {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

/** A module of the server contributes its commands as such a list; arity, flags, categories and key
 *  positions of each come from the table of all commands (command-table.ts), by name. Subcommands
 *  are named "config|get". */
export type CommandProcs = Readonly<Record<string, CommandProc>>;
