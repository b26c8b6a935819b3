/* The live proof of a card on the real stage. The proof is run once out of sight, then the world is turned
 * back to its beginning and plays forward through what has happened, at a pace one can follow: before each
 * action there is a pause to read what will be done, and the clock runs as fast as the action
 * needs. The reader may stop, skip, repeat, or act: acting in the past makes a branch of its own, and
 * the proof waits where it was. */

import type { Course } from '#app/state/course.svelte.ts';
import type { Playground } from '#app/state/playground.svelte.ts';
import type { Card } from '#lesson/card.ts';
import { rehearse, type ProofStep } from './rehearse.ts';

export type ProofPhase = 'idle' | 'preparing' | 'playing' | 'taken' | 'done' | 'failed';

/** Real time to read what comes, and for what happens. */
const READ_MS = 1500;
const LINE_MS = 1800;
const SHORTEST_MS = 1500;
const LONGEST_MS = 7000;

export class LiveProof {
  phase: ProofPhase = $state('idle');
  card: Card | null = $state.raw(null);
  steps: readonly ProofStep[] = $state.raw([]);
  /** The action that is shown. */
  at = $state(0);
  /** Before an action its caption can be read, after it the answer. */
  part: 'before' | 'during' | 'after' = $state('before');
  proved = $state(false);
  failure = $state('');

  readonly playground: Playground;
  readonly course: Course;
  /** Counts the proofs, so that one that was left does not go on. */
  #run = 0;
  #branch = '';
  #readUntilMs = 0;
  #pace = { speed: 1, adaptive: true };
  #animation = 0;

  constructor(playground: Playground, course: Course) {
    this.playground = playground;
    this.course = course;
  }

  get active(): boolean {
    return this.phase === 'preparing' || this.phase === 'playing';
  }

  /** The reader has stopped the clock within an action. */
  get paused(): boolean {
    return this.phase === 'playing' && this.part === 'during' && !this.playground.clock.playing;
  }

  get step(): ProofStep | undefined {
    return this.steps[this.at];
  }

  /** Makes the card's world, runs the proof out of sight, and shows it from its beginning. */
  async start(card: Card): Promise<void> {
    if (this.active) this.stop();
    const run = ++this.#run;
    const { playground } = this;
    this.card = card;
    this.steps = [];
    this.at = 0;
    this.proved = false;
    this.phase = 'preparing';
    try {
      await this.course.close();
      await playground.open(card.proof.world, { bare: true });
      if (run !== this.#run) return;
      if (playground.phase !== 'ready') throw new Error(playground.failure ?? '');
      const { steps, proved } = await playground.ask((session) => rehearse(session, card));
      if (run !== this.#run) return;
      playground.consoles.restore((await playground.save()).inputs);
      this.steps = steps;
      this.proved = proved;
      this.#holdClock();
      await this.#enter(0, run);
      if (run !== this.#run) return;
      this.#branch = playground.frame?.branch ?? '';
      this.phase = 'playing';
      this.#tick(performance.now());
    } catch (error) {
      if (run === this.#run) this.#fail(error);
    }
  }

  /** Turns to an action: the world stands at its beginning, and its caption can be read. */
  async #enter(at: number, run = this.#run): Promise<void> {
    const step = this.steps[at];
    const { playground } = this;
    playground.pause();
    if (!step) return this.#finish();
    this.at = at;
    this.part = 'before';
    this.#readUntilMs = Infinity;
    const { action } = step;
    if (action.do === 'line') this.#showConsole(action.console);
    await playground.seek(step.from);
    if (run === this.#run) this.#readUntilMs = performance.now() + READ_MS;
  }

  #showConsole(name: string): void {
    const id = `console:${name}`;
    if (this.playground.consoles.find(id)) this.playground.consoles.activeId = id;
  }

  /** Virtual seconds per real second at which an action is shown. */
  #speedOf({ action, from, until }: ProofStep): number {
    const virtualMs = (until - from) / 1000;
    const quick = action.do === 'line' && virtualMs < 2000;
    const realMs = quick ? LINE_MS : Math.min(LONGEST_MS, Math.max(SHORTEST_MS, virtualMs / 3));
    return virtualMs / realMs || 1;
  }

  #tick(nowMs: number): void {
    if (this.phase !== 'playing') return;
    this.#animation = requestAnimationFrame((at) => this.#tick(at));
    const { frame } = this.playground;
    const { step } = this;
    if (!frame || !step) return;
    // While a jump is under way, the frame is still that of before.
    if (this.part === 'before' && this.#readUntilMs === Infinity) return;
    if (frame.branch !== this.#branch) return this.takeOver();
    if (this.part === 'during') {
      if (frame.now >= step.until) this.#rest(step, nowMs);
    } else if (nowMs < this.#readUntilMs) return;
    else if (this.part === 'before') this.#perform(step);
    else void this.#enter(this.at + 1).catch((error) => this.#fail(error));
  }

  /** The action is done: time stands until its answer can have been read. */
  #rest(step: ProofStep, nowMs: number): void {
    this.playground.pause();
    this.part = 'after';
    this.#readUntilMs = nowMs + (step.output.trim() === '' ? 0 : READ_MS);
  }

  #perform(step: ProofStep): void {
    this.part = 'during';
    this.playground.clock.setSpeed(this.#speedOf(step));
    this.playground.play();
  }

  #fail(error: unknown): void {
    this.phase = 'failed';
    this.failure = error instanceof Error ? error.message : String(error);
    if (this.playground.clock.held) this.#restorePace();
  }

  #finish(): void {
    this.phase = 'done';
    this.#restorePace();
  }

  #holdClock(): void {
    const { clock } = this.playground;
    this.#pace = { speed: clock.speed, adaptive: clock.adaptive };
    clock.adaptive = false;
    clock.held = true;
  }

  #restorePace(): void {
    cancelAnimationFrame(this.#animation);
    this.playground.clock.held = false;
    this.playground.clock.setSpeed(this.#pace.speed);
    this.playground.clock.adaptive = this.#pace.adaptive;
  }

  /** Stops within an action, or goes on without waiting. */
  toggle(): void {
    if (this.phase !== 'playing') return;
    if (this.part === 'during') this.playground.toggle();
    else if (this.#readUntilMs !== Infinity) this.#readUntilMs = 0;
  }

  /** Shows the next action now. */
  async skip(): Promise<void> {
    const { step } = this;
    if (this.phase !== 'playing' || !step) return;
    if (this.at + 1 === this.steps.length) await this.playground.seek(step.until);
    await this.#enter(this.at + 1);
  }

  /** Shows the action before once more. */
  async back(): Promise<void> {
    if (this.phase === 'playing')
      await this.#enter(this.part === 'before' ? Math.max(0, this.at - 1) : this.at);
  }

  /** The world is the reader's from here: what the proof did later does not happen by itself. */
  takeOver(): void {
    if (this.phase !== 'playing') return;
    this.phase = 'taken';
    this.#restorePace();
    void this.#giveConsole().catch((error) => this.#fail(error));
  }

  /** A console of his own: opening it begins a branch, if acting has not done so already. */
  async #giveConsole(): Promise<void> {
    const { playground } = this;
    if (playground.frame?.branch === this.#branch) {
      const server = playground.servers.find(({ state }) => state === 'running');
      if (server) {
        const tab = playground.consoles.create(server.name, ['redis-cli', '-c', '-p', String(server.port)]);
        await playground.input({ kind: 'openConsole', console: tab.id, argv: [...tab.argv] });
      }
    }
    playground.play();
  }

  /** Back to the proof, at the action where it was left. */
  async resume(): Promise<void> {
    if (this.phase !== 'taken') return;
    const { playground } = this;
    playground.pause();
    await playground.checkout(this.#branch);
    this.#holdClock();
    await this.#enter(this.at);
    this.phase = 'playing';
    this.#tick(performance.now());
  }

  /** Leaves the proof; the world stays as it is. */
  stop(): void {
    this.#run++;
    if (this.playground.clock.held) this.#restorePace();
    this.phase = 'idle';
    this.card = null;
  }
}
