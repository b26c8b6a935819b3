/* Following along: a teacher's session told to others as its log of inputs and where its clock stands.
 *
 * The world is deterministic, so nothing else needs to be sent: a follower puts the same inputs at the same
 * times into a session of its own and must come to the same hash. The log of a teacher who acts in the
 * past changes its end: a change keeps some inputs and goes on with others, and a follower's session makes
 * a branch of it. Whoever misses a change asks for the whole log.
 *
 * Pure: no socket, no clock. Who carries the messages is in src/app/classroom and src/node. */

import type { Frame } from '#sim/frame.ts';
import type { Input, LoggedInput, SessionApi, SessionFile, WorldConfig } from './api.ts';
import type { FollowerMessage, LogMessage, WholeLog } from './follow-messages.ts';
import { FILE_FORMAT, FILE_VERSION } from './session-file.ts';

/** Turns what a teacher's session is into messages. */
export class Leader {
  readonly room: string;
  private version = 0;
  private config = '';
  private entries: string[] = [];
  private place = '';
  private file: SessionFile | null = null;

  /** `room` tells this teacher's log from any other. */
  constructor(room: string) {
    this.room = room;
  }

  /** What followers must hear, given the session as it is now; null when it is as they know it. */
  publish(file: SessionFile): LogMessage | null {
    const config = JSON.stringify(file.config);
    const entries = file.inputs.map((entry) => JSON.stringify(entry));
    const first = this.file === null;
    let keep = 0;
    while (keep < entries.length && entries[keep] === this.entries[keep]) keep++;
    const logged = keep < entries.length || keep < this.entries.length;
    const place = `${file.playhead} ${file.hash}`;
    if (!first && config === this.config && !logged && place === this.place) return null;
    const another = config !== this.config;
    if (another || logged) this.version++;
    Object.assign(this, { config, entries, place, file });
    if (another) return this.whole();
    const here = this.here(file);
    return logged
      ? { kind: 'change', ...here, keep, inputs: plain(file.inputs.slice(keep)) }
      : { kind: 'tick', ...here };
  }

  /** The same when the log is known to be as it was told: only the clock has moved. */
  tick(at: number, hash: string): LogMessage | null {
    const place = `${at} ${hash}`;
    if (!this.file || place === this.place) return null;
    this.place = place;
    this.file = { ...this.file, playhead: at, hash };
    return { kind: 'tick', ...this.here(this.file) };
  }

  /** The whole log, for whoever comes late or has missed something. */
  whole(): WholeLog | null {
    const { file } = this;
    if (!file) return null;
    return { kind: 'whole', ...this.here(file), config: { ...file.config }, inputs: plain(file.inputs) };
  }

  private here({ playhead, hash }: SessionFile): Pick<WholeLog, 'room' | 'version' | 'at' | 'hash'> {
    return { room: this.room, version: this.version, at: playhead, hash };
  }
}

type Told = WholeLog['inputs'];

function plain(inputs: readonly LoggedInput[]): Told {
  return inputs.map(({ at, input }) => ({ at, input: { ...input } }));
}

/** What a message did to a copy of the log. 'gap': something before it was missed. */
export type Heard = 'whole' | 'change' | 'tick' | 'old' | 'gap';

/** The teacher's log as somebody else knows it. */
export class LogCopy {
  /** Null until the whole log has come. */
  log: WholeLog | null = null;

  hear(message: LogMessage): Heard {
    const { log } = this;
    if (message.kind === 'whole') {
      if (log && log.room === message.room && log.version > message.version) return 'old';
      this.log = message;
      return 'whole';
    }
    if (!log || log.room !== message.room) return 'gap';
    if (message.kind === 'tick') {
      if (message.version !== log.version) return message.version < log.version ? 'old' : 'gap';
      this.log = { ...log, at: message.at, hash: message.hash };
      return 'tick';
    }
    if (message.version <= log.version) return 'old';
    if (message.version !== log.version + 1 || message.keep > log.inputs.length) return 'gap';
    const { version, at, hash } = message;
    const inputs = [...log.inputs.slice(0, message.keep), ...message.inputs];
    this.log = { ...log, version, at, hash, inputs };
    return 'change';
  }
}

/** The part of a session that following needs. */
export type FollowedSession = Pick<SessionApi, 'load' | 'follow'>;

/** How a follower stands to the teacher. 'apart': it went its own way. */
export type Step = 'waiting' | 'same' | 'differs' | 'apart' | 'failed';

/** Keeps a session in step with what is heard. Messages may come faster than the session can follow: it
 *  always goes for the last one. */
export class Follower {
  readonly copy = new LogCopy();
  step: Step = 'waiting';
  /** Why it failed, in words for people. */
  failure: string | null = null;
  private readonly session: FollowedSession;
  private readonly say: (message: FollowerMessage) => void;
  private readonly show: (frame: Frame) => void;
  /** The log as the session has it; null when it must be loaded. */
  private held: WholeLog | null = null;
  private askedFor = '';
  private mendedVersion = -1;
  /** What the room was told last; it is told again when that changes, so that a class is quiet. */
  private reported: boolean | null = null;
  private working: Promise<void> | null = null;

  constructor(
    session: FollowedSession,
    say: (message: FollowerMessage) => void,
    show: (frame: Frame) => void = () => undefined,
  ) {
    this.session = session;
    this.say = say;
    this.show = show;
  }

  hear(message: LogMessage): void {
    const heard = this.copy.hear(message);
    if (heard === 'gap') return this.ask(`${message.room} ${message.version}`);
    if (heard === 'whole') this.askedFor = '';
    if (heard !== 'old') this.wake();
  }

  /** A new line to the room: what was missed meanwhile comes by itself, as the whole log. */
  reconnected(): void {
    this.askedFor = '';
    this.reported = null;
  }

  /** Asks for the whole log, once for each change that shows that something is missing. */
  private ask(missed: string): void {
    if (this.askedFor === missed) return;
    this.askedFor = missed;
    this.say({ kind: 'ask' });
  }

  /** Goes its own way; the log is kept up to date meanwhile. Resolves when the session is free. */
  async leave(): Promise<void> {
    this.step = 'apart';
    await this.working;
  }

  /** Comes back into step, from wherever the session was taken. */
  comeBack(): void {
    if (this.step !== 'apart') return;
    this.step = 'waiting';
    // Own acts are on branches of their own; keeping nothing makes the session compare.
    if (this.held) this.held = { ...this.held, inputs: [] };
    this.wake();
  }

  /** Resolves when everything heard so far has been followed. */
  async settled(): Promise<void> {
    while (this.working) await this.working;
  }

  private wake(): void {
    if (this.working || this.step === 'apart') return;
    this.working = this.work().finally(() => {
      this.working = null;
    });
  }

  private async work(): Promise<void> {
    for (;;) {
      const { log } = this.copy;
      if (!log || this.is('apart') || this.arrived(log)) return;
      try {
        const frame = await this.go(log);
        this.show(frame);
        this.compare(log, frame);
      } catch (error) {
        this.held = null;
        this.failure = error instanceof Error ? error.message : String(error);
        this.step = 'failed';
        // The same log would fail again; the next change may not.
        if (this.copy.log === log) return;
      }
    }
  }

  /** `step` may have changed during an await. */
  private is(step: Step): boolean {
    return this.step === step;
  }

  private arrived(log: WholeLog): boolean {
    return this.held === log;
  }

  private async go(log: WholeLog): Promise<Frame> {
    const { held } = this;
    if (!held || JSON.stringify(held.config) !== JSON.stringify(log.config)) {
      this.held = null;
      const frame = await this.session.load(fileOf(log));
      this.held = log;
      return frame;
    }
    let keep = 0;
    while (keep < held.inputs.length && held.inputs[keep] === log.inputs[keep]) keep++;
    const frame = await this.session.follow(keep, toInputs(log.inputs.slice(keep)), log.at);
    this.held = log;
    return frame;
  }

  /** A world that differs is made anew once for each version of the log. */
  private compare(log: WholeLog, frame: Frame): void {
    if (this.is('apart')) return;
    const same = frame.now === log.at && frame.hash === log.hash;
    this.failure = null;
    this.step = same ? 'same' : 'differs';
    if (!same && this.mendedVersion !== log.version) {
      this.mendedVersion = log.version;
      this.held = null;
    } else if (this.reported !== same) {
      this.reported = same;
      this.say({ kind: 'report', at: log.at, same });
    }
  }
}

function toInputs(told: Told): LoggedInput[] {
  // The session checks each of them against its world.
  return told.map(({ at, input }) => ({ at, input: input as unknown as Input }));
}

/** The log as a session file. */
export function fileOf(log: WholeLog): SessionFile {
  return {
    format: FILE_FORMAT,
    version: FILE_VERSION,
    config: log.config as unknown as WorldConfig,
    inputs: toInputs(log.inputs),
    playhead: log.at,
    hash: log.hash,
  };
}
