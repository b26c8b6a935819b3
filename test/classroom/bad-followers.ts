/* Followers who mean no good: those who steer, those who flood, those who send garbage, and those who would
 * be the teacher without the secret. For the tests of the relay and for the bench. */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';

export const freshId = (): string => randomBytes(8).toString('hex');

/** Everything that a bad follower may say. */
const attacks: readonly (readonly (string | Buffer)[])[] = [
  ['{"kind":"tick","room":"teacher-1","version":1,"at":1,"hash":"00"}'],
  ['{"kind":"whole","room":"x","version":1,"at":1,"hash":"","config":{},"inputs":[]}'],
  ['{"kind":"change","room":"teacher-1","version":2,"at":1,"hash":"","keep":0,"inputs":[]}'],
  ['{"kind":"reveal","question":"q"}'],
  ['garbage'],
  [randomBytes(200)],
  ['x'.repeat(5000)],
  ['['.repeat(500)],
  Array.from({ length: 200 }, () => '{"kind":"ask"}'),
];

/** Opens a line as a follower, says these things, and resolves to how the line ended. */
async function endOf(url: string, words: readonly (string | Buffer)[]): Promise<number> {
  const ws = new WebSocket(`${url}classroom/follow?id=${freshId()}`);
  ws.on('error', () => undefined);
  await once(ws, 'open');
  for (const word of words) ws.send(word);
  const [code] = (await once(ws, 'close')) as [number];
  return code;
}

/** The HTTP status with which a line is refused. */
export async function refusal(address: string, protocol?: string, headers = {}): Promise<number | undefined> {
  const ws = new WebSocket(address, protocol, { headers });
  ws.on('error', () => undefined);
  const [, response] = (await once(ws, 'unexpected-response')) as [unknown, { statusCode?: number }];
  ws.terminate();
  return response.statusCode;
}

/** How a round of everything bad ended: how many lines were tried, and how many were thrown out. */
export interface Thrown {
  tried: number;
  out: number;
}

/** Tries everything once, one after the other. */
export async function misbehave(url: string): Promise<Thrown> {
  let out = 0;
  for (const words of attacks) {
    // 1008: refused by the rules of the room; 1009: too long.
    if ([1008, 1009].includes(await endOf(url, words))) out++;
  }
  const guess = await refusal(`${url}classroom/teach`, randomBytes(16).toString('hex'));
  if (guess === 401 || guess === 429) out++;
  return { tried: attacks.length + 1, out };
}
