/* Running the parts of a world together, so that nobody can tell how many there are.
 *
 * A segment needs at least the network's least latency, so all parts may run that far ahead of the
 * earliest event anywhere without asking the others: one window. Then they exchange segments. Times
 * in which nothing happens are skipped. Which window an event falls into changes nothing, since every
 * machine sees its events in the order (time, source, sequence). When a run is to stop at some event,
 * windows shrink to single instants, so that all parts stop at the same one.
 *
 * A world of one part runs without windows. Calls to a part in this thread answer at once, calls to a
 * part in a worker later; `await` does for both. */

import type { Bytes } from '#base/bytes.ts';
import type { Micros } from '#redis/io.ts';
import type { ServerFiles } from '#session/api.ts';
import type { Ack } from './ack-tap.ts';
import type { Followed } from './ledger.ts';
import type { ServerSurvey, SurveyRequest } from './frame.ts';
import type {
  Action,
  ConsoleState,
  Parcel,
  Part,
  PartReport,
  PartStatus,
  ReportRequest,
  StopRule,
} from './part.ts';
import type { Vital } from './vital.ts';
import { combineHashes } from './trace.ts';
import type { Halt, PlacedEvent, Stop } from './world.ts';

type Eventually<T> = T | Promise<T>;

/** A part, here or in a worker. */
export type PartLink = {
  [Name in keyof Part as Name extends 'peek' ? never : Name]: Part[Name] extends (...args: infer A) => infer R
    ? (...args: A) => Eventually<R>
    : never;
};

export interface RunResult {
  now: Micros;
  stopped: Stop | null;
  halted: Halt | null;
}

interface HostSnapshot {
  now: Micros;
  machines: number;
  pending: Parcel[][];
}

export class WorldHost {
  now: Micros = 0;
  halted: Halt | null = null;
  private readonly parts: readonly PartLink[];
  private readonly status: (PartStatus | null)[];
  /** Segments that wait for the part they go to. */
  private pending: Parcel[][];
  private readonly snapshots = new Map<number, HostSnapshot>();
  private nextSnapshot = 1;
  /** Machines by index: names, and the parts that host them. */
  private names: string[] = [];
  private placeOf: number[] = [];

  constructor(parts: readonly PartLink[]) {
    this.parts = parts;
    this.status = parts.map(() => null);
    this.pending = parts.map(() => []);
  }

  get size(): number {
    return this.parts.length;
  }

  /** Whether there is a machine of that name, its process running or not. */
  has(name: string): boolean {
    return this.names.includes(name);
  }

  /** Does something to the world now, in every part. */
  async apply(action: Action): Promise<void> {
    const adds = action.kind === 'add' || (action.kind === 'launch' && !this.has(action.info.name));
    if (adds) {
      this.names.push(action.info.name);
      this.placeOf.push(action.info.part);
    }
    for (const [at, part] of this.parts.entries()) this.note(at, await part.apply(action));
  }

  /** Lets time pass to `until` (all events up to and including it), or less when `stop` says so. */
  async run(until: Micros, stop: StopRule | null = null): Promise<RunResult> {
    if (this.halted) return { now: this.now, stopped: null, halted: this.halted };
    const [only] = this.parts;
    if (this.parts.length === 1 && only) {
      const status = await only.run(until, stop);
      this.note(0, status);
      this.now = status.now;
      return { now: this.now, stopped: status.stopped, halted: this.halted };
    }
    const stopped = await this.runWindows(until, stop);
    if (!this.halted && !stopped) this.now = Math.max(this.now, until);
    for (const part of this.parts) await part.settle(this.now);
    return { now: this.now, stopped, halted: this.halted };
  }

  private async runWindows(until: Micros, stop: StopRule | null): Promise<Stop | null> {
    for (;;) {
      const next = this.nextTime();
      if (next > until || this.halted) return null;
      const lookahead = Math.min(...this.status.map((status) => status?.lookaheadUs ?? 1));
      const horizon = stop ? next + 1 : Math.min(next + Math.max(1, lookahead), until + 1);
      const stopped = await this.window(horizon, stop);
      this.now = Math.max(this.now, stop ? next : this.now);
      if (stopped) return stopped;
    }
  }

  private async window(horizon: Micros, stop: StopRule | null): Promise<Stop | null> {
    const running: Promise<void>[] = [];
    let stopped: Stop | null = null;
    this.parts.forEach((part, at) => {
      const incoming = this.pending[at] as Parcel[];
      const next = this.status[at]?.next ?? 0;
      if (next >= horizon && !incoming.some(({ time }) => time < horizon)) return;
      this.pending[at] = [];
      const note = (status: PartStatus): void => {
        this.note(at, status);
        stopped ??= status.stopped;
      };
      running.push(Promise.resolve(part.window(horizon, incoming, stop)).then(note));
    });
    await Promise.all(running);
    return stopped;
  }

  private nextTime(): Micros {
    let next = Infinity;
    for (const status of this.status) next = Math.min(next, status?.next ?? 0);
    for (const parcels of this.pending) for (const { time } of parcels) next = Math.min(next, time);
    return next;
  }

  /** Keeps a part's status and passes on what it sends. */
  private note(at: number, status: PartStatus): void {
    this.status[at] = status;
    this.halted ??= status.halted;
    for (const parcel of status.outgoing) this.pending[this.placeOf[parcel.target] ?? 0]?.push(parcel);
  }

  /** Protocol events since they were last taken, in the order of time, then machine. */
  async takeEvents(): Promise<PlacedEvent[]> {
    const lists = [];
    for (const part of this.parts) lists.push(await part.takeEvents());
    const events = lists.flat();
    return events.sort((a, b) => a.at - b.at || a.machine - b.machine || a.order - b.order);
  }

  /** Acknowledged writes since they were last taken, in the order of their times. */
  async takeAcks(): Promise<Ack[]> {
    const lists = [];
    for (const part of this.parts) lists.push(await part.takeAcks());
    return lists.length === 1
      ? (lists[0] as Ack[])
      : lists.flat().sort((a, b) => a.at - b.at || (a.client < b.client ? -1 : 1));
  }

  async vitals(): Promise<Vital[]> {
    const lists = [];
    for (const part of this.parts) lists.push(await part.vitals());
    return lists.length === 1
      ? (lists[0] as Vital[])
      : lists.flat().sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async holdings(followed: readonly Followed[]): Promise<Record<string, (Bytes | null)[]>> {
    const lists = [];
    for (const part of this.parts) lists.push(await part.holdings(followed));
    return Object.assign({}, ...lists) as Record<string, (Bytes | null)[]>;
  }

  /** A rule was broken, as somebody found who looked at all parts. */
  halt(reason: string): void {
    this.halted ??= { reason, at: this.now };
  }

  async hash(): Promise<string> {
    const lists = [];
    for (const part of this.parts) lists.push(await part.hashes());
    return combineHashes(lists.flat());
  }

  async report(request: ReportRequest): Promise<PartReport> {
    const reports = [];
    for (const part of this.parts) reports.push(await part.report(request));
    const [first, ...rest] = reports as [PartReport, ...PartReport[]];
    if (rest.length === 0) return first;
    return {
      servers: reports.flatMap(({ servers }) => servers),
      links: first.links,
      wall: first.wall,
      packets: reports.flatMap(({ packets }) => packets),
      consoles: reports.flatMap(({ consoles }) => consoles),
      clients: reports.flatMap(({ clients }) => clients),
      contents: Object.assign({}, ...reports.map(({ contents }) => contents)) as PartReport['contents'],
      packetsDelivered: reports.reduce((sum, { packetsDelivered }) => sum + packetsDelivered, 0),
      commandsDelivered: reports.reduce((sum, { commandsDelivered }) => sum + commandsDelivered, 0),
    };
  }

  /** What each running server answers to a survey, by name. */
  async survey(request: SurveyRequest): Promise<Record<string, ServerSurvey>> {
    const answers = [];
    for (const part of this.parts) answers.push(await part.survey(request));
    return Object.assign({}, ...answers) as Record<string, ServerSurvey>;
  }

  /** What is on the disk of a machine, and its log. */
  async files(name: string): Promise<ServerFiles> {
    const part = this.parts[this.placeOf[this.names.indexOf(name)] ?? -1];
    return part ? await part.files(name) : { files: {}, log: [] };
  }

  async consoleState(name: string): Promise<ConsoleState | null> {
    for (const part of this.parts) {
      const state = await part.consoleState(name);
      if (state) return state;
    }
    return null;
  }

  async packet(id: number): Promise<Awaited<ReturnType<PartLink['packet']>>> {
    for (const part of this.parts) {
      const found = await part.packet(id);
      if (found) return found;
    }
    return null;
  }

  /** Keeps the world as it is now; the number calls it back. */
  async snapshot(): Promise<number> {
    const id = this.nextSnapshot++;
    for (const part of this.parts) await part.snapshot(id);
    const pending = this.pending.map((parcels) => parcels.slice());
    this.snapshots.set(id, { now: this.now, machines: this.names.length, pending });
    return id;
  }

  async restore(id: number): Promise<void> {
    const snapshot = this.snapshots.get(id);
    if (!snapshot) throw new Error(`there is no snapshot ${id}`);
    this.now = snapshot.now;
    this.names.length = snapshot.machines;
    this.placeOf.length = snapshot.machines;
    this.halted = null;
    this.pending = snapshot.pending.map((parcels) => parcels.slice());
    for (const [at, part] of this.parts.entries()) this.note(at, await part.restore(id));
  }

  async release(ids: readonly number[]): Promise<void> {
    for (const id of ids) this.snapshots.delete(id);
    for (const part of this.parts) await part.release(ids);
  }
}
