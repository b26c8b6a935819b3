/* What cluster-node-timeout costs and buys, as the rules give it. All in seconds after the crash.
 *
 * A peer is suspected when a ping has waited, and nothing has come, for the timeout. If the crash came just
 * after a pong, half a timeout passes before the next ping must be sent, and two ticks of the cron.
 * Then up to a second of gossip, half to one second of waiting, a tick, and the votes. */

export interface Span {
  from: number;
  to: number;
}

export interface FailoverTimes {
  pfail: Span;
  fail: Span;
  election: Span;
  /** Heartbeats per second in the whole cluster, at most. */
  packets: number;
}

const TICK = 0.1;

export function failoverTimes(timeoutMs: number, nodes: number): FailoverTimes {
  const timeout = timeoutMs / 1000;
  const pfail = { from: timeout, to: 1.5 * timeout + 2 * TICK };
  const fail = { from: pfail.from, to: pfail.to + 1 };
  const election = { from: fail.from + 0.5, to: fail.to + 1 + TICK };
  // Each pair pings within half a timeout at the latest; each server also pings one by chance a second.
  const packets = Math.round(2 * ((nodes * (nodes - 1)) / (timeout / 2) + nodes));
  return { pfail, fail, election, packets };
}
