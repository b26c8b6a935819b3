/* What a cluster made of a chaos tape: between the moment at which the tape was begun and its end, how many
 * writes were acknowledged and how many of them are lost, for how long some slot had nobody to serve it, how
 * many requests were answered, how many coupons were spent more than once, and how often a database had more
 * to do than it stands. */

import type { Micros } from '#redis/io.ts';
import type { ClientFrame, LedgerFrame } from '#sim/frame.ts';
import type { LessonView } from './view.ts';

/** What has been counted up to some moment. */
export interface Standing {
  ledger: LedgerFrame;
  clients: readonly ClientFrame[];
}

/** A tape that was begun. `after` is how things stood when it had ended; null before. */
export interface ChaosRun {
  id: string;
  at: Micros;
  endsAt: Micros;
  before: Standing;
  after: Standing | null;
}

export interface ChaosScore {
  /** How far it has come, and how long it lasts, in seconds. */
  seconds: number;
  lasts: number;
  over: boolean;
  written: number;
  lost: number;
  /** Seconds in which some slot had no master that serves it. */
  down: number;
  /** Requests of all workloads, and how many of a hundred were answered without an error. */
  asked: number;
  answered: number;
  /** Coupons that were spent at the bank, and how many of them had been spent before. */
  spent: number;
  twice: number;
  /** What databases were asked, and seconds in which one had more queries than its limit. */
  queries: number;
  overloads: number;
}

const SECOND_US = 1_000_000;

/** The score of a tape that was begun, up to now or to its end; without one, that of nothing. */
export function scoreOf(begun: ChaosRun | undefined, view: LessonView): ChaosScore {
  const run = begun ?? { id: '', at: view.now, endsAt: view.now, before: view, after: null };
  const { ledger, clients } = run.after ?? view;
  const until = Math.min(view.now, run.endsAt);
  // A client that was started anew meanwhile has counted from nothing.
  const more = (count: Count): number => Math.max(0, sum(clients, count) - sum(run.before.clients, count));
  const asked = more(workloads('ops'));
  const coupons = view.events
    .filter(({ at, event }) => event.type === 'COUPON_SPENT' && at >= run.at && at <= until)
    .map(({ event }) => event['coupon']);
  return {
    seconds: (until - run.at) / SECOND_US,
    lasts: (run.endsAt - run.at) / SECOND_US,
    over: run.after !== null,
    written: ledger.acked - run.before.ledger.acked,
    lost: ledger.lost - run.before.ledger.lost,
    down: (ledger.outageMs - run.before.ledger.outageMs) / 1000,
    asked,
    answered: asked === 0 ? 0 : Math.floor(((asked - more(workloads('errors'))) / asked) * 1000) / 10,
    spent: coupons.length,
    twice: coupons.length - new Set(coupons).size,
    queries: more(({ figures }) => figures['queries'] ?? 0),
    overloads: more(({ figures }) => figures['overloads'] ?? 0),
  };
}

type Count = (client: ClientFrame) => number;

function workloads(name: 'ops' | 'errors'): Count {
  return (client) => (client.kind === 'workload' ? client[name] : 0);
}

function sum(clients: readonly ClientFrame[], count: Count): number {
  return clients.reduce((total, client) => total + count(client), 0);
}
