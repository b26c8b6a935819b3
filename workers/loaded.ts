/* Which files a thread has loaded. The service worker, which keeps the page for times without a network, sees
 * none of those that came before itself; so the page asks its threads when it is there. */

/** The channel on which the page asks "?" and each thread answers with its files. */
export const LOADED = 'redis-cluster-playground.loaded';

/** Addresses of what this thread has loaded. */
export function loadedFiles(): string[] {
  return performance.getEntriesByType('resource').map(({ name }) => name);
}
