/* Starts the worker in which the world lives, and gives its session. The session is the same SessionApi
 * as in process; comlink carries each call and its one answer. */

import { wrap, type Remote } from 'comlink';
import type { SessionApi } from '#session/api.ts';

/** A session in a worker of its own, and how to be rid of it. */
export interface Connection {
  session: SessionApi;
  /** Called once if the worker dies: it cannot load, or an error escapes it. */
  onDeath(handler: (why: string) => void): void;
  close(): void;
}

/** Starts a new worker. */
export function connect(): Connection {
  const worker = new Worker(new URL('../../../workers/session.worker.ts', import.meta.url), {
    type: 'module',
    name: 'session',
  });
  const remote: Remote<SessionApi> = wrap<SessionApi>(worker);
  return {
    session: remote as unknown as SessionApi,
    onDeath(handler) {
      worker.addEventListener('error', (event) => handler(event.message || 'the worker could not be loaded'));
      worker.addEventListener('messageerror', () => handler('a message of the worker could not be read'));
    },
    close: () => worker.terminate(),
  };
}
