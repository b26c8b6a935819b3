/* What a survey tells of the servers, without changing anything in them. */

import { expect, test } from 'vitest';
import { makeSession } from '#session/in-place.ts';

test('a survey tells which strings each server itself holds, and until when', async () => {
  const session = makeSession();
  await session.open({ masters: 3, replicasPerMaster: 1 });
  await session.input({ kind: 'openConsole', console: 'c', argv: ['redis-cli', '-p', '7000'] });
  await session.advance(1e6);
  await session.exec('c', 'SET {k2}lock Ä PX 60000');
  await session.exec('c', 'LPUSH {k2}list a');
  await session.advance(1e6);
  const hash = await session.hash();

  const { wallMs } = await session.frame();
  const found = await session.survey({ held: ['{k2}lock', '{k2}list', 'nothing'] });
  const [lock, ...others] = found['7000']?.held ?? [];
  expect(lock?.[0]).toBe('Ä');
  expect(lock?.[1]).toBeGreaterThan(wallMs);
  expect(lock?.[1]).toBeLessThanOrEqual(wallMs + 60_000);
  expect(others).toEqual([null, null]);
  expect(found['7003']?.held?.[0]?.[0]).toBe('Ä');
  expect(found['7001']?.held).toEqual([null, null, null]);
  expect(found['7000']?.slotKeys).toBeNull();
  expect(await session.hash()).toBe(hash);

  await session.advance(61e6);
  expect((await session.survey({ held: ['{k2}lock'] }))['7000']?.held).toEqual([null]);
});
