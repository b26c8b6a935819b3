/* History: what was put into the world on each branch, what came of it, and where snapshots lie.
 *
 * A branch is a list of inputs with their times. Acting in the past makes a new branch that shares the
 * inputs before that moment; the old one is kept. Because the world is deterministic, everything else
 * (events, marks) is what a first run recorded; running through the same time again adds nothing. */

import type { Micros } from '#redis/io.ts';
import type { FeedEvent } from '#sim/frame.ts';
import type { PlacedEvent } from '#sim/world.ts';
import type { HistoryView, Input, LoggedInput, TapeMark } from './api.ts';
import { Tape } from './tape.ts';

/** Letters of a name that somebody gives to a branch. */
const LABEL_MAX = 80;
/** Events kept per branch; older ones are forgotten, marks stay. */
const EVENTS_KEPT = 50_000;
/** Events kept since the last jump, for times whose events a branch has forgotten. */
const RECENT_KEPT = 1_000;

export interface Branch {
  readonly id: string;
  readonly parent: string | null;
  readonly forkedAt: Micros;
  /** Inputs at the front that are the parent's. */
  readonly shared: number;
  readonly label: string;
  readonly inputs: LoggedInput[];
  /** Time up to which this branch has been simulated. */
  end: Micros;
  /** Events from number `eventsFrom` on. */
  events: FeedEvent[];
  eventsFrom: number;
  readonly tape: Tape;
}

/** A moment of a branch, with what had been done and seen by then. */
export interface Place {
  readonly at: Micros;
  readonly branch: string;
  readonly inputIndex: number;
  readonly eventIndex: number;
}

export interface SnapshotPlace extends Place {
  readonly id: number;
}

export class History {
  readonly branches = new Map<string, Branch>();
  snapshots: SnapshotPlace[] = [];
  /** Where the steps of a lesson began, by number. */
  readonly steps = new Map<number, Place>();
  branch: Branch;
  /** When the world was handed over. */
  start: Micros = 0;
  /** Inputs applied and events seen up to the present position. */
  inputIndex = 0;
  eventIndex = 0;
  private recent: FeedEvent[] = [];
  private nextBranch = 1;

  constructor() {
    this.branch = this.makeBranch(null, 0, 0, [], '');
  }

  private makeBranch(
    parent: Branch | null,
    at: Micros,
    shared: number,
    inputs: LoggedInput[],
    label: string,
  ): Branch {
    const id = `b${this.nextBranch++}`;
    const events = parent ? parent.events.slice(0, Math.max(0, this.eventIndex - parent.eventsFrom)) : [];
    const branch: Branch = {
      id,
      parent: parent?.id ?? null,
      forkedAt: at,
      shared,
      label,
      inputs,
      end: at,
      events,
      eventsFrom: parent && events.length > 0 ? parent.eventsFrom : this.eventIndex,
      tape: parent ? parent.tape.until(at) : new Tape(),
    };
    this.branches.set(id, branch);
    return branch;
  }

  /** The input that comes next on this branch. */
  nextInput(): LoggedInput | undefined {
    return this.branch.inputs[this.inputIndex];
  }

  /** Whether something has been recorded beyond this position. */
  inPast(now: Micros): boolean {
    return now < this.branch.end || this.inputIndex < this.branch.inputs.length;
  }

  /** Puts an input at the present position; in the past that starts a new branch. */
  add(input: Input, now: Micros): void {
    if (this.inPast(now)) this.fork(now, this.branch.inputs.slice(0, this.inputIndex), labelOf(input));
    this.branch.inputs.push({ at: now, input });
    this.inputIndex++;
    this.branch.tape.hearInput(input, now);
  }

  /** A new branch at the present position, without an input of its own yet. */
  forkHere(now: Micros, label: string): void {
    this.fork(now, this.branch.inputs.slice(0, this.inputIndex), label.slice(0, LABEL_MAX));
  }

  private fork(now: Micros, inputs: LoggedInput[], label: string): void {
    this.branch = this.makeBranch(this.branch, now, this.inputIndex, inputs, label);
  }

  /** A branch without the input that was done last; null when there is none to take back. The caller
   *  must go to `now` on it. */
  withoutLast(): { removedAt: Micros } | null {
    const { inputs } = this.branch;
    let last = this.inputIndex - 1;
    while (last >= 0 && !isUndoable((inputs[last] as LoggedInput).input)) last--;
    const removed = inputs[last];
    if (!removed) return null;
    const kept = inputs.slice(0, this.inputIndex).filter((_, at) => at !== last);
    this.branchOff(removed.at, last, kept, `- ${labelOf(removed.input)}`);
    return { removedAt: removed.at };
  }

  /** How many entries at the front a log has in common with this branch; so many are known to be the same. */
  sharedWith(log: readonly LoggedInput[], known: number): number {
    const { inputs } = this.branch;
    const parted = log.findIndex((entry, at) => at >= known && !sameEntry(entry, inputs[at]));
    return parted < 0 ? log.length : parted;
  }

  /** Begins a branch with the first inputs of this one, for a log that goes on otherwise from `at` on. The
   *  caller must go to a time on it. */
  graft(shared: number, at: Micros): void {
    const { inputs } = this.branch;
    const parted = Math.min(at, inputs[shared]?.at ?? Infinity);
    this.branchOff(parted, shared, inputs.slice(0, shared), '');
  }

  private branchOff(at: Micros, shared: number, inputs: LoggedInput[], label: string): void {
    // What was recorded since that moment has not happened on the new branch.
    const before = this.branch.events.findIndex((event) => event.at >= at);
    this.eventIndex =
      before < 0 ? this.eventIndex : Math.min(this.eventIndex, this.branch.eventsFrom + before);
    this.branch = this.makeBranch(this.branch, at, shared, inputs, label);
  }

  /** Records events of the world in their order; those already recorded are passed over. */
  record(events: readonly PlacedEvent[], now: Micros): void {
    const { branch } = this;
    for (const { at, who, event } of events) {
      const seq = this.eventIndex++;
      const fed = { seq, at, who, event };
      this.recent.push(fed);
      if (seq < branch.eventsFrom + branch.events.length) continue;
      branch.events.push(fed);
      branch.tape.hearEvent(event, who, at);
    }
    if (this.recent.length > RECENT_KEPT * 2) this.recent = this.recent.slice(-RECENT_KEPT);
    if (branch.events.length > EVENTS_KEPT * 2) {
      branch.eventsFrom += branch.events.length - EVENTS_KEPT;
      branch.events = branch.events.slice(-EVENTS_KEPT);
    }
    branch.end = Math.max(branch.end, now);
  }

  /** Events number `from` and later, up to the present position. */
  eventsSince(from: number): FeedEvent[] {
    const { events, eventsFrom } = this.branch;
    if (from < eventsFrom) return this.recent.filter(({ seq }) => seq >= from);
    return events.slice(Math.max(0, from - eventsFrom), Math.max(0, this.eventIndex - eventsFrom));
  }

  /** The world has been put back to a snapshot, or is being made anew. */
  goTo(place: Pick<SnapshotPlace, 'inputIndex' | 'eventIndex'>): void {
    this.inputIndex = place.inputIndex;
    this.eventIndex = place.eventIndex;
    this.recent = [];
  }

  private place(at: Micros): Place {
    const { branch, inputIndex, eventIndex } = this;
    return { at, branch: branch.id, inputIndex, eventIndex };
  }

  // ---- Steps of a lesson ----

  /** A step is entered. It has begun where this branch came to it first. */
  enterStep(step: number, now: Micros): void {
    const known = this.steps.get(step);
    if (!known || known.at > now || !this.liesOn(this.branch, known)) this.steps.set(step, this.place(now));
  }

  /** Turns to where a step began, on a branch of that name if something has been done since. The caller must
   *  go to the time that is returned; null when none is known. */
  beginStepAnew(step: number, label: string): Micros | null {
    const place = this.steps.get(step);
    const branch = place && this.branches.get(place.branch);
    if (!branch) return null;
    this.branch = branch;
    this.goTo(place);
    if (branch.inputs.length > place.inputIndex) this.forkHere(place.at, label);
    return place.at;
  }

  // ---- Snapshots ----

  /** Whether the state of a snapshot, or of another place, lies on this branch. */
  private liesOn(branch: Branch, snapshot: Place): boolean {
    let shared = Infinity;
    for (
      let at: Branch | undefined = branch;
      at;
      at = at.parent === null ? undefined : this.branches.get(at.parent)
    ) {
      if (at.id === snapshot.branch) {
        if (snapshot.inputIndex > shared) return false;
        const next = branch.inputs[snapshot.inputIndex];
        return next === undefined || next.at >= snapshot.at;
      }
      shared = Math.min(shared, at.shared);
    }
    return false;
  }

  /** The last snapshot of this branch at or before a time. */
  nearest(to: Micros): SnapshotPlace | undefined {
    let best: SnapshotPlace | undefined;
    for (const snapshot of this.snapshots) {
      if (snapshot.at > to || (best && snapshot.at < best.at)) continue;
      if (best && snapshot.at === best.at && snapshot.inputIndex < best.inputIndex) continue;
      if (this.liesOn(this.branch, snapshot)) best = snapshot;
    }
    return best;
  }

  keep(id: number, now: Micros): void {
    this.snapshots.push({ id, ...this.place(now) });
  }

  /** Chooses snapshots to give up until `most` are left: those whose neighbours are nearest, measured
   *  against their age: the far past is only a little coarser. The first of all always stays. Returns their ids. */
  thin(most: number): number[] {
    const now = this.branch.end;
    const released: number[] = [];
    this.snapshots.sort((a, b) => a.at - b.at || a.id - b.id);
    while (this.snapshots.length > most) {
      let worst = 1;
      let least = Infinity;
      for (let at = 1; at < this.snapshots.length - 1; at++) {
        const before = this.snapshots[at - 1] as SnapshotPlace;
        const after = this.snapshots[at + 1] as SnapshotPlace;
        const age = Math.abs(now - (this.snapshots[at] as SnapshotPlace).at) + 60e6;
        const badness = (after.at - before.at) / age ** (1 / 8);
        if (badness < least) {
          least = badness;
          worst = at;
        }
      }
      const [gone] = this.snapshots.splice(worst, 1);
      if (gone) released.push(gone.id);
    }
    return released;
  }

  view(now: Micros, compare: string | null = null, planned = 0): HistoryView {
    const other = compare === null ? undefined : this.branches.get(compare);
    const branches = [...this.branches.values()].map(({ id, parent, forkedAt, end, label }) => {
      return { id, parent, forkedAt, end, label };
    });
    return {
      now,
      start: this.start,
      end: this.branch.end,
      branch: this.branch.id,
      branches,
      marks: marksOf(this.branch),
      planned,
      compared: other ? { branch: other.id, end: other.end, marks: marksOf(other) } : null,
    };
  }
}

function marksOf({ tape }: Branch): TapeMark[] {
  return [...tape.writes, ...tape.marks];
}

function sameEntry(one: LoggedInput, other: LoggedInput | undefined): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

function isUndoable(input: Input): boolean {
  return !['openConsole', 'closeConsole', 'print', 'files', 'hangup'].includes(input.kind);
}

/** What a branch is called: the act that began it. */
function labelOf(input: Input): string {
  switch (input.kind) {
    case 'fault': {
      const { kind, ...rest } = input.fault;
      const names = Object.values(rest)
        .flat(2)
        .filter((value) => typeof value === 'string');
      return [kind, ...names].join(' ');
    }
    case 'openConsole':
      return input.argv.join(' ');
    case 'line':
      return input.line.slice(0, 60);
    case 'interrupt':
      return 'Ctrl-C';
    case 'eof':
      return 'Ctrl-D';
    case 'run':
      return input.argv.join(' ').slice(0, 60);
    case 'signal':
      return `kill -${input.signal}`;
    case 'hangup':
      return 'hangup';
    case 'print':
      return input.text.slice(0, 60);
    case 'files':
      return Object.keys(input.files).join(' ').slice(0, 60);
    case 'launch':
      return `redis-server --port ${input.port}`;
    case 'closeConsole':
      return `close ${input.console}`;
    case 'client':
      return `${input.action} ${input.id}`;
  }
}
