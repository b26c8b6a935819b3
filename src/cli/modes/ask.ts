/* Asking the server from within a mode: any failure ends the program with a message. */

import type { Bytes } from '#base/bytes.ts';
import { command } from '#cli/connection.ts';
import type { Session } from '#cli/connection.ts';
import * as ops from '#cli/ops.ts';
import { Exit } from '#cli/ops.ts';
import type { Step } from '#cli/program.ts';
import { ErrorReply } from '#redis/reply.ts';
import type { Reply } from '#redis/reply.ts';

/** The reply, an error reply included; leaves when the connection is gone. */
export function* ask(session: Session, argv: readonly Bytes[]): Step<Reply> {
  const reply = yield* command(session, argv);
  if (reply === null && session.error !== null) {
    yield* ops.printError(`\nI/O error\n`);
    throw new Exit(1);
  }
  return reply;
}

/** As `ask`, but an error reply too ends the program, after `prefix` and its text. */
export function* askOrExit(session: Session, argv: readonly Bytes[], prefix: string): Step<Reply> {
  const reply = yield* ask(session, argv);
  if (!(reply instanceof ErrorReply)) return reply;
  yield* ops.printError(`${prefix}${reply.text}\n`);
  throw new Exit(1);
}

/** Keys of one page of SCAN and the next cursor. */
export function* scanPage(session: Session, cursor: Bytes): Step<{ cursor: Bytes; keys: Bytes[] }> {
  const { pattern } = session.config;
  const argv = pattern === null ? ['SCAN', cursor] : ['SCAN', cursor, 'MATCH', pattern];
  const reply = yield* askOrExit(session, argv, 'SCAN error: ');
  if (!Array.isArray(reply) || reply.length !== 2) {
    yield* ops.printError('Non ARRAY response from SCAN!\n');
    throw new Exit(1);
  }
  return { cursor: String(reply[0]), keys: (reply[1] as Reply[]).map(String) };
}
