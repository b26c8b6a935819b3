/* Followers without a page, at the relay: one that computes the world as a page does, and one that only
 * listens, by which the way of a message can be told from the work that it makes. */

import { WebSocket } from 'ws';
import { readMessage, type FollowerMessage, type LogMessage } from '#session/follow-messages.ts';
import { Follower, LogCopy } from '#session/follow.ts';
import { makeSession } from '#session/in-place.ts';
import { clockMs, type Moment } from './delays.ts';

/** A line to the relay and what came over it. */
abstract class Pupil {
  /** When this one came to each of the teacher's times. */
  readonly arrivals: Moment[] = [];
  readonly id: string;
  private readonly url: string;
  private ws: WebSocket | null = null;

  constructor(url: string, id: string) {
    this.url = url;
    this.id = id;
  }

  protected abstract hear(message: LogMessage): void;
  /** Where this one is by now. */
  abstract get at(): number | undefined;

  connect(): Promise<void> {
    const ws = new WebSocket(`${this.url}classroom/follow?id=${this.id}`);
    this.ws = ws;
    ws.on('message', (data) => {
      const message = readMessage('toFollower', String(data));
      if (message?.kind === 'whole' || message?.kind === 'change' || message?.kind === 'tick')
        this.hear(message);
    });
    return new Promise((resolve, reject) => {
      ws.once('open', () => resolve());
      ws.once('error', reject);
    });
  }

  protected say(message: FollowerMessage): void {
    this.ws?.send(JSON.stringify(message));
  }

  protected get connected(): boolean {
    return this.ws !== null;
  }

  drop(): void {
    this.ws?.terminate();
    this.ws = null;
  }
}

/** A session of its own, kept in step: word by word as a page is, or in strides. Who strides keeps what it
 *  hears to itself and catches up with all of it every now and then; it computes the same world for less. */
export class HeadlessFollower extends Pupil {
  readonly session = makeSession();
  /** How often it has come back after its line was lost. */
  returns = 0;
  private readonly heard: LogMessage[] = [];
  private stride: NodeJS.Timeout | undefined;
  readonly follower = new Follower(
    this.session,
    (message) => this.say(message),
    (frame) => this.arrivals.push([frame.now, clockMs()]),
  );

  override connect(): Promise<void> {
    this.follower.reconnected();
    return super.connect();
  }

  /** From now on catches up only so often, for the first time after `firstMs`. Who `drops` loses the line each
   *  other time, and with it what is said until the next. */
  takeStrides(everyMs: number, firstMs: number, drops: boolean): void {
    this.stride = setTimeout(() => {
      if (drops && this.connected) this.drop();
      else if (drops) void this.comeAgain();
      this.catchUp();
      this.takeStrides(everyMs, everyMs, drops);
    }, firstMs);
  }

  /** Word by word again. */
  keepUp(): void {
    clearTimeout(this.stride);
    this.stride = undefined;
    if (!this.connected) void this.comeAgain();
    this.catchUp();
  }

  private comeAgain(): Promise<void> {
    this.returns++;
    return this.connect();
  }

  private catchUp(): void {
    for (const message of this.heard.splice(0)) this.follower.hear(message);
  }

  protected hear(message: LogMessage): void {
    if (this.stride) this.heard.push(message);
    else this.follower.hear(message);
  }

  get at(): number | undefined {
    return this.follower.step === 'same' ? this.arrivals.at(-1)?.[0] : undefined;
  }
}

/** Keeps the teacher's log and computes nothing. */
export class Listener extends Pupil {
  private readonly copy = new LogCopy();

  protected hear(message: LogMessage): void {
    const heard = this.copy.hear(message);
    if (heard === 'gap') this.say({ kind: 'ask' });
    else if (heard !== 'old') this.arrivals.push([message.at, clockMs()]);
  }

  get at(): number | undefined {
    return this.copy.log?.at;
  }
}
