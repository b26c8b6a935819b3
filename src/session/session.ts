/* A session: one world with its clock, its history and its consoles, behind SessionApi.
 *
 * The session decides when time passes and keeps the log of what came from outside; the host runs the
 * world, here or in workers.
 *
 * Going to another time means the nearest snapshot and a replay of the inputs since. Nothing that only
 * looks (frames, packets, watches) has a part in the world's state. */

import type { Micros } from '#redis/io.ts';
import type { LessonControl } from '#lesson/control.ts';
import type { Frame, FrameRequest, ServerSurvey, SurveyRequest } from '#sim/frame.ts';
import type { WorldHost } from '#sim/host.ts';
import { NEWS, type StopRule } from '#sim/part.ts';
import type { Stop } from '#sim/world.ts';
import type {
  Completion,
  Fault,
  HistoryView,
  Input,
  LoggedInput,
  PacketDetail,
  Progress,
  RunCondition,
  RunOutcome,
  ServerFiles,
  SessionApi,
  SessionFile,
  StepKind,
  WorldConfig,
} from './api.ts';
import { Builder } from './builder.ts';
import { configOfNew } from './config.ts';
import { History } from './history.ts';
import { Overseer } from './overseer.ts';
import { describePayload } from './packet-detail.ts';
import { planSnapshots, type SnapshotPlan } from './placement.ts';
import { Presenter } from './presenter.ts';
import { writeFault } from './fault-text.ts';
import { piecesFor, type Piece } from './pieces.ts';
import { checkInput, checkInputs, checkSessionFile, FILE_FORMAT, FILE_VERSION } from './session-file.ts';
import { Turns } from './turns.ts';
import { printedSince, TypedLines, type Sight, type Watch } from './watch.ts';

const TICK_US = 100_000;
const EXEC_LIMIT_US = 60e6;
const LONGEST_RUN_US = 31 * 86_400e6;
/** How often a watch looks while nothing happens, and how often a condition is tried. */
const WATCH_EVERY_US = 500_000;
const LOOK_EVERY_US = 100_000;
/** How much is simulated at a stretch before whoever waits outside is let in. */
const BREATHE_EVERY_US = 1e6;

/** Makes the host for a world, with the machines not yet added. */
export type HostMaker = (config: WorldConfig) => WorldHost | Promise<WorldHost>;

/** What a session is put together with. */
export interface SessionTools {
  makeHost: HostMaker;
  complete(line: string): Promise<Completion>;
  watch?: Watch;
  /** Loads a piece of the program that only some inputs need; called before each that may need it. */
  loadPiece?(piece: Piece): Promise<void>;
  /** Called all the time while a long stretch is simulated: lets questions from outside in (how far it is,
   *  whether it shall end). Without it nobody can ask, and nothing is slowed down. */
  breathe?(): Promise<void>;
  /** How often to keep the world; by the size of the world unless given. */
  snapshots?: (servers: number) => SnapshotPlan;
}

/** A world that is open, with what belongs to it. */
interface Open {
  host: WorldHost;
  builder: Builder;
  history: History;
  presenter: Presenter;
  overseer: Overseer;
  lines: TypedLines;
  snapshotPlan: SnapshotPlan;
}

/** Somebody did not want to wait for the world that was being made. */
class Stopped extends Error {
  override name = 'Stopped';
  constructor() {
    super('The world was stopped while it was being made.');
  }
}

export class Session implements SessionApi {
  private readonly tools: SessionTools;
  private current: Open | null = null;
  private breakpoints: readonly string[] = [];
  /** Faults for times to come, the next first. */
  private planned: LoggedInput[] = [];
  private stoppedBy: string | null = null;
  private lastSnapshotAt: Micros = 0;
  private readonly turns = new Turns();

  constructor(tools: SessionTools) {
    this.tools = tools;
  }

  private alone<T>(answer: () => Promise<T>): Promise<T> {
    return this.turns.take(answer);
  }

  private get world(): Open {
    if (!this.current) throw new Error('No world is open.');
    return this.current;
  }

  // ---- Life ----

  open(config?: Partial<WorldConfig>): Promise<Frame> {
    return this.alone(async () => {
      await this.build(configOfNew(config));
      this.breakpoints = [];
      return this.makeFrame();
    });
  }

  load(file: unknown): Promise<Frame> {
    return this.alone(async () => {
      const { config, inputs, playhead } = checkSessionFile(file);
      await this.build(config);
      const { history } = this.world;
      history.branch.inputs.push(...inputs);
      await this.runTo(playhead, null);
      return this.makeFrame();
    });
  }

  save(): Promise<SessionFile> {
    return this.alone(async () => {
      const { host, history, builder } = this.world;
      return {
        format: FILE_FORMAT,
        version: FILE_VERSION,
        config: builder.config,
        inputs: history.branch.inputs.map((logged) => ({ ...logged })),
        playhead: host.now,
        hash: await host.hash(),
      };
    });
  }

  /** Makes the world; with a history that there is already it begins anew on its present branch. When that
   *  fails, or is stopped, the world that was there stays. */
  private async build(config: WorldConfig, history?: History, to: Micros = 0): Promise<void> {
    const before = this.current;
    const place = history && { inputIndex: history.inputIndex, eventIndex: history.eventIndex };
    try {
      await this.make(config, history ?? new History());
      // Another world has no plans; the same world made anew keeps them.
      if (!history) this.planned = [];
    } catch (error) {
      this.current = before;
      if (history && place) history.goTo(place);
      throw error;
    }
    this.jumped(to);
  }

  private async make(config: WorldConfig, history: History): Promise<void> {
    const host = await this.tools.makeHost(config);
    const builder = new Builder(config, host);
    const presenter = new Presenter(host, builder, history);
    const overseer = new Overseer();
    const snapshotPlan = (this.tools.snapshots ?? planSnapshots)(builder.plan.length);
    this.current = { host, builder, history, presenter, overseer, lines: new TypedLines(), snapshotPlan };
    history.goTo({ inputIndex: 0, eventIndex: 0 });
    history.snapshots = [];
    const settled = Math.round(config.warmUpMs * 1000);
    this.turns.aimAt(settled);
    await builder.makeServers(() => this.passOn());
    // A large cluster may have needed longer than the warm-up to form.
    const warm = Math.max(settled, Math.ceil(host.now / TICK_US) * TICK_US);
    this.turns.aimAt(warm);
    while (host.now < warm && !host.halted) {
      await host.run(this.tools.breathe ? Math.min(warm, host.now + TICK_US) : warm);
      await this.passOn();
    }
    overseer.begin(host.now);
    history.start = host.now;
    if (snapshotPlan.kept > 0) await this.keepSnapshot();
  }

  /** While the world is being made: takes what it tells, and lets whoever waits outside in. */
  private async passOn(): Promise<void> {
    await this.drain();
    await this.tools.breathe?.();
    if (this.turns.abandoned) throw new Stopped();
  }

  progress(): Promise<Progress | null> {
    const { aim } = this.turns;
    return Promise.resolve(aim === undefined ? null : { now: this.current?.host.now ?? 0, to: aim });
  }

  interrupt(): Promise<void> {
    this.turns.interrupt();
    return Promise.resolve();
  }

  // ---- Time ----

  advance(dt: Micros, request?: FrameRequest, untilNews = false): Promise<Frame> {
    return this.alone(async () => {
      const rule = untilNews ? { ...this.breakpointRule(), news: true } : this.breakpointRule();
      await this.runTo(this.world.host.now + span(dt), rule);
      return this.makeFrame(request);
    });
  }

  step(kind: StepKind, request?: FrameRequest): Promise<Frame> {
    return this.alone(async () => {
      const { now } = this.world.host;
      if (kind === 'cron') await this.runTo((Math.floor(now / TICK_US) + 1) * TICK_US, this.breakpointRule());
      else await this.runTo(now + EXEC_LIMIT_US, kind === 'event' ? { types: 'all' } : { message: true });
      return this.makeFrame(request);
    });
  }

  runUntil(condition: RunCondition, limitUs: Micros, request?: FrameRequest): Promise<Frame> {
    return this.alone(async () => {
      const { host } = this.world;
      const limit = host.now + span(limitUs);
      const { event, match, expression } = condition;
      if (event === undefined && expression !== undefined) await this.runUntilHolds(expression, limit);
      while (event !== undefined && host.now < limit && !host.halted) {
        const stop = await this.runTo(limit, { types: [event] });
        if (!stop || (stop.event && matches(stop.event.event, match ?? {}))) break;
      }
      return this.makeFrame(request);
    });
  }

  conditionProblem(expression: string): Promise<string | null> {
    return Promise.resolve(this.tools.watch?.problemOf(String(expression)) ?? null);
  }

  /** Looks at the state after every event and every few moments until the expression holds. */
  private async runUntilHolds(expression: string, limit: Micros): Promise<void> {
    const { host } = this.world;
    const { watch } = this.tools;
    if (!watch) throw new Error('This session cannot read expressions.');
    this.turns.aimAt(limit);
    for (;;) {
      const holds = watch.holds(expression, await this.look());
      this.stoppedBy = holds ? expression : null;
      if (holds || host.now >= limit || host.halted || this.turns.interrupted) return;
      await this.runTo(Math.min(limit, host.now + LOOK_EVERY_US), { types: 'all' });
    }
  }

  seek(to: Micros, request?: FrameRequest): Promise<Frame> {
    return this.alone(async () => {
      await this.goTo(span(to), false);
      return this.makeFrame(request);
    });
  }

  checkout(branch: string): Promise<Frame> {
    return this.alone(async () => {
      const { history } = this.world;
      const found = history.branches.get(branch);
      if (!found) throw new Error(`There is no branch "${branch}".`);
      history.branch = found;
      await this.goTo(found.end, true);
      return this.makeFrame();
    });
  }

  fork(label: string): Promise<Frame> {
    return this.alone(() => {
      const { host, history } = this.world;
      history.forkHere(host.now, label);
      return this.makeFrame();
    });
  }

  undo(): Promise<Frame> {
    return this.alone(async () => {
      const { host, history } = this.world;
      const { now } = host;
      if (history.withoutLast()) await this.goTo(now, true);
      return this.makeFrame();
    });
  }

  follow(keep: number, inputs: LoggedInput[], to: Micros): Promise<Frame> {
    return this.alone(async () => {
      const { history, builder, host } = this.world;
      const known = history.branch.inputs;
      const kept = known.slice(0, Math.max(0, keep));
      const log = inputs.length === 0 ? kept : [...kept, ...checkInputs(inputs, builder.config, kept)];
      const shared = history.sharedWith(log, kept.length);
      const came = log.slice(shared);
      // What has been done already and is not in this log, or should have been done by now, is undone.
      const late = (came[0]?.at ?? Infinity) < host.now;
      const elsewhere = history.inputIndex > shared || late;
      if (shared < known.length || late) history.graft(shared, came[0]?.at ?? host.now);
      history.branch.inputs.push(...came);
      await this.goTo(span(to), elsewhere);
      return this.makeFrame();
    });
  }

  history(compare: string | null = null): Promise<HistoryView> {
    return this.alone(() =>
      Promise.resolve(this.world.history.view(this.world.host.now, compare, this.planned.length)),
    );
  }

  /** Goes to a time of this branch: forward if that is shorter. `elsewhere` when the world as it stands
   *  is not on this branch. A time before the world was handed over means that moment. */
  private async goTo(to: Micros, elsewhere: boolean): Promise<void> {
    const { host, history, overseer, builder } = this.world;
    const nearest = history.nearest(to) ?? history.snapshots[0];
    const forward = !elsewhere && to >= host.now && !(nearest && nearest.at > host.now);
    if (!forward && nearest) {
      await host.restore(nearest.id);
      overseer.restore(nearest.id);
      history.goTo(nearest);
      this.jumped(to);
    } else if (!forward && !(await this.rebuild(builder.config, history, to, elsewhere))) return;
    await this.runTo(to, null);
    // Somebody did not want to wait: the journey ends here.
    if (host.now < to) this.tools.watch?.jumped(host.now, host.now);
  }

  /** Makes the world anew, where none of it was kept; false when somebody did not want to wait for that and
   *  the world stays where it was. `firm`: it cannot stay there. */
  private async rebuild(config: WorldConfig, history: History, to: Micros, firm: boolean): Promise<boolean> {
    this.turns.insist(firm);
    try {
      await this.build(config, history, to);
      return true;
    } catch (error) {
      if (error instanceof Stopped) return false;
      throw error;
    }
  }

  private jumped(to: Micros): void {
    const { host, presenter, lines } = this.world;
    this.lastSnapshotAt = host.now;
    this.stoppedBy = null;
    presenter.reset();
    lines.jumped(host.now);
    this.tools.watch?.jumped(host.now, Math.max(host.now, to));
  }

  /** Lets time pass to `to`, doing the inputs of this branch on the way. */
  private async runTo(to: Micros, stop: StopRule | null): Promise<Stop | null> {
    const { host, history, overseer, snapshotPlan } = this.world;
    this.stoppedBy = null;
    this.turns.aimAt(to);
    for (;;) {
      await this.tools.breathe?.();
      if (this.turns.interrupted) return null;
      const input = history.nextInput();
      const nextLook = this.tools.watch?.active ? host.now + WATCH_EVERY_US : Infinity;
      const nextSnapshot = this.lastSnapshotAt + snapshotPlan.everyUs;
      const due = this.planned[0]?.at ?? Infinity;
      const target = Math.min(
        to,
        input?.at ?? Infinity,
        due,
        nextSnapshot,
        nextLook,
        this.tools.breathe ? host.now + BREATHE_EVERY_US : Infinity,
        overseer.nextLook(host.now),
      );
      const { stopped } = await host.run(target, stop);
      await this.drain();
      const { tape } = history.branch;
      tape.noteLost(await overseer.look(host), host.now);
      if (overseer.isTime(host.now)) tape.noteWrites(overseer.acked(), host.now);
      await this.showWatch();
      if (stopped && stopped.reason !== NEWS) this.stoppedBy = stopped.reason;
      if (stopped || host.halted) return stopped;
      if (input && input.at <= host.now) await this.applyNext();
      else if (due <= host.now) await this.actAsPlanned();
      else if (host.now >= nextSnapshot) await this.takeSnapshot();
      else if (host.now >= to) return null;
    }
  }

  /** Keeps the world as it is now, unless this stretch of history has a snapshot already. */
  private async takeSnapshot(): Promise<void> {
    const { host, history, overseer, snapshotPlan } = this.world;
    this.lastSnapshotAt = host.now;
    const nearest = history.nearest(host.now);
    if (nearest && host.now - nearest.at < snapshotPlan.everyUs) return;
    await this.keepSnapshot();
    const gone = history.thin(snapshotPlan.kept);
    if (gone.length === 0) return;
    await host.release(gone);
    overseer.release(gone);
  }

  private async keepSnapshot(): Promise<void> {
    const { host, history, overseer } = this.world;
    const id = await host.snapshot();
    history.keep(id, host.now);
    overseer.keep(id);
  }

  private async drain(): Promise<void> {
    const { host, history, overseer } = this.world;
    const events = await host.takeEvents();
    await overseer.hear(host, events);
    history.record(events, host.now);
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
    const { host, history } = this.world;
    const problem = checkInput(input, (name) => host.has(name));
    if (problem) throw new Error(`${problem.slice(0, 1).toUpperCase()}${problem.slice(1)}.`);
    // What is done now comes after everything that the log has at this time.
    while ((history.nextInput()?.at ?? Infinity) <= host.now) await this.applyNext();
    history.add(input, host.now);
    await this.perform(input);
    if (input.kind === 'fault') {
      this.tools.watch?.control({ do: 'act', act: `fault:${writeFault(input.fault)}` }, host.now);
    }
    await this.showWatch();
  }

  schedule(faults: { at: Micros; fault: Fault }[]): Promise<void> {
    return this.alone(async () => {
      const { host } = this.world;
      for (const { at, fault } of faults) {
        const problem = Number.isFinite(at)
          ? checkInput({ kind: 'fault', fault }, (name) => host.has(name))
          : 'a planned fault needs a time';
        if (problem) throw new Error(`${problem.slice(0, 1).toUpperCase()}${problem.slice(1)}.`);
      }
      this.planned = faults
        .map(({ at, fault }): LoggedInput => ({
          at: Math.max(at, host.now),
          input: { kind: 'fault', fault },
        }))
        .sort((a, b) => a.at - b.at);
    });
  }

  /** Does the next planned fault, as if it had been done by hand at this moment. */
  private async actAsPlanned(): Promise<void> {
    const next = this.planned.shift();
    if (next) await this.act(next.input);
  }

  /** Does the next input of the log. */
  private async applyNext(): Promise<void> {
    const { history } = this.world;
    const logged = history.nextInput();
    if (!logged) return;
    history.inputIndex++;
    await this.perform(logged.input);
  }

  private async perform(input: Input): Promise<void> {
    const { host, builder, lines } = this.world;
    await lines.hear(host, input);
    for (const piece of piecesFor(input)) await this.tools.loadPiece?.(piece);
    await host.apply(builder.actionOf(input));
    await host.run(host.now);
    await this.drain();
  }

  exec(console: string, line: string, limitUs: Micros = EXEC_LIMIT_US): Promise<string> {
    return this.alone(async () => {
      const { host } = this.world;
      const limit = host.now + span(limitUs);
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
    const state = await this.world.host.consoleState(console);
    if (state && state.prompt === null && !state.exited) await this.runTo(limit, { prompt: console });
  }

  complete(_console: string, line: string): Promise<Completion> {
    return this.tools.complete(String(line));
  }

  outcome(console: string, id?: number): Promise<RunOutcome | null> {
    return this.alone(async () => {
      const outcomes = (await this.world.host.consoleState(console))?.outcomes ?? [];
      return (id === undefined ? outcomes.at(-1) : outcomes.find((outcome) => outcome.id === id)) ?? null;
    });
  }

  // ---- Looking ----

  files(server: string): Promise<ServerFiles> {
    return this.alone(() => this.world.host.files(server));
  }

  frame(request?: FrameRequest): Promise<Frame> {
    return this.alone(() => this.makeFrame(request));
  }

  private makeFrame(request?: FrameRequest): Promise<Frame> {
    const { presenter, overseer } = this.world;
    return presenter.frame(this.stoppedBy, overseer.frame(), request);
  }

  hash(): Promise<string> {
    return this.alone(() => this.world.host.hash());
  }

  packet(id: number): Promise<PacketDetail | null> {
    return this.alone(async () => {
      const found = await this.world.host.packet(id);
      if (!found) return null;
      return { id, ...found.segment, ...describePayload(found.payload) };
    });
  }

  survey(request: SurveyRequest): Promise<Record<string, ServerSurvey>> {
    return this.alone(() => this.world.host.survey(request));
  }

  private async look(): Promise<Sight> {
    const { presenter, lines, overseer } = this.world;
    return { ...(await presenter.look(overseer.frame())), lines: lines.finished };
  }

  /** Shows the watch what has become of the world. */
  private async showWatch(): Promise<void> {
    const { lines, host } = this.world;
    await lines.settle(host);
    if (this.tools.watch?.active) this.tools.watch.observe(await this.look());
  }

  setLesson(lesson: unknown): Promise<boolean> {
    return this.alone(async () => {
      if (this.current && !(await this.placeStep(lesson as LessonControl))) return false;
      this.tools.watch?.control(lesson, this.current?.host.now ?? 0);
      if (this.current) await this.showWatch();
      return true;
    });
  }

  /** Notes where a step begins, or goes back there; false when that is not known. */
  private async placeStep(control: LessonControl): Promise<boolean> {
    const { history, host } = this.world;
    if (control.do === 'begin') history.steps.clear();
    if (control.do === 'begin' || control.do === 'enter') history.enterStep(control.step, host.now);
    if (control.do !== 'reset') return true;
    const at = history.beginStepAnew(control.step, String(control.label));
    if (at === null) return false;
    // What was still to come was planned in the step.
    this.planned = [];
    await this.goTo(at, true);
    return true;
  }

  lessonState(): Promise<unknown> {
    return this.alone(() => Promise.resolve(this.tools.watch?.state() ?? null));
  }
}

/** A span of time as asked for from outside: whole, not negative, not for ever. */
function span(us: Micros): Micros {
  return Math.min(LONGEST_RUN_US, Math.max(0, Math.round(us) || 0));
}

function matches(
  event: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, unknown>>,
): boolean {
  return Object.entries(wanted).every(([key, value]) => String(event[key]) === String(value));
}
