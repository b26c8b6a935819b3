/* A program that runs, in a form that the world can clone.
 *
 * Holds the arguments, the state of the last checkpoint and the answers since. The generator itself
 * is made when it is needed and never copied: a clone makes its own and feeds it the answers. */

import { assert } from '#base/assert.ts';
import type { Bytes } from '#base/bytes.ts';
import { CLONE, cloneGraph } from '#base/clone.ts';
import type { Cloneable } from '#base/clone.ts';
import type { Answer, Op, Program, ProgramEnv, ProgramMain } from './program.ts';

/** What a program does next: an op, or its end. */
export type Next = { op: Op; exit?: undefined } | { op?: undefined; exit: number };

export class ProgramRun implements Cloneable {
  readonly main: ProgramMain;
  readonly argv: readonly Bytes[];
  readonly env: ProgramEnv;
  #state: unknown = undefined;
  /** Shared between clones: a run only looks at the first #answered, and copies before it would
   *  overwrite what another run appended. */
  #answers: Answer[] = [];
  #answered = 0;
  #generator: Program | null = null;

  constructor(main: ProgramMain, argv: readonly Bytes[], env: ProgramEnv) {
    this.main = main;
    this.argv = argv;
    this.env = env;
  }

  [CLONE](): ProgramRun {
    const copy = new ProgramRun(this.main, this.argv, this.env);
    copy.#state = this.#state;
    copy.#answers = this.#answers;
    copy.#answered = this.#answered;
    return copy;
  }

  /** How many answers a clone would have to replay. */
  get recorded(): number {
    return this.#answered;
  }

  /** The first op. */
  start(): Next {
    this.#generator = this.main(this.argv, this.env, undefined);
    return this.#remember(toNext(this.#generator.next(null)));
  }

  /** Hands over the answer to the last op and returns the next one. Answers are never changed. */
  resume(answer: Answer): Next {
    const generator = this.#generator ?? this.#replay();
    if (this.#answers.length !== this.#answered) this.#answers = this.#answers.slice(0, this.#answered);
    this.#answers.push(answer);
    this.#answered++;
    return this.#remember(toNext(generator.next(answer)));
  }

  #remember(next: Next): Next {
    if (next.op?.op === 'checkpoint') {
      this.#state = cloneGraph(next.op.state);
      this.#answers = [];
      this.#answered = 0;
    }
    return next;
  }

  #replay(): Program {
    const generator = this.main(this.argv, this.env, cloneGraph(this.#state));
    generator.next(null);
    for (let at = 0; at < this.#answered; at++) {
      const step = generator.next(this.#answers[at]);
      assert(step.done !== true, 'a program given the same answers must do the same as before');
    }
    this.#generator = generator;
    return generator;
  }
}

function toNext(step: IteratorResult<Op, number>): Next {
  return step.done === true ? { exit: step.value } : { op: step.value };
}
