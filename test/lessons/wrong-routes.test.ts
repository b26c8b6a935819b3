/* What somebody might take for a solution solves nothing, and he is told why: the right command on the wrong
 * server, another value, half of it. Each is tried beside the true history, where its task is next. */

import { describe, expect, it } from 'vitest';
import type { LessonState } from '#lesson/run.ts';
import type { Lesson, Task, WrongRoute } from '#lesson/types.ts';
import { Desk } from '#node/desk.ts';
import { tasksOf } from '#node/lesson-proof.ts';
import { lessonIds, readLesson } from '#node/lessons-plugin.ts';
import { loadLua } from '#node/lua.ts';
import { makeSession } from '#session/in-place.ts';
import type { Session } from '#session/session.ts';

const ROOT = new URL('../../lessons', import.meta.url).pathname;
await loadLua();
const lessons = lessonIds(ROOT).map((id) => readLesson(ROOT, id, 'en'));
/** Lesson 07 moves thousands of slots. */
const LIMIT_MS = 900_000;

/** Plays a wrong route on a branch of its own; what the page would say of the task then. */
async function attempt(session: Session, lesson: Lesson, step: number, task: Task, route: WrongRoute) {
  const { branch } = await session.history();
  await session.fork('wrong');
  await session.setLesson({ do: 'begin', lesson, step, solved: [] });
  await new Desk(session).play(route.actions);
  const { tasks } = (await session.lessonState()) as LessonState;
  const { solved, checks } = tasks[task.id] as LessonState['tasks'][string];
  const open = checks.findIndex((check) => !check.holds);
  await session.setLesson({ do: 'end' });
  await session.checkout(branch);
  return { solved, leaves: open + 1, now: checks[open]?.now ?? null };
}

describe('what might be taken for a solution', () => {
  it.each(lessons.map((lesson) => [lesson.id, lesson] as const))(
    'is none in %s',
    async (_, lesson) => {
      const session = makeSession();
      await session.open(lesson.world);
      const player = new Desk(session);
      await player.play(lesson.start);
      for (const [at, step] of lesson.steps.entries()) {
        for (const task of tasksOf(step)) {
          for (const [nth, route] of task.wrong.entries()) {
            const found = await attempt(session, lesson, at, task, route);
            const { leaves, now } = route;
            const name = `${task.id}, wrong route ${nth + 1}`;
            expect({ ...found, now: null }, name).toEqual({ solved: false, leaves, now: null });
            // Of what holds an id or a time, the lesson names the part that is always the same.
            if (now) expect(found.now, name).toContain(now);
            else expect(found.now, name).toBe(now);
          }
          await player.play(task.solutions[0] ?? []);
        }
      }
    },
    LIMIT_MS,
  );

  it('is named for every task', () => {
    for (const lesson of lessons) {
      const without = lesson.steps.flatMap(tasksOf).filter((task) => task.wrong.length === 0);
      expect(without.map((task) => task.id), lesson.id).toEqual([]);
    }
  });
});
