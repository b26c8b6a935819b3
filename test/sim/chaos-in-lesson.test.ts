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
