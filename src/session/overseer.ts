/* Oversight of a world: the checker of its rules and the ledger of its acknowledged writes, fed on a
 * grid of virtual time. The grid makes what they find a function of the world alone: a replay looks at
 * the same moments and comes to the same findings. Their state is kept with each snapshot. */

import { cloneGraph } from '#base/clone.ts';
import type { Micros } from '#redis/io.ts';
import { Checker } from '#sim/checker.ts';
import type { LedgerFrame } from '#sim/frame.ts';
import type { WorldHost } from '#sim/host.ts';
import { Ledger } from '#sim/ledger.ts';
import type { PlacedEvent } from '#sim/world.ts';

const LOOK_EVERY_US = 500_000;
/** While nothing suspicious happens the ledger looks for its writes this often. */
const SETTLE_EVERY_US = 10e6;
/** After these events a copy of a write may be gone. */
const UNSETTLING = new Set([
  'PROMOTED',
  'ROLE_CHANGED',
  'FULLRESYNC',
  'SLOT_OWNER',
  'CLUSTER_STATE',
  'REPL_LINK_UP',
  'REPL_LINK_DOWN',
  'UPDATE_RECEIVED',
  'DIRTY_SLOT_DELETED',
]);

/** What a snapshot keeps of it. */
interface Findings {
  checker: Checker;
  ledger: Ledger;
  events: PlacedEvent[];
  unsettled: boolean;
  settledAt: Micros;
}

export class Overseer {
  private findings: Findings;
  private readonly kept = new Map<number, Findings>();

  constructor() {
    this.findings = {
      checker: new Checker(),
      ledger: new Ledger(),
      events: [],
      unsettled: false,
      settledAt: 0,
    };
  }

  /** The world is handed over. */
  begin(now: Micros): void {
    this.findings.ledger.begin(now);
  }

  /** The next moment at which it wants to look. */
  nextLook(now: Micros): Micros {
    return (Math.floor(now / LOOK_EVERY_US) + 1) * LOOK_EVERY_US;
  }

  /** Whether this is a moment at which it looks. */
  isTime(now: Micros): boolean {
    return now % LOOK_EVERY_US === 0;
  }

  /** Takes what has happened since it was last told. */
  async hear(host: WorldHost, events: readonly PlacedEvent[]): Promise<void> {
    const { findings } = this;
    findings.ledger.enter(await host.takeAcks());
    for (const event of events) {
      if (event.event.type === 'VOTE_GRANTED') findings.events.push(event);
      if (UNSETTLING.has(event.event.type)) findings.unsettled = true;
      if (event.event.type === 'LOCK_ACQUIRED' || event.event.type === 'LOCK_RELEASED')
        findings.ledger.enterLock(event);
    }
  }

  /** Looks at all servers, if this is a moment for it. Returns the keys of writes found lost. */
  async look(host: WorldHost): Promise<string[]> {
    if (!this.isTime(host.now)) return [];
    const { findings } = this;
    const { checker, ledger, events } = findings;
    const vitals = await host.vitals();
    findings.events = [];
    const problem = checker.observe(host.now, vitals, events);
    if (problem) host.halt(problem);
    ledger.measure(host.now, vitals);
    if (!findings.unsettled && host.now - findings.settledAt < SETTLE_EVERY_US) return [];
    findings.unsettled = false;
    findings.settledAt = host.now;
    const followed = ledger.follows();
    return followed.length === 0 ? [] : ledger.settle(followed, await host.holdings(followed), vitals);
  }

  /** Writes that were acknowledged so far. */
  acked(): number {
    return this.findings.ledger.acked;
  }

  frame(): LedgerFrame {
    return this.findings.ledger.frame();
  }

  keep(snapshot: number): void {
    this.kept.set(snapshot, cloneGraph(this.findings));
  }

  restore(snapshot: number): void {
    const findings = this.kept.get(snapshot);
    if (findings) this.findings = cloneGraph(findings);
  }

  release(snapshots: readonly number[]): void {
    for (const snapshot of snapshots) this.kept.delete(snapshot);
  }
}
