/* A lesson under way: which step, which tasks are solved, and what each unsolved one still lacks.
 *
 * `observe` is called whenever something happened. A task is solved when all its checks hold at one
 * moment; solved stays solved until the learner resets it. Only looking never costs anything. */

import { scoreOf, type ChaosScore } from './chaos.ts';
import { evaluate, explain, ExpressionError, parseExpression, type Node, type Scope } from './expression.ts';
import { scopeOf } from './predicates.ts';
import type { Lesson, Task } from './types.ts';
import type { LessonView, ReplyRecord } from './view.ts';

export interface CheckState {
  holds: boolean;
  /** For the author: why it could not be computed; '' when it could. */
  trouble: string;
  /** For the learner: the value that is not yet as it should be, '' for none; null where no value tells. */
  now: string | null;
}

export interface TaskState {
  solved: boolean;
  solvedAt: number | null;
  checks: CheckState[];
  /** How many answers since the step began were errors that this task does not ask for. */
  troubles: number;
}

export interface LessonState {
  lesson: string;
  step: number;
  tasks: Record<string, TaskState>;
  /** Scores of the chaos tapes that were begun. */
  chaos: Record<string, ChaosScore>;
}

interface Watched {
  task: Task;
  step: number;
  nodes: Node[];
  state: TaskState;
}

export class LessonRun {
  readonly lesson: Lesson;
  step = 0;
  /** Virtual time at which the step was entered: earlier events and replies do not count. */
  since = 0;
  watched: Watched[] = [];
  scores: Record<string, ChaosScore> = {};

  constructor(lesson: Lesson, now: number) {
    this.lesson = lesson;
    this.since = now;
    lesson.steps.forEach((step, at) => {
      for (const block of step.blocks) {
        if (block.kind === 'task') this.watched.push(watch(block.task, at));
      }
    });
  }

  /** Turns to a step; its checks look at what happens from now on. */
  enter(step: number, now: number): void {
    this.step = Math.max(0, Math.min(step, this.lesson.steps.length - 1));
    this.since = now;
  }

  /** Forgets that the tasks of a step were solved. */
  reset(step: number, now: number): void {
    this.since = now;
    for (const watched of this.watched) if (watched.step === step) watched.state = unsolved(watched.task);
  }

  /** Marks tasks that an earlier visit had solved. */
  restore(solved: readonly string[]): void {
    for (const watched of this.watched) {
      if (solved.includes(watched.task.id))
        watched.state = { ...watched.state, solved: true, solvedAt: null };
    }
  }

  /** Looks at the world; true when some task was solved just now. */
  observe(view: LessonView): boolean {
    this.scores = Object.fromEntries(view.chaos.map((run) => [run.id, scoreOf(run, view)]));
    const open = this.watched.filter((watched) => watched.step === this.step && !watched.state.solved);
    if (open.length === 0) return false;
    const scope = scopeOf(view, this.since);
    let solved = false;
    for (const watched of open) {
      const checks = watched.nodes.map((node) => look(node, scope));
      const done = checks.every((check) => check.holds);
      const troubles = view.replies.filter(
        (reply) => reply.at > this.since && isTrouble(reply, watched.task),
      );
      watched.state = { solved: done, solvedAt: done ? view.now : null, checks, troubles: troubles.length };
      solved ||= done;
    }
    return solved;
  }

  state(): LessonState {
    const tasks = Object.fromEntries(this.watched.map((watched) => [watched.task.id, watched.state]));
    return { lesson: this.lesson.id, step: this.step, tasks, chaos: this.scores };
  }
}

function watch(task: Task, step: number): Watched {
  return {
    task,
    step,
    nodes: task.checks.map((check) => parseExpression(check.expression)),
    state: unsolved(task),
  };
}

function unsolved(task: Task): TaskState {
  return {
    solved: false,
    solvedAt: null,
    checks: task.checks.map(() => ({ holds: false, trouble: '', now: null })),
    troubles: 0,
  };
}

/** An error, unless the task is about errors of that kind: their first word stands in a check. */
function isTrouble({ text }: ReplyRecord, task: Task): boolean {
  const code = /^\(error\) (\w+)/m.exec(text)?.[1];
  if (code === undefined) return /^(\[ERR\]|Could not connect|bash: )/m.test(text);
  return code === 'ERR' || !task.checks.some((check) => check.expression.includes(code));
}

function look(node: Node, scope: Scope): CheckState {
  try {
    if (evaluate(node, scope)) return { holds: true, trouble: '', now: null };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return { holds: false, trouble: error.message, now: null };
  }
  const missing = explain(node, scope).find((part) => !part.holds);
  return { holds: false, trouble: missing?.trouble ?? '', now: missing?.now ?? null };
}
