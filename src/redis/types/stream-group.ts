/* Consumer groups of a stream: who was given what and has not acknowledged it (after streamCG,
 * streamConsumer and streamNACK). */

import type { Bytes } from '#base/bytes.ts';
import { Chunks } from './chunks.ts';
import { compareIds, type StreamId } from './stream-id.ts';

/** An entry that was delivered and not acknowledged. Replaced, never changed. */
export interface Nack {
  readonly id: StreamId;
  readonly consumer: Bytes;
  /** Unix ms of the last delivery. */
  readonly deliveredAtMs: number;
  readonly deliveries: number;
}

/** The pending entries of a group or a consumer, by id. */
export class PendingList {
  nacks: Chunks<Nack> = new Chunks();

  copy(): PendingList {
    const copy = new PendingList();
    copy.nacks = this.nacks.copy();
    return copy;
  }

  get length(): number {
    return this.nacks.length;
  }

  get(id: StreamId): Nack | undefined {
    const nack = this.nacks.at(this.position(id));
    return nack && compareIds(nack.id, id) === 0 ? nack : undefined;
  }

  set(nack: Nack): void {
    const at = this.position(nack.id);
    const known = this.nacks.at(at);
    if (known && compareIds(known.id, nack.id) === 0) this.nacks.set(at, nack);
    else this.nacks.insert(at, nack);
  }

  delete(id: StreamId): void {
    const at = this.position(id);
    const known = this.nacks.at(at);
    if (known && compareIds(known.id, id) === 0) this.nacks.remove(at);
  }

  /** Pending entries from `start` to the end. */
  from(start: StreamId): IterableIterator<Nack> {
    return this.nacks.slice(this.position(start));
  }

  private position(id: StreamId): number {
    return this.nacks.search((nack) => compareIds(nack.id, id) < 0);
  }
}

export class StreamConsumer {
  readonly name: Bytes;
  /** Unix ms of the last command that named the consumer. */
  seenAtMs: number;
  pel: PendingList = new PendingList();

  constructor(name: Bytes, seenAtMs: number) {
    this.name = name;
    this.seenAtMs = seenAtMs;
  }

  copy(): StreamConsumer {
    const copy = new StreamConsumer(this.name, this.seenAtMs);
    copy.pel = this.pel.copy();
    return copy;
  }
}

export class StreamGroup {
  /** The last id given to a consumer as new. */
  lastId: StreamId;
  /** Entries read so far; null when that is not known. */
  entriesRead: number | null;
  pel: PendingList = new PendingList();
  consumers: Map<Bytes, StreamConsumer> = new Map();

  constructor(lastId: StreamId, entriesRead: number | null) {
    this.lastId = lastId;
    this.entriesRead = entriesRead;
  }

  copy(): StreamGroup {
    const copy = new StreamGroup(this.lastId, this.entriesRead);
    copy.pel = this.pel.copy();
    for (const [name, consumer] of this.consumers) copy.consumers.set(name, consumer.copy());
    return copy;
  }

  /** Records that an entry now waits for `nack.consumer`, whoever had it before. */
  assign(nack: Nack): void {
    const before = this.pel.get(nack.id);
    if (before && before.consumer !== nack.consumer) this.consumers.get(before.consumer)?.pel.delete(nack.id);
    this.pel.set(nack);
    this.consumers.get(nack.consumer)?.pel.set(nack);
  }

  /** Forgets a pending entry; false when there was none. */
  forget(id: StreamId): boolean {
    const nack = this.pel.get(id);
    if (!nack) return false;
    this.pel.delete(id);
    this.consumers.get(nack.consumer)?.pel.delete(id);
    return true;
  }

  /** Consumers in the order in which Redis lists them: by bytes of the name. */
  sortedConsumers(): StreamConsumer[] {
    return [...this.consumers.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}
