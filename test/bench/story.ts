/* A story that touches much of the world: commands, a kill, an election, a cut, a return, loss. Whoever plays
 * it gets the same trace hash. */

import type { Fault, SessionApi } from '#session/api.ts';

/** Plays the story in a world of so many masters, each with a replica, and resolves to the hash in the end. */
export async function playStory(session: SessionApi, masters = 3): Promise<string> {
  await session.open({ seed: 42, masters, nodeTimeoutMs: 2000, loss: 0.01 });
  const fault = (one: Fault): Promise<void> => session.input({ kind: 'fault', fault: one });
  await session.input({ kind: 'openConsole', console: 'console:1', argv: ['redis-cli', '-c', '-p', '7000'] });
  for (let at = 0; at < 20; at++) await session.exec('console:1', `SET key:${at} ${at}`);
  await fault({ kind: 'kill', server: '7002' });
  await session.advance(10e6);
  await fault({ kind: 'cut', from: '7000', to: '7001', oneWay: true });
  await session.exec('console:1', 'GET key:7');
  await session.advance(5e6);
  await fault({ kind: 'healAll' });
  await fault({ kind: 'restart', server: '7002' });
  await session.advance(10e6);
  await session.exec('console:1', 'CLUSTER NODES');
  return await session.hash();
}
