/* A lesson while its reader travels in time: what was done in the page before the moment that is travelled to stays
 * done, and what the world goes through once more on the way solves nothing. */

import { expect, test } from 'vitest';
import type { LessonState } from '#lesson/run.ts';
import type { Lesson } from '#lesson/types.ts';
import { makeSession } from '#session/in-place.ts';
import type { Session } from '#session/session.ts';

const S = 1e6;

/** A session in the one step of a lesson, whose one task has these checks. */
async function begin(session: Session, ...checks: string[]): Promise<void> {
  const task = { id: 'it', checks: checks.map((expression) => ({ expression, say: '' })) };
  const lesson = { id: 'l', steps: [{ id: 's', title: '', blocks: [{ kind: 'task', task }] }] };
  await session.setLesson({ do: 'begin', lesson: lesson as unknown as Lesson, step: 0, solved: [] });
}

async function holds(session: Session): Promise<boolean[]> {
  const { tasks } = (await session.lessonState()) as LessonState;
  return tasks['it']?.solved ? [true] : (tasks['it']?.checks ?? []).map((check) => check.holds);
}

test('what was done before stays done, and what was done later is undone', async () => {
  const session = makeSession();
  await session.open({ seed: 5 });
  await begin(session, "did('opened:ping')", "did('opened:fail')", "did('never')");
  await session.advance(7 * S);
  await session.setLesson({ do: 'act', act: 'opened:ping' });
  const { now } = await session.advance(7 * S);
  await session.setLesson({ do: 'act', act: 'opened:fail' });
  expect(await holds(session)).toEqual([true, true, false]);
  await session.seek(now - 1 * S);
  expect(await holds(session)).toEqual([true, false, false]);
  const { branch } = await session.frame();
  await session.fork('elsewhere');
  await session.advance(1 * S);
  await session.checkout(branch);
  await session.seek(now - 2 * S);
  expect(await holds(session)).toEqual([true, false, false]);
});

test('what happens once more on the way solves nothing', async () => {
  const session = makeSession();
  await session.open({ seed: 5 });
  await session.input({ kind: 'fault', fault: { kind: 'kill', server: '7002' } });
  const { now } = await session.advance(0.3 * S);
  await begin(session, "state(7002) == 'running'");
  await session.seek(now - 0.1 * S);
  expect(await holds(session)).toEqual([false]);
  await session.input({ kind: 'fault', fault: { kind: 'restart', server: '7002' } });
  await session.advance(2 * S);
  expect(await holds(session)).toEqual([true]);
});

test('events of an earlier step do not count for this one, however far back one goes within it', async () => {
  const session = makeSession();
  await session.open({ seed: 5, nodeTimeoutMs: 2000 });
  await session.input({ kind: 'fault', fault: { kind: 'kill', server: '7002' } });
  await session.runUntil({ event: 'PROMOTED' }, 30 * S);
  await session.advance(0.1 * S);
  await begin(session, "event('PROMOTED')");
  const { now } = await session.advance(2 * S);
  await session.seek(now - 1 * S);
  expect(await holds(session)).toEqual([false]);
});
