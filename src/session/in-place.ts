/* A session whose world runs in the same thread: for tests, for Node, and for the session's own worker
 * when one is enough. */

import { WorldHost } from '#sim/host.ts';
import { Part } from '#sim/part.ts';
import { partOptions } from './processes.ts';
import { Session } from './session.ts';

/** `parts` greater than 1 splits the world as workers would, to prove that it makes no difference. */
export function makeSession(parts = 1): Session {
  return new Session({
    makeHost: (config) => {
      const all = Array.from({ length: parts }, (_, part) => new Part(partOptions(config, part)));
      return new WorldHost(all);
    },
    complete: () => ({ candidates: [], hint: '' }),
  });
}
