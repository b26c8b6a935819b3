/* Rules that no Redis Cluster may break, whatever happens to it. Looked after all along, on a fixed
 * grid of virtual time and over all protocol events; a broken one halts the world.
 *
 * Safety: currentEpoch never falls while a process lives; a master votes once per epoch; a configEpoch is never beyond the
 * currentEpoch of its holder; two masters that talk to each other do not keep one configEpoch; a
 * replica is never ahead of the master whose stream it follows; a master that reaches only a minority
 * stops taking writes. Liveness, for worlds that were healed: see `disagreements`.
 *
 * A lost acknowledged write breaks no rule: that is what Redis promises. The ledger counts those. */

import type { Micros } from '#redis/io.ts';
import type { Vital } from './vital.ts';
import type { PlacedEvent } from './world.ts';

/** Two masters with one epoch settle it with the next packets they exchange. */
const COLLISION_TIMEOUTS = 4;
/** A master in the minority needs its timeout to see it, and then a round of checks. */
const MINORITY_TIMEOUTS = 2;
const SLACK_US = 3e6;

export class Checker {
  /** By node id: a wiped or reset server is another node. */
  private readonly epochs = new Map<string, { life: number; epoch: number }>();
  private readonly votes = new Map<string, { epoch: number; to: string }>();
  private readonly collisions = new Map<string, Micros>();
  private readonly minorities = new Map<string, Micros>();

  /** Looks at the world; returns what is wrong, as a sentence, or null. */
  observe(now: Micros, vitals: readonly Vital[], events: readonly PlacedEvent[]): string | null {
    const byName = new Map(vitals.map((vital) => [vital.name, vital]));
    return (
      this.checkVotes(events, byName) ??
      this.checkEpochs(vitals) ??
      this.checkCollisions(now, vitals) ??
      this.checkStreams(vitals, byName) ??
      this.checkMinorities(now, vitals)
    );
  }

  private checkVotes(events: readonly PlacedEvent[], byName: ReadonlyMap<string, Vital>): string | null {
    for (const { who, event } of events) {
      if (event.type !== 'VOTE_GRANTED') continue;
      const id = byName.get(who)?.id ?? who;
      const epoch = Number(event['epoch']);
      const to = String(event['to']);
      const last = this.votes.get(id);
      if (last && last.epoch === epoch && last.to !== to) {
        return `${who} voted twice in epoch ${epoch}: for ${last.to} and for ${to}`;
      }
      if (last && epoch < last.epoch) return `${who} voted in epoch ${epoch} after epoch ${last.epoch}`;
      this.votes.set(id, { epoch, to });
    }
    return null;
  }

  private checkEpochs(vitals: readonly Vital[]): string | null {
    for (const { name, id, running, startedAtMs: life, currentEpoch, configEpoch, isMaster } of vitals) {
      if (!running || id === '') continue;
      const before = this.epochs.get(id);
      // An epoch that a server only heard of is not saved for its own sake: a restart may forget it.
      if (before?.life === life && currentEpoch < before.epoch)
        return `currentEpoch of ${name} fell from ${before.epoch} to ${currentEpoch}`;
      this.epochs.set(id, { life, epoch: currentEpoch });
      if (isMaster && configEpoch > currentEpoch) {
        return `configEpoch ${configEpoch} of ${name} is beyond its currentEpoch ${currentEpoch}`;
      }
    }
    return null;
  }

  private checkCollisions(now: Micros, vitals: readonly Vital[]): string | null {
    const holders = new Map<number, Vital>();
    const seen = new Set<string>();
    let problem: string | null = null;
    const owners = vitals.filter((vital) => vital.running && vital.isMaster && vital.slots);
    for (const vital of owners) {
      // Who knows fewer masters than there are may never have met the other; strangers may have one epoch.
      if (vital.masters < owners.length || vital.mastersReached < vital.masters) continue;
      const other = holders.get(vital.configEpoch);
      holders.set(vital.configEpoch, vital);
      if (!other) continue;
      const key = `${other.id}/${vital.id}/${vital.configEpoch}`;
      seen.add(key);
      const since = this.collisions.get(key) ?? now;
      this.collisions.set(key, since);
      if (now - since > COLLISION_TIMEOUTS * vital.nodeTimeoutMs * 1000 + SLACK_US) {
        problem ??= `${other.name} and ${vital.name} are masters and keep the configEpoch ${vital.configEpoch}`;
      }
    }
    for (const key of this.collisions.keys()) if (!seen.has(key)) this.collisions.delete(key);
    return problem;
  }

  private checkStreams(vitals: readonly Vital[], byName: ReadonlyMap<string, Vital>): string | null {
    for (const replica of vitals) {
      if (!replica.running || replica.streamsFrom === null) continue;
      const master = byName.get(replica.streamsFrom);
      if (!master?.running || master.replid !== replica.replid) continue;
      if (replica.offset > master.offset) {
        return `${replica.name} is at ${replica.offset} of the stream of ${master.name}, which is at ${master.offset}`;
      }
    }
    return null;
  }

  private checkMinorities(now: Micros, vitals: readonly Vital[]): string | null {
    for (const {
      name,
      id,
      running,
      isMaster,
      slots,
      masters,
      mastersReached,
      nodeTimeoutMs,
      clusterOk,
    } of vitals) {
      const inMinority =
        running && id !== '' && isMaster && slots !== null && mastersReached < Math.floor(masters / 2) + 1;
      if (!inMinority) {
        this.minorities.delete(name);
        continue;
      }
      const since = this.minorities.get(name) ?? now;
      this.minorities.set(name, since);
      if (clusterOk && now - since > MINORITY_TIMEOUTS * nodeTimeoutMs * 1000 + SLACK_US) {
        return `${name} reaches ${mastersReached} of ${masters} masters and still takes writes`;
      }
    }
    return null;
  }
}

/** What still differs between the running servers of a cluster that has been healed and left alone:
 *  nothing, when all is well. */
export function disagreements(
  vitals: readonly Vital[],
  viewOf: (name: string) => readonly SlotClaim[],
): string[] {
  const problems: string[] = [];
  const running = vitals.filter(({ running: alive, id }) => alive && id !== '');
  let first: string | null = null;
  for (const { name, clusterOk } of running) {
    if (!clusterOk) problems.push(`${name} says that the cluster is not ok`);
    const view = viewOf(name)
      .map(({ id, first: from, last }) => `${from}-${last}:${id}`)
      .sort()
      .join(' ');
    if (first !== null && view !== first)
      problems.push(`${name} and ${running[0]?.name} do not agree on the slots`);
    first ??= view;
  }
  const epochs = new Map<number, string>();
  for (const { name, isMaster, slots, configEpoch } of running) {
    if (!isMaster || !slots) continue;
    const other = epochs.get(configEpoch);
    if (other !== undefined) problems.push(`${other} and ${name} have the same configEpoch ${configEpoch}`);
    epochs.set(configEpoch, name);
  }
  return problems;
}

/** One range of slots and who serves it, in a server's view. */
export interface SlotClaim {
  id: string;
  first: number;
  last: number;
}
