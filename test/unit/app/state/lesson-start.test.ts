/* What a lesson's start did is somebody else's work: none of it stands in the reader's consoles, and none of
 * their names is taken. */

import { expect, test } from 'vitest';
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
`;

/** What of the page a lesson begins in: a world, its consoles and who types there. */
class Desk {
  readonly session: SessionApi = makeSession();
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
