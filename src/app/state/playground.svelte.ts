/* The state of the page: one world behind a session, the last frame of it, the clock, and what the
 * reader looks at. Panels read from here and act through the methods here; none talks to the session
 * by itself.
 *
 * While the clock plays each animation frame adds one `advance` to the line of calls, if that is empty. A
 * frame is accepted whole and never changed, so it is kept raw (not proxied). */

import { createContext } from 'svelte';
import type { Frame, ServerFrame } from '#sim/frame.ts';
import type { Fault, HistoryView, Input, PacketDetail, RunCondition, StepKind } from '#session/api.ts';
import type { SessionApi, SessionFile, WorldConfig } from '#session/api.ts';
import type { Micros } from '#redis/io.ts';
import { messageOf, t } from '#app/i18n/i18n.svelte.ts';
import { Clock } from './clock.svelte.ts';
import { CallLine } from './call-line.svelte.ts';
import type { Connection } from './connect.ts';
import { Consoles } from './consoles.svelte.ts';
import { Feed } from './feed.svelte.ts';
import { FaultMenu } from './fault-menu.svelte.ts';
import { FrameWatchers } from './frame-watchers.ts';
import { Preferences } from './preferences.svelte.ts';
import { sameSelection, type Selection } from './selection.ts';
import { Typist } from './typist.ts';
import { WorkerSession } from './worker-session.ts';

export const [getPlayground, setPlayground] = createContext<Playground>();

/** How often the tape is asked for while the clock plays, in real milliseconds. */
const HISTORY_EVERY_MS = 400;

export type Phase = 'starting' | 'ready' | 'failed';

/** The world a first visitor meets: three masters with a replica each, on a network stretched so far
 *  that a message under way can be followed by eye. */
export const FIRST_WORLD: Partial<WorldConfig> = {
  masters: 3,
  replicasPerMaster: 1,
  seed: 1,
  latencyUs: 40_000,
  jitterUs: 10_000,
};

export class Playground {
  readonly menu = new FaultMenu();
  readonly clock = new Clock();
  readonly preferences = new Preferences();
  readonly feed = new Feed();
  readonly consoles = new Consoles();
  readonly typist = new Typist(this);
  readonly calls = new CallLine();

  phase: Phase = $state('starting');
  /** Why it failed, in words for people. */
  failure: string | null = $state(null);
  frame: Frame | null = $state.raw(null);
  history: HistoryView | null = $state.raw(null);
  /** A branch whose tape is shown beside that of the present one. */
  comparedBranch: string | null = $state(null);
  selection: Selection | null = $state.raw(null);
  /** Name of the server through whose eyes the stage looks; null shows the truth. */
  lens: string | null = $state(null);
  /** Servers that the reader does not want on the stage. */
  hidden: ReadonlySet<string> = $state.raw(new Set());
  /** Servers whose views a panel wants in the frame. */
  viewsWanted: readonly string[] = $state.raw([]);
  /** Event types at which the world stops. */
  breakpoints: readonly string[] = $state.raw([]);
  /** What stopped the clock last (a breakpoint, a condition, a broken invariant). */
  stoppedBy: string | null = $state(null);

  /** What the world was made of. */
  config: Partial<WorldConfig> = $state.raw(FIRST_WORLD);
  /** The network that worlds have here unless they say otherwise. */
  readonly baseConfig: Partial<WorldConfig> = FIRST_WORLD;
  /** Called before the reader's own acts and journeys; set while this page follows a teacher. */
  onOwnAct: (() => void) | null = null;
  /** Something the reader must be told; the page shows it and sets it back to null. */
  warning: string | null = $state(null);

  /** Only to look at: an embedding page may ask for it. Consoles open, but nothing is typed or broken. */
  readOnly = false;

  /** Resolves when the first world stands, rejects when it cannot be made. */
  readonly begun: Promise<void>;
  #begin = { resolve: (): void => undefined, reject: (_why: unknown): void => undefined };

  readonly #worker: WorkerSession;
  #log: SessionFile | null = null;
  #historyMs = 0;
  #historyStale = true;
  #recovering = false;
  #animation = 0;
  /** Of which servers the frame under way, and the one that is shown, tells more than of the others. */
  #asked = '';
  #detailed = '';
  readonly #watchers = new FrameWatchers();

  constructor(connect: () => Connection) {
    this.begun = new Promise((resolve, reject) => {
      this.#begin = { resolve, reject };
    });
    // Whoever waits for it hears of a failure; when nobody does, the page shows it.
    this.begun.catch(() => undefined);
    this.#worker = new WorkerSession(connect, (why) => void this.#recover(why));
  }

  get session(): SessionApi {
    return this.#worker.api;
  }

  /** The servers of the last frame. */
  get servers(): readonly ServerFrame[] {
    return this.frame?.servers ?? [];
  }

  get now(): Micros {
    return this.frame?.now ?? 0;
  }

  /** The name of the server with that node id, also when it is down and only others know it. */
  nameOfNode(id: string): string | undefined {
    const own = this.servers.find(({ nodeId }) => nodeId === id);
    if (own) return own.name;
    for (const { view } of this.servers) {
      const name = view?.find((node) => node.id === id)?.name;
      if (name) return name;
    }
    return undefined;
  }

  server(name: string): ServerFrame | undefined {
    return this.servers.find((server) => server.name === name);
  }

  /** The server that is selected, directly or through something that happened on it. */
  get selectedServer(): ServerFrame | undefined {
    return this.selection?.kind === 'server' ? this.server(this.selection.name) : undefined;
  }

  // --- Life -------------------------------------------------------------------------------------

  /** Opens the first world. */
  async begin(config: Partial<WorldConfig> = FIRST_WORLD): Promise<void> {
    await this.open(config);
    if (this.phase === 'ready') this.#begin.resolve();
    else this.#begin.reject(new Error(this.failure ?? ''));
  }

  /** Opens a world, shows its first frame, opens a console and lets time run; a `bare` world stands
   *  still and has no console. Rejects when it cannot be made, or the reader did not wait for it: then the
   *  world that was there goes on. Without one the page has failed. */
  async open(config: Partial<WorldConfig>, { bare = false } = {}): Promise<void> {
    this.onOwnAct?.();
    this.phase = 'starting';
    this.failure = null;
    const wasPlaying = this.clock.playing;
    this.pause();
    const remember = this.#forget();
    const { session } = this;
    try {
      await this.#show(() => this.session.open(config));
      this.config = config;
      this.phase = 'ready';
      if (bare) return;
      const first = this.servers[0];
      if (first) await this.typist.open(first.name, false);
      this.play();
    } catch (error) {
      if (this.frame === null) return this.fail(error);
      remember();
      // A worker that died of it is being started again.
      if (session === this.session) {
        await this.refresh();
        this.phase = 'ready';
        if (wasPlaying) this.play();
      }
      throw await wordsFor(error);
    }
  }

  /** Another world comes. The returned function brings back what was told of this one. */
  #forget(): () => void {
    this.selection = null;
    this.lens = null;
    this.stoppedBy = null;
    this.history = null;
    this.comparedBranch = null;
    const { events } = this.feed;
    const { hidden } = this;
    this.hidden = new Set();
    const reopen = this.consoles.clear();
    this.feed.clear();
    return () => {
      this.feed.events = events;
      this.hidden = hidden;
      reopen();
    };
  }

  /** The worker is gone, and the world with it. The log of inputs makes it again. */
  async #recover(why: string): Promise<void> {
    const log = this.#log;
    const now = this.now;
    const wasPlaying = this.clock.playing;
    this.pause();
    this.#worker.close();
    if (!log || this.phase === 'failed' || this.#recovering) return this.fail(new Error(why));
    this.#recovering = true;
    this.phase = 'starting';
    this.#worker.restart();
    try {
      await this.#show(() => this.session.load(log));
      await this.seek(now);
      this.phase = 'ready';
      this.warning = t('app.recovered', { why });
      if (wasPlaying) this.play();
    } catch (error) {
      this.fail(error);
    } finally {
      this.#recovering = false;
    }
  }

  /** Shows that nothing can go on, and why. */
  fail(error: unknown): void {
    this.phase = 'failed';
    this.failure = error instanceof Error ? error.message : String(error);
    this.clock.playing = false;
  }

  /** Draws frames from now on; returns what stops it. */
  run(): () => void {
    const onAnimationFrame = (nowMs: number): void => {
      this.#animation = requestAnimationFrame(onAnimationFrame);
      this.#tick(nowMs);
    };
    this.#animation = requestAnimationFrame(onAnimationFrame);
    return () => cancelAnimationFrame(this.#animation);
  }

  #tick(nowMs: number): void {
    // A worker that has died does not even say so to who asks how far it is.
    this.calls.watch(nowMs, () => this.#worker.answer(this.session.progress()));
    if (this.phase !== 'ready') return;
    if (this.calls.waiting === 0 && (this.#historyStale || this.clock.playing)) this.#refreshHistory(nowMs);
    if (!this.clock.playing) {
      this.clock.wind(nowMs);
      // What is looked at closely comes with the next frame, and while time stands none comes by itself.
      if (this.calls.waiting === 0 && this.#lookedAt().join() !== this.#detailed)
        void this.refresh().catch((e) => this.fail(e));
      return;
    }
    // A slow answer makes the next frame longer; asking twice would only queue up work.
    if (this.calls.waiting > 0) return;
    const dt = this.clock.take(nowMs, this.frame, this.selection);
    const { watchful } = this.clock;
    if (dt > 0)
      void this.#show(() => this.session.advance(dt, this.#request(), watchful)).catch((e) => this.fail(e));
  }

  #refreshHistory(nowMs: number): void {
    if (nowMs - this.#historyMs < HISTORY_EVERY_MS) return;
    this.#historyMs = nowMs;
    this.#historyStale = false;
    void this.#enqueue(async () => {
      this.history = await this.session.history(this.comparedBranch);
    }).catch((e) => this.fail(e));
  }

  // --- Time -------------------------------------------------------------------------------------

  play(): void {
    this.onOwnAct?.();
    if (this.phase !== 'ready' || this.frame?.halted) return;
    this.stoppedBy = null;
    this.clock.wind(performance.now());
    this.clock.playing = true;
  }

  pause(): void {
    this.clock.playing = false;
  }

  /** Ends the call that takes so long: time stays where it has got to. */
  interruptCall(): void {
    this.pause();
    void this.session.interrupt().catch((error) => this.warn(error));
  }

  toggle(): void {
    if (this.clock.playing) this.pause();
    else this.play();
  }

  /** Pauses, and moves by one event, message delivery or 100 ms tick. */
  step(kind: StepKind): Promise<Frame> {
    this.onOwnAct?.();
    this.pause();
    return this.#show(() => this.session.step(kind, this.#request()));
  }

  /** Lets exactly `dt` virtual microseconds pass, or fewer, until something worth watching flies. */
  advance(dt: Micros, untilNews = false): Promise<Frame> {
    this.onOwnAct?.();
    return this.#show(() => this.session.advance(dt, this.#request(), untilNews));
  }

  /** Jumps to any time of this branch; beyond its end the world is simulated on. */
  seek(to: Micros): Promise<Frame> {
    this.onOwnAct?.();
    return this.#show(() => this.session.seek(Math.max(0, Math.round(to)), this.#request()));
  }

  /** Jumps to the end of what was simulated, and plays. */
  async live(): Promise<void> {
    const history = await this.#enqueue(() => this.session.history());
    await this.seek(history.end);
    this.play();
  }

  checkout(branch: string): Promise<Frame> {
    this.onOwnAct?.();
    return this.#show(() => this.session.checkout(branch));
  }

  /** Shows the tape of another branch beside the present one; null ends that. */
  compare(branch: string | null): void {
    this.comparedBranch = branch;
    this.#historyStale = true;
  }

  /** Begins a branch of that name at this moment. */
  async fork(name: string): Promise<Frame> {
    this.refuseReadOnly();
    this.onOwnAct?.();
    this.#historyStale = true;
    return this.#show(() => this.session.fork(name));
  }

  /** Takes back the last command or fault. */
  async undo(): Promise<Frame> {
    this.refuseReadOnly();
    this.onOwnAct?.();
    return this.#show(() => this.session.undo());
  }

  /** Advances until the condition holds or the limit has passed; pauses there. */
  runUntil(condition: RunCondition, limitUs: Micros): Promise<Frame> {
    this.onOwnAct?.();
    this.pause();
    return this.#show(() => this.session.runUntil(condition, limitUs, this.#request()));
  }

  async setBreakpoints(types: readonly string[]): Promise<void> {
    this.breakpoints = types;
    await this.#enqueue(() => this.session.setBreakpoints([...types]));
  }

  // --- Acting -----------------------------------------------------------------------------------

  /** Puts an input into the world now; in the past this begins a new branch. */
  async input(input: Input): Promise<void> {
    if (input.kind !== 'openConsole') this.refuseReadOnly();
    this.onOwnAct?.();
    await this.#enqueue(() => this.session.input(input));
    // A line is under way before the clock goes on, or a slow machine would step over its flight.
    if (!this.clock.playing || input.kind === 'line') await this.refresh();
    this.#historyStale = true;
    await this.#keepLog();
  }

  /** Throws, in words for people, where the world is only to look at. */
  refuseReadOnly(): void {
    if (this.readOnly) throw new Error(t('app.readOnly'));
  }

  async #keepLog(): Promise<void> {
    this.#log = await this.#enqueue(() => this.session.save());
  }

  fault(fault: Fault): Promise<void> {
    return this.input({ kind: 'fault', fault });
  }

  /** Plans faults for times to come, in the place of those planned before. */
  async schedule(faults: { at: Micros; fault: Fault }[]): Promise<void> {
    this.refuseReadOnly();
    this.onOwnAct?.();
    await this.#enqueue(() => this.session.schedule(faults));
    this.#historyStale = true;
  }

  /** Runs a line on a console and waits, in virtual time, for its prompt. */
  async exec(console: string, line: string, limitUs?: Micros): Promise<string> {
    this.refuseReadOnly();
    this.onOwnAct?.();
    const printed = await this.#enqueue(() => this.session.exec(console, line, limitUs));
    await this.refresh();
    this.#historyStale = true;
    await this.#keepLog();
    return printed;
  }

  /** The bytes and fields of a message, or null when the world has forgotten it. */
  packet(id: number): Promise<PacketDetail | null> {
    return this.#enqueue(() => this.session.packet(id));
  }

  save(): Promise<SessionFile> {
    return this.#enqueue(() => this.session.save());
  }

  /** Replays a saved session; rejects with words for people when the file is not one. */
  async load(file: unknown): Promise<void> {
    this.onOwnAct?.();
    try {
      await this.#show(() => this.#restored(this.session.load(file)));
    } catch (error) {
      throw await wordsFor(error);
    }
    this.selection = null;
    this.lens = null;
    this.phase = 'ready';
    await this.#keepLog();
  }

  /** Shows what a teacher's log makes of the world; with a `file`, that is a world of its own. */
  showLed(call: (session: SessionApi) => Promise<Frame>, file?: unknown): Promise<Frame> {
    return this.#show(() => {
      const frame = call(this.session);
      return file === undefined ? frame : this.#restored(frame);
    });
  }

  /** The frame of a world that this page did not make by itself, with what else is to be known of it. */
  async #restored(coming: Promise<Frame>): Promise<Frame> {
    const frame = await coming;
    const { config, inputs } = await this.session.save();
    this.config = config;
    this.hidden = new Set();
    this.consoles.restore(inputs);
    return frame;
  }

  hash(): Promise<string> {
    return this.#enqueue(() => this.session.hash());
  }

  /** Any other question to the session, in its turn. */
  ask<T>(question: (session: SessionApi) => Promise<T>): Promise<T> {
    return this.#enqueue(() => question(this.session));
  }

  /** Asks for the frame anew, after questions that may have changed the world. */
  refresh(): Promise<Frame> {
    this.#historyStale = true;
    return this.#show(() => this.session.frame(this.#request()));
  }

  /** Resolves when every call so far has been answered and drawn. */
  idle(): Promise<void> {
    return this.calls.idle();
  }

  // --- Looking ----------------------------------------------------------------------------------

  /** Selects; selecting the same again takes the selection away. */
  select(selection: Selection | null): void {
    this.selection = sameSelection(this.selection, selection) ? null : selection;
  }

  /** Looks through that server's eyes, or at the truth (null, or the same server again). */
  setLens(name: string | null): void {
    this.lens = this.lens === name ? null : name;
  }

  /** Servers of which more is wanted than of the others. */
  #lookedAt(): string[] {
    const names = new Set(this.viewsWanted);
    if (this.lens !== null) names.add(this.lens);
    if (this.selection?.kind === 'server') names.add(this.selection.name);
    return [...names];
  }

  #request(): { detail: string[] } {
    const detail = this.#lookedAt();
    this.#asked = detail.join();
    return { detail };
  }

  // --- The line of calls ------------------------------------------------------------------------

  #enqueue<T>(call: () => Promise<T>): Promise<T> {
    return this.calls.enqueue(() => this.#worker.answer(call()));
  }

  #show(call: () => Promise<Frame>): Promise<Frame> {
    return this.#enqueue(async () => {
      this.#asked = '';
      const frame = await call();
      this.#accept(frame);
      this.#detailed = this.#asked;
      return frame;
    });
  }

  /** Tells the reader what went wrong, in the words of the error. */
  warn(error: unknown): void {
    this.warning = error instanceof Error ? error.message : String(error);
  }

  /** Resolves when a frame comes for which `met` holds; rejects when the world is turned back first. */
  whenFrame(met: (frame: Frame) => boolean): Promise<void> {
    return this.frame && met(this.frame) ? Promise.resolve() : this.#watchers.when(met);
  }

  #accept(frame: Frame): void {
    const moved = frame.now !== this.frame?.now || frame.branch !== this.frame?.branch;
    this.frame = frame;
    this.feed.accept(frame);
    this.consoles.accept(frame);
    this.#watchers.show(frame);
    this.typist.goOn();
    if (moved) this.#historyStale = true;
    // An exec that ends at the prompt it waited for is no reason to stop the clock.
    const stoppedBy = frame.halted?.reason ?? (frame.stoppedBy === 'prompt' ? null : frame.stoppedBy);
    if (stoppedBy !== null) {
      this.stoppedBy = stoppedBy;
      this.clock.playing = false;
    } else if (moved) this.stoppedBy = null;
    if (this.lens !== null && !frame.servers.some((server) => server.name === this.lens)) this.lens = null;
  }
}

/** An error in words for people; the session says in English that somebody stopped it. */
async function wordsFor(error: unknown): Promise<Error> {
  const stopped = error instanceof Error && error.name === 'Stopped';
  return new Error(stopped ? t('work.stopped') : await messageOf(error));
}
