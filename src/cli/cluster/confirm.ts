/* Questions of the cluster manager. At a terminal they are prompts; when input is piped in, the
 * question is printed and the answer read from there, as the real tool does. */

import type { Bytes } from '#base/bytes.ts';
import * as ops from '#cli/ops.ts';
import type { Step } from '#cli/program.ts';
import type { Manager } from './node.ts';

/** Asks and reads a line without its newline; '' at the end of input. */
export function* question(manager: Manager, prompt: Bytes): Step<Bytes> {
  if (manager.stdin === null) return (yield* ops.ask(prompt)) ?? '';
  yield* ops.print(prompt);
  if (manager.stdinAt >= manager.stdin.length) return '';
  const end = manager.stdin.indexOf('\n', manager.stdinAt);
  const line = manager.stdin.slice(manager.stdinAt, end < 0 ? undefined : end);
  manager.stdinAt = end < 0 ? manager.stdin.length : end + 1;
  return line;
}

/** Only "yes" is yes. --cluster-yes answers, except where the question insists on a person. */
export function* confirmWithYes(manager: Manager, text: Bytes, insist: boolean): Step<boolean> {
  if (manager.options.yes && !insist) return true;
  const answer = yield* question(manager, `${text} (type 'yes' to accept): `);
  return answer.toLowerCase() === 'yes';
}
