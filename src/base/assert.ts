/* Broken invariants. A Redis error is a reply; a state that must not exist stops the world. */

/** A rule of the simulation itself was broken: never caught to carry on. */
export class InvariantError extends Error {
  override name = 'InvariantError';
}

/** Throws InvariantError unless `condition` holds; `why` says what was expected, as a sentence. */
export function assert(condition: unknown, why: string): asserts condition {
  if (!condition) throw new InvariantError(why);
}

/** For the branch no value can reach: a new variant that was not handled fails to compile here. */
export function unreachable(value: never): never {
  throw new InvariantError(`unhandled case: ${JSON.stringify(value)}`);
}
