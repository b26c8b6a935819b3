/* A proof that was run once is shown from history: going back and letting time run gives the same world. */

import { expect, test } from 'vitest';
import { rehearse } from '#app/interview/rehearse.ts';
import { readCards } from '#node/lessons-plugin.ts';
import { makeSession } from '#session/in-place.ts';

const cards = readCards(new URL('../../../../lessons', import.meta.url).pathname);

test.each(['moved-vs-ask', 'failover-flow'])(
  '%s is proved, and its replay ends in the same hash',
  async (id) => {
    const card = cards.find((each) => each.id === id);
    if (!card) throw new Error(`there is no card ${id}`);
    const session = makeSession();
    await session.open(card.proof.world);
    const { steps, proved } = await rehearse(session, card);
    expect(proved).toBe(true);
    expect(steps).toHaveLength(card.proof.play.length);
    const last = steps.at(-1)?.until ?? 0;
    const hash = await session.hash();
    await session.seek(steps[0]?.from ?? 0);
    let { now } = await session.frame();
    while (now < last) ({ now } = await session.advance(Math.min(50_000, last - now)));
    expect(await session.hash()).toBe(hash);
    expect(steps.every(({ from, until }, at) => from <= until && from >= (steps[at - 1]?.until ?? 0))).toBe(
      true,
    );
  },
);
