/* Names and ranges for the application clients that a reader starts. */

import type { ClientFrame } from '#sim/frame.ts';

/** The first of app1, app2 ... that no client of the world has. */
export function nextClientId(clients: readonly Pick<ClientFrame, 'id'>[]): string {
  const taken = new Set(clients.map(({ id }) => id));
  let number = 1;
  while (taken.has(`app${number}`)) number++;
  return `app${number}`;
}

/** A rate on a slider: the slider's steps are tenths of a power of ten, 0 is no work at all. */
export function rateOf(step: number): number {
  return step <= 0 ? 0 : Number((10 ** (step / 10)).toPrecision(2));
}

/** Where a rate stands on that slider. */
export function stepOf(rate: number): number {
  return rate <= 0 ? 0 : Math.max(0, Math.round(Math.log10(rate) * 10));
}

export const MOST_STEP = 30;
