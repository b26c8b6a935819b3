/* What an hour of history weighs: snapshots for going back share what has not changed between them. */

import { expect, test } from 'vitest';
import { planSnapshots } from '#session/placement.ts';
import { makeSession } from '#session/in-place.ts';
import { megabytesUsed } from '#test/memory.ts';

test('an hour of six servers under 100 commands a second stays far below 300 MB', async () => {
  const session = makeSession();
  await session.open({ seed: 7 });
  const spec = { kind: 'workload', rate: 100 };
  await session.input({ kind: 'client', id: 'client:load', action: 'start', spec });
  // By then every key has been written, and everything that is kept for a moment is there.
  await session.advance(60e6);
  const { everyUs, kept } = planSnapshots(6);
  const before = megabytesUsed();
  const more = 40;
  await session.advance(more * everyUs);
  const each = (megabytesUsed() - before) / more;
  expect(each).toBeGreaterThan(0);
  // So many are kept and no more, however long history gets.
  expect(before + each * kept).toBeLessThan(250);
  const { now } = await session.frame();
  await session.seek(now - 100e6);
  expect((await session.seek(now)).now).toBe(now);
});
