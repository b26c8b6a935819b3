/* What the shell's `read` is in the world: asks for a line at the terminal, and gives it as its output.
 *
 *   ask [-s] PROMPT        -s does not show what is typed */

import * as ops from './ops.ts';
import { Interrupted } from './ops.ts';
import type { Program, ProgramMain } from './program.ts';

export const ask: ProgramMain = function* (argv): Program {
  const hidden = argv[1] === '-s';
  try {
    const line = yield* ops.ask(argv[hidden ? 2 : 1] ?? '', { hidden });
    if (line === null) return 1;
    yield* ops.print(line + '\n');
    return 0;
  } catch (error) {
    if (error instanceof Interrupted) return 130;
    throw error;
  }
};
