/* Several commands that belong together, on one connection and one slot:
 *
 *   counter    GET, then SET of one more, as optimistic locking does it: WATCH before, MULTI and EXEC around
 *              the write, and another round when somebody else was faster. Without WATCH increments
 *              of two clients overwrite each other, and the counter ends below what was counted.
 *   transfer   money between two accounts of one tag: DECRBY and INCRBY in MULTI, or in one script.
 *
 * A round is a list of commands, each sent when the one before was answered. Whatever goes wrong ends the
 * round; as with any client library, a redirect in the middle of a transaction is not followed. */

import type { Bytes } from '#base/bytes.ts';
import { keyHashSlot } from '#base/crc16.ts';
import { ErrorReply, NullArray, type Reply } from '#redis/reply.ts';
import type { App, AppHost } from './app.ts';
import type { Request } from './cluster-client.ts';
import { workAtRate } from './pace.ts';

const MOST_MOVED = 10;
/** Takes from the first account what it gives to the second. */
const TRANSFER = "redis.call('DECRBY',KEYS[1],ARGV[1]) return redis.call('INCRBY',KEYS[2],ARGV[1])";

export class TransactionApp implements App {
  note = '';
  /** `failed`: ended by an error, so nobody knows whether it counts. */
  readonly figures = { done: 0, conflicts: 0, failed: 0 };
  private readonly host: AppHost;
  /** Commands of this round that are not sent yet. */
  private rest: Bytes[][] = [];
  private round = 0;
  /** The last round failed: its connection may still be inside a transaction. */
  private unfinished = false;

  constructor(host: AppHost) {
    this.host = host;
  }

  start(): void {
    workAtRate(this.host);
  }

  changed(): void {
    workAtRate(this.host);
  }

  onTimer(timer: string): void {
    if (timer === 'work') this.begin();
  }

  private get key(): Bytes {
    return this.host.settings.prefix;
  }

  private begin(): void {
    const { settings, io } = this.host;
    this.round++;
    this.rest = settings.kind === 'counter' ? this.count() : this.transfer(1 + io.random.below(MOST_MOVED));
    if (this.unfinished) this.rest.unshift(['DISCARD']);
    this.unfinished = false;
    this.next(true);
  }

  private count(): Bytes[][] {
    const { key } = this;
    return this.host.settings.watch
      ? [
          ['WATCH', key],
          ['GET', key],
        ]
      : [['GET', key]];
  }

  private transfer(amount: number): Bytes[][] {
    const [from, to] = [`{${this.key}}a`, `{${this.key}}b`];
    const moved = String(amount);
    if (this.host.settings.script) return [['EVAL', TRANSFER, '2', from, to, moved]];
    return [['MULTI'], ['DECRBY', from, moved], ['INCRBY', to, moved], ['EXEC']];
  }

  private next(first = false): void {
    const argv = this.rest.shift();
    if (!argv) return;
    const { settings } = this.host;
    const slot = settings.cluster
      ? keyHashSlot(settings.kind === 'counter' ? this.key : `{${this.key}}`)
      : -1;
    const note = { step: argv[0] as Bytes, round: this.round };
    // Only what begins a round may be sent elsewhere: the rest must stay on its connection.
    const follows = first && argv[0] !== 'DISCARD';
    this.host.submit({ argv, slot, isRead: false, fixed: '', follows, note });
  }

  onResult({ note }: Request, reply: Reply): void {
    if (note['round'] !== this.round) return;
    // There may have been no transaction to discard.
    if (note['step'] === 'DISCARD') return this.next();
    if (reply instanceof ErrorReply) return this.fail();
    if (note['step'] === 'GET') this.write(typeof reply === 'string' ? Number(reply) : 0);
    if (this.rest.length > 0) return this.next();
    this.end(reply);
  }

  /** The value is known; what remains of a counter's round is to write one more. */
  private write(found: number): void {
    const set = ['SET', this.key, String((Number.isSafeInteger(found) ? found : 0) + 1)];
    this.rest = this.host.settings.watch ? [['MULTI'], set, ['EXEC']] : [set];
  }

  private end(reply: Reply): void {
    // EXEC answers so when a watched key has changed.
    if (reply instanceof NullArray) {
      this.figures.conflicts++;
      return this.begin();
    }
    this.figures.done++;
    this.note = `done ${this.figures.done}, conflicts ${this.figures.conflicts}`;
    workAtRate(this.host);
  }

  private fail(): void {
    this.figures.failed++;
    this.rest = [];
    this.unfinished = true;
    workAtRate(this.host);
  }
}
