/* The three ways of CLUSTER FAILOVER beside each other: what happened in each, and how long after the command.
 * Read from what happened in the world, so scrubbing back takes it away again. */

import type { FeedEvent, Frame } from '#sim/frame.ts';

export const WAYS = ['', 'force', 'takeover'] as const;

/** What happens on the way, as events of the world name it. */
const STAGES = [
  'MFSTART',
  'MF_PAUSED',
  'MF_READY',
  'AUTH_REQUEST',
  'VOTE_RECEIVED',
  'PROMOTED',
  'MF_TIMEOUT',
];

export interface Moment {
  type: string;
  /** Milliseconds since the command. */
  ms: number;
  /** Who pauses or votes, how many votes are needed, which epoch: as far as this stage knows. */
  name: string;
  count: number;
}

export interface Lane {
  way: (typeof WAYS)[number];
  /** The replica that was told to. */
  who: string;
  moments: Moment[];
  won: boolean;
}

/** For each way its last success, or else its last attempt; null for a way not gone yet. */
export function lanesOf(frame: Pick<Frame, 'now'>, events: readonly FeedEvent[]): (Lane | null)[] {
  const past = events.filter(({ at, event }) => at <= frame.now && STAGES.includes(event.type));
  const attempts = past.flatMap(({ event }, at) => (event.type === 'MFSTART' ? [laneFrom(past, at)] : []));
  return WAYS.map((way) => {
    const own = attempts.filter((attempt) => attempt.way === way);
    return own.findLast(({ won }) => won) ?? own.at(-1) ?? null;
  });
}

/** What came of the command at that place, until it succeeded, was given up, or was typed anew. */
function laneFrom(past: readonly FeedEvent[], at: number): Lane {
  const start = past[at] as FeedEvent;
  const { who } = start;
  const lane: Lane = { way: start.event['option'] as Lane['way'], who, moments: [], won: false };
  for (const one of past.slice(at)) {
    const { type } = one.event;
    // The master announces its pause and whom it pauses for; all else is told by the replica.
    const mine = type === 'MF_PAUSED' ? one.event['name'] === who : one.who === who;
    if (!mine) continue;
    if (type === 'MFSTART' && one !== start) break;
    lane.moments.push(momentOf(one, (one.at - start.at) / 1000));
    lane.won = type === 'PROMOTED';
    if (lane.won || type === 'MF_TIMEOUT') break;
  }
  return lane;
}

function momentOf({ event, who }: FeedEvent, ms: number): Moment {
  const name = event.type === 'MF_PAUSED' ? who : String(event['name'] ?? '');
  return { type: event.type, ms, name, count: Number(event['needed'] ?? 0) };
}
