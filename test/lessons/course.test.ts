/* Every lesson proves itself: in both languages its files are sound, its tasks are open at the start,
 * each recorded route solves them in order, and what is called harmless does no harm. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { selectionOf } from '#app/lesson/targets.ts';
import { scoreOf } from '#lesson/chaos.ts';
import { freeNames, parseExpression } from '#lesson/expression.ts';
import { knownNames } from '#lesson/predicates.ts';
import type { GoalServer, Lesson, Task } from '#lesson/types.ts';
import { NOTHING_SEEN } from '#lesson/view.ts';
import { Desk } from '#node/desk.ts';
import { beginLesson, playLesson, tasksOf, taskState } from '#node/lesson-proof.ts';
import { lessonIds, readCards, readGlossary, readLesson } from '#node/lessons-plugin.ts';
import { loadLua } from '#node/lua.ts';
import { makeSession } from '#session/in-place.ts';
import { fillPlaces, plannedFaults } from '#session/play.ts';
import { addressesOf, commandOf, linesOf, shownLines, targetsOf, termsOf } from './reading.ts';

await loadLua();
const ROOT = new URL('../../lessons', import.meta.url).pathname;
const ids = lessonIds(ROOT);
/** Lesson 07 moves thousands of slots; a slow machine that has other things to do may take minutes. */
const ROUTE_LIMIT_MS = 900_000;
const lessons = ids.map((id) => readLesson(ROOT, id, 'en'));
/** What a server, redis-cli or the shell says of a line that makes no sense anywhere. What a server refuses in the
 *  state it is in is another matter: many lines are there to be refused. */
const NOT_UNDERSTOOD = /unknown (sub)?command|wrong number of arg|syntax error|unrecognized option|unknown --cluster|command not found|invalid argument/i;

function writeGoal(id: string, goal: readonly GoalServer[]): void {
  const lines = goal.map((server) => ` ${JSON.stringify(server)}`).join(',\n');
  writeFileSync(join(ROOT, id, 'goal.json'), `[\n${lines}\n]\n`);
}

/** What of a goal must not change unnoticed: who is who. The rest may vary with timing. */
const roles = (goal: readonly GoalServer[]): string[] =>
  goal.map(({ name, role, state, master }) => `${name} ${state === 'down' ? state : role} ${master ?? '-'}`);

describe('the course', () => {
  it('has 22 lessons, numbered without gaps', () => {
    expect(lessons.map((lesson) => lesson.number)).toEqual(Array.from({ length: 22 }, (_, at) => at + 1));
  });

  it('never gives two tasks one id within a lesson', () => {
    for (const lesson of lessons) {
      const names = lesson.steps.flatMap(tasksOf).map((task) => task.id);
      expect(new Set(names).size, lesson.id).toBe(names.length);
    }
  });

  it('needs no command before it was taught', () => {
    const taught = new Set<string>();
    for (const lesson of lessons) {
      for (const command of lesson.teaches) taught.add(command);
      const early = lesson.steps.flatMap(linesOf).map(commandOf).filter((command) => !taught.has(command));
      expect(early, lesson.id).toEqual([]);
    }
  });

  it('leads to lessons and cards that exist, and to others by https only', () => {
    const cards = readCards(ROOT).map((card) => `card:${card.id}`);
    const known = new Set([...cards, ...ids.map((id) => `lesson:${id}`), ...lessons.map((l) => `lesson:${l.number}`)]);
    for (const lesson of ids.flatMap((id) => [readLesson(ROOT, id, 'en'), readLesson(ROOT, id, 'zh')])) {
      const lost = addressesOf(lesson).filter((to) => !known.has(to) && !to.startsWith('https://'));
      expect(lost, `${lesson.id} ${lesson.lang}`).toEqual([]);
      expect(lesson.cards.filter((card) => !known.has(`card:${card}`)), lesson.id).toEqual([]);
    }
  });

  it('has tapes whose every line is a fault', () => {
    const names = ['7000', '7001', '7002', '7003', '7004', '7005'];
    const servers = names.map((name, at) => {
      return { name, role: at < 3 ? 'master' : 'replica', state: 'running', nodeId: name, slots: [], view: null };
    });
    const tapes = lessons.flatMap((lesson) => lesson.steps).flatMap((step) => step.blocks).flatMap((block) => (block.kind === 'chaos' ? [block.chaos] : []));
    expect(tapes.length).toBeGreaterThan(0);
    const figures = Object.keys(scoreOf(undefined, NOTHING_SEEN));
    for (const { id, faults, lastsMs, show } of tapes) {
      expect(figures, id).toEqual(expect.arrayContaining(Object.keys(show)));
      const planned = plannedFaults(fillPlaces(faults, servers), 0);
      expect(Math.max(...planned.map(({ at }) => at)), id).toBeLessThan(lastsMs * 1000);
    }
  });

  it('points at servers that its world has, and at slots that exist', async () => {
    for (const lesson of lessons) {
      const { session } = await beginLesson({ ...lesson, start: [] });
      const names = (await session.frame()).servers.map((server) => server.name);
      for (const target of [...targetsOf(lesson), ...targetsOf(readLesson(ROOT, lesson.id, 'zh'))]) {
        const selection = selectionOf(target);
        if (selection?.kind === 'server') expect(names, lesson.id).toContain(selection.name);
        else if (selection?.kind === 'slot') expect(selection.slot, lesson.id).toBeLessThan(16384);
        else expect(selection, `${lesson.id} ${target}`).not.toBeNull();
      }
    }
  }, ROUTE_LIMIT_MS);

  it('lets the challenge of lesson 05 begin anew: what was written before does not count', async () => {
    const lesson = lessons[4] as Lesson;
    const at = lesson.steps.length - 1;
    const [zero] = tasksOf(lesson.steps[at] as Lesson['steps'][number]) as [Task];
    const { session, player } = await beginLesson(lesson);
    const route = (zero.solutions[0] ?? []).filter(
      (action) => action.do === 'wait' || (action.do === 'client' && action.id === 'clerk'),
    );
    const isSolved = async (): Promise<boolean> => (await taskState(session, zero))?.solved === true;
    const write = async (): Promise<boolean> => {
      await player.play([...route, { do: 'client', id: 'clerk', action: 'stop' }]);
      return isSolved();
    };
    await session.setLesson({ do: 'enter', step: at });
    expect(await write()).toBe(true);
    await session.setLesson({ do: 'reset', step: at, label: '' });
    expect(await isSolved(), 'before anything is written').toBe(false);
    expect(await write()).toBe(true);
  }, ROUTE_LIMIT_MS);

  it('lets the challenge of lesson 03 begin anew without the keys that solved it', async () => {
    const lesson = lessons[2] as Lesson;
    const at = lesson.steps.length - 1;
    const [task] = tasksOf(lesson.steps[at] as Lesson['steps'][number]) as [Task];
    const { session } = await beginLesson(lesson);
    await session.setLesson({ do: 'enter', step: at });
    for (const solution of task.solutions) {
      await new Desk(session).play(solution);
      expect((await taskState(session, task)).solved).toBe(true);
      await session.setLesson({ do: 'reset', step: at, label: '' });
      await session.advance(1_000_000);
      expect((await taskState(session, task)).checks.map(({ holds }) => holds)).toEqual([false, false, false]);
    }
  }, ROUTE_LIMIT_MS);

  it('counts six commands of lesson 17 for one and the same cluster', async () => {
    const lesson = lessons[16] as Lesson;
    const at = lesson.steps.length - 1;
    const [task] = tasksOf(lesson.steps[at] as Lesson['steps'][number]) as [Task];
    const { session } = await beginLesson(lesson);
    /** Whether no board is missing, and whether at most six commands moved something. */
    const boardsAndLimit = async (): Promise<boolean[]> =>
      (await taskState(session, task)).checks.slice(3).map(({ holds }) => holds);
    await session.setLesson({ do: 'enter', step: at });
    const chaos = (task.solutions[0] ?? []).filter((action) => action.do === 'chaos');
    const line = { do: 'line', console: '7000', line: 'CLUSTER SETSLOT 1 STABLE' } as const;
    await new Desk(session).play([...chaos, ...Array.from({ length: 7 }, () => line)]);
    expect(await boardsAndLimit()).toEqual([true, false]);
    await session.setLesson({ do: 'reset', step: at, label: '' });
    expect(await boardsAndLimit()).toEqual([false, true]);
  }, ROUTE_LIMIT_MS);

  it('explains every term it links to, in both languages', () => {
    const glossary = readGlossary(ROOT);
    for (const id of ids) {
      for (const lang of ['en', 'zh'] as const) {
        const unknown = termsOf(readLesson(ROOT, id, lang)).filter((term) => !Object.hasOwn(glossary, term));
        expect(unknown, `${id} ${lang}`).toEqual([]);
      }
    }
  });
});

describe.each(lessons.map((lesson) => [lesson.id, lesson] as const))('%s', (id, lesson) => {
  it('has the same tasks and questions in Chinese, with words for each check', () => {
    const chinese = readLesson(ROOT, id, 'zh');
    const ofTasks = (of: Lesson): string[] => of.steps.flatMap(tasksOf).map((task) => task.id);
    expect(ofTasks(chinese)).toEqual(ofTasks(lesson));
    const words = JSON.stringify(chinese.steps);
    expect(words).toMatch(/[\u4e00-\u9fff]/);
  });

  it('names only what checks can see', () => {
    const known = new Set(knownNames());
    for (const task of lesson.steps.flatMap(tasksOf)) {
      const names = task.checks.flatMap((check) => freeNames(parseExpression(check.expression)));
      expect(names.filter((name) => !known.has(name)), task.id).toEqual([]);
      expect(task.solutions.length, `${task.id} has a second route`).toBeGreaterThanOrEqual(2);
    }
  });

  it('shows only lines that a console understands', async () => {
    const session = makeSession();
    await session.open(lesson.world);
    const refused: string[] = [];
    const player = new Desk(session, ({ line, output }) => {
      if (NOT_UNDERSTOOD.test(output)) refused.push(`${line}: ${output}`);
    });
    await player.play(lesson.start);
    for (const { console, text } of lesson.steps.flatMap(shownLines)) await player.line(console ?? '7000', text);
    expect(refused).toEqual([]);
  }, ROUTE_LIMIT_MS);

  it('is solved by its recorded route, which ends as the goal picture shows', async () => {
    const goal = await playLesson(lesson);
    // RECORD_GOALS=1 writes the pictures anew, after a lesson was changed.
    if (process.env['RECORD_GOALS']) writeGoal(id, goal);
    else expect(roles(lesson.goal ?? [])).toEqual(roles(goal));
  }, ROUTE_LIMIT_MS);

  it('is solved by a second route, with harmless things done besides', async () => {
    await expect(playLesson(lesson, 1, true)).resolves.not.toEqual([]);
  }, ROUTE_LIMIT_MS);
});
