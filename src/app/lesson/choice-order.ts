/* The order in which the choices of a question are shown. */

import type { Quiz } from '#lesson/types.ts';

/** Numbers of the choices in an order of their own per question, so that the first is not always right. */
export function choiceOrder({ id, choices }: Quiz): number[] {
  let state = [...id].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) >>> 0, 7);
  const at = choices.map((_, index) => index);
  for (let last = at.length - 1; last > 0; last--) {
    state = (state * 1664525 + 1013904223) >>> 0;
    const other = state % (last + 1);
    [at[last], at[other]] = [at[other] as number, at[last] as number];
  }
  return at;
}
