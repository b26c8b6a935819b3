/* Segments: what travels between the kernels of two machines. */

import { CLONE } from '#base/clone.ts';
import type { Micros, Payload, SocketId } from '#redis/io.ts';

export type SegmentFlag =
  /** opens a connection; outside the stream, sent again by its own timer */
  | 'syn'
  | 'synack'
  /** the stream proper, numbered by `n`: third step of the handshake, data, end */
  | 'ack'
  | 'data'
  | 'fin'
  /** there is no such connection or port */
  | 'rst'
  /** Two notices that stand for what a kernel knows by itself: that its retransmissions were all in
   *  vain, and that the peer's window has closed or opened. They pass through cuts. */
  | 'giveup'
  | 'window';

/** What a segment says, without when: it may wait in the outbox of a busy machine. */
export interface SegmentContent {
  readonly flag: SegmentFlag;
  /** Machine indexes. */
  readonly from: number;
  readonly to: number;
  readonly fromSocket: SocketId;
  readonly toSocket: SocketId;
  /** Place in the stream of its direction. */
  readonly n: number;
  readonly payload: Payload | null;
  readonly bytes: number;
  readonly fromPort: number;
  readonly toPort: number;
  /** window: bytes the peer's process has consumed when its buffer filled up, or -1 = open again. */
  readonly amount: number;
}

/** A segment under way. Never changed once made, so snapshots share it. */
export class Segment {
  readonly id: number;
  readonly content: SegmentContent;
  readonly sentAt: Micros;
  readonly deliverAt: Micros;
  /** Chance has taken it: it will not arrive (only segments outside the stream; a lost stream
   *  segment is one that arrives after its retransmission). */
  readonly lost: boolean;
  /** A second copy, which the receiving kernel discards. */
  readonly copy: boolean;

  constructor(
    id: number,
    content: SegmentContent,
    sentAt: Micros,
    deliverAt: Micros,
    lost: boolean,
    copy: boolean,
  ) {
    this.id = id;
    this.content = content;
    this.sentAt = sentAt;
    this.deliverAt = deliverAt;
    this.lost = lost;
    this.copy = copy;
  }

  [CLONE](): this {
    return this;
  }
}

/** True for segments that belong to the numbered stream. */
export function inStream(flag: SegmentFlag): boolean {
  return flag === 'data' || flag === 'ack' || flag === 'fin';
}
