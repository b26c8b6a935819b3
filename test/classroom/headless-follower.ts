/* A follower without a page: a session of its own, kept in step over a WebSocket. */

import { WebSocket } from 'ws';
import type { Micros } from '#redis/io.ts';
import { readMessage } from '#session/follow-messages.ts';
import { Follower } from '#session/follow.ts';
import { partOptions } from '#session/processes.ts';
import { Session } from '#session/session.ts';
import { WorldHost } from '#sim/host.ts';
import { Part } from '#sim/part.ts';

/** A session that keeps few snapshots: hundreds of them share one machine here. */
export function leanSession(): Session {
  return new Session({
    makeHost: (config) => new WorldHost([new Part(partOptions(config, 0))]),
    complete: () => ({ candidates: [], hint: '' }),
    snapshots: () => ({ everyUs: 4e6, kept: 3 }),
  });
}

export class HeadlessFollower {
  readonly session = leanSession();
  readonly follower: Follower;
  /** When the world came to each of the teacher's times, Unix ms. */
  readonly arrivals = new Map<Micros, number>();
  readonly id: string;
  private readonly url: string;
  private ws: WebSocket | null = null;

  constructor(url: string, id: string) {
    this.url = url;
    this.id = id;
    this.follower = new Follower(
      this.session,
      (message) => this.ws?.send(JSON.stringify(message)),
      (frame) => this.arrivals.set(frame.now, Date.now()),
    );
  }

  connect(): Promise<void> {
    const ws = new WebSocket(`${this.url}classroom/follow?id=${this.id}`);
    this.ws = ws;
    this.follower.reconnected();
    ws.on('message', (data) => {
      const message = readMessage('toFollower', String(data));
      if (message?.kind === 'whole' || message?.kind === 'change' || message?.kind === 'tick')
        this.follower.hear(message);
    });
    return new Promise((resolve, reject) => {
      ws.once('open', () => resolve());
      ws.once('error', reject);
    });
  }

  drop(): void {
    this.ws?.terminate();
    this.ws = null;
  }
}
