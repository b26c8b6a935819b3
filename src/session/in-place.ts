/* Sessions put together with the real processes, and with a world in the same thread: for tests, for
 * Node, and for the session's own worker when one is enough. */

import { completionsOf, hintOf } from '#cli/help.ts';
import { loadShellPrograms } from '#cli/fetched.ts';
import { loadHelpWords } from '#cli/words.ts';
import { loadCommandDocs } from '#redis/words.ts';
import { WorldHost } from '#sim/host.ts';
import { Part } from '#sim/part.ts';
import type { Completion, WorldConfig } from './api.ts';
import { LessonWatch } from './lesson-watch.ts';
import type { Piece } from './pieces.ts';
import { partOptions } from './processes.ts';
import { Session, type HostMaker } from './session.ts';

async function loadHere(piece: Piece): Promise<void> {
  if (piece === 'help') return void (await Promise.all([loadCommandDocs(), loadHelpWords()]));
  if (piece === 'shell') return loadShellPrograms();
  const { loadLua } = await import('#redis/scripting/load-lua.ts');
  await loadLua();
}

/** A session whose worlds are hosted as `makeHost` says; `loadPiece` makes a piece of the program ready in
 *  all of their threads, `breathe` lets questions in while it simulates. */
export function sessionOver(
  makeHost: HostMaker,
  loadPiece = loadHere,
  breathe?: () => Promise<void>,
): Session {
  const complete = async (line: string): Promise<Completion> => {
    await loadCommandDocs();
    return { candidates: completionsOf(line), hint: hintOf(line) };
  };
  return new Session({
    makeHost,
    complete,
    watch: new LessonWatch(),
    loadPiece,
    ...(breathe && { breathe }),
  });
}

/** A session in this thread. `parts` greater than 1 splits the world as workers would, to prove that it
 *  makes no difference. */
export function makeSession(parts = 1): Session {
  const makeHost = (config: WorldConfig): WorldHost =>
    new WorldHost(Array.from({ length: parts }, (_, part) => new Part(partOptions(config, part))));
  return sessionOver(makeHost);
}
