/* Nobody passes by accident: plausible commands typed at random, with faults between them, solve no task
 * that asks for more than looking around. */

import { describe, expect, it } from 'vitest';
import { Prng } from '#base/prng.ts';
import type { LessonState } from '#lesson/run.ts';
import type { Lesson } from '#lesson/types.ts';
import { loadLua } from '#node/lua.ts';
import { lessonIds, readLesson } from '#node/lessons-plugin.ts';
import { makeSession } from '#session/in-place.ts';
import { Player } from '#session/play.ts';
import type { Session } from '#session/session.ts';

const ROOT = new URL('../../lessons', import.meta.url).pathname;
await loadLua();
const lessons = lessonIds(ROOT).map((id) => readLesson(ROOT, id, 'en'));
const WALKS = 200;
const STEPS = 4;

/** What somebody types who tries this and that, and knows no lesson. */
const LINES = [
  'PING',
  'TIME',
  'ECHO hello',
  'SET x 1',
  'GET x',
  'INCR counter',
  'LPUSH list a b',
  'LRANGE list 0 -1',
  'HSET h f v',
  'HGETALL h',
  'EXPIRE x 100',
  'TYPE x',
  'CLIENT GETNAME',
  'CONFIG GET maxmemory',
  'COMMAND COUNT',
  'CLUSTER MYID',
  'OBJECT ENCODING x',
  'NOSUCHCOMMAND',
  'GET "unbalanced',
];

/** Tasks that ask for nothing but a wrong turn: whoever types any key finds them, and should. */
const FOUND_BY_LOOKING = new Set(['not-served', 'myth-forward']);

/** One walk in a world that the lesson has prepared; solved tasks of the step are accidents. */
async function walk(session: Session, lesson: Lesson, step: number, random: Prng): Promise<string[]> {
  await session.setLesson({ do: 'begin', lesson, step, solved: [] });
  const player = new Player(session);
  for (let at = 0; at < STEPS; at++) {
    await player.type(String(7000 + random.below(3)), random.pick(LINES));
  }
  const { tasks } = (await session.lessonState()) as LessonState;
  return Object.keys(tasks).filter((id) => tasks[id]?.solved && !FOUND_BY_LOOKING.has(id));
}

describe('200 walks of plausible commands', () => {
  it.each(lessons.map((lesson) => [lesson.id, lesson] as const))('solve nothing in %s', async (_, lesson) => {
    const session = makeSession();
    await session.open(lesson.world);
    const player = new Player(session);
    await player.play(lesson.start);
    for (const name of ['7000', '7001', '7002']) await player.type(name, 'PING');
    const random = Prng.stream(lesson.number, 'walk');
    const accidents: string[] = [];
    for (let at = 0; at < WALKS; at++) {
      accidents.push(...(await walk(session, lesson, random.below(lesson.steps.length), random)));
    }
    expect([...new Set(accidents)]).toEqual([]);
  });
});
