/* Standard input as a whole. */

import type { Bytes } from '#base/bytes.ts';
import * as ops from './ops.ts';
import type { ProgramEnv, Step } from './program.ts';

/** All of standard input; at a terminal, lines up to the end of input (an empty answer to Ctrl-D). */
export function* readStdin(env: ProgramEnv): Step<Bytes> {
  if (env.stdin !== null) return env.stdin;
  let text = '';
  for (;;) {
    const line = yield* ops.ask('');
    if (line === null) return text;
    text += line + '\n';
  }
}
