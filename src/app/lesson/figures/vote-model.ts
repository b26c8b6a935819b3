/* The last election up to a moment: who asked, in which epoch, and what each master answered. Counted from
 * what happened in the world, so scrubbing back takes votes away again. */

import type { FeedEvent, Frame } from '#sim/frame.ts';

export type Answer = 'voted' | 'denied' | 'silent';

export interface VoteCount {
  candidate: string;
  epoch: number;
  /** Masters with slots and what each of them answered. */
  voters: { name: string; answer: Answer }[];
  votes: number;
  /** A majority of the masters with slots. */
  needed: number;
  won: boolean;
}

/** Null before the first request for votes. */
export function countVotes(frame: Frame, events: readonly FeedEvent[]): VoteCount | null {
  const past = events.filter(({ at }) => at <= frame.now);
  const start = past.findLastIndex(({ event }) => event.type === 'AUTH_REQUEST');
  const request = past[start];
  if (!request) return null;
  const candidate = request.who;
  const epoch = Number(request.event['epoch'] ?? 0);
  const since = past.slice(start);
  const voters = frame.servers
    .filter((one) => one.role === 'master' && one.slots.length > 0 && one.name !== candidate)
    .map(({ name }) => ({ name, answer: answerOf(name, candidate, since) }));
  const votes = voters.filter(({ answer }) => answer === 'voted').length;
  const election = frame.servers.find(({ name }) => name === candidate)?.election;
  return {
    candidate,
    epoch,
    voters,
    votes,
    needed: election?.sent ? election.needed : Math.floor(voters.length / 2) + 1,
    won: since.some(({ event, who }) => event.type === 'PROMOTED' && who === candidate),
  };
}

function answerOf(voter: string, candidate: string, events: readonly FeedEvent[]): Answer {
  for (const { event, who } of events) {
    if (who !== voter || event['name'] !== candidate) continue;
    if (event.type === 'VOTE_GRANTED') return 'voted';
    if (event.type === 'VOTE_DENIED') return 'denied';
  }
  return 'silent';
}
