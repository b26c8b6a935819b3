/* The session in its worker, and the life of that worker. Whoever waits for an answer hears when the worker
 * dies: the answer would never come. */

import type { SessionApi } from '#session/api.ts';
import type { Connection } from './connect.ts';

export class WorkerSession {
  readonly #connect: () => Connection;
  readonly #onDeath: (why: string) => void;
  #connection: Connection;
  /** Of what the worker died. */
  #death: Error | null = null;
  /** Those who wait. A race of each answer with one promise of the death would keep every answer there ever
   *  was: that promise stays open, and remembers whom it would have to tell. */
  readonly #waiting = new Set<(why: Error) => void>();

  constructor(connect: () => Connection, onDeath: (why: string) => void) {
    this.#connect = connect;
    this.#onDeath = onDeath;
    this.#connection = this.#start();
  }

  get api(): SessionApi {
    return this.#connection.session;
  }

  #start(): Connection {
    const connection = this.#connect();
    connection.onDeath((why) => {
      if (connection !== this.#connection) return;
      const death = (this.#death = new Error(why));
      for (const reject of this.#waiting) reject(death);
      this.#waiting.clear();
      this.#onDeath(why);
    });
    return connection;
  }

  /** What a call answers; rejects when the worker dies first, or is dead. */
  answer<T>(call: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      call.finally(() => this.#waiting.delete(reject)).then(resolve, reject);
      if (this.#death) reject(this.#death);
    });
  }

  close(): void {
    this.#connection.close();
  }

  /** A new worker with an empty session, in the place of one that is closed. */
  restart(): void {
    this.#connection = this.#start();
    this.#death = null;
  }
}
