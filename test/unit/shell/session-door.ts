/* A shell's door to a session in this thread: time passes as fast as it can while the shell waits. With a
 * clock of its own it passes only during something, as at a desk, whoever waits behind the prompt. */

import type { Input, RunOutcome, ServerFiles, WorldConfig } from '#session/api.ts';
import { completeConfig } from '#session/config.ts';
import { makeSession } from '#session/in-place.ts';
import type { Session } from '#session/session.ts';
import { SessionWorld, type ShellDoor } from '#shell/session-world.ts';
import { Shell } from '#shell/shell.ts';
import type { Frame } from '#sim/frame.ts';

export const CONSOLE = 'console:host';
const STEP_US = 20_000;
const MOST_STEPS = 200_000;

interface Watcher {
  met(frame: Frame): boolean;
  resolve(): void;
  reject(why: Error): void;
}

export class SessionDoor implements ShellDoor {
  readonly session: Session = makeSession();
  readonly config: WorldConfig;
  /** Everything that the console has shown. */
  shown = '';
  /** Times that the world has gone to another time. */
  jumps = 0;
  /** Who waits for a frame, once time passes only during something. */
  private watchers: Watcher[] | null = null;
  /** Called with each look while the shell waits: what a person might do meanwhile. */
  meanwhile: (frame: Frame) => void = () => undefined;

  constructor(config: Partial<WorldConfig>) {
    this.config = completeConfig(config);
  }

  async open(): Promise<void> {
    await this.session.open(this.config);
    await this.input({ kind: 'openConsole', console: CONSOLE, argv: ['sh'] });
    await this.session.advance(STEP_US);
  }

  input(input: Input): Promise<void> {
    return this.session.input(input);
  }
  outcome(console: string, id?: number): Promise<RunOutcome | null> {
    return this.session.outcome(console, id);
  }
  files(server: string): Promise<ServerFiles> {
    return this.session.files(server);
  }
  async redisCommands(line: string): Promise<readonly string[]> {
    return (await this.session.complete(CONSOLE, line)).candidates;
  }
  async frame(): Promise<Frame> {
    return this.take(await this.session.frame());
  }
  /** Lets time pass while `work` goes on, and only then, from the first such call on. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.watchers ??= [];
    let over = false;
    const result = work().finally(() => (over = true));
    for (let step = 0; !over; step++) {
      if (step > MOST_STEPS) throw new Error('What was begun does not end.');
      this.show(this.take(await this.session.advance(STEP_US)));
      // The shell does what it does between two frames.
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    return result;
  }

  /** Lets so much time pass. */
  async pass(ms: number): Promise<void> {
    const end = (await this.frame()).now + ms * 1000;
    await this.during(() => this.until(({ now }) => now >= end));
  }

  /** The world goes to another time. */
  async seek(to: number): Promise<void> {
    this.jumps++;
    const { watchers } = this;
    this.watchers = watchers === null ? null : [];
    this.take(await this.session.seek(to));
    for (const { reject } of watchers ?? []) reject(new Error('turned back'));
  }

  private show(frame: Frame): void {
    const { watchers } = this;
    this.watchers = [];
    for (const watcher of watchers ?? []) {
      if (watcher.met(frame)) watcher.resolve();
      else this.watchers.push(watcher);
    }
  }

  async until(met: (frame: Frame) => boolean): Promise<void> {
    const { watchers } = this;
    if (watchers !== null) return new Promise((resolve, reject) => watchers.push({ met, resolve, reject }));
    let frame = await this.frame();
    for (let step = 0; !met(frame); step++) {
      if (step > MOST_STEPS) throw new Error('The shell waits for what does not come.');
      this.meanwhile(frame);
      frame = this.take(await this.session.advance(STEP_US));
    }
  }
  era(): number {
    return this.jumps;
  }
  usualLink(): { latencyUs: number; jitterUs: number; loss: number } {
    return this.config;
  }

  private take(frame: Frame): Frame {
    for (const { id, output } of frame.consoles) if (id === CONSOLE) this.shown += output;
    return frame;
  }
}

/** A shell on a new world. */
export async function openShell(config: Partial<WorldConfig>): Promise<{ door: SessionDoor; shell: Shell }> {
  const door = new SessionDoor(config);
  await door.open();
  return { door, shell: await Shell.open(new SessionWorld(door, CONSOLE)) };
}

/** What a line printed, at once or when it had ended. */
export async function output(door: SessionDoor, shell: Shell, line: string): Promise<string> {
  await door.frame();
  const from = door.shown.length;
  const { stdout, stderr } = await shell.run(line);
  await door.frame();
  return door.shown.slice(from) + stdout + stderr;
}
