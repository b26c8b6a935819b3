/* Padlocks on one lock: whoever a server has given it to holds it, or thinks so, until its time is over. That
 * the server has died since is nothing its holder knows of, and then there may be a second padlock.
 *
 * And what application clients say of themselves: from when to when each went on as the holder. */

import type { FeedEvent } from '#sim/frame.ts';
import type { Micros } from '#redis/io.ts';

/** What one server holds under the lock's key. */
export interface Grant {
  server: string;
  token: string;
  /** Unix ms; -1: for ever. */
  untilMs: number;
  /** The server is down: only its client still counts on it. */
  gone: boolean;
}

/** A server as a survey finds it; `held` is null where it holds nothing, or does not run. */
export interface Found {
  server: string;
  down: boolean;
  held: readonly [value: string, expiresMs: number] | null;
}

/** The grants that count now: those that were found, and those of servers that have died since. */
export function grantsNow(before: readonly Grant[], found: readonly Found[], nowMs: number): Grant[] {
  return found.flatMap(({ server, down, held }): Grant[] => {
    if (held) return [{ server, token: held[0], untilMs: held[1], gone: false }];
    const last = before.find((grant) => grant.server === server);
    const counts = down && last && (last.untilMs < 0 || last.untilMs > nowMs);
    return counts ? [{ ...last, gone: true }] : [];
  });
}

/** Whose token it is: clients put their name before what chance adds; people write what they like. */
export function holderOf(token: string): string {
  return /^(?:client:)?(.+)-[0-9a-f]{16,}$/.exec(token)?.[1] ?? token.slice(0, 24);
}

/** From when to when a client went on as the holder. */
export interface Belief {
  who: string;
  from: Micros;
  to: Micros;
}

/** What clients believed since a moment. */
export function beliefsOf(events: readonly FeedEvent[], lock: string, since: Micros, now: Micros): Belief[] {
  const open = new Map<string, Belief>();
  const all: Belief[] = [];
  for (const { at, who, event } of events) {
    if (event['lock'] !== lock || at > now) continue;
    if (event.type === 'LOCK_ACQUIRED') {
      const belief = { who, from: at, to: now };
      open.set(who, belief);
      all.push(belief);
    } else if (event.type === 'LOCK_RELEASED') {
      const belief = open.get(who);
      if (belief) belief.to = at;
      open.delete(who);
    }
  }
  return all.filter(({ to }) => to >= since).map((one) => ({ ...one, from: Math.max(since, one.from) }));
}

/** Stretches in which two clients believed it together. */
export function overlapsOf(beliefs: readonly Belief[]): [from: Micros, to: Micros][] {
  const overlaps = beliefs.flatMap((one, at) =>
    beliefs.slice(at + 1).map((other): [number, number, boolean] => {
      const from = Math.max(one.from, other.from);
      const to = Math.min(one.to, other.to);
      return [from, to, one.who !== other.who && from < to];
    }),
  );
  return overlaps.flatMap(([from, to, both]) => (both ? [[from, to]] : []));
}
