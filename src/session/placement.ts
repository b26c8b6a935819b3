/* How many parts a world is split into. It changes nothing but speed: every window of a split world
 * costs messages between workers, which only large worlds with much to do in each window are worth. */

import type { WorldConfig } from './api.ts';
import { planServers } from './config.ts';

const MOST_PARTS = 4;
/** Below this many servers per part one worker is faster. */
const SERVERS_PER_PART = 200;

/** `asked` overrules the choice, within 1 to 4. */
export function chooseParts(config: WorldConfig, cores: number, asked: number | null): number {
  if (asked !== null) return Math.max(1, Math.min(MOST_PARTS, Math.floor(asked) || 1));
  const bySize = Math.floor(planServers(config).length / SERVERS_PER_PART);
  return Math.max(1, Math.min(MOST_PARTS, cores - 1, bySize));
}
