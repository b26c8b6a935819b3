/* A lesson proves itself by being played: each task is open when its turn comes, and a recorded solution solves
 * it. What goes wrong is told with the place in the lesson's file. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LessonState } from '#lesson/run.ts';
import { LessonError, type GoalServer, type Lesson, type Step, type Task } from '#lesson/types.ts';
import { makeSession } from '#session/in-place.ts';
import type { Session } from '#session/session.ts';
import { Desk } from './desk.ts';
import { readLesson } from './lessons-plugin.ts';

/** A task that is not as it should be. */
class Unproven extends Error {
  readonly task: Task;

  constructor(task: Task, what: string) {
    super(`task ${task.id} is ${what}`);
    this.task = task;
  }
}

export function tasksOf(step: Step): Task[] {
  return step.blocks.flatMap((block) => (block.kind === 'task' ? [block.task] : []));
}

/** A world in which the lesson has just begun. */
export async function beginLesson(lesson: Lesson): Promise<{ session: Session; player: Desk }> {
  const session = makeSession();
  await session.open(lesson.world);
  const player = new Desk(session);
  await player.play(lesson.start);
  await session.setLesson({ do: 'begin', lesson, step: 0, solved: [] });
  return { session, player };
}

/** What the page would say of the task now. */
export async function taskState(session: Session, task: Task): Promise<LessonState['tasks'][string]> {
  const state = (await session.lessonState()) as LessonState;
  return state.tasks[task.id] as LessonState['tasks'][string];
}

/** Plays a route through the whole lesson: the n-th solution of each task, or its last, with what is called
 *  harmless done before it if asked for. Returns how the servers stand in the end, as goal pictures show it.
 *  @throws Unproven when a task is solved before its turn, or not by its solution */
export async function playLesson(lesson: Lesson, nth = 0, harmless = false): Promise<GoalServer[]> {
  const { session, player } = await beginLesson(lesson);
  for (const [at, step] of lesson.steps.entries()) {
    await session.setLesson({ do: 'enter', step: at });
    for (const task of tasksOf(step)) await solve(session, player, task, nth, harmless);
  }
  const { servers } = await session.frame();
  return servers.map(({ name, role, state, masterName, slots, keys }) => {
    return { name, role, state, master: masterName, slots, keys };
  });
}

async function solve(session: Session, player: Desk, task: Task, nth: number, harmless: boolean) {
  const before = await taskState(session, task);
  if (before.solved) throw new Unproven(task, 'solved before anything is done for it');
  if (harmless) await player.play(task.harmless);
  const route = Math.min(nth, task.solutions.length - 1);
  await player.play(task.solutions[route] ?? []);
  const { solved, checks } = await taskState(session, task);
  if (solved) return;
  const open = checks.findIndex(({ holds }) => !holds);
  const { trouble, now } = checks[open] ?? {};
  const found = trouble || now;
  const check = `${task.checks[open]?.expression}${found ? ` (${found})` : ''}`;
  throw new Unproven(task, `not solved by its solution ${route + 1}, which leaves open: ${check}`);
}

/** Plays a lesson of this folder by its first solutions; what is wrong with it, with file and line, or null. */
export async function mistakeOf(root: string, id: string): Promise<string | null> {
  try {
    await playLesson(readLesson(root, id, 'en'));
    return null;
  } catch (error) {
    if (error instanceof LessonError) return error.message;
    const task = error instanceof Unproven ? error.task.id : null;
    const lines = readFileSync(join(root, id, 'en.md'), 'utf8').split('\n');
    const line = lines.indexOf(`\`\`\`task ${task}`) + 1;
    return `lessons/${id}/en.md:${Math.max(1, line)}: ${(error as Error).message}`;
  }
}
