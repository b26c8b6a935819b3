/* The course: which lesson is open, at which step, and what was solved. The list of lessons and the
 * lesson itself load when they are first wanted, in the chosen language only. Whether a task holds
 * is decided in the session, on the state of the cluster; here it is shown and remembered. */

import { createContext } from 'svelte';
import type { LessonSummary } from 'virtual:lessons';
import { shownLanguages, t } from '#app/i18n/i18n.svelte.ts';
import type { LessonControl } from '#lesson/control.ts';
import type { LessonState, TaskState } from '#lesson/run.ts';
import type { Lang, Lesson, Step } from '#lesson/types.ts';
import type { Playground } from './playground.svelte.ts';
import { mergeProgress, type Progress } from './progress.ts';
import type { ProgressStore } from './progress-store.ts';

export const [getCourse, setCourse] = createContext<Course>();

/** How often the checks are looked at while time runs, in real milliseconds. */
const LOOK_EVERY_MS = 250;

export class Course {
  list: readonly LessonSummary[] = $state.raw([]);
  /** The open lesson in each language that was loaded. */
  texts: Partial<Record<Lang, Lesson>> = $state.raw({});
  step = $state(0);
  tasks: Readonly<Record<string, TaskState>> = $state.raw({});
  /** Scores of the chaos tapes that were played. */
  chaos: LessonState['chaos'] = $state.raw({});
  /** Chosen answers by quiz id, and hints opened by task id. */
  answers: Record<string, number> = $state({});
  hints: Record<string, number> = $state({});
  /** True while the lesson's world is being made. */
  preparing = $state(false);
  progress: Progress = $state.raw({});
  /** False where the browser keeps nothing for this page. */
  kept: boolean = $state(true);

  /** The lesson is another page's, which this one follows. */
  led = false;

  readonly playground: Playground;
  #visit = 0;
  #store: Promise<ProgressStore>;
  /** Resolves when what was kept before is here. */
  readonly #restored: Promise<void>;
  /** What the store holds, entry by entry. */
  #written: Progress = {};
  #lookedMs = 0;
  #looking = false;

  constructor(playground: Playground) {
    this.playground = playground;
    this.#store = import('./progress-store.ts').then(({ ProgressStore }) => ProgressStore.open());
    this.#restored = this.#restore();
  }

  async #restore(): Promise<void> {
    try {
      this.#written = await (await this.#store).read();
      this.progress = mergeProgress(this.#written, this.progress);
    } catch {
      this.kept = false;
    }
  }

  /** The open lesson, in the language of labels if that is loaded. */
  get lesson(): Lesson | null {
    const [first] = shownLanguages();
    return (first && this.texts[first]) ?? this.texts.en ?? this.texts.zh ?? null;
  }

  /** The current step in each shown language. */
  get steps(): { lang: Lang; step: Step }[] {
    const wanted = shownLanguages().filter((lang) => this.texts[lang]);
    // A lesson from a file may be there in another language only.
    const shown = wanted.length > 0 ? wanted : (Object.keys(this.texts) as Lang[]);
    return shown.flatMap((lang) => {
      const step = this.texts[lang]?.steps[this.step];
      return step ? [{ lang, step }] : [];
    });
  }

  solved(id: string, lesson = this.lesson?.id ?? ''): boolean {
    return this.tasks[id]?.solved === true || (this.progress[lesson]?.solved.includes(id) ?? false);
  }

  /** The first task of the step that is not solved. */
  get openTask(): string | null {
    return taskIds(this.lesson?.steps[this.step]).find((id) => !this.solved(id)) ?? null;
  }

  async loadList(): Promise<void> {
    if (this.list.length === 0) this.list = (await import('virtual:lessons')).lessons;
  }

  /** Loads the open lesson in every shown language that is missing. */
  async loadTexts(id = this.lesson?.id): Promise<void> {
    if (id === undefined) return;
    const { loaders } = await import('virtual:lessons');
    const texts = this.lesson?.id === id ? { ...this.texts } : {};
    for (const lang of shownLanguages()) {
      const load = loaders[id]?.[lang];
      if (load && !texts[lang]) texts[lang] = (await load()).default;
    }
    this.texts = texts;
  }

  /** Opens the lesson of that number. */
  async openNumber(number: number): Promise<void> {
    await this.loadList();
    const known = this.list.find((lesson) => lesson.number === number);
    if (!known) throw new Error(t('lesson.unknown', { lesson: String(number) }));
    await this.open(known.id);
  }

  /** Opens a lesson: makes its world, does what its start asks, and begins at the step asked for or last
   *  seen. */
  open(id: string, step?: number): Promise<void> {
    return this.#prepare(() => this.loadTexts(id), step);
  }

  /** Opens the text of a lesson file from anywhere; throws a LessonError with file and line. */
  async openText(name: string, text: string): Promise<void> {
    const { parseLesson } = await import('#lesson/parse.ts');
    const lesson = parseLesson(`file:${name}`, name, text);
    await this.#prepare(() => {
      this.texts = { [/\p{Script=Han}/u.test(lesson.title) ? 'zh' : 'en']: lesson };
    });
  }

  /** Loads a lesson, unless it is there, and begins it; until it has begun, nothing is looked at. */
  async #prepare(load?: () => Promise<void> | void, step?: number): Promise<void> {
    this.preparing = true;
    try {
      await this.#restored;
      await load?.();
      await this.#begin(step);
    } finally {
      this.preparing = false;
    }
  }

  async #begin(step?: number): Promise<void> {
    const { lesson } = this;
    if (!lesson) return;
    const { id } = lesson;
    const known = Object.hasOwn(this.progress, id) ? this.progress[id] : undefined;
    this.step = Math.min(step ?? known?.step ?? 0, lesson.steps.length - 1);
    this.tasks = {};
    this.answers = {};
    this.hints = {};
    await this.playground.open({ ...this.playground.baseConfig, ...lesson.world }).catch((error) => {
      // A lesson without its world is none.
      this.texts = {};
      throw error;
    });
    this.playground.pause();
    const { handOf } = await import('#session/play.ts');
    await this.playground.ask((session) => handOf(session).play(lesson.start));
    await this.playground.refresh();
    await this.#tell({ do: 'begin', lesson, step: this.step, solved: known?.solved ?? [] });
    this.#remember();
    this.playground.play();
  }

  /** Adds what was solved elsewhere; nothing that was solved here is lost. */
  merge(other: Progress): void {
    this.progress = mergeProgress(this.progress, other);
    this.#keep();
  }

  #keep(): void {
    const { progress } = this;
    const changed = Object.entries(progress).filter(([id, entry]) => this.#written[id] !== entry);
    this.#written = progress;
    void this.#store
      .then((store) => store.write(Object.fromEntries(changed), progress))
      .catch(() => false)
      .then((kept) => (this.kept = kept));
  }

  /** Shows the lesson of somebody whose page this one follows: its text, its step and what is solved
   *  there. The world is led by the other page, and nothing is remembered here. */
  async accompany(other: { id: string; step: number; solved: readonly string[] } | null): Promise<void> {
    const visit = ++this.#visit;
    this.led = true;
    if (other !== null) await this.loadList();
    const known = this.list.some(({ id }) => id === other?.id);
    if (other !== null && known) await this.loadTexts(other.id);
    // Somebody who turns pages quickly is not followed page by page.
    if (visit !== this.#visit || !this.led) return;
    if (other === null || !known) {
      this.texts = {};
      this.tasks = {};
      return;
    }
    this.step = Math.min(other.step, (this.lesson?.steps.length ?? 1) - 1);
    const solved = { solved: true, solvedAt: null, checks: [], troubles: 0 };
    this.tasks = Object.fromEntries(other.solved.map((id) => [id, solved]));
  }

  /** The reader goes on alone from where the other page was: from now on it is his lesson. */
  async takeOver(): Promise<void> {
    const { lesson, led } = this;
    this.led = false;
    if (!lesson || !led) return;
    const solved = Object.keys(this.tasks).filter((id) => this.tasks[id]?.solved);
    await this.#tell({ do: 'begin', lesson, step: this.step, solved });
  }

  /** Leaves the lesson; the world stays as it is. */
  async close(): Promise<void> {
    this.texts = {};
    this.tasks = {};
    await this.#tell({ do: 'end' });
  }

  async enter(step: number): Promise<void> {
    const { lesson } = this;
    if (!lesson) return;
    this.step = Math.max(0, Math.min(step, lesson.steps.length - 1));
    if (this.led) return;
    await this.#tell({ do: 'enter', step: this.step });
    this.#remember();
  }

  /** Starts the step over, in the world as it was then, or the whole lesson with a fresh one; with 'all'
   *  what was solved in other lessons is forgotten as well. */
  async reset(what: 'step' | 'lesson' | 'all'): Promise<void> {
    const { lesson, step } = this;
    if (!lesson || this.led) return;
    if (what === 'all') {
      const known = Object.keys(this.progress);
      this.progress = Object.fromEntries(known.map((id) => [id, { step: 0, solved: [] }]));
    }
    const ids = what === 'step' ? taskIds(lesson.steps[step]) : lesson.steps.flatMap(taskIds);
    this.#forget(lesson.id, ids);
    if (what !== 'step') {
      this.progress = { ...this.progress, [lesson.id]: { step: 0, solved: [] } };
      return this.#prepare();
    }
    const label = `↺ ${lesson.steps[step]?.title}`;
    if (await this.#tell({ do: 'reset', step, label })) await this.playground.refresh();
    // Another world has come since: the lesson's own is made anew.
    else await this.#prepare(undefined, step);
  }

  /** Answers a quiz or a prediction; the first answer counts. */
  async answer(quiz: string, choice: number): Promise<void> {
    if (this.answers[quiz] !== undefined) return;
    this.answers[quiz] = choice;
    if (this.led) return;
    await this.#tell({ do: 'answer', quiz, choice });
  }

  /** Something was done in the page that a lesson may wait for. */
  act(act: string): void {
    if (this.lesson && !this.led) void this.#tell({ do: 'act', act }).catch(() => undefined);
  }

  /** Looks at the checks, at most every so often; called with each frame. */
  look(nowMs: number): void {
    if (!this.lesson || this.led || this.#looking || nowMs - this.#lookedMs < LOOK_EVERY_MS) return;
    this.#lookedMs = nowMs;
    this.#looking = true;
    void this.#read().finally(() => (this.#looking = false));
  }

  async #tell(control: LessonControl): Promise<boolean> {
    const done = await this.playground.ask((session) => session.setLesson(control));
    if (control.do !== 'end') await this.#read(control.do === 'begin');
    return done;
  }

  /** Reads what the lesson says; `begun`: it has just begun. */
  async #read(begun = false): Promise<void> {
    const state = (await this.playground.ask((session) => session.lessonState())) as LessonState | null;
    const { lesson } = this;
    // While it is made ready anew, what there is to read is of the time before.
    if (!lesson || (this.preparing && !begun)) return;
    if (!state) {
      // A worker that was started in the place of another has not heard of the lesson.
      const solved = this.progress[lesson.id]?.solved ?? [];
      await this.#tell({ do: 'begin', lesson, step: this.step, solved });
    }
    if (state?.lesson !== lesson.id) return;
    const fresh = Object.keys(state.tasks).some((id) => state.tasks[id]?.solved && !this.tasks[id]?.solved);
    this.tasks = state.tasks;
    this.chaos = state.chaos;
    if (fresh) this.#remember();
  }

  #remember(): void {
    const { lesson } = this;
    if (!lesson) return;
    const before = this.progress[lesson.id]?.solved ?? [];
    const now = Object.keys(this.tasks).filter((id) => this.tasks[id]?.solved);
    const solved = [...new Set([...before, ...now])];
    this.progress = { ...this.progress, [lesson.id]: { step: this.step, solved } };
    this.#keep();
  }

  #forget(lesson: string, ids: readonly string[]): void {
    const kept = (this.progress[lesson]?.solved ?? []).filter((id) => !ids.includes(id));
    this.progress = { ...this.progress, [lesson]: { step: this.step, solved: kept } };
    for (const id of ids) delete this.hints[id];
    this.answers = {};
    this.#keep();
  }
}

function taskIds(step: Step | undefined): string[] {
  return step?.blocks.flatMap((block) => (block.kind === 'task' ? [block.task.id] : [])) ?? [];
}
