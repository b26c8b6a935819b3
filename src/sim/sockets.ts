/* The sockets of one machine, as its kernel keeps them.
 *
 * A thousand servers that all know each other hold two million socket ends, so the common fields are
 * columns of typed arrays: a socket costs some sixty bytes, and a snapshot copies a column at a time.
 * What only few sockets have (segments held back, data before the connection stands) is in `extras`.
 * An id is row + generation * 2^16: rows are used again, ids never. */

import { CLONE, sameShape, type Cloner } from '#base/clone.ts';
import type { Payload, SocketId } from '#redis/io.ts';
import type { Segment } from './segment.ts';

export const FREE = 0;
/** SYN sent, no answer yet. */
export const CONNECTING = 1;
/** SYN received and answered; the process does not know of it yet. */
export const EMBRYO = 2;
export const OPEN = 3;
/** The peer has ended it; the process will hear of that when its turn comes. */
export const ENDED = 4;

const ROWS = 0x10000;

/** What few sockets have. */
export interface SocketExtra {
  /** Segments that may not be delivered yet: out of turn, or stalled by a cut; ordered by n. */
  held: Segment[];
  /** Retransmissions so far in the present stall, and when it began; -1 = no stall. */
  tries: number;
  stalledSince: number;
  /** When the first segment arrived whose acknowledgement cannot go back; -1 = none did. */
  ackLostSince: number;
  /** Payloads sent before the connection stood. */
  early: Payload[];
  synTries: number;
  /** Bytes the peer had consumed when it said that its window is closed; -1 = open. */
  windowClosedAt: number;
  /** Receiving side has told its peer that the window is closed. */
  windowTold: boolean;
  /** Bytes sent since the link was cut. */
  sentIntoCut: number;
}

export class SocketTable {
  private capacity = 16;
  private used = 0;
  private freeRows: number[] = [];
  id = new Float64Array(16);
  state = new Uint8Array(16);
  peer = new Int32Array(16);
  peerId = new Float64Array(16);
  localPort = new Uint16Array(16);
  peerPort = new Uint16Array(16);
  sendN = new Uint32Array(16);
  receiveN = new Uint32Array(16);
  sent = new Float64Array(16);
  consumed = new Float64Array(16);
  buffered = new Float64Array(16);
  extras = new Map<number, SocketExtra>();

  /** Copies columns whole, which is far faster than walking fields. */
  [CLONE](clone: Cloner): SocketTable {
    const copy = sameShape(this as SocketTable);
    copy.freeRows = this.freeRows.slice();
    copy.id = this.id.slice();
    copy.state = this.state.slice();
    copy.peer = this.peer.slice();
    copy.peerId = this.peerId.slice();
    copy.localPort = this.localPort.slice();
    copy.peerPort = this.peerPort.slice();
    copy.sendN = this.sendN.slice();
    copy.receiveN = this.receiveN.slice();
    copy.sent = this.sent.slice();
    copy.consumed = this.consumed.slice();
    copy.buffered = this.buffered.slice();
    copy.extras = this.extras.size === 0 ? new Map() : clone(this.extras);
    return copy;
  }

  /** The row of a socket, or -1 when there is no such socket (any more). */
  row(id: SocketId): number {
    const row = id % ROWS;
    return this.id[row] === id && this.state[row] !== FREE ? row : -1;
  }

  /** Makes a socket and returns its row. */
  open(state: number, peer: number, localPort: number, peerPort: number): number {
    let row = this.freeRows.pop();
    if (row === undefined) {
      row = this.used++;
      if (this.used > this.capacity) this.grow();
      // Row 0 begins with generation 1, so that 0 is never an id.
      this.id[row] = row;
    }
    this.id[row] = (this.id[row] as number) + ROWS;
    this.state[row] = state;
    this.peer[row] = peer;
    this.peerId[row] = 0;
    this.localPort[row] = localPort;
    this.peerPort[row] = peerPort;
    this.sendN[row] = 0;
    this.receiveN[row] = 0;
    this.sent[row] = 0;
    this.consumed[row] = 0;
    this.buffered[row] = 0;
    return row;
  }

  free(row: number): void {
    this.state[row] = FREE;
    this.extras.delete(row);
    this.freeRows.push(row);
  }

  extra(row: number): SocketExtra {
    let extra = this.extras.get(row);
    if (!extra) {
      extra = {
        held: [],
        tries: 0,
        stalledSince: -1,
        ackLostSince: -1,
        early: [],
        synTries: 0,
        windowClosedAt: -1,
        windowTold: false,
        sentIntoCut: 0,
      };
      this.extras.set(row, extra);
    }
    return extra;
  }

  /** Drops what the row has of these if there is nothing to be remembered in it. */
  dropIdleExtra(row: number): void {
    const extra = this.extras.get(row);
    if (!extra || extra.held.length > 0 || extra.early.length > 0) return;
    if (extra.stalledSince >= 0 || extra.ackLostSince >= 0 || extra.synTries > 0) return;
    if (extra.windowClosedAt >= 0 || extra.windowTold || extra.sentIntoCut > 0) return;
    this.extras.delete(row);
  }

  /** Rows in use, in order. */
  rows(): number[] {
    const out: number[] = [];
    for (let row = 0; row < this.used; row++) if (this.state[row] !== FREE) out.push(row);
    return out;
  }

  private grow(): void {
    this.capacity = Math.min(ROWS, this.capacity * 2);
    const widen = <T extends Float64Array | Uint8Array | Int32Array | Uint16Array | Uint32Array>(
      old: T,
    ): T => {
      const wide = new (old.constructor as new (length: number) => T)(this.capacity);
      wide.set(old);
      return wide;
    };
    this.id = widen(this.id);
    this.state = widen(this.state);
    this.peer = widen(this.peer);
    this.peerId = widen(this.peerId);
    this.localPort = widen(this.localPort);
    this.peerPort = widen(this.peerPort);
    this.sendN = widen(this.sendN);
    this.receiveN = widen(this.receiveN);
    this.sent = widen(this.sent);
    this.consumed = widen(this.consumed);
    this.buffered = widen(this.buffered);
  }
}
