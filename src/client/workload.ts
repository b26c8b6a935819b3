/* A workload: reads and writes of strings at a given rate, over a given set of keys.
 *
 * Every written value names its writer and a number that grows, so that a read can be judged: a value
 * older than one that was acknowledged before the read began is a stale read, and as old as the first
 * acknowledgement that it does not know of. */

import { keyHashSlot } from '#base/crc16.ts';
import type { Micros } from '#redis/io.ts';
import { ErrorReply, type Reply } from '#redis/reply.ts';
import type { App, AppHost } from './app.ts';
import type { Request } from './cluster-client.ts';
import { workAtRate } from './pace.ts';

/** Acknowledged writes remembered for each key, reads whose age counts, and how often it is told. */
const WRITES_KEPT = 20;
const AGES_KEPT = 300;
const AGES_TOLD = 20;

interface Acked {
  number: number;
  at: Micros;
}

export class Workload implements App {
  note = '';
  /** `age99`: milliseconds that 99 of the last 100 reads did not exceed. */
  readonly figures = { age99: 0 };
  private readonly host: AppHost;
  private written = 0;
  /** The last acknowledged writes of each key, oldest first. */
  private readonly acked = new Map<string, Acked[]>();
  /** How old the last reads were, in microseconds; each in the place of the one that was longest there. */
  private readonly ages: Micros[] = [];
  private judged = 0;
  /** Sums of 1/k, for keys that are asked by Zipf's law; made when first needed. */
  private sums: Float64Array | null = null;

  constructor(host: AppHost) {
    this.host = host;
  }

  start(): void {
    this.wait();
  }

  private wait(): void {
    workAtRate(this.host, this.host.settings.pipeline);
  }

  changed(): void {
    this.sums = null;
    this.wait();
  }

  onTimer(timer: string): void {
    if (timer !== 'work') return;
    for (let count = 0; count < this.host.settings.pipeline; count++) this.ask();
    this.wait();
  }

  private ask(): void {
    const { settings, io, name } = this.host;
    const key = settings.prefix + this.pickKey();
    const isRead = io.random.chance(settings.reads);
    const number = isRead ? (this.acked.get(key)?.at(-1)?.number ?? 0) : ++this.written;
    const value = `${name}:${number}`;
    const argv = isRead ? ['GET', key] : ['SET', key, value.padEnd(settings.valueBytes, '.')];
    this.host.submit({
      argv,
      slot: settings.cluster ? keyHashSlot(key) : -1,
      isRead,
      fixed: '',
      note: { key, number, isRead },
    });
  }

  private pickKey(): number {
    const { settings, io } = this.host;
    if (settings.distribution === 'uniform') return io.random.below(settings.keys);
    const sums = (this.sums ??= zipfSums(settings.keys));
    const wanted = io.random.unit() * (sums[sums.length - 1] as number);
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] as number) <= wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  onResult({ note, beganAt }: Request, reply: Reply): void {
    if (reply instanceof ErrorReply) return;
    const key = note['key'] as string;
    const number = note['number'] as number;
    if (!note['isRead']) return this.acknowledged(key, number);
    const found = typeof reply === 'string' ? numberOf(reply, this.host.name) : reply === null ? 0 : null;
    if (found === null) return;
    if (found < number) this.host.countStaleRead();
    const unknown = this.acked.get(key)?.find((write) => write.number > found && write.at <= beganAt);
    this.judge(unknown ? beganAt - unknown.at : 0);
  }

  private acknowledged(key: string, number: number): void {
    const writes = this.acked.get(key) ?? [];
    this.acked.set(key, writes);
    // An answer that was overtaken says nothing new.
    if (number <= (writes.at(-1)?.number ?? 0)) return;
    // Never changed: snapshots share it.
    writes.push(Object.freeze({ number, at: this.host.io.now }));
    if (writes.length > WRITES_KEPT) writes.shift();
  }

  private judge(age: Micros): void {
    this.ages[this.judged++ % AGES_KEPT] = age;
    if (this.judged % AGES_TOLD !== 0) return;
    const sorted = this.ages.toSorted((a, b) => a - b);
    this.figures.age99 = Math.ceil((sorted[Math.ceil(sorted.length * 0.99) - 1] as Micros) / 1000);
  }
}

/** Number of a value that this client has written; null for values of others. */
function numberOf(value: string, writer: string): number | null {
  if (!value.startsWith(`${writer}:`)) return null;
  return Number.parseInt(value.slice(writer.length + 1), 10);
}

function zipfSums(keys: number): Float64Array {
  const sums = new Float64Array(keys);
  let sum = 0;
  for (let at = 0; at < keys; at++) sums[at] = sum += 1 / (at + 1);
  return sums;
}
