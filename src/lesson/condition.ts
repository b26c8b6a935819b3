/* Conditions typed by a reader, checked before the world runs after them. They are written in the words
 * of a lesson's checks. */

import { ExpressionError, freeNames, parseExpression } from './expression.ts';
import { knownNames } from './predicates.ts';

/** What is wrong with a condition, in words for people; null when it can be run to. */
export function conditionProblem(text: string): string | null {
  const known = new Set(knownNames());
  try {
    const unknown = freeNames(parseExpression(text)).find((name) => !known.has(name));
    return unknown === undefined ? null : `${unknown}?  ${[...known].sort().join('  ')}`;
  } catch (error) {
    if (error instanceof ExpressionError) return error.message;
    throw error;
  }
}
