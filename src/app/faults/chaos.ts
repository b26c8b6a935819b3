/* The chaos tape that the dialog begins with. */

import type { ServerFrame } from '#sim/frame.ts';

/** A tape to begin with: a master dies and comes back, another is cut off for a while, one link is bad. */
export function exampleChaos(servers: readonly ServerFrame[]): string {
  const masters = servers.filter((server) => server.role === 'master' && server.state !== 'down');
  const [first, second, third] = masters.map(({ name }) => name);
  if (first === undefined || second === undefined) return '';
  return [
    `2 kill ${first}`,
    `15 restart ${first}`,
    `20 isolate ${second}`,
    `30 rejoin ${second}`,
    ...(third === undefined ? [] : [`32 link ${second} ${third} latency=300ms loss=0.2`]),
    '45 healAll',
  ].join('\n');
}
