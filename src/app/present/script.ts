/* What a presenter goes through with one key: a lesson as a list of cues. Prose becomes captions, lines to
 * run become "at the prompt" and "run", a question is asked and then resolved, and a task is shown by
 * its recorded solution, the one that the tests play, so that a clicker is all a talk needs. */

import { segmentsOf } from '#app/lesson/segments.ts';
import type { Action, Lang, Lesson, Quiz, StageCue } from '#lesson/types.ts';
import { captionsOf, paragraphs, type Words } from './captions.ts';

export type Cue = { step: number; words: Words } & (
  | { kind: 'title' }
  | { kind: 'say' }
  /** A line is put at a prompt; the next cue sends it. */
  | { kind: 'type'; console: string | null; line: string; task: string | null }
  | { kind: 'run'; console: string | null; line: string; task: string | null }
  | { kind: 'act'; action: Action; task: string }
  | { kind: 'goal'; task: string }
  | { kind: 'ask'; quizzes: Partial<Record<Lang, Quiz>> }
  | { kind: 'reveal'; quizzes: Partial<Record<Lang, Quiz>> }
);

export interface Script {
  cues: readonly Cue[];
  /** Where the stage turns when a cue is reached, by its number. */
  turns: ReadonlyMap<number, StageCue>;
}

/** The lesson in the languages that are shown, the first one leading. */
export function scriptOf(texts: readonly Lesson[]): Script {
  const writer = new Writer();
  const [first] = texts;
  first?.steps.forEach((_, step) => {
    writer.step = step;
    const parts = texts.flatMap((lesson) => {
      const found = lesson.steps[step];
      return found ? [{ lang: lesson.lang, step: found }] : [];
    });
    writer.add({
      kind: 'title',
      words: Object.fromEntries(parts.map(({ lang, step: { title } }) => [lang, title])),
    });
    for (const segment of segmentsOf(parts)) writer.segment(segment);
  });
  return { cues: writer.cues, turns: writer.turns };
}

type Bare<T> = T extends unknown ? Omit<T, 'step'> : never;
type Fences = Extract<ReturnType<typeof segmentsOf>[number], { kind: 'fence' }>['parts'];

class Writer {
  readonly cues: Cue[] = [];
  readonly turns = new Map<number, StageCue>();
  step = 0;

  add(cue: Bare<Cue>): void {
    this.cues.push({ ...cue, step: this.step } as Cue);
  }

  segment(segment: ReturnType<typeof segmentsOf>[number]): void {
    if (segment.kind === 'fence') return this.fence(segment.parts);
    this.prose(segment.parts.map(({ lang, blocks }) => ({ lang, lines: paragraphs(blocks) })));
  }

  /** Paragraph by paragraph where both languages have as many, else each language as a whole. */
  private prose(texts: readonly { lang: Lang; lines: string[] }[]): void {
    const alike = texts.every(({ lines }) => lines.length === texts[0]?.lines.length);
    if (alike) {
      texts[0]?.lines.forEach((_, at) =>
        this.say(Object.fromEntries(texts.map(({ lang, lines }) => [lang, lines[at] ?? '']))),
      );
    } else this.say(Object.fromEntries(texts.map(({ lang, lines }) => [lang, lines.join(' ')])));
  }

  private say(paragraph: Words): void {
    for (const words of captionsOf(paragraph)) this.add({ kind: 'say', words });
  }

  private fence(parts: Fences): void {
    const [first] = parts;
    const block = first?.block;
    if (!block) return;
    switch (block.kind) {
      case 'stage': {
        // The step's title comes up with the stage as its first cue wants it.
        const at = Math.max(0, this.cues.length - 1);
        this.turns.set(at, { ...this.turns.get(at), ...block.stage });
        return;
      }
      case 'redis':
        for (const { console, text } of block.lines) this.line(console, text);
        return;
      case 'quiz':
      case 'predict':
        return this.question(parts);
      case 'task':
        return this.task(parts);
      case 'note':
        this.prose(parts.map(({ lang, block: note }) => ({ lang, lines: paragraphs([note]) })));
    }
  }

  private line(console: string | null, line: string, task: string | null = null): void {
    this.add({ kind: 'type', console, line, task, words: {} });
    this.add({ kind: 'run', console, line, task, words: {} });
  }

  private question(parts: Fences): void {
    const quizzes = Object.fromEntries(
      parts.flatMap(({ lang, block }) => ('quiz' in block ? [[lang, block.quiz] as const] : [])),
    );
    const words = Object.fromEntries(
      Object.entries(quizzes).map(([lang, quiz]) => [lang, (quiz as Quiz).ask]),
    );
    this.add({ kind: 'ask', quizzes, words });
    this.add({ kind: 'reveal', quizzes, words });
  }

  private task(parts: Fences): void {
    const tasks = parts.flatMap(({ lang, block }) =>
      block.kind === 'task' ? [{ lang, task: block.task }] : [],
    );
    const task = tasks[0]?.task;
    if (!task) return;
    this.add({
      kind: 'goal',
      task: task.id,
      words: Object.fromEntries(tasks.map(({ lang, task: { goal } }) => [lang, goal])),
    });
    for (const action of task.solutions[0] ?? []) {
      if (action.do === 'line' && action.console !== 'every') this.line(action.console, action.line, task.id);
      else this.add({ kind: 'act', action, task: task.id, words: {} });
    }
  }
}

/** The cue with which a step begins. */
export function firstCueOf(script: Script, step: number): number {
  return Math.max(
    0,
    script.cues.findIndex((cue) => cue.step === step),
  );
}

/** Minutes from the start of the lesson at which each step should begin: as many as its cues need. */
export function timetable(script: Script, minutes: number): number[] {
  const { cues } = script;
  const last = cues.at(-1)?.step ?? -1;
  return Array.from(
    { length: last + 1 },
    (_, step) => (minutes * firstCueOf(script, step)) / Math.max(1, cues.length),
  );
}
