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

/** Whether `a` comes before `b`, which is due at the same time. */
function precedes(a: WorldEvent, b: WorldEvent): boolean {
  return a.source === b.source ? a.seq < b.seq : a.source < b.source;
}

/** Times lie by themselves: the four children of a node are one line of the processor's cache, and most
 *  comparisons look no further. */
export class EventQueue {
  private heap: WorldEvent[] = [];
  private times = new Float64Array(64);

  /** Shares the events, which never change. */
  [CLONE](): EventQueue {
    const copy = new EventQueue();
    copy.heap = this.heap.slice();
    copy.times = this.times.slice();
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
    const { heap } = this;
    let at = heap.length;
    if (at === this.times.length) this.grow();
    const { times } = this;
    const { time } = event;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      const above = times[parent] as number;
      if (above < time || (above === time && precedes(heap[parent] as WorldEvent, event))) break;
      heap[at] = heap[parent] as WorldEvent;
      times[at] = above;
      at = parent;
    }
    heap[at] = event;
    times[at] = time;
  }

  pop(): WorldEvent | undefined {
    const { heap } = this;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    this.sink(last);
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

  /** Finds a place, from the top, for the event that was the last. */
  private sink(event: WorldEvent): void {
    const { heap, times } = this;
    const { length } = heap;
    const { time } = event;
    let at = 0;
    for (let first = 1; first < length; first = at * 4 + 1) {
      let least = first;
      let leastTime = times[first] as number;
      const end = Math.min(first + 4, length);
      for (let child = first + 1; child < end; child++) {
        const childTime = times[child] as number;
        if (childTime > leastTime) continue;
        if (childTime === leastTime && precedes(heap[least] as WorldEvent, heap[child] as WorldEvent))
          continue;
        least = child;
        leastTime = childTime;
      }
      if (time < leastTime || (time === leastTime && precedes(event, heap[least] as WorldEvent))) break;
      heap[at] = heap[least] as WorldEvent;
      times[at] = leastTime;
      at = least;
    }
    heap[at] = event;
    times[at] = time;
  }

  private grow(): void {
    const wide = new Float64Array(this.times.length * 2);
    wide.set(this.times);
    this.times = wide;
  }
}
