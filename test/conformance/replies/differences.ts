/* Where the replies of a case differ from the recorded ones. */

import { same, show, type Tree } from './compare.ts';
import type { Step } from './corpus.ts';

/** DEBUG HELP names what there is here; that it is a list of lines is compared. */
function modeOf({ argv, mode }: Step): string {
  return /^debug help$/i.test(argv.join(' ')) ? 't' : mode;
}

/** One text for each step whose reply is another than the recorded one. */
export function differences(
  steps: readonly Step[],
  theirs: readonly Tree[],
  ours: readonly Tree[],
): string[] {
  const found: string[] = [];
  steps.forEach((step, at) => {
    const a = theirs[at];
    const b = ours[at];
    if (a !== undefined && b !== undefined && same(a, b, modeOf(step), step.tolerance)) return;
    found.push(
      `line ${step.line}: ${step.text}\n  real: ${a === undefined ? 'nothing' : show(a)}\n  ours: ${b === undefined ? 'nothing' : show(b)}`,
    );
  });
  return found;
}
