/* Surveys of the world: asked for while some panel wants them, again when the world has moved on, and
 * never so often that the world has no time left for itself. */

import type { ServerSurvey, SurveyRequest } from '#sim/frame.ts';
import type { Playground } from './playground.svelte.ts';

type Want = keyof SurveyRequest;

/** Real time between an answer and the next question, at least; a slow answer makes it longer. */
const PAUSE_MS = 500;

class Survey {
  /** By name of the server; null before the first answer. */
  answer: Readonly<Record<string, ServerSurvey>> | null = $state.raw(null);
  /** The servers that letters of `beliefs` stand for, in their order. */
  names: readonly string[] = $state.raw([]);

  readonly #playground: Playground;
  readonly #wants: Want[] = [];
  #asked = '';
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(playground: Playground) {
    this.#playground = playground;
  }

  /** Surveys are made until the returned function is called. */
  want(what: Want): () => void {
    this.#wants.push(what);
    this.#asked = '';
    this.#later(0);
    return () => {
      this.#wants.splice(this.#wants.indexOf(what), 1);
      if (this.#wants.length === 0) clearTimeout(this.#timer);
    };
  }

  #later(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), ms);
  }

  async #ask(): Promise<void> {
    const { frame, phase } = this.#playground;
    const now = frame ? `${frame.branch} ${frame.hash} ${frame.now}` : '';
    if (!frame || phase !== 'ready' || now === this.#asked) return this.#later(PAUSE_MS);
    this.#asked = now;
    const begun = performance.now();
    const request: SurveyRequest = {
      slotKeys: this.#wants.includes('slotKeys'),
      slotLoad: this.#wants.includes('slotLoad'),
    };
    if (this.#wants.includes('beliefs')) request.beliefs = frame.servers.map(({ port }) => port);
    try {
      const answer = await this.#playground.ask((session) => session.survey(request));
      this.names = frame.servers.map(({ name }) => name);
      this.answer = answer;
    } catch {
      // The world is gone or another one comes; whoever asked for that says so.
      this.#asked = '';
    }
    if (this.#wants.length > 0) this.#later(PAUSE_MS + (performance.now() - begun) * 3);
  }
}

const surveys = new WeakMap<Playground, Survey>();

/** The survey of this playground, shared by all panels. */
export function surveyOf(playground: Playground): Survey {
  let survey = surveys.get(playground);
  if (!survey) surveys.set(playground, (survey = new Survey(playground)));
  return survey;
}
