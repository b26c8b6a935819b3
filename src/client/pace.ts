/* When an application works next: between half and one and a half of the mean, so that no two of them keep
 * step with each other or with the servers. */

import type { AppHost } from './app.ts';

/** Sets the timer of work to about `meanUs` from now. */
export function workAfter({ io }: Pick<AppHost, 'io'>, meanUs: number): void {
  io.setTimer('work', io.now + Math.max(1, Math.round(meanUs * (0.5 + io.random.unit()))));
}

/** The same by the rate of the settings, for `batch` commands at once; a rate of 0 is no work at all. */
export function workAtRate(host: AppHost, batch = 1): void {
  const { io, settings } = host;
  if (settings.rate <= 0) io.clearTimer('work');
  else workAfter(host, (1e6 * batch) / settings.rate);
}
