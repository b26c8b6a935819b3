/* A lesson while its reader travels in time: what was done in the page before the moment that is travelled to stays
 * done, and what the world goes through once more on the way solves nothing. A step that is begun anew finds the
 * world as it was when it was first entered. */

import { expect, test } from 'vitest';
import type { LessonState } from '#lesson/run.ts';
import type { Lesson } from '#lesson/types.ts';
import { makeSession } from '#session/in-place.ts';
import type { Session } from '#session/session.ts';

const S = 1e6;

/** A session in the one step of a lesson, whose one task has these checks. */
async function begin(session: Session, ...checks: string[]): Promise<void> {
  const task = { id: 'it', checks: checks.map((expression) => ({ expression, say: '' })) };
  const steps = [
    { id: 's', title: '', blocks: [{ kind: 'task', task }] },
    { id: 'next', title: '', blocks: [] },
  ];
  const lesson = { id: 'l', steps };
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

const KILL = { kind: 'fault', fault: { kind: 'kill', server: '7002' } } as const;

const enter = (session: Session, step: number): Promise<boolean> => session.setLesson({ do: 'enter', step });
const again = (session: Session, step: number): Promise<boolean> =>
  session.setLesson({ do: 'reset', step, label: `again ${step}` });

test('a step begun anew finds the world as it was, and what had been done stays on the old branch', async () => {
  const session = makeSession();
  await session.open({ seed: 5 });
  await begin(session, "state(7002) == 'down'");
  const { hash, branch } = await session.frame();
  // Time stands still: this is done at the very moment at which the step began.
  await session.input(KILL);
  await session.advance(2 * S);
  expect(await holds(session)).toEqual([true]);
  const { now } = await session.frame();
  await session.schedule([{ at: now + S, fault: { kind: 'kill', server: '7001' } }]);

  expect(await again(session, 0)).toBe(true);
  expect(await session.hash()).toBe(hash);
  expect(await holds(session)).toEqual([false]);
  await session.advance(4 * S);
  expect(await holds(session)).toEqual([false]);
  expect((await session.frame()).servers.filter(({ state }) => state === 'down')).toEqual([]);
  await session.input(KILL);
  expect(await holds(session)).toEqual([true]);

  const { branches } = await session.history();
  expect(branches.map(({ label }) => label)).toEqual(['', 'again 0']);
  await session.checkout(branch);
  expect((await session.frame()).servers.filter(({ state }) => state === 'down')).toHaveLength(1);
  expect(await again(session, 0)).toBe(true);
  expect(await session.hash()).toBe(hash);
});

test('a step began where this branch first came to it', async () => {
  const session = makeSession();
  await session.open({ seed: 5 });
  await begin(session, "state(7002) == 'down'");
  const begun = (await session.frame()).hash;
  await session.input(KILL);
  await session.advance(1 * S);
  await enter(session, 1);
  const { hash } = await session.frame();
  await session.advance(1 * S);
  await enter(session, 0);
  await session.advance(1 * S);
  await enter(session, 1);
  await again(session, 1);
  expect(await session.hash()).toBe(hash);
  await enter(session, 0);
  await again(session, 0);
  expect(await session.hash()).toBe(begun);
  // Here nobody has killed 7002 yet: the second step of the old branch is none of this one.
  await session.advance(3 * S);
  await enter(session, 1);
  const { hash: alive } = await session.frame();
  await session.input(KILL);
  await again(session, 1);
  expect(await session.hash()).toBe(alive);
});

test('a world that came later does not know how a step began', async () => {
  const session = makeSession();
  await session.open({ seed: 5 });
  await begin(session, "state(7002) == 'down'");
  await session.open({ seed: 6 });
  const { hash, branch } = await session.frame();
  expect(await again(session, 0)).toBe(false);
  expect(await session.frame()).toMatchObject({ hash, branch });
});
