/* --pipe: raw protocol from standard input to the server as fast as it goes; the replies are counted
 * (after pipeMode). An ECHO of a random text at the end tells when the last reply has come. */

import type { Session } from '#cli/connection.ts';
import * as ops from '#cli/ops.ts';
import type { ProgramEnv, Step } from '#cli/program.ts';
import { readStdin } from '#cli/stdin.ts';
import { ErrorReply } from '#redis/reply.ts';

export function* pipeMode(session: Session, env: ProgramEnv): Step<number> {
  const { handle } = session;
  if (handle === null) return 1;
  const data = yield* readStdin(env);
  let magic = '';
  for (let at = 0; at < 20; at++) magic += String.fromCharCode(97 + (yield* ops.random(26)));
  if (data !== '') yield* ops.sendBytes(handle, data);
  // It begins on a line of its own, whatever came before.
  yield* ops.sendBytes(handle, `\r\n*2\r\n$4\r\nECHO\r\n$20\r\n${magic}\r\n`);
  yield* ops.print('All data transferred. Waiting for the last reply...\n');
  let replies = 0;
  let errors = 0;
  const timeout = session.config.pipeTimeoutSeconds;
  for (;;) {
    const answer = yield* ops.receive(handle, timeout > 0 ? timeout * 1000 : undefined);
    if ('timeout' in answer) {
      yield* ops.printError(`No replies for ${timeout} seconds: exiting.\n`);
      errors++;
      break;
    }
    if (!('reply' in answer)) {
      // That the connection ended is no word worth.
      if ('error' in answer && answer.error.startsWith('Protocol error'))
        yield* ops.printError('Error reading replies from server\n');
      return 1;
    }
    if (answer.reply instanceof ErrorReply) {
      yield* ops.printError(`${answer.reply.text}\n`);
      errors++;
    } else if (answer.reply === magic) {
      yield* ops.print('Last reply received from server.\n');
      break;
    }
    replies++;
  }
  yield* ops.print(`errors: ${errors}, replies: ${replies}\n`);
  return errors > 0 ? 1 : 0;
}
