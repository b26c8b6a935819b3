/* The event queue: a 4-ary heap of immutable events.
 *
 * Events are ordered by (time, source, sequence): source is the machine that caused the event,
 * sequence counts what that machine has caused. Neither depends on where machines are hosted, so a
 * machine sees its events in the same order in every placement. Four children per node make the heap
 * half as deep as a binary one, which matters because nearly every push goes to the bottom. */

import { CLONE } from '#base/clone.ts';
import type { Micros } from '#redis/io.ts';
import type { Segment } from './segment.ts';

export type EventKind =
  /** a segment reaches its machine */
  | 'segment'
  /** a timer of the process */
  | 'timer'
  /** the end of Io.busy */
  | 'wake'
  /** the end of Io.blockOn */
  | 'unblock'
  /** the kernel sends a SYN again, or gives up */
  | 'syn'
  /** the kernel of the peer sends stalled segments again (kept at the receiver, see tcp.ts) */
  | 'retransmit';

/** One thing that will happen to one machine. Never changed once made, so snapshots share it. */
export class WorldEvent {
  readonly time: Micros;
  readonly source: number;
  readonly seq: number;
  /** Index of the machine to which it happens. */
  readonly target: number;
  readonly kind: EventKind;
  /** Socket id, or the version of a timer; 0 when the kind needs neither. */
  readonly number: number;
  /** Timer name, or ''. */
  readonly name: string;
  readonly segment: Segment | null;

  constructor(
    time: Micros,
    source: number,
    seq: number,
    target: number,
    kind: EventKind,
    number: number,
    name: string,
    segment: Segment | null,
  ) {
    this.time = time;
    this.source = source;
    this.seq = seq;
    this.target = target;
    this.kind = kind;
    this.number = number;
    this.name = name;
    this.segment = segment;
  }

  [CLONE](): this {
    return this;
  }
}

function before(a: WorldEvent, b: WorldEvent): boolean {
  if (a.time !== b.time) return a.time < b.time;
  if (a.source !== b.source) return a.source < b.source;
  return a.seq < b.seq;
}

export class EventQueue {
  private heap: WorldEvent[] = [];

  /** Shares the events, which never change. */
  [CLONE](): EventQueue {
    const copy = new EventQueue();
    copy.heap = this.heap.slice();
    return copy;
  }

  get size(): number {
    return this.heap.length;
  }

  /** The earliest event, still queued. */
  peek(): WorldEvent | undefined {
    return this.heap[0];
  }

  push(event: WorldEvent): void {
    const heap = this.heap;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      const above = heap[parent] as WorldEvent;
      if (!before(event, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = event;
  }

  pop(): WorldEvent | undefined {
    const heap = this.heap;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    this.sink(0, last);
    return top;
  }

  /** Takes out the events that `matches`, in no particular order. */
  remove(matches: (event: WorldEvent) => boolean): WorldEvent[] {
    const out = this.heap.filter(matches);
    if (out.length > 0) {
      const rest = this.heap.filter((event) => !matches(event));
      this.heap = [];
      for (const event of rest) this.push(event);
    }
    return out;
  }

  /** Every queued event, in no particular order; not to be changed. */
  items(): readonly WorldEvent[] {
    return this.heap;
  }

  private sink(from: number, event: WorldEvent): void {
    const heap = this.heap;
    const length = heap.length;
    let at = from;
    for (;;) {
      const first = at * 4 + 1;
      if (first >= length) break;
      let least = first;
      let leastEvent = heap[first] as WorldEvent;
      const end = Math.min(first + 4, length);
      for (let child = first + 1; child < end; child++) {
        const candidate = heap[child] as WorldEvent;
        if (before(candidate, leastEvent)) {
          least = child;
          leastEvent = candidate;
        }
      }
      if (!before(leastEvent, event)) break;
      heap[at] = leastEvent;
      at = least;
    }
    heap[at] = event;
  }
}
