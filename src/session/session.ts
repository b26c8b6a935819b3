/* A session: one world with its clock, its history and its consoles, behind SessionApi.
 *
 * The session decides when time passes and keeps the log of what came from outside; the host runs the
 * world, here or in workers. Calls are taken one after the other, whoever makes them.
 *
 * Going to another time means the nearest snapshot and a replay of the inputs since. Nothing that only
 * looks (frames, packets) has a part in the world's state. */

import type { Micros } from '#redis/io.ts';
import { describeMessage } from '#redis/cluster/describe.ts';
import type { ConsoleFrame, FeedEvent, Frame, FrameRequest } from '#sim/frame.ts';
import type { WorldHost } from '#sim/host.ts';
import type { Action, ConsoleState, PartReport, StopRule } from '#sim/part.ts';
import { encodePayload } from '#sim/wire.ts';
import type { Stop } from '#sim/world.ts';
import type {
  Completion,
  HistoryView,
  Input,
  PacketDetail,
  RunCondition,
  SessionApi,
  SessionFile,
  StepKind,
  WorldConfig,
} from './api.ts';
import { completeConfig, planServers, type ServerPlan } from './config.ts';
import { History } from './history.ts';
import { checkInput, checkSessionFile, FILE_FORMAT, FILE_VERSION } from './session-file.ts';

/** Virtual time between snapshots while history is made. */
const SNAPSHOT_EVERY_US = 5e6;
const SNAPSHOTS_KEPT = 160;
/** Of a console's transcript this much is shown after a jump. */
const TRANSCRIPT_SHOWN = 100_000;
/** Events of the recent past that a frame holds after a jump. */
const EVENTS_SHOWN = 200;
/** Worlds up to this size show every server's view without being asked. */
const VIEWS_FOR_ALL = 30;
const TICK_US = 100_000;
/** How often a watch looks while nothing happens, and how often a condition is tried. */
const WATCH_EVERY_US = 500_000;
const LOOK_EVERY_US = 100_000;
const LINES_KEPT = 500;
const FORMING_LIMIT_US = 600e6;
const EXEC_LIMIT_US = 60e6;
const LONGEST_ADVANCE_US = 86_400e6;

/** Makes the host for a world, with the machines not yet added. */
export type HostMaker = (config: WorldConfig) => WorldHost | Promise<WorldHost>;

/** A finished line of a console. */
export interface FinishedLine {
  at: Micros;
  console: string;
  line: string;
  text: string;
}

/** Somebody who watches the session and never changes the world: the lesson under way. */
export interface Watch {
  /** Whether it wants to be shown anything at present. */
  readonly active: boolean;
  /** A message of the page, as given to `setLesson`. */
  control(message: unknown, now: Micros): void;
  state(): unknown;
  /** Time has passed or something was done. `contents` lists the keys that each server holds, with
   *  the values that are strings. */
  observe(frame: Frame, lines: readonly FinishedLine[], contents: PartReport['contents']): void;
  /** Whether an expression over the state holds. */
  holds(
    expression: string,
    frame: Frame,
    lines: readonly FinishedLine[],
    contents: PartReport['contents'],
  ): boolean;
  /** The session has gone to another time; what was seen after `now` has not happened. */
  jumped(now: Micros): void;
}

/** Programs and lessons as the session needs them; given by whoever puts a session together. */
export interface SessionTools {
  makeHost: HostMaker;
  complete(line: string): Completion;
  watch?: Watch;
}

export class Session implements SessionApi {
  private readonly tools: SessionTools;
  private config: WorldConfig = completeConfig({});
  private plan: ServerPlan[] = [];
  private host: WorldHost | null = null;
  private past = new History();
  private names = new Set<string>();
  private breakpoints: readonly string[] = [];
  private queue: Promise<unknown> = Promise.resolve();
  private stoppedBy: string | null = null;
  /** What the last frame has shown. */
  private shownAt: Micros = 0;
  private shownEvents = 0;
  private shownConsoles = new Map<string, number>();
  private mustReset = true;
  private lastSnapshotAt: Micros = 0;
  /** Lines that were typed and whose prompt is not back yet. */
  private openLines: { at: Micros; console: string; line: string; printedFrom: number }[] = [];
  private lines: FinishedLine[] = [];
  /** Events that the watch has seen. */
  private watchedEvents = 0;

  constructor(tools: SessionTools) {
    this.tools = tools;
  }

  // ---- Life ----

  open(config?: Partial<WorldConfig>): Promise<Frame> {
    return this.alone(async () => {
      await this.build(completeConfig(config));
      return this.makeFrame();
    });
  }

  load(file: unknown): Promise<Frame> {
    return this.alone(async () => {
      const { config, inputs, playhead } = checkSessionFile(file);
      await this.build(config);
      this.past.branch.inputs.push(...inputs);
      for (const { input } of inputs) this.noteName(input);
      await this.runTo(playhead, null);
      return this.makeFrame();
    });
  }

  save(): Promise<SessionFile> {
    return this.alone(async () => {
      const host = this.openHost();
      const { inputs } = this.past.branch;
      const { config } = this;
      const copy = inputs.map((logged) => ({ ...logged }));
      const hash = await host.hash();
      return { format: FILE_FORMAT, version: FILE_VERSION, config, inputs: copy, playhead: host.now, hash };
    });
  }

  private async build(config: WorldConfig): Promise<void> {
    const host = await this.tools.makeHost(config);
    this.host = host;
    this.config = config;
    this.past = new History();
    this.plan = planServers(config);
    this.names = new Set(this.plan.map(({ name }) => name));
    this.reset();
    for (const server of this.plan) {
      const { name, port } = server;
      const spec = { kind: 'server', name, port, preset: config.preset };
      await this.addMachine(name, [port, port + 10_000], { ...spec, config: serverConfig(config) });
    }
    const end = Math.round(config.warmUpMs * 1000);
    if (config.preset === 'formed') await this.form(end);
    else await this.runTo(end, null);
    this.lastSnapshotAt = host.now;
    this.past.keep(await host.snapshot(), host.now);
    this.breakpoints = [];
    this.stoppedBy = null;
  }

  /** An operator makes the cluster during the warm-up; large ones may need longer. */
  private async form(end: Micros): Promise<void> {
    const indexOf = (name: string | null): number => this.plan.findIndex((server) => server.name === name);
    const members = this.plan.slice(0, this.config.masters * (1 + this.config.replicasPerMaster));
    const servers = members.map(({ port, masterName }) => ({
      ip: '127.0.0.1',
      port,
      master: indexOf(masterName),
    }));
    await this.addMachine('operator', [], { kind: 'operator', servers });
    const host = this.openHost();
    const { stopped } = await host.run(FORMING_LIMIT_US, { types: ['OPERATOR_DONE'] });
    if (host.halted) return;
    if (!stopped) throw new Error('The cluster did not form in ten minutes of virtual time.');
    await this.drain();
    await this.runTo(Math.max(end, Math.ceil(host.now / TICK_US) * TICK_US), null);
  }

  private async addMachine(
    name: string,
    ports: number[],
    spec: { kind: string; [key: string]: unknown },
  ): Promise<void> {
    const host = this.openHost();
    const info = { name, ip: '127.0.0.1', ports, spec, part: placeOf(name, this.plan, host.size) };
    await host.apply({ kind: 'add', info, start: true });
  }

  private openHost(): WorldHost {
    if (!this.host) throw new Error('No world is open.');
    return this.host;
  }

  /** Runs one call at a time, in the order in which they came. */
  private alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.queue.then(work);
    this.queue = result.catch(() => undefined);
    return result;
  }

  // ---- Time ----

  advance(dt: Micros, request?: FrameRequest): Promise<Frame> {
    return this.alone(async () => {
      const span = Math.min(LONGEST_ADVANCE_US, Math.max(0, Math.round(dt) || 0));
      await this.runTo(this.openHost().now + span, this.breakpointRule());
      return this.makeFrame(request);
    });
  }

  step(kind: StepKind, request?: FrameRequest): Promise<Frame> {
    return this.alone(async () => {
      const { now } = this.openHost();
      if (kind === 'cron') await this.runTo((Math.floor(now / TICK_US) + 1) * TICK_US, this.breakpointRule());
      else await this.runTo(now + EXEC_LIMIT_US, kind === 'event' ? { types: 'all' } : { message: true });
      return this.makeFrame(request);
    });
  }

  runUntil(condition: RunCondition, limitUs: Micros, request?: FrameRequest): Promise<Frame> {
    return this.alone(async () => {
      const host = this.openHost();
      const limit = host.now + Math.min(LONGEST_ADVANCE_US, Math.max(0, Math.round(limitUs) || 0));
      const { event, match, expression } = condition;
      if (event === undefined && expression !== undefined) await this.runUntilHolds(expression, limit);
      const rule: StopRule = { types: [event ?? ''] };
      while (event !== undefined && host.now < limit && !host.halted) {
        const stop = await this.runTo(limit, rule);
        if (!stop || (stop.event && matches(stop.event.event, match ?? {}))) break;
      }
      return this.makeFrame(request);
    });
  }

  /** Looks at the state after every event and every few moments until the expression holds. */
  private async runUntilHolds(expression: string, limit: Micros): Promise<void> {
    const host = this.openHost();
    const { watch } = this.tools;
    if (!watch) throw new Error('This session cannot read expressions.');
    for (;;) {
      const { frame, contents } = await this.look();
      this.stoppedBy = watch.holds(expression, frame, this.lines, contents) ? expression : null;
      if (this.stoppedBy || host.now >= limit || host.halted) return;
      await this.runTo(Math.min(limit, host.now + LOOK_EVERY_US), { types: 'all' });
    }
  }

  seek(to: Micros, request?: FrameRequest): Promise<Frame> {
    return this.alone(async () => {
      await this.goTo(Math.min(LONGEST_ADVANCE_US * 31, Math.max(0, Math.round(to) || 0)));
      return this.makeFrame(request);
    });
  }

  checkout(branch: string): Promise<Frame> {
    return this.alone(async () => {
      const found = this.past.branches.get(branch);
      if (!found) throw new Error(`There is no branch "${branch}".`);
      this.past.branch = found;
      await this.goTo(found.end, true);
      return this.makeFrame();
    });
  }

  undo(): Promise<Frame> {
    return this.alone(async () => {
      const { now } = this.openHost();
      if (this.past.withoutLast()) await this.goTo(now, true);
      return this.makeFrame();
    });
  }

  /** Goes to a time of this branch; forward without a jump where that is shorter. `jump` when the
   *  world as it stands is not on this branch. */
  private async goTo(to: Micros, jump = false): Promise<void> {
    const host = this.openHost();
    const nearest = this.past.nearest(to);
    const forward = !jump && to >= host.now && !(nearest && nearest.at > host.now);
    if (!forward) {
      if (!nearest) throw new Error('There is no snapshot before that time.');
      await host.restore(nearest.id);
      this.past.goTo(nearest);
      this.reset();
    }
    await this.runTo(to, null);
  }

  /** Lets time pass to `to`, doing the inputs of this branch on the way. */
  private async runTo(to: Micros, stop: StopRule | null): Promise<Stop | null> {
    const host = this.openHost();
    this.stoppedBy = null;
    for (;;) {
      const input = this.past.nextInput();
      const nextLook = this.tools.watch?.active ? host.now + WATCH_EVERY_US : Infinity;
      const target = Math.min(to, input?.at ?? Infinity, this.nextSnapshotAt(), nextLook);
      const { stopped, halted } = await host.run(target, stop);
      await this.drain();
      await this.showWatch();
      if (stopped) this.stoppedBy = stopped.reason;
      if (stopped || halted) return stopped;
      if (input && input.at <= host.now) await this.applyNext();
      else if (host.now >= this.nextSnapshotAt()) await this.takeSnapshot();
      else if (host.now >= to) return null;
    }
  }

  private nextSnapshotAt(): Micros {
    return this.lastSnapshotAt + SNAPSHOT_EVERY_US;
  }

  /** Keeps the world as it is now, unless this stretch of history has a snapshot already. */
  private async takeSnapshot(): Promise<void> {
    const host = this.openHost();
    const history = this.past;
    this.lastSnapshotAt = host.now;
    const nearest = history.nearest(host.now);
    if (nearest && host.now - nearest.at < SNAPSHOT_EVERY_US) return;
    history.keep(await host.snapshot(), host.now);
    const gone = history.thin(SNAPSHOTS_KEPT, history.branch.end);
    if (gone.length > 0) await host.release(gone);
  }

  private async drain(): Promise<void> {
    const host = this.openHost();
    this.past.record(await host.takeEvents(), host.now);
  }

  private breakpointRule(): StopRule | null {
    return this.breakpoints.length > 0 ? { types: this.breakpoints } : null;
  }

  setBreakpoints(types: string[]): Promise<void> {
    return this.alone(async () => {
      this.breakpoints = types.map(String);
    });
  }

  // ---- Inputs ----

  input(input: Input): Promise<void> {
    return this.alone(() => this.act(input));
  }

  private async act(input: Input): Promise<void> {
    const host = this.openHost();
    const problem = checkInput(input, this.names);
    if (problem) throw new Error(`${problem[0]?.toUpperCase()}${problem.slice(1)}.`);
    const history = this.past;
    // What is done now comes after everything that has been done at this time already.
    while (history.nextInput() && (history.nextInput()?.at ?? Infinity) <= host.now) await this.applyNext();
    history.add(input, host.now);
    await this.perform(input);
    await this.showWatch();
  }

  /** Does the next input of the log. */
  private async applyNext(): Promise<void> {
    const logged = this.past.nextInput();
    if (!logged) return;
    this.past.inputIndex++;
    await this.perform(logged.input);
  }

  private async perform(input: Input): Promise<void> {
    const host = this.openHost();
    this.noteName(input);
    if (input.kind === 'line') await this.noteLine(input.console, input.line);
    const action = this.actionOf(input);
    if (action) await host.apply(action);
    await host.run(host.now);
    await this.drain();
  }

  private noteName(input: Input): void {
    if (input.kind === 'openConsole') this.names.add(input.console);
    if (input.kind === 'client') this.names.add(input.id);
  }

  private actionOf(input: Input): Action | null {
    const part = (name: string): number => placeOf(name, this.plan, this.openHost().size);
    switch (input.kind) {
      case 'fault':
        return { kind: 'fault', fault: input.fault };
      case 'openConsole': {
        const { console: name, argv } = input;
        const spec = { kind: 'console', name, argv };
        return {
          kind: 'add',
          info: { name, ip: '127.0.0.1', ports: [], spec, part: part(name) },
          start: true,
        };
      }
      case 'line':
      case 'interrupt':
      case 'closeConsole':
        return { kind: 'input', name: input.console, input };
      case 'client': {
        const { id: name, spec: settings } = input;
        if (input.action !== 'start') return { kind: 'input', name, input };
        const servers = this.plan.map(({ port }) => ({ ip: '127.0.0.1', port }));
        const spec = { kind: 'client', name, settings: settings ?? {}, servers };
        return {
          kind: 'add',
          info: { name, ip: '127.0.0.1', ports: [], spec, part: part(name) },
          start: true,
        };
      }
    }
  }

  exec(console: string, line: string, limitUs: Micros = EXEC_LIMIT_US): Promise<string> {
    return this.alone(async () => {
      const host = this.openHost();
      const limit = host.now + Math.min(LONGEST_ADVANCE_US, Math.max(0, Math.round(limitUs) || 0));
      await this.runToPrompt(console, limit);
      const before = await host.consoleState(console);
      if (!before) throw new Error(`There is no console "${console}".`);
      await this.act({ kind: 'line', console, line });
      await this.runToPrompt(console, limit);
      const after = await host.consoleState(console);
      return after ? printedSince(after, before.printedEnd) : '';
    });
  }

  private async runToPrompt(console: string, limit: Micros): Promise<void> {
    const host = this.openHost();
    const ready = (state: ConsoleState | null): boolean => !state || state.prompt !== null || state.exited;
    if (ready(await host.consoleState(console))) return;
    await this.runTo(limit, { prompt: console });
  }

  // ---- Watching ----

  private async noteLine(console: string, line: string): Promise<void> {
    await this.finishLines();
    const state = await this.openHost().consoleState(console);
    if (state) this.openLines.push({ at: this.openHost().now, console, line, printedFrom: state.printedEnd });
  }

  /** Lines whose program has come back to its prompt are finished. */
  private async finishLines(): Promise<void> {
    if (this.openLines.length === 0) return;
    const host = this.openHost();
    const open = this.openLines;
    this.openLines = [];
    for (const line of open) {
      const state = await host.consoleState(line.console);
      if (state && state.prompt === null && !state.exited) this.openLines.push(line);
      else if (state) {
        const text = printedSince(state, line.printedFrom);
        this.lines.push({ at: host.now, console: line.console, line: line.line, text });
      }
    }
    if (this.lines.length > LINES_KEPT * 2) this.lines = this.lines.slice(-LINES_KEPT);
  }

  /** Shows the watch what has become of the world. */
  private async showWatch(): Promise<void> {
    await this.finishLines();
    const { watch } = this.tools;
    if (!watch?.active) return;
    const { frame, contents } = await this.look();
    watch.observe(frame, this.lines, contents);
  }

  /** A frame beside those of the page, with everything in it. */
  private async look(): Promise<{ frame: Frame; contents: PartReport['contents'] }> {
    const host = this.openHost();
    const report = await host.report({ arrivedSince: host.now, detailAll: true, contents: true });
    const frame = await this.frameOf(report, this.past.eventsSince(this.watchedEvents), []);
    this.watchedEvents = this.past.eventIndex;
    return { frame, contents: report.contents };
  }

  setLesson(lesson: unknown): Promise<void> {
    return this.alone(async () => {
      this.tools.watch?.control(lesson, this.host?.now ?? 0);
      if (this.host) await this.showWatch();
    });
  }

  lessonState(): Promise<unknown> {
    return this.alone(() => Promise.resolve(this.tools.watch?.state() ?? null));
  }

  complete(_console: string, line: string): Promise<Completion> {
    return Promise.resolve(this.tools.complete(String(line)));
  }

  // ---- Looking ----

  frame(request?: FrameRequest): Promise<Frame> {
    return this.alone(() => this.makeFrame(request));
  }

  hash(): Promise<string> {
    return this.alone(() => this.openHost().hash());
  }

  /** After a jump the next frame shows everything afresh. */
  private reset(): void {
    const now = this.host?.now ?? 0;
    this.mustReset = true;
    this.lastSnapshotAt = now;
    this.openLines = [];
    this.lines = this.lines.filter(({ at }) => at <= now);
    this.watchedEvents = this.past.eventIndex;
    this.tools.watch?.jumped(now);
  }

  private async makeFrame(request: FrameRequest = {}): Promise<Frame> {
    const host = this.openHost();
    const history = this.past;
    const eventsReset = this.mustReset;
    if (eventsReset) {
      this.shownAt = host.now - 1;
      this.shownEvents = Math.max(0, history.eventIndex - EVENTS_SHOWN);
      this.shownConsoles.clear();
      this.mustReset = false;
    }
    const detailAll = this.plan.length <= VIEWS_FOR_ALL;
    const report = await host.report({ ...request, arrivedSince: this.shownAt, detailAll });
    const consoles = report.consoles.filter(({ exited }) => !exited).map((state) => this.consoleFrame(state));
    const frame = await this.frameOf(report, history.eventsSince(this.shownEvents), consoles);
    frame.eventsReset = eventsReset;
    this.shownEvents = history.eventIndex;
    this.shownAt = host.now;
    return frame;
  }

  private async frameOf(report: PartReport, events: FeedEvent[], consoles: ConsoleFrame[]): Promise<Frame> {
    const host = this.openHost();
    const { config } = this;
    return {
      now: host.now,
      wallMs: config.startWallMs + host.now / 1000,
      hash: await host.hash(),
      branch: this.past.branch.id,
      servers: this.inOrder(report),
      links: report.links,
      packets: report.packets,
      events,
      eventsReset: false,
      consoles,
      clients: report.clients,
      ledger: { acked: 0, lost: 0, staleReads: 0, dualOwnerMs: 0, lockOverlapMs: 0, outageMs: 0, recent: [] },
      halted: host.halted ? { ...host.halted, seed: config.seed } : null,
      stoppedBy: this.stoppedBy,
    };
  }

  /** Servers in the order of their ports, however they are placed. */
  private inOrder({ servers }: PartReport): PartReport['servers'] {
    return this.openHost().size === 1 ? servers : servers.sort((a, b) => a.port - b.port);
  }

  private consoleFrame(state: ConsoleState): ConsoleFrame {
    const { id, shown, shownEnd, prompt, hidden } = state;
    const from = this.shownConsoles.get(id) ?? Math.max(0, shownEnd - TRANSCRIPT_SHOWN);
    this.shownConsoles.set(id, shownEnd);
    const output = from >= shownEnd ? '' : shown.slice(Math.max(0, shown.length - (shownEnd - from)));
    return { id, output, prompt, hidden };
  }

  async packet(id: number): Promise<PacketDetail | null> {
    return this.alone(async () => {
      const found = await this.openHost().packet(id);
      if (!found) return null;
      const { segment, payload } = found;
      if (!payload) return { id, ...segment, hex: '', fields: [] };
      const bytes = encodePayload(payload).slice(0, 1 << 20);
      let hex = '';
      for (let at = 0; at < bytes.length; at++) hex += bytes.charCodeAt(at).toString(16).padStart(2, '0');
      const fields = payload.kind === 'bus' ? describeMessage(payload.message) : [];
      return { id, ...segment, hex, fields };
    });
  }

  // ---- History ----

  history(): Promise<HistoryView> {
    return this.alone(() => Promise.resolve(this.past.view(this.openHost().now)));
  }
}

/** What programs printed on a console since a position; what fell off the transcript is gone. */
function printedSince({ printed, printedEnd }: ConsoleState, from: number): string {
  return printed.slice(Math.max(0, from - (printedEnd - printed.length)));
}

function serverConfig(config: WorldConfig): Record<string, string> {
  const cluster: Record<string, string> =
    config.preset === 'standalone'
      ? {}
      : { 'cluster-enabled': 'yes', 'cluster-node-timeout': String(Math.round(config.nodeTimeoutMs)) };
  return { ...cluster, ...config.config };
}

/** The part that hosts a process: servers in turn, so that a shard is spread; others by their name. */
function placeOf(name: string, plan: readonly ServerPlan[], parts: number): number {
  const at = plan.findIndex((server) => server.name === name);
  if (at >= 0) return at % parts;
  let sum = 0;
  for (let i = 0; i < name.length; i++) sum += name.charCodeAt(i);
  return sum % parts;
}

function matches(
  event: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, unknown>>,
): boolean {
  return Object.entries(wanted).every(([key, value]) => String(event[key]) === String(value));
}
