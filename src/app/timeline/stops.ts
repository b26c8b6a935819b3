/* Events at which the clock can stop, in the groups in which a reader looks for them, and conditions that
 * it can run to. */

import type { Word } from '#app/i18n/i18n.svelte.ts';

export const STOPS: readonly { group: Word; events: readonly (readonly [type: string, word: Word])[] }[] = [
  {
    group: 'feed.failure',
    events: [
      ['PFAIL', 'event.pfail'],
      ['FAIL', 'event.fail'],
      ['FAIL_CLEARED', 'event.failCleared'],
      ['CLUSTER_STATE', 'event.clusterState'],
    ],
  },
  {
    group: 'feed.election',
    events: [
      ['ELECTION_SCHEDULED', 'event.electionScheduled'],
      ['AUTH_REQUEST', 'event.authRequest'],
      ['VOTE_GRANTED', 'event.voteGranted'],
      ['VOTE_DENIED', 'event.voteDenied'],
      ['PROMOTED', 'event.promoted'],
      ['ROLE_CHANGED', 'event.roleChanged'],
      ['EPOCH', 'event.epoch'],
      ['MF_PAUSED', 'event.mfPaused'],
    ],
  },
  {
    group: 'feed.slots',
    events: [
      ['SLOT_MIGRATING', 'event.slotMigrating'],
      ['SLOT_OWNER', 'event.slotOwner'],
      ['MOVED', 'event.moved'],
      ['ASK', 'event.ask'],
    ],
  },
  {
    group: 'feed.replication',
    events: [
      ['FULLRESYNC', 'event.fullresync'],
      ['CONTINUE', 'event.continue'],
      ['REPL_LINK_DOWN', 'event.replLinkDown'],
      ['REPLICA_MIGRATION', 'event.replicaMigration'],
    ],
  },
  {
    group: 'feed.topology',
    events: [
      ['HANDSHAKE_DONE', 'event.handshakeDone'],
      ['FORGET', 'event.forget'],
    ],
  },
];

/** The words for an event type that one can stop at; null for any other reason to stop. */
export function stopWord(type: string): Word | null {
  for (const { events } of STOPS) for (const [known, word] of events) if (known === type) return word;
  return null;
}

/** Conditions to begin with, for a world with those servers. */
export function exampleConditions(servers: readonly string[]): string[] {
  const [first = '7000', second = '7001'] = servers;
  const last = servers.at(-1) ?? first;
  return [
    `role(${last}) == 'master'`,
    `view(${first}).failed(${second})`,
    `agree(v => v.state == 'ok')`,
    `ledger.lost > 0`,
  ];
}
