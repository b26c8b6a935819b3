/* A lesson shown to a room: where the presenter is in its script, and what a cue does to the world. One
 * key goes on. What a cue does is done through the page's own doors (a line typed, a fault), so it
 * is an input like any other and the presenter may do something else at any time. */

import { choiceOrder } from '#app/lesson/choice-order.ts';
import { turnStage } from '#app/lesson/turn-stage.ts';
import type { Course } from '#app/state/course.svelte.ts';
import type { Page } from '#app/state/page.svelte.ts';
import type { Playground } from '#app/state/playground.svelte.ts';
import type { ConsoleTab } from '#app/state/consoles.svelte.ts';
import type { Selection } from '#app/state/selection.ts';
import { shownLanguages } from '#app/i18n/i18n.svelte.ts';
import type { Action, Quiz } from '#lesson/types.ts';
import { parseFault } from '#session/fault-text.ts';
import { Player } from '#session/play.ts';
import { cueTexts } from './cue-words.ts';
import { firstCueOf, scriptOf, type Cue, type Script } from './script.ts';

export type Region = 'stage' | 'side' | 'console';
const REGIONS: readonly (Region | null)[] = ['stage', 'side', 'console', null];

/** A moment that the presenter wants to come back to. */
export interface Bookmark {
  /** The step that began here; empty for one that the presenter made. */
  label: string;
  /** What was said. */
  words: string;
  branch: string;
  at: number;
  cue: number;
  lens: string | null;
  selection: Selection | null;
}

/** A question before the room. `order` says which choice stands where. */
export interface OpenQuestion {
  quiz: Quiz;
  order: readonly number[];
  /** Raised hands by place, counted with the number keys. */
  hands: readonly number[];
  revealed: boolean;
}

const MOST_BOOKMARKS = 30;
/** A line that has not been answered after this is not waited for. */
const LINE_US = 20e6;

export class Show {
  /** The cue that is shown. */
  at = $state(0);
  blank = $state(false);
  pointing = $state(false);
  helping = $state(false);
  listing = $state(false);
  /** The only part of the page that is shown; null shows all. */
  zoomed: Region | null = $state(null);
  sideOpen = $state(true);
  bookmarks: readonly Bookmark[] = $state.raw([]);
  question: OpenQuestion | null = $state.raw(null);
  /** A cue waits for the world. */
  running = $state(false);
  /** When the talk began, Unix ms. */
  since = $state(Date.now());

  readonly playground: Playground;
  readonly course: Course;
  readonly page: Page;
  readonly script: Script = $derived.by(() => {
    const { course } = this;
    const shown = shownLanguages().flatMap((lang) => course.texts[lang] ?? []);
    return scriptOf(shown.length > 0 ? shown : course.lesson ? [course.lesson] : []);
  });
  /** Cues that have done what they do; going back and on does not do it twice. */
  #done = new Set<number>();
  /** The cue of the question. */
  #askedAt = -1;
  #hurry = false;
  #busy = false;

  constructor(playground: Playground, course: Course, page: Page) {
    this.playground = playground;
    this.course = course;
    this.page = page;
  }

  get cue(): Cue | undefined {
    return this.script.cues[this.at];
  }

  /** Begins with the step that is open. */
  begin(): void {
    this.at = firstCueOf(this.script, this.course.step);
    this.#turn();
  }

  /** The next cue, and what it does; while one waits for the world, the end of the wait. */
  async next(): Promise<void> {
    if (this.running) this.#hurry = true;
    if (this.#busy) return;
    this.#busy = true;
    try {
      let next = this.at + 1;
      while (this.#needless(this.script.cues[next])) next++;
      if (!this.script.cues[next]) return;
      await this.#enter(next);
      if (!this.#done.has(next)) {
        this.#done.add(next);
        await this.#perform(this.script.cues[next]!);
      }
    } finally {
      this.#busy = false;
    }
  }

  /** What was said before; the world stays as it is. */
  async previous(): Promise<void> {
    if (this.#busy || this.at === 0) return;
    await this.#enter(this.at - 1);
  }

  async enterStep(step: number): Promise<void> {
    if (!this.#busy) await this.#enter(firstCueOf(this.script, step));
  }

  /** What solves a task that is solved already. */
  #needless(cue: Cue | undefined): boolean {
    if (cue === undefined || !('task' in cue) || cue.kind === 'goal' || cue.task === null) return false;
    return this.course.tasks[cue.task]?.solved === true;
  }

  async #enter(at: number): Promise<void> {
    const before = this.cue?.step;
    this.at = at;
    const { cue } = this;
    if (!cue) return;
    if (cue.kind !== 'ask' && cue.kind !== 'reveal') this.#endQuestion();
    if (cue.step !== before) {
      await this.course.enter(cue.step);
      this.#turn();
      this.mark(`${cue.step + 1}`);
    }
  }

  /** Turns the stage to what a step talks about. */
  #turn(): void {
    const step = this.cue?.step;
    for (const [at, cue] of this.script.turns)
      if (this.script.cues[at]?.step === step) turnStage(this.playground, this.page, cue);
  }

  // --- What cues do -------------------------------------------------------------------------------

  async #perform(cue: Cue): Promise<void> {
    switch (cue.kind) {
      case 'type':
        await this.#consoleOf(cue.console);
        this.page.ahead = await this.#filled(cue.line);
        return;
      case 'run': {
        const tab = await this.#consoleOf(cue.console);
        this.page.ahead = '';
        if (!tab) return;
        await this.playground.typist.type(tab, await this.#filled(cue.line));
        return this.#answered(tab);
      }
      case 'act':
        return this.#act(cue.action);
      case 'ask':
        return this.#ask(cue.quizzes);
      case 'reveal':
        return this.reveal();
      default:
    }
  }

  #filled(line: string): Promise<string> {
    return this.playground.ask((session) => new Player(session).fill(line));
  }

  /** The console that a line of a lesson names; without a name the one in front. */
  async #consoleOf(name: string | null): Promise<ConsoleTab | undefined> {
    const { playground } = this;
    if (name === null) return playground.consoles.active;
    if (name === 'host') return playground.typist.openShell();
    const redirects = name.endsWith('c');
    return playground.typist.open(redirects ? name.slice(0, -1) : name, redirects);
  }

  async #act(action: Action): Promise<void> {
    const { playground } = this;
    switch (action.do) {
      case 'fault':
        playground.play();
        return playground.fault(parseFault(await this.#filled(action.fault)));
      case 'wait': {
        const until = playground.now + action.ms * 1000;
        return this.#watch(action.ms * 1000, async (dt) => {
          await playground.advance(Math.min(dt, until - playground.now), playground.clock.watchful);
          return playground.now >= until;
        });
      }
      case 'until': {
        const { expression } = action;
        return this.#watch(action.limitMs * 1000, async (dt) => {
          const target = playground.now + dt;
          const frame = await playground.runUntil({ expression }, dt);
          return frame.now < target || frame.halted !== null;
        });
      }
      default:
        await playground.ask((session) => new Player(session).act(action));
        await playground.refresh();
    }
  }

  /** Until the prompt is back; what never ends (SUBSCRIBE) goes on by itself. */
  #answered(tab: ConsoleTab): Promise<void> {
    const step = async (dt: number): Promise<boolean> => {
      await this.playground.advance(dt);
      return tab.prompt !== null && tab.waitingLines.length === 0;
    };
    return this.#watch(LINE_US, step, LINE_US / 50);
  }

  /** Lets the world go on before everybody's eyes until `step` says that it is enough; a second press
   *  of the key brings the end at once, in strides of `hurryUs`. */
  async #watch(limitUs: number, step: (dt: number) => Promise<boolean>, hurryUs = limitUs): Promise<void> {
    const { playground } = this;
    const end = playground.now + limitUs;
    playground.pause();
    this.running = true;
    this.#hurry = false;
    try {
      playground.clock.wind(performance.now());
      while (playground.now < end) {
        const nowMs = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
        if (!this.page.presenting) return;
        const dt = this.#hurry
          ? Math.min(hurryUs, end - playground.now)
          : playground.clock.take(nowMs, playground.frame, playground.selection);
        if (dt > 0 && (await step(Math.max(1, Math.round(dt))))) break;
      }
    } finally {
      this.running = false;
    }
    if (playground.frame?.halted === null) playground.play();
  }

  // --- Questions ----------------------------------------------------------------------------------

  #ask(quizzes: Partial<Record<'en' | 'zh', Quiz>>): void {
    const shown = shownLanguages().flatMap((lang) => quizzes[lang] ?? []);
    const quiz = shown[0] ?? quizzes.en ?? quizzes.zh;
    if (!quiz) return;
    this.playground.pause();
    const order = choiceOrder(quiz);
    this.question = { quiz, order, hands: order.map(() => 0), revealed: false };
    this.#askedAt = this.at;
    const said = shown.length > 0 ? shown : [quiz];
    this.page.teacher?.ask(
      said.map(({ ask }) => ask).join(' / '),
      order.map((at) => said.map(({ choices }) => choices[at]?.text ?? '').join(' / ')),
      quiz.id,
    );
  }

  /** Takes the question away; one that was not resolved is asked again when the talk comes to it again. */
  #endQuestion(): void {
    if (!this.question) return;
    if (!this.question.revealed) this.#done.delete(this.#askedAt);
    this.question = null;
    this.page.teacher?.endQuestion();
  }

  /** A hand more for the choice that stands at this place. */
  raise(place: number, by = 1): void {
    const { question } = this;
    if (!question || place < 0 || place >= question.order.length) return;
    const hands = question.hands.map((count, at) => Math.max(0, count + (at === place ? by : 0)));
    this.question = { ...question, hands };
  }

  async reveal(): Promise<void> {
    const { question } = this;
    if (!question || question.revealed) return;
    this.question = { ...question, revealed: true };
    this.page.teacher?.reveal();
    const right = question.quiz.choices.findIndex((choice) => choice.right);
    await this.course.answer(question.quiz.id, right);
  }

  // --- Bookmarks ----------------------------------------------------------------------------------

  /** Remembers this moment. */
  mark(label: string): void {
    const { playground } = this;
    const { frame, lens, selection } = playground;
    if (!frame) return;
    const words = this.cue ? (cueTexts(this.cue)[0] ?? '') : '';
    const bookmark = { label, words, branch: frame.branch, at: frame.now, cue: this.at, lens, selection };
    this.bookmarks = [...this.bookmarks, bookmark].slice(-MOST_BOOKMARKS);
  }

  /** Shows a moment again, standing still. */
  async goTo(place: number): Promise<void> {
    const bookmark = this.bookmarks[place];
    if (!bookmark || this.#busy) return;
    const { playground } = this;
    this.listing = false;
    playground.pause();
    if (playground.frame?.branch !== bookmark.branch) await playground.checkout(bookmark.branch);
    await playground.seek(bookmark.at);
    playground.lens = bookmark.lens;
    playground.selection = bookmark.selection;
    // From here on everything may be done again.
    this.#done = new Set([...this.#done].filter((done) => done <= bookmark.cue));
    const step = this.cue?.step;
    this.at = bookmark.cue;
    this.#endQuestion();
    if (this.cue && this.cue.step !== step) await this.course.enter(this.cue.step);
  }

  // --- The screen ---------------------------------------------------------------------------------

  zoomOn(): void {
    this.zoomed = REGIONS[(REGIONS.indexOf(this.zoomed) + 1) % REGIONS.length] ?? null;
  }

  /** Takes away what lies over the world; false when there was nothing. */
  clear(): boolean {
    const over = this.blank || this.pointing || this.helping || this.listing || this.zoomed !== null;
    this.blank = this.pointing = this.helping = this.listing = false;
    this.zoomed = null;
    return over;
  }
}
