/* A run that ends where something worth watching begins to fly: in a network of half a millisecond every vote
 * is shown, at any speed, and the world is the same as without the stops. */

import { expect, test } from 'vitest';
import { makeSession } from '#session/in-place.ts';

const LAN = { masters: 3, replicasPerMaster: 1, nodeTimeoutMs: 2000, seed: 11, latencyUs: 500 };
const SPAN_US = 12e6;

async function failover() {
  const session = makeSession();
  await session.open(LAN);
  await session.input({ kind: 'fault', fault: { kind: 'kill', server: '7001' } });
  return session;
}

test('every message of an election is seen in flight', async () => {
  const session = await failover();
  const begin = (await session.frame()).now;
  const seen = new Map<string, number>();
  let frame = await session.frame();
  while (frame.now < begin + SPAN_US) {
    frame = await session.advance(Math.min(100_000, begin + SPAN_US - frame.now), undefined, true);
    // No breakpoint was met, so the clock of the page goes on.
    expect(frame.stoppedBy).toBe(null);
    for (const { kind, label, sentAt } of frame.packets)
      if (kind === 'bus' && sentAt === frame.now) seen.set(label, (seen.get(label) ?? 0) + 1);
  }
  expect(seen.get('auth-req')).toBe(4);
  expect(seen.get('auth-ack')).toBe(2);
  expect(seen.get('fail')).toBeGreaterThanOrEqual(4);

  const undisturbed = await failover();
  await undisturbed.advance(SPAN_US);
  expect(await session.hash()).toBe(await undisturbed.hash());
});

test('a breakpoint is told as before', async () => {
  const session = await failover();
  await session.setBreakpoints(['FAIL']);
  let frame = await session.advance(SPAN_US, undefined, true);
  for (let strides = 0; frame.stoppedBy === null && strides < 100; strides++)
    frame = await session.advance(SPAN_US, undefined, true);
  expect(frame.stoppedBy).toBe('FAIL');
});
