/* The course as a page has it. What a lesson's start did is somebody else's work: none of it stands in the
 * reader's consoles, and none of their names is taken. A step is begun anew in the world as it was, or, when that
 * is gone, in one that is made and started as the first was. Progress is kept where it can be, and forgotten when
 * the reader says so. */

import { expect, test, vi } from 'vitest';
import { Consoles } from '#app/state/consoles.svelte.ts';
import { Course } from '#app/state/course.svelte.ts';
import type { Playground } from '#app/state/playground.svelte.ts';
import { Typist } from '#app/state/typist.ts';
import type { Input, SessionApi, WorldConfig } from '#session/api.ts';
import { makeSession } from '#session/in-place.ts';

const LESSON = `---
title: T
minutes: 1
objective: O
world: { masters: 3, replicas: 0 }
start:
  - 7000: SET k2 A
  - 7001: CLUSTER SETSLOT 449 IMPORTING {id:7000}
  - 7000: CLUSTER SETSLOT 449 MIGRATING {id:7001}
---

## One

Text.

\`\`\`task write
goal: G
checks:
  - is: get('k2') == 'B'
    say: S
hints:
  - where: W
solutions:
  - - 7000: SET k2 B
\`\`\`
`;

/** What of the page a lesson begins in: a world, its consoles and who types there. */
class Desk {
  session: SessionApi = makeSession();
  readonly baseConfig: Partial<WorldConfig> = {};
  readonly consoles = new Consoles();
  readonly typist = new Typist(this as unknown as Playground);

  server(): undefined {
    return undefined;
  }

  async open(config: Partial<WorldConfig>): Promise<void> {
    this.consoles.accept(await this.session.open(config));
    await this.typist.open('7000', false);
  }

  async refresh(): Promise<void> {
    this.consoles.accept(await this.session.frame());
  }

  async advance(us: number): Promise<void> {
    this.consoles.accept(await this.session.advance(us));
  }

  ask<T>(question: (session: SessionApi) => Promise<T>): Promise<T> {
    return question(this.session);
  }

  async input(input: Input): Promise<void> {
    await this.session.input(input);
    await this.refresh();
  }

  readonly play = (): void => undefined;
  readonly pause = (): void => undefined;
}

test('a reader opens the consoles that a lesson has typed into before', async () => {
  const desk = new Desk();
  await new Course(desk as unknown as Playground).openText('lesson.md', LESSON);
  const { servers } = await desk.session.frame();
  expect(servers[0]?.migrating).toMatchObject([{ slot: 449 }]);

  for (const server of ['7000', '7001']) {
    const tab = await desk.typist.open(server, false);
    await desk.advance(1_000_000);
    expect(tab.text).not.toContain('SET');
    await desk.typist.type(tab, 'PING');
    await desk.advance(1_000_000);
    expect(tab.text).toMatch(/PING\s+PONG/);
  }
  expect(desk.consoles.tabs.map(({ id }) => id)).toEqual(['console:7000', 'console:7001']);
});

/** A reader in the lesson, who solves its task. */
async function begin(): Promise<{ desk: Desk; course: Course; solve(): Promise<void> }> {
  const desk = new Desk();
  const course = new Course(desk as unknown as Playground);
  await course.openText('lesson.md', LESSON);
  const solve = async (): Promise<void> => {
    const tab = await desk.typist.open('7000', false);
    await desk.advance(1_000_000);
    await desk.typist.type(tab, 'SET k2 B');
    await vi.waitFor(async () => {
      await desk.advance(100_000);
      course.look(performance.now());
      expect(course.solved('write')).toBe(true);
    }, 30_000);
  };
  return { desk, course, solve };
}

const openSlots = async ({ session }: Desk): Promise<number[]> =>
  (await session.frame()).servers.flatMap(({ migrating }) => migrating.map(({ slot }) => slot));

test('a step begun anew can be solved again, in this world and after another one', async () => {
  const { desk, course, solve } = await begin();
  await solve();
  await desk.session.input({ kind: 'fault', fault: { kind: 'kill', server: '7000' } });
  await course.reset('step');
  expect(course.solved('write')).toBe(false);
  expect(await openSlots(desk)).toEqual([449]);
  await solve();

  await desk.open({ masters: 4, replicasPerMaster: 0 });
  await course.reset('step');
  expect((await desk.session.frame()).servers).toHaveLength(3);
  expect(course.solved('write')).toBe(false);
  expect(await openSlots(desk)).toEqual([449]);
  await solve();
});

test('what was solved does not come back by a look while the lesson is made ready anew', async () => {
  const { desk, course, solve } = await begin();
  await solve();
  const open = desk.open.bind(desk);
  desk.open = async (config) => {
    course.look(Number.MAX_SAFE_INTEGER);
    await desk.advance(100_000);
    await open(config);
  };
  await course.reset('lesson');
  expect(course.solved('write')).toBe(false);
  expect(course.progress[course.lesson?.id ?? '']?.solved).toEqual([]);
});

test('where nothing is kept the course says so, and goes on', async () => {
  vi.stubGlobal('indexedDB', undefined);
  vi.stubGlobal('localStorage', undefined);
  try {
    const { course, solve } = await begin();
    await solve();
    await vi.waitFor(() => expect(course.kept).toBe(false), 30_000);
  } finally {
    vi.unstubAllGlobals();
  }
});

test('all lessons begun again forget what was solved in each', async () => {
  const { course, solve } = await begin();
  course.merge({ other: { step: 3, solved: ['one'] } });
  await solve();
  await course.reset('all');
  expect(course.progress).toMatchObject({ other: { step: 0, solved: [] } });
  expect(course.solved('write')).toBe(false);
  await solve();
});

test('a session in the place of one that died hears of the lesson', async () => {
  const { desk, solve } = await begin();
  const file = await desk.session.save();
  desk.session = makeSession();
  await desk.session.load(file);
  await desk.refresh();
  await solve();
});
