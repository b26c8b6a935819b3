/* Surveys of the world: asked for while some panel wants them, again when the world has moved on, and
 * never so often that the world has no time left for itself. */

import type { ServerSurvey, SurveyRequest } from '#sim/frame.ts';
import type { Playground } from './playground.svelte.ts';

type Want = Exclude<keyof SurveyRequest, 'held'>;

/** Real time between an answer and the next question, at least; a slow answer makes it longer. */
const PAUSE_MS = 500;

class Survey {
  /** By name of the server; null before the first answer. */
  answer: Readonly<Record<string, ServerSurvey>> | null = $state.raw(null);
  /** The servers that letters of `beliefs` stand for, in their order. */
  names: readonly string[] = $state.raw([]);
  /** The keys that entries of `held` stand for, in their order. */
  keys: readonly string[] = $state.raw([]);

  readonly #playground: Playground;
  readonly #wants: Want[] = [];
  readonly #keys: string[] = [];
  #asked = '';
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(playground: Playground) {
    this.#playground = playground;
  }

  /** Surveys are made until the returned function is called. */
  want(what: Want): () => void {
    return this.#add(this.#wants, what);
  }

  /** The same, of what everybody holds under a key. */
  wantHeld(key: string): () => void {
    return this.#add(this.#keys, key);
  }

  #add<T>(list: T[], what: T): () => void {
    list.push(what);
    this.#asked = '';
    this.#later(0);
    return () => {
      list.splice(list.indexOf(what), 1);
      if (!this.#wanted) clearTimeout(this.#timer);
    };
  }

  get #wanted(): boolean {
    return this.#wants.length + this.#keys.length > 0;
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
    const keys = [...this.#keys];
    if (keys.length > 0) request.held = keys;
    if (this.#wants.includes('beliefs')) request.beliefs = frame.servers.map(({ port }) => port);
    try {
      const answer = await this.#playground.ask((session) => session.survey(request));
      this.names = frame.servers.map(({ name }) => name);
      this.answer = answer;
      this.keys = keys;
    } catch {
      // The world is gone or another one comes; whoever asked for that says so.
      this.#asked = '';
    }
    if (this.#wanted) this.#later(PAUSE_MS + (performance.now() - begun) * 3);
  }
}

const surveys = new WeakMap<Playground, Survey>();

/** The survey of this playground, shared by all panels. */
export function surveyOf(playground: Playground): Survey {
  let survey = surveys.get(playground);
  if (!survey) surveys.set(playground, (survey = new Survey(playground)));
  return survey;
}
