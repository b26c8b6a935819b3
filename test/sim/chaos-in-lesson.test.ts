/* A chaos tape played for a lesson: its faults come at their times, its score counts what happened between its
 * beginning and its end, and going back into it means that it is to be played again. */

import { expect, test } from 'vitest';
import type { Lesson } from '#lesson/types.ts';
import type { LessonState } from '#lesson/run.ts';
import { makeSession } from '#session/in-place.ts';
import { fillPlaces, Player } from '#session/play.ts';
import type { Session } from '#session/session.ts';

const S = 1e6;
const chaos = {
  id: 'storm',
  title: 'A storm',
  faults: '2 partition {master2} | {others}\n7 healAll\n12 kill {master0}\n',
  hand: [],
  lastsMs: 20_000,
  show: {},
};

async function begin(): Promise<Session> {
  const session = makeSession();
  await session.open({ seed: 5, nodeTimeoutMs: 2000 });
  const spec = { kind: 'workload', rate: 50, reads: 0, keys: 500 };
  await session.input({ kind: 'client', id: 'shop', action: 'start', spec });
  await session.advance(2 * S);
  const lesson = { id: 'l', steps: [{ id: 's1', title: 't', blocks: [] }] } as unknown as Lesson;
  await session.setLesson({ do: 'begin', lesson, step: 0, solved: [] });
  return session;
}

const scoreOf = async (session: Session): Promise<LessonState['chaos'][string] | undefined> =>
  ((await session.lessonState()) as LessonState).chaos['storm'];

test('a tape is scored from its beginning to its end, and then no more', async () => {
  const session = await begin();
  expect(await scoreOf(session)).toBeUndefined();
  const { now, ledger } = await session.frame();
  await new Player(session).act({ do: 'chaos', chaos });
  await session.advance(5 * S);
  expect(await scoreOf(session)).toMatchObject({ seconds: 5, lasts: 20, over: false });
  await session.advance(16 * S);
  const score = await scoreOf(session);
  expect(score).toMatchObject({ seconds: 20, over: true });
  expect(score?.lost).toBeGreaterThan(5);
  expect(score?.asked).toBeGreaterThan(900);
  expect(score?.answered).toBeLessThan(100);
  expect((await session.frame()).ledger.lost - ledger.lost).toBe(score?.lost);
  await session.advance(20 * S);
  expect(await scoreOf(session)).toEqual(score);
  await session.seek(now + 10 * S);
  expect(await scoreOf(session)).toBeUndefined();
});

test('the others are all servers that a line does not name', () => {
  const servers = ['7000', '7001', '7002'].map((name) => {
    return { name, role: 'master', state: 'running', nodeId: name, slots: [], view: null };
  });
  expect(fillPlaces('1 partition {master1} | {others}\n2 cut 7000 {others}', servers)).toBe(
    '1 partition 7001 | 7000 7002\n2 cut 7000 7001 7002',
  );
});

test('what somebody else does before a tape begins is done, and answers no task', async () => {
  const session = await begin();
  const checks = ["reply('OK')", 'asked(/set/i)', "get('k') == 'v'", "chaos('storm').over"];
  const task = {
    id: 't',
    goal: '',
    checks: checks.map((expression) => ({ expression, say: '' })),
    hints: [],
    solutions: [],
    harmless: [],
    wrong: [],
    challenge: false,
  };
  const steps = [{ id: 's1', title: 't', blocks: [{ kind: 'task', task }] }];
  await session.setLesson({
    do: 'begin',
    lesson: { id: 'l', steps } as unknown as Lesson,
    step: 0,
    solved: [],
  });
  const hand = [{ do: 'line', console: '7000c', line: 'SET k v' } as const];
  await new Player(session).act({ do: 'chaos', chaos: { ...chaos, faults: '', hand, lastsMs: 1000 } });
  await session.advance(2 * S);
  const held = (await session.lessonState()) as LessonState;
  expect(held.tasks['t']?.checks.map(({ holds }) => holds)).toEqual([false, false, true, true]);
});

test('the id of a ghost is that of a node which a server lists and nobody is', () => {
  const view = [
    { name: '7001', id: 'one' },
    { name: null, id: 'left' },
  ];
  const servers = [{ name: '7000', role: 'master', state: 'running', nodeId: 'self', slots: [], view }];
  expect(fillPlaces('FORGET {id:ghost} {id:7001} {id:7000} {id:7009}', servers)).toBe(
    'FORGET left one self no-server-7009',
  );
});
