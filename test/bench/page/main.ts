/* The page of bench and placement test: the worlds of world.ts in the session's worker, as the real page runs them. The runner
 * reads the figures from `window.figures`. */

import '#workers/own-scripts.ts';
import { wrap } from 'comlink';
import type { SessionApi } from '#session/api.ts';
import { measureSeek, measureWorld, type SeekFigures, type WorldFigures, type WorldPlan } from '../world.ts';
import { playStory } from '../story.ts';

declare global {
  interface Window {
    measureWorld(plan: WorldPlan): Promise<WorldFigures>;
    measureSeek(seconds: number): Promise<SeekFigures>;
    playStory(workers: number, masters: number): Promise<string>;
  }
}

/** A session in a new worker, for one measurement; `workers` says over how many its world is spread. */
async function inWorker<T>(measure: (session: SessionApi) => Promise<T>, workers = 1): Promise<T> {
  const worker = new Worker(new URL('../../../workers/session.worker.ts', import.meta.url), {
    type: 'module',
    name: `session:${workers}`,
  });
  try {
    return await measure(wrap<SessionApi>(worker) as unknown as SessionApi);
  } finally {
    worker.terminate();
  }
}

window.measureWorld = (plan) => inWorker((session) => measureWorld(session, plan));
window.measureSeek = (seconds) => inWorker((session) => measureSeek(session, seconds));
window.playStory = (workers, masters) => inWorker((session) => playStory(session, masters), workers);
